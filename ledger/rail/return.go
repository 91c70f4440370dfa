package rail

import (
	"fmt"

	"example.org/hotline/area"
)

// Return is what a bank says of a batch, whole and consistent in itself.
type Return struct {
	Batch string // the batch it answers
	Unit  string // for whom, where the bank says so
	Made  area.Date
	Count int   // payouts told below
	Fen   int64 // their sum
	Items []ReturnItem

	// What the bank says of the batch as a whole; nothing where it does not.
	Group       Status // Failed: every payout is refused. Succeeded never: that is said of each
	GroupReason Reason
	GroupCode   string
	OfBatch     *Totals
}

// Totals are what a bank says it was sent.
type Totals struct {
	Line  int
	Count int
	Fen   int64 // 0: not said
}

// ReturnItem is what a bank says of one payout.
type ReturnItem struct {
	Line      int     // of the file
	Reference string  // ours
	Seq       int     // of the batch, where the bank says it
	Account   Private // echoed, where the bank does
	Holder    Private // echoed, where the bank does
	Fen       int64   // 0 where the bank does not say it
	Status    Status
	Reason    Reason
	Code      string  // the bank's
	Text      Private // the bank's words, which may hold a name
}

// Result is what is known of one payout of a batch after a return.
type Result struct {
	Item     Item
	Status   Status // empty: the bank has not said anything of it
	Reason   Reason
	Code     string
	Text     Private
	Inferred bool // Accepted by the bank's silence alone
}

// Results holds a return against the batch that was sent. Any difference refuses
// the whole return: another batch or unit, a payout that was not in it, another
// amount, account or name.
//
// With absentMeansAccepted, an agreement with some banks that list failures
// only, a payout that the return does not name counts as accepted, unless the
// batch is refused or still pending. It never counts as succeeded.
func (r Return) Results(sent Batch, absentMeansAccepted bool) ([]Result, error) {
	var faults Faults
	r.compare(&faults, sent)
	told := make(map[string]ReturnItem, len(r.Items))
	items := make(map[string]Item, len(sent.Items))
	for _, i := range sent.Items {
		items[i.Reference] = i
	}
	for _, got := range r.Items {
		item, ok := items[got.Reference]
		first, twice := told[got.Reference]
		switch {
		case !ok:
			faults.Add(got.Line, "reference", "not_in_batch", nil)
		case twice:
			faults.Add(got.Line, "reference", "reference_twice", map[string]any{"first": first.Line})
		case got.Seq != 0 && got.Seq != item.Seq:
			faults.Add(got.Line, "seq", "seq_differs", nil)
		case got.Fen != 0 && got.Fen != item.Fen:
			faults.Add(got.Line, "amount", "amount_differs", nil)
		case got.Account != "" && got.Account != item.Account, got.Holder != "" && got.Holder != item.Holder:
			faults.Add(got.Line, "account", "payee_differs", nil)
		case r.Group == Failed && got.Status != Failed:
			faults.Add(got.Line, "result", "group_differs", nil)
		}
		told[got.Reference] = got
	}
	if faults.Any() {
		return nil, faults.Err()
	}
	results := make([]Result, 0, len(sent.Items))
	for _, item := range sent.Items {
		if got, ok := told[item.Reference]; ok {
			results = append(results, Result{Item: item, Status: got.Status, Reason: got.Reason, Code: got.Code, Text: got.Text})
			continue
		}
		results = append(results, r.silent(item, absentMeansAccepted))
	}
	return results, nil
}

// silent is the result of a payout that the return does not name.
func (r Return) silent(item Item, absentMeansAccepted bool) Result {
	switch {
	case r.Group == Failed:
		return Result{Item: item, Status: Failed, Reason: r.GroupReason, Code: r.GroupCode}
	case r.Group == Pending:
		return Result{Item: item, Status: Pending}
	case absentMeansAccepted:
		return Result{Item: item, Status: Accepted, Inferred: true}
	default:
		return Result{Item: item}
	}
}

// compare looks at what the return says of the batch as a whole.
func (r Return) compare(faults *Faults, sent Batch) {
	if r.Batch != sent.ID {
		faults.Add(0, "batch", "other_batch", nil)
	}
	if r.Unit != "" && r.Unit != sent.Unit {
		faults.Add(0, "unit", "other_unit", nil)
	}
	if t := r.OfBatch; t != nil && (t.Count != sent.Count() || t.Fen != 0 && t.Fen != sent.ControlSum()) {
		faults.Add(t.Line, "count", "batch_differs", nil)
	}
}

// String says how large the return is, and nothing of what is in it.
func (r Return) String() string {
	return fmt.Sprintf("return of batch %s: %d payouts", r.Batch, len(r.Items))
}
