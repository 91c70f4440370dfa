package store

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"example.org/hotline/internal/act"
	"example.org/hotline/test/servers"
)

// A statement that fails is logged, and its values are not, by whatever way it ran.
func TestLogHoldsNoValues(t *testing.T) {
	var log bytes.Buffer
	db, err := Open(Options{URL: servers.Database(t, "hotline", Migrate).AppURL, Sealer: testSealer(t), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	const secret = "canary-990101199003070011"
	var ids []int64
	var id int64
	for what, run := range map[string]func(*Tx) error{
		"exec": func(tx *Tx) error {
			_, err := tx.exec(t.Context(), "exec", `SELECT 1 / 0 WHERE ?::text <> ''`, secret)
			return err
		},
		"find": func(tx *Tx) error {
			return tx.find(t.Context(), "find", &ids, `SELECT 1 / 0 WHERE ?::text <> ''`, secret)
		},
		"scan": func(tx *Tx) error {
			return tx.scan(t.Context(), "scan", `SELECT 1 / 0 WHERE ?::text <> ''`, []any{secret}, &id)
		},
	} {
		log.Reset()
		err := db.InTx(t.Context(), act.SystemConsole, run)
		if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(log.String(), secret) {
			t.Errorf("%s: the value is in the error %v or in the log %s", what, err, log.String())
		}
	}
}
