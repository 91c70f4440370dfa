package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/hotline/internal/seal"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ivr/record"
)

// verify counts what is whole, tells what is not and ends with a fault; rewrap follows a rotation.
func TestVerifyRecordings(t *testing.T) {
	dir := t.TempDir()
	keyFile := filepath.Join(dir, "keys")
	config := filepath.Join(dir, "hotline.yaml")
	if err := os.WriteFile(config, []byte("node: {data_dir: "+dir+"}\nkeys: {file: "+keyFile+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.LoadOrGenerate(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	ids := recordTwo(t, filepath.Join(dir, "recordings"), keys)
	run := func(args ...string) (string, error) {
		t.Helper()
		var out bytes.Buffer
		cmd := root()
		cmd.SetOut(&out)
		cmd.SetArgs(append([]string{"--config", config, "recordings"}, args...))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	if out, err := run("verify"); err != nil || !strings.Contains(out, "2 recordings are whole, 0 are not finished, 0 do not") {
		t.Errorf("two whole ones: %q, %v", out, err)
	}
	if _, err := seal.Rotate(keyFile); err != nil {
		t.Fatal(err)
	}
	if out, err := run("rewrap"); err != nil || !strings.Contains(out, "2 keys wrapped anew") {
		t.Errorf("after a rotation: %q, %v", out, err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "recordings", "*", "*", "*", ids[0]+".rec"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(files[0], data, 0o600); err != nil {
		t.Fatal(err)
	}
	var quiet *exitError
	if out, err := run("verify"); !errors.As(err, &quiet) || !strings.Contains(out, ids[0]+": at ") || !strings.Contains(out, "1 recordings are whole") {
		t.Errorf("with one changed: %q, %v", out, err)
	}
	if out, err := run("verify", "--id", ids[1]); err != nil || !strings.Contains(out, "1 recordings are whole") {
		t.Errorf("the other alone: %q, %v", out, err)
	}
}

// recordTwo keeps two short recordings.
func recordTwo(t *testing.T, dir string, keys seal.Sealer) (ids []string) {
	t.Helper()
	s, err := record.Open(record.Options{Dir: dir, Node: "node-1", Sealer: keys, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		now := time.Now()
		r := s.Begin(ivr.RecordingMeta{Call: "c", Leg: "citizen", StartedAt: now})
		r.Said(media.Frame{ALaw: bytes.Repeat([]byte{1}, 160)}, now)
		r.End(now.Add(2 * time.Second))
		ids = append(ids, r.ID())
	}
	ctx, stop := context.WithCancel(t.Context())
	stop() // what was begun is ended and written on the way out
	if err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return ids
}
