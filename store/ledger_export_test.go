package store

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/hotline/ledger/rail"
)

// exported are books with a payout by bank that failed, was tried anew and was claimed
// back, and one in the hands of its citizen, in a folder.
func exported(t *testing.T) (m *bankTill, folder string) {
	t.Helper()
	m = newBankTill(t)
	tk, p := m.paying(t, 1, 80_000, cardNumber)
	first := m.sent(t)
	m.loaded(t, first, m.says(t, first, nil, rail.Failed))
	m.repaired(t, tk, p)
	m.must(t, "finance", reissuing(t, p))
	second := m.sent(t)
	m.loaded(t, first, m.says(t, first, nil, rail.Succeeded))
	m.loaded(t, second, m.says(t, second, nil, rail.Succeeded))
	cashTicket, cash := m.decided(t, 2, 70_000)
	c := m.started(t, "worker1", cash)
	m.must(t, "worker1", issuing(t, c))
	m.must(t, "worker1", m.receiving(t, "worker1", cashTicket, c, ""))
	folder = t.TempDir()
	if _, err := m.db.ExportLedger(t.Context(), folder, [][]byte{[]byte(`{"version":"relief-test"}`)}); err != nil {
		t.Fatal(err)
	}
	return m, folder
}

// An export has a file for each table, with the names of its columns where it has no
// rows either; it holds by itself, with the keys and without, and names no citizen.
func TestAnExportHoldsByItself(t *testing.T) {
	m, folder := exported(t)
	for name, rows := range map[string]int{"payouts.jsonl": 2, "tries.jsonl": 2, "batches.jsonl": 2, "bank-files.jsonl": 5, "claims.jsonl": 1, "payee-accounts.jsonl": 2,
		"policies.jsonl": 1, "statements.jsonl": 0, "advance-acts.jsonl": 0, "goods.jsonl": 0} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Error(err)
			continue
		}
		lines := bytes.Split(bytes.TrimSuffix(text, []byte{'\n'}), []byte{'\n'})
		var columns []string
		if err := json.Unmarshal(lines[0], &columns); err != nil || len(columns) < 3 || len(lines)-1 != rows {
			t.Errorf("%s has %d rows, want %d, under %v (%v)", name, len(lines)-1, rows, columns, err)
		}
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != len(exportSQL)+2 {
		t.Errorf("%d files (%v)", len(files), err)
	}
	var index string
	m.must(t, "finance", func(tx *Tx) error {
		return tx.scan(t.Context(), "the account's blind index", `SELECT encode(number_index, 'hex') FROM payee_accounts LIMIT 1`, nil, &index)
	})
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, private := range []string{cardNumber, otherCard, "甲某", index} {
			if strings.Contains(string(text), private) {
				t.Errorf("%s stands in %s", private, f.Name())
			}
		}
	}
	for _, keyed := range []bool{false, true} {
		sealer := m.db.sealer
		if !keyed {
			sealer = nil
		}
		v, err := VerifyExport(os.DirFS(folder), sealer)
		if err != nil || len(v.Faults) != 0 || v.Payouts != 2 || v.Entries < 10 || v.Postings < 2*v.Entries || len(v.Checks) != 3 {
			t.Errorf("keyed %v: %+v (%v)", keyed, v, err)
		}
	}
}

// What is changed in an export is found: by the manifest, and where that was written
// anew as well, by the sums and the chain.
func TestAChangedExportIsFound(t *testing.T) {
	m, folder := exported(t)
	for name, c := range map[string]struct {
		file, old, new string
		honest         bool // the manifest is left as it was
		keyless        bool // found without a key
		check          string
	}{
		"a row is changed":          {file: "payouts.jsonl", old: `"fen":80000`, new: `"fen":80001`, honest: true, keyless: true, check: "manifest"},
		"a posting is changed":      {file: "postings.jsonl", old: `"fen":80000`, new: `"fen":80001`, keyless: true, check: "entry_sum"},
		"an account is changed":     {file: "accounts.jsonl", old: `"pending_in_fen":`, new: `"pending_in_fen":1`, keyless: true, check: "balance"},
		"a link has another hash":   {file: "audit.jsonl", old: `"hash":"`, new: `"hash":"00`, keyless: true, check: "audit_chain"},
		"a head is elsewhere":       {file: "audit-heads.jsonl", old: `"seq":`, new: `"seq":9`, keyless: true, check: "audit_chain"},
		"a link says another thing": {file: "audit.jsonl", old: `"reason":"`, new: `"reason":"x`, check: "audit_chain"},
	} {
		t.Run(name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "export")
			if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(copied, c.file)
			text, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(text), c.old) {
				t.Fatalf("%s holds no %s (%v)", c.file, c.old, err)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(text), c.old, c.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			if !c.honest {
				hashedAnew(t, copied)
			}
			sealer := m.db.sealer
			if c.keyless {
				sealer = nil
			}
			v, err := VerifyExport(os.DirFS(copied), sealer)
			if err != nil || len(v.Faults) == 0 || v.Faults[0].Check != c.check {
				t.Errorf("%+v (%v)", v.Faults, err)
			}
		})
	}
}

// hashedAnew writes the manifest of a folder as somebody would who changed a file.
func hashedAnew(t *testing.T, folder string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, manifestFile))
	if err != nil {
		t.Fatal(err)
	}
	var m ExportManifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	for i, f := range m.Files {
		if m.Files[i].SHA256, _, err = summed(os.DirFS(folder), f.Name); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.save(folder); err != nil {
		t.Fatal(err)
	}
}
