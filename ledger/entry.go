package ledger

import (
	"fmt"

	"example.org/hotline/area"
)

// EntryID is the internal number of an entry.
type EntryID int64

// Layer tells what has really moved from what is only held.
type Layer string

// The layers. Each sums to zero by itself in every entry.
const (
	Posted   Layer = "posted"   // moved
	Pending  Layer = "pending"  // held until it is posted or let go
	Released Layer = "released" // the exact mirror of a pending entry, which ends it
)

// Posting is one line of an entry: debit positive, credit negative.
type Posting struct {
	Account AccountID
	Ref     AccountRef
	Fen     int64
	Layer   Layer
}

// Event is what happened to money (DOMAIN 4.3).
type Event string

// The events of this version. The bank's follow with the bank's rails.
const (
	EventFundAllocated Event = "fund_allocated" // the county's fund was given money
	EventFloatFunded   Event = "float_funded"   // a township's float was filled, or its vouchers repaid
	EventApproved      Event = "approved"       // the sum is owed to the case
	EventReserved      Event = "reserved"       // held in the float, not moved
	EventReleased      Event = "released"       // the hold was let go
	EventCashIssued    Event = "cash_issued"    // from the float into a worker's hands
	EventReceipted     Event = "receipted"      // from the worker's hands to the citizen
	EventCashReturned  Event = "cash_returned"  // the worker brought it back
	EventCancelled     Event = "cancelled"      // no longer owed: nothing had been sent
	EventReversed      Event = "reversed"       // the exact mirror of a posted entry
)

// moves is the table of DOMAIN 4.3: what each event debits and credits, and in
// which layer. Releases and reversals mirror the entry they name.
var moves = map[Event]struct {
	Debit, Credit Kind
	Layer         Layer
}{
	EventFundAllocated: {Fund, Appropriation, Posted},
	EventFloatFunded:   {Float, Fund, Posted},
	EventApproved:      {Expense, Payable, Posted},
	EventReserved:      {Payable, Float, Pending},
	EventCashIssued:    {Cash, Float, Posted},
	EventReceipted:     {Payable, Cash, Posted},
	EventCashReturned:  {Float, Cash, Posted},
	EventCancelled:     {Payable, Expense, Posted},
}

// Entry is one event with its postings. It is never changed; a mistake is
// mirrored by another entry.
type Entry struct {
	ID           EntryID
	Key          string // what makes it happen once: "disbursement:<id>:reserve:1"
	Event        Event
	Area         area.Code
	Disbursement DisbursementID // zero where it belongs to none
	Resolves     EntryID        // the pending entry this one ends
	Reverses     EntryID        // the posted entry this one mirrors
	Reason       string
	Postings     []Posting
}

// entry makes the entry of an event from the table.
func entry(key string, ev Event, at area.Code, debit, credit AccountRef, fen int64) Entry {
	m := moves[ev]
	if m.Debit != debit.Kind || m.Credit != credit.Kind { // a mistake of ours, found by the first test that runs it
		panic(fmt.Sprintf("ledger: %s moves %s to %s, not %s to %s", ev, m.Credit, m.Debit, credit.Kind, debit.Kind))
	}
	return Entry{Key: key, Event: ev, Area: at, Postings: []Posting{
		{Ref: debit, Fen: fen, Layer: m.Layer}, {Ref: credit, Fen: -fen, Layer: m.Layer}}}
}

// mirror turns an entry around: a pending one is released, a posted one reversed.
func (e Entry) mirror(key string, ev Event, layer Layer) Entry {
	out := Entry{Key: key, Event: ev, Area: e.Area, Disbursement: e.Disbursement}
	for _, p := range e.Postings {
		out.Postings = append(out.Postings, Posting{Ref: p.Ref, Fen: -p.Fen, Layer: layer})
	}
	return out
}

// check reports the first way in which the entry is not one: too few lines, a
// line of zero, a layer that does not sum to zero.
func (e Entry) check() error {
	if len(e.Postings) < 2 {
		return fmt.Errorf("entry %s has %d postings, needs two", e.Key, len(e.Postings))
	}
	sums := map[Layer]int64{}
	for _, p := range e.Postings {
		if p.Fen == 0 || p.Fen > MaxFen || p.Fen < -MaxFen {
			return fmt.Errorf("entry %s holds a posting out of range", e.Key)
		}
		sums[p.Layer] += p.Fen
	}
	for layer, sum := range sums {
		if sum != 0 {
			return fmt.Errorf("entry %s does not sum to zero in %s: off by %d fen", e.Key, layer, sum)
		}
	}
	return nil
}
