// Package banksim is the bank of `hotline dev` and of the tests: it takes batches
// over HTTP as ledger/rail/bankhttp sends them, signs its answers, keeps a paying
// account, and misbehaves in every way in which banks do. How is chosen by the
// last four digits of a payee's account (Endings), by Behave for the next batch,
// or by a seed. Given the same requests it does the same again. It knows no
// clock but the one that signatures carry: what it books, it books on the day
// that a batch names.
package banksim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/ledger/rail/iso20022"
	"example.org/hotline/ledger/rail/layout"
)

// Options are a bank's agreement with the city.
type Options struct {
	Layout  *layout.Layout // form of its files; nil: ISO 20022
	Signer  bankhttp.Signer
	Now     func() time.Time // of signatures
	Unit    string           // whom it serves
	Debit   rail.Private     // the account that pays
	Opening int64            // what lies on it at first, in fen
	State   string           // file that keeps it over restarts; empty: memory alone
	Seed    uint64           // with Trouble
	Trouble float64          // share of payouts that misbehave by themselves, 0 to 1
}

// Bank is one bank. It is an http.Handler: of the interface, and of a page for
// people below /admin.
type Bank struct {
	o Options

	mu     sync.Mutex
	kept   state
	nonces map[string]bool
}

// state is what a restart must not lose. It holds files as they came: what is
// Private would be written as stars.
type state struct {
	Batches  []*taken  `json:"batches"`
	Bookings []booking `json:"bookings"`
	Next     []Quirk   `json:"next"` // of the next batches, in order
}

// taken is a batch that the bank was given.
type taken struct {
	ID      string  `json:"id"`
	File    []byte  `json:"file"`
	Quirk   Quirk   `json:"quirk"` // of the whole batch
	Items   []Quirk `json:"items"` // of each payout, in order
	Asked   int     `json:"asked"` // answers to Query that were due
	Fetched int     `json:"fetched"`
	Stage   stage   `json:"stage"`
	Words   []word  `json:"words"` // on each payout
}

// word is what the bank says of one payout.
type word struct {
	Status rail.Status `json:"status"`
	Reason rail.Reason `json:"reason"`
}

// stage is how far a batch has come.
type stage int

const (
	arrived stage = iota // the bank has it
	decided              // the first word on each payout is spoken
	settled              // the last word is
)

// New is a bank; with a file of state it goes on where it ended.
func New(o Options) (*Bank, error) {
	b := &Bank{o: o, nonces: map[string]bool{}}
	if o.State == "" {
		return b, nil
	}
	data, err := os.ReadFile(o.State)
	if errors.Is(err, os.ErrNotExist) {
		return b, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &b.kept)
	}
	if err != nil {
		return nil, fmt.Errorf("read what the bank of the demo city has: %w", err)
	}
	return b, nil
}

// keep writes the state down.
func (b *Bank) keep() error {
	if b.o.State == "" {
		return nil
	}
	data, err := json.Marshal(b.kept)
	if err != nil {
		return fmt.Errorf("keep what the bank has: %w", err)
	}
	fresh := b.o.State + ".new"
	if err := os.WriteFile(fresh, data, 0o600); err != nil {
		return fmt.Errorf("keep what the bank has: %w", err)
	}
	return os.Rename(fresh, b.o.State)
}

// Behave lets the next batch misbehave; several are taken in turn.
func (b *Bank) Behave(q Quirk) error {
	if !q.ofBatch() {
		return fmt.Errorf("no batch can %q; known are %v", q, BatchQuirks())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept.Next = append(b.kept.Next, q)
	return b.keep()
}

// Settle brings every batch to its last word, as the bank's night does.
func (b *Bank) Settle() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.kept.Batches {
		for t.Stage < settled {
			if err := b.advance(t); err != nil {
				return err
			}
		}
	}
	return b.keep()
}

// read is a batch of the bank's form.
func (b *Bank) read(file []byte) (rail.Batch, error) {
	if b.o.Layout != nil {
		return b.o.Layout.ReadBatch(bytes.NewReader(file))
	}
	return iso20022.ReadBatch(bytes.NewReader(file))
}

// take keeps a batch that is sound. The code says why it is not.
func (b *Bank) take(id string, file []byte) (t *taken, code string) {
	batch, err := b.read(file)
	switch {
	case err != nil:
		return nil, "FORM"
	case batch.ID != id:
		return nil, "BATCH"
	case batch.Unit != b.o.Unit:
		return nil, "UNIT"
	case batch.DebitAccount != b.o.Debit:
		return nil, "ACCOUNT"
	}
	t = &taken{ID: id, File: file, Words: make([]word, len(batch.Items))}
	for _, i := range batch.Items {
		q := b.quirkOf(i)
		if q.ofBatch() {
			t.Quirk, q = q, Sound
		}
		t.Items = append(t.Items, q)
	}
	if len(b.kept.Next) > 0 {
		t.Quirk, b.kept.Next = b.kept.Next[0], b.kept.Next[1:]
	}
	switch t.Quirk {
	case BatchRefused:
		return nil, "REFUSED"
	case NotTaken:
		return nil, "AWAY"
	default:
	}
	b.kept.Batches = append(b.kept.Batches, t)
	return t, ""
}

// quirkOf is how a payout misbehaves: by its account, else by chance.
func (b *Bank) quirkOf(i rail.Item) Quirk {
	if q, ok := byEnding(i.Account); ok {
		return q
	}
	hash := fnv.New64a()
	_, _ = io.WriteString(hash, i.Reference)              // never fails (package hash)
	dice := rand.New(rand.NewPCG(b.o.Seed, hash.Sum64())) //nolint:gosec // the same again for the same seed
	if dice.Float64() >= b.o.Trouble {
		return Sound
	}
	return endings[dice.IntN(len(endings))].Quirk
}

func (b *Bank) find(id string) *taken {
	for _, t := range b.kept.Batches {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// advance brings a batch one stage on and books what it means.
func (b *Bank) advance(t *taken) error {
	batch, err := b.read(t.File)
	if err != nil {
		return fmt.Errorf("read a batch that the bank has taken: %w", err)
	}
	t.Stage++
	if t.Quirk == Lost {
		return nil
	}
	for n, i := range batch.Items {
		was := t.Words[n]
		t.Words[n] = b.says(t, n, i, was)
		b.book(batch.Execute, i, t.Items[n], was.Status, t.Words[n].Status)
	}
	return nil
}

// says is the bank's word on a payout at the batch's stage. What it has refused
// for a reason of its own stays refused.
func (b *Bank) says(t *taken, n int, i rail.Item, was word) word {
	next := t.Items[n].first()
	switch {
	case t.Stage == settled && was != next:
		return was
	case t.Stage == settled:
		next = t.Items[n].last()
	case b.credited(i.Reference):
		return word{rail.Failed, rail.ReasonDuplicate}
	default:
	}
	if next.Status == rail.Succeeded && was.Status != rail.Succeeded && b.balance() < i.Fen {
		return word{rail.Failed, rail.ReasonNoFunds}
	}
	return next
}

// returned is the bank's return for a batch as it stands; false where there is none yet.
func (b *Bank) returned(t *taken) ([]byte, bool, error) {
	t.Fetched++
	late := 0
	if t.Quirk == Slow {
		late = slowFetches
	}
	switch {
	case t.Quirk == Lost || t.Fetched <= late:
		return nil, false, nil
	case t.Stage == arrived, t.Stage == decided && t.Fetched > late+firstWords:
		if err := b.advance(t); err != nil {
			return nil, false, err
		}
	default:
	}
	file, err := b.write(t)
	return file, err == nil, err
}

// How often the bank gives its first word before the last, and says that it has none yet.
const (
	firstWords  = 2
	slowFetches = 2
)

// write is the return in the bank's form. A layout without a word for a status
// leaves the payout out, as banks do that name failures only.
func (b *Bank) write(t *taken) ([]byte, error) {
	batch, err := b.read(t.File)
	if err != nil {
		return nil, fmt.Errorf("read a batch that the bank has taken: %w", err)
	}
	r := rail.Return{Batch: batch.ID, Unit: batch.Unit, Made: batch.Execute}
	for n, i := range batch.Items {
		if w := t.Words[n]; t.Items[n] != Silent && b.hasWord(w.Status) {
			item := rail.ReturnItem{Seq: i.Seq, Reference: i.Reference, Account: i.Account, Holder: i.Holder, Fen: i.Fen, Status: w.Status, Reason: w.Reason}
			item.Code = b.codeOf(item.Reason)
			r.Items = append(r.Items, item)
		}
	}
	if b.o.Layout != nil {
		return b.o.Layout.WriteReturn(r)
	}
	return iso20022.WriteStatus(r, noon(batch.Execute))
}

func (b *Bank) hasWord(status rail.Status) bool {
	if b.o.Layout == nil {
		return true
	}
	for _, s := range b.o.Layout.Results {
		if s == status {
			return true
		}
	}
	return false
}

// codeOf is the shortest of the bank's words for a reason: a field for codes has
// room for it.
func (b *Bank) codeOf(reason rail.Reason) string {
	if b.o.Layout == nil || reason == rail.ReasonNone {
		return ""
	}
	code := ""
	for word, r := range b.o.Layout.Reasons {
		if r == reason && (code == "" || len(word) < len(code) || len(word) == len(code) && word < code) {
			code = word
		}
	}
	return code
}

// noon is an instant of a day, for a message that wants one.
func noon(day area.Date) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, string(day), area.Shanghai)
	if err != nil {
		return time.Time{}
	}
	return at.Add(12 * time.Hour)
}
