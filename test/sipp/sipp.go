// Package sipp starts Debian's sip-tester at the other end of a test's calls: a
// SIP stack that owes nothing to ours.
package sipp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// within is how long a scenario may take, in seconds; sipp then gives up and
// fails. Nothing is measured by it.
const within = "120"

// Place calls the line at an address. args say whom and by which scenario: a file
// ("-sf") or one that sipp brings itself ("-sn uac"). It returns what sipp printed
// and fails where a call did not go as the scenario says.
func Place(t *testing.T, to string, args ...string) (out string, err error) {
	t.Helper()
	cmd, printed := command(t.Context(), t.TempDir(), append([]string{to}, args...)...)
	if err := cmd.Run(); err != nil {
		return printed.String(), errors.Join(err, errors.New(errorLog(cmd.Dir)))
	}
	return printed.String(), nil
}

// Telephone is somebody whom the line calls at a free address of this machine,
// once, by a scenario (the text of a file). wait returns when the call is over
// and fails the test where it did not go as the scenario says.
func Telephone(t *testing.T, scenario string) (at netip.AddrPort, wait func()) {
	t.Helper()
	at = freeUDP(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "scenario.xml")
	if err := os.WriteFile(path, []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd, printed := command(ctx, dir, "-sf", path, "-p", fmt.Sprint(at.Port()), "-m", "1")
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	var failed error
	over := make(chan struct{})
	go func() {
		defer close(over)
		failed = cmd.Wait()
	}()
	t.Cleanup(func() { cancel(); <-over })
	return at, func() {
		t.Helper()
		if <-over; failed != nil {
			t.Errorf("who was called: %v\n%s%s", failed, printed, errorLog(dir))
		}
	}
}

func command(ctx context.Context, dir string, args ...string) (cmd *exec.Cmd, printed *bytes.Buffer) {
	printed = &bytes.Buffer{}
	cmd = exec.CommandContext(ctx, "sipp", append(args, "-i", "127.0.0.1", "-nostdin", "-trace_err", "-timeout", within+"s", "-timeout_error")...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, printed, printed
	return cmd, printed
}

// errorLog is what sipp wrote of what went wrong (-trace_err).
func errorLog(dir string) (text string) {
	files, _ := filepath.Glob(filepath.Join(dir, "*errors.log")) // the pattern is well formed
	for _, name := range files {
		written, err := os.ReadFile(name)
		if err != nil {
			written = []byte(err.Error())
		}
		text += string(written)
	}
	return text
}

// freeUDP is an address that is free now; sipp takes it.
func freeUDP(t *testing.T) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // only asked for its number
	return netip.MustParseAddrPort(conn.LocalAddr().String())
}
