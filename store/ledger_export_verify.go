package store

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"example.org/hotline/internal/seal"
	"example.org/hotline/ledger"
)

// exportCheck reads an export of the books and keeps what does not hold.
type exportCheck struct {
	in     fs.FS
	sealer seal.Sealer // nil: whoever checks has no key of the house
	out    ledger.Verification
}

// VerifyExport checks an export by itself, without a database: that its files are those
// of its manifest, that every entry sums to zero, that the accounts hold what their
// postings come to, and that the audit chain has no gap, no fork and no loose end.
// With the house's keys each link of the chain is hashed anew; without them a chain
// that was rewritten from some link on to its end is told only by its head, which
// has to be compared with one that was kept elsewhere.
func VerifyExport(in fs.FS, sealer seal.Sealer) (ledger.Verification, error) {
	c := exportCheck{in: in, sealer: sealer, out: ledger.Verification{Faults: []ledger.BookFault{}}}
	for _, check := range []struct {
		name string
		run  func() error
	}{{"manifest", c.manifest}, {"entry_sum", c.sums}, {"audit_chain", c.chain}} {
		if err := check.run(); err != nil {
			return c.out, err
		}
		c.out.Checks = append(c.out.Checks, check.name)
	}
	return c.out, nil
}

func (c *exportCheck) fault(check, format string, args ...any) {
	if len(c.out.Faults) < mostFaults {
		c.out.Faults = append(c.out.Faults, ledger.BookFault{Check: check, What: fmt.Sprintf(format, args...)})
	}
}

// manifest compares each file with its hash and number of rows.
func (c *exportCheck) manifest() error {
	text, err := fs.ReadFile(c.in, manifestFile)
	if err != nil {
		return fmt.Errorf("read the manifest (is this the folder of an export?): %w", err)
	}
	var m ExportManifest
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	c.out.At = m.At
	listed := map[string]bool{manifestFile: true}
	for _, f := range m.Files {
		listed[f.Name] = true
		sum, lines, err := summed(c.in, f.Name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			c.fault("manifest", "%s is missing", f.Name)
		case err != nil:
			return err
		case sum != f.SHA256:
			c.fault("manifest", "%s was changed after it was written", f.Name)
		case lines != f.Rows+1:
			c.fault("manifest", "%s has %d rows, the manifest says %d", f.Name, lines-1, f.Rows)
		}
	}
	for _, e := range exportSQL {
		if !listed[e.file] {
			c.fault("manifest", "the manifest does not name %s", e.file)
		}
	}
	found, err := fs.ReadDir(c.in, ".")
	for _, f := range found {
		if !listed[f.Name()] {
			c.fault("manifest", "%s is not in the manifest", f.Name())
		}
	}
	return err
}

// lineCount counts the lines that are written to it.
type lineCount int

func (n *lineCount) Write(p []byte) (int, error) {
	*n += lineCount(bytes.Count(p, []byte{'\n'}))
	return len(p), nil
}

// summed is the hash of a file and how many lines it has.
func summed(in fs.FS, name string) (sum string, lines int, err error) {
	f, err := in.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close() //nolint:errcheck // only read
	h, n := sha256.New(), lineCount(0)
	if _, err := io.Copy(io.MultiWriter(h, &n), f); err != nil {
		return "", 0, fmt.Errorf("read %s: %w", name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), int(n), nil
}

// eachRow reads the rows of a file in their order; one that is missing has none.
func eachRow[T any](c *exportCheck, name string, do func(T) error) error {
	f, err := c.in.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // told by the manifest
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20) // a month's report is one line
	for n := 0; lines.Scan(); n++ {
		if n == 0 {
			continue // the names
		}
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			c.fault("manifest", "line %d of %s cannot be read: %v", n+1, name, err)
			return nil
		}
		if err := do(row); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// held are the three figures of an account.
type held struct{ posted, in, out int64 }

// sums adds the postings up.
func (c *exportCheck) sums() error {
	entries, lines, accounts := map[string]map[string]int64{}, map[string]int{}, map[string]held{}
	err := eachRow(c, "postings.jsonl", func(p struct {
		Entry, Account, Layer string
		Fen                   int64
	}) error {
		c.out.Postings++
		if entries[p.Entry] == nil {
			entries[p.Entry] = map[string]int64{}
		}
		entries[p.Entry][p.Layer] += p.Fen
		lines[p.Entry]++
		accounts[p.Account] = accounts[p.Account].with(p.Layer, p.Fen)
		return nil
	})
	if err != nil {
		return err
	}
	err = eachRow(c, "entries.jsonl", func(e struct{ ID, Event string }) error {
		c.out.Entries++
		off := lines[e.ID] < 2
		for _, sum := range entries[e.ID] {
			off = off || sum != 0
		}
		if off {
			c.fault("entry_sum", "entry %s (%s) does not sum to zero, or has fewer than two lines", e.ID, e.Event)
		}
		delete(entries, e.ID)
		return nil
	})
	if err != nil {
		return err
	}
	for id := range entries {
		c.fault("entry_sum", "entry %s has postings and is not among the entries", id)
	}
	return c.balances(accounts)
}

func (h held) with(layer string, fen int64) held {
	switch {
	case layer == string(ledger.Posted):
		h.posted += fen
	case (layer == string(ledger.Pending)) == (fen > 0): // held to come, or no longer
		h.in += fen
	default:
		h.out -= fen
	}
	return h
}

// balances compares what accounts show with what their postings came to.
func (c *exportCheck) balances(summed map[string]held) error {
	err := eachRow(c, "accounts.jsonl", func(a struct {
		ID, Kind string
		Posted   int64 `json:"posted_fen"`
		In       int64 `json:"pending_in_fen"`
		Out      int64 `json:"pending_out_fen"`
	}) error {
		c.out.Accounts++
		if shows := (held{a.Posted, a.In, a.Out}); shows != summed[a.ID] {
			c.fault("balance", "account %s (%s) shows %+v fen, its postings come to %+v", a.ID, a.Kind, shows, summed[a.ID])
		}
		delete(summed, a.ID)
		return nil
	})
	if err != nil {
		return err
	}
	for id := range summed {
		c.fault("balance", "account %s has postings and is not among the accounts", id)
	}
	return eachRow(c, "payouts.jsonl", func(struct{}) error { c.out.Payouts++; return nil })
}

// exportedLink is a record of the audit chain as the export has it.
type exportedLink struct {
	auditLink
	Prev string `json:"prev_hash"`
	Hash string `json:"hash"`
}

// chain walks every lane to its head.
func (c *exportCheck) chain() error {
	type end struct {
		Lane int16
		Seq  int64
		Hash string
	}
	ends := map[int16]end{}
	err := eachRow(c, "audit.jsonl", func(l exportedLink) error {
		last := ends[l.Lane]
		switch {
		case l.Seq != last.Seq+1:
			c.fault("audit_chain", "lane %d: records %d to %d are missing", l.Lane, last.Seq+1, l.Seq-1)
		case l.Prev != last.Hash:
			c.fault("audit_chain", "lane %d, record %d does not follow the record before it", l.Lane, l.Seq)
		}
		ends[l.Lane] = end{l.Lane, l.Seq, l.Hash}
		return c.rehash(l)
	})
	if err != nil {
		return err
	}
	return eachRow(c, "audit-heads.jsonl", func(head end) error {
		if head.Seq != ends[head.Lane].Seq || head.Hash != ends[head.Lane].Hash {
			c.fault("audit_chain", "lane %d: its end is not where its head says, records were cut off", head.Lane)
		}
		return nil
	})
}

// rehash compares a link with its keyed hash, where the key is there.
func (c *exportCheck) rehash(l exportedLink) error {
	if c.sealer == nil {
		return nil
	}
	prev, broken := hex.DecodeString(l.Prev)
	if broken != nil {
		c.fault("audit_chain", "lane %d, record %d: its hash is none", l.Lane, l.Seq)
		return nil //nolint:nilerr // what is wrong with the export is a finding, not an error of the check
	}
	link := l.auditLink
	link.At = link.At.UTC()
	want, err := link.hash(c.sealer, prev)
	if err != nil {
		return err
	}
	if hex.EncodeToString(want) != l.Hash {
		c.fault("audit_chain", "lane %d, record %d was changed after it was written", l.Lane, l.Seq)
	}
	return nil
}
