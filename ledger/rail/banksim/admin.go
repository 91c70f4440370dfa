package banksim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
)

// Overview is what a person sees of the bank. It names no account and nobody.
type Overview struct {
	Balance string      `json:"balance"` // of the paying account, yuan
	Next    []Quirk     `json:"next"`    // of the next batches
	Batches []BatchView `json:"batches"`
	Endings []Ending    `json:"endings"` // last digits of an account, and what they bring about
}

// BatchView is one batch in it.
type BatchView struct {
	ID      string        `json:"id"`
	Quirk   Quirk         `json:"quirk,omitempty"`
	Fetched int           `json:"fetched"` // times that its return was asked for
	Payouts []PayoutsView `json:"payouts"`
}

// PayoutsView is how many payouts of a batch stand alike.
type PayoutsView struct {
	Status string `json:"status"` // empty: nobody has asked yet
	Reason string `json:"reason,omitempty"`
	Count  int    `json:"count"`
}

// admin is the page for people: GET …/admin shows the bank, GET
// …/admin/statement?day= gives the camt.053 of a day; POST …/admin/behave?as=
// lets the next batch misbehave, …/admin/settle brings every batch to its last
// word, …/admin/deposit?day=&fen= pays in.
func (b *Bank) admin(w http.ResponseWriter, r *http.Request) {
	_, what, _ := strings.Cut(r.URL.Path, "/admin")
	query := r.URL.Query()
	var err error
	switch r.Method + " " + what {
	case "GET ", "GET /":
		w.Header().Set("Content-Type", "application/json")
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		_ = enc.Encode(b.Overview()) // a person looks, and sees if it is cut off
		return
	case "GET /statement":
		b.giveStatement(w, query.Get("day"))
		return
	case "POST /behave":
		err = b.Behave(Quirk(query.Get("as")))
	case "POST /settle":
		err = b.Settle()
	case "POST /deposit":
		var fen int64
		if fen, err = strconv.ParseInt(query.Get("fen"), 10, 64); err == nil {
			err = b.Deposit(area.Date(query.Get("day")), fen)
		}
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (b *Bank) giveStatement(w http.ResponseWriter, text string) {
	day, err := area.ParseDate(text)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	file, err := b.Statement(day)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Disposition", "attachment; filename=camt053-"+string(day)+".xml")
	_, _ = w.Write(file) //nolint:gosec // XML to a person of the demo city, made by us; whoever asked sees if it is cut off
}

// Overview is the bank as it stands.
func (b *Bank) Overview() Overview {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := Overview{Balance: ledger.Yuan(b.balance()), Next: append([]Quirk{}, b.kept.Next...), Batches: []BatchView{}, Endings: Endings()}
	for _, t := range b.kept.Batches {
		o.Batches = append(o.Batches, t.view())
	}
	return o
}

func (t *taken) view() BatchView {
	v := BatchView{ID: t.ID, Quirk: t.Quirk, Fetched: t.Fetched}
	at := map[PayoutsView]int{}
	for _, w := range t.Words {
		one := PayoutsView{Status: string(w.Status), Reason: string(w.Reason)}
		if _, seen := at[one]; !seen {
			at[one] = len(v.Payouts)
			v.Payouts = append(v.Payouts, one)
		}
		v.Payouts[at[one]].Count++
	}
	return v
}
