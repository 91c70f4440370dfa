package ledger

import (
	"fmt"
	"slices"

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

// The events, in the order of a sum's way through the books.
const (
	EventFundAllocated     Event = "fund_allocated"      // the county's fund was given money
	EventFloatFunded       Event = "float_funded"        // a float was filled
	EventClaimRepaid       Event = "claim_repaid"        // the county repaid what a township had spent, against its vouchers
	EventFloatMoved        Event = "float_moved"         // a merged township's float went to its successor
	EventApproved          Event = "approved"            // the sum is owed to the case
	EventReserved          Event = "reserved"            // held, not moved
	EventReleased          Event = "released"            // the hold was let go
	EventCashIssued        Event = "cash_issued"         // from the float into a worker's hands, for one payout
	EventReceipted         Event = "receipted"           // from the worker's hands to the citizen
	EventCashReturned      Event = "cash_returned"       // the worker brought a payout's cash back
	EventAdvanceIssued     Event = "advance_issued"      // from the float into a worker's standing advance
	EventAdvanceHandedOver Event = "advance_handed_over" // from one worker's standing advance to another's
	EventAdvanceReturned   Event = "advance_returned"    // from a standing advance back into the float
	EventAdvanceClaimed    Event = "advance_claimed"     // what is missing of the advance of somebody who is gone is to be had from them
	EventAdvanceRepaid     Event = "advance_repaid"      // of that, what came back into the float
	EventCashShort         Event = "cash_short"          // a count found less than the books say
	EventCashOver          Event = "cash_over"           // a count found more
	EventGoodsBought       Event = "goods_bought"        // goods came into the stock, at cost
	EventGoodsGiven        Event = "goods_given"         // goods went to the citizen
	EventGoodsMoved        Event = "goods_moved"         // goods went from one store to another
	EventGoodsMissing      Event = "goods_missing"       // a count found fewer pieces than the books say
	EventGoodsSurplus      Event = "goods_surplus"       // a count found more
	EventBankSent          Event = "bank_sent"           // on its way through a bank
	EventBankSucceeded     Event = "bank_succeeded"      // the bank has credited the payee
	EventBankFailed        Event = "bank_failed"         // the bank has not
	EventBankReturned      Event = "bank_returned"       // came back after it had been credited
	EventReissued          Event = "reissued"            // owed to the case again, after the repair
	EventLateSuccess       Event = "late_success"        // the bank has credited what it had called failed
	EventCancelled         Event = "cancelled"           // no longer owed: nothing had been sent
	EventReversed          Event = "reversed"            // the exact mirror of a posted entry
	EventRecoveryOpened    Event = "recovery_opened"     // what was paid is to be claimed back
	EventRecovered         Event = "recovered"           // the citizen has paid back
	EventClaimNetted       Event = "claim_netted"        // the second try is dead: what the first has paid is the payment, and nothing is claimed back
	EventSuspenseCovered   Event = "suspense_covered"    // the fund has the money now for what a bank had paid unforeseen
	EventSuspensePaidIn    Event = "suspense_paid_in"    // what a count had missed came back into the float
	EventSuspenseClaimed   Event = "suspense_claimed"    // what a count had missed is claimed from who carried it
	EventSuspenseSpent     Event = "suspense_spent"      // what a count had missed is written off
	EventFloatRefilled     Event = "float_refilled"      // the county made good what a float had lost
	EventSurplusKept       Event = "surplus_kept"        // what a count had found too much is the county's
	EventSurplusDeposited  Event = "surplus_deposited"   // and was brought from the float to the bank
	EventBankFee           Event = "bank_fee"            // the bank took a fee
	EventBankInterest      Event = "bank_interest"       // the bank paid interest
	EventYearClosed        Event = "year_closed"         // what a year has spent, taken off what it was given
)

// Events lists every Event.
func Events() []Event {
	return []Event{EventFundAllocated, EventFloatFunded, EventClaimRepaid, EventFloatMoved, EventApproved, EventReserved, EventReleased, EventCashIssued,
		EventReceipted, EventCashReturned, EventAdvanceIssued, EventAdvanceHandedOver, EventAdvanceReturned, EventAdvanceClaimed, EventAdvanceRepaid, EventCashShort, EventCashOver, EventGoodsBought,
		EventGoodsGiven, EventGoodsMoved, EventGoodsMissing, EventGoodsSurplus, EventBankSent, EventBankSucceeded, EventBankFailed, EventBankReturned, EventReissued, EventLateSuccess, EventCancelled, EventReversed,
		EventRecoveryOpened, EventRecovered, EventClaimNetted, EventSuspenseCovered, EventSuspensePaidIn, EventSuspenseClaimed, EventSuspenseSpent,
		EventFloatRefilled, EventSurplusKept, EventSurplusDeposited, EventBankFee, EventBankInterest, EventYearClosed}
}

// moves is the table of DOMAIN 4.3: what each event debits and credits, and in
// which layer. Releases and reversals mirror the entry they name.
//
// A hold stands on what pays, for as long as the money is there: on the way
// through a bank it is held for the sum in transit, which leaves the fund only
// when the bank says so. Of a standing advance it also names whose hands the money
// is to come into. What a bank has paid unforeseen stands in suspense where the fund
// does not have it.
var moves = map[Event]struct {
	Debit, Credit []Kind
	Layer         Layer
}{
	EventFundAllocated:     {[]Kind{Fund}, []Kind{Appropriation}, Posted},
	EventFloatFunded:       {[]Kind{Float}, []Kind{Fund}, Posted},
	EventClaimRepaid:       {[]Kind{Float}, []Kind{Fund}, Posted},
	EventFloatMoved:        {[]Kind{Float}, []Kind{Float}, Posted},
	EventApproved:          {[]Kind{Expense}, []Kind{Payable}, Posted},
	EventReserved:          {[]Kind{Payable, InTransit, Cash, Float, Stock}, []Kind{Fund, Float, Cash, Stock}, Pending},
	EventCashIssued:        {[]Kind{Cash}, []Kind{Float}, Posted},
	EventReceipted:         {[]Kind{Payable}, []Kind{Cash}, Posted},
	EventCashReturned:      {[]Kind{Float}, []Kind{Cash}, Posted},
	EventAdvanceIssued:     {[]Kind{Cash}, []Kind{Float}, Posted},
	EventAdvanceHandedOver: {[]Kind{Cash}, []Kind{Cash}, Posted},
	EventAdvanceReturned:   {[]Kind{Float}, []Kind{Cash}, Posted},
	EventAdvanceClaimed:    {[]Kind{Recovery}, []Kind{Cash}, Posted},
	EventAdvanceRepaid:     {[]Kind{Float}, []Kind{Recovery}, Posted},
	EventCashShort:         {[]Kind{Suspense}, []Kind{Cash}, Posted},
	EventCashOver:          {[]Kind{Cash}, []Kind{Suspense}, Posted},
	EventGoodsBought:       {[]Kind{Stock}, []Kind{Fund}, Posted},
	EventGoodsGiven:        {[]Kind{Payable}, []Kind{Stock}, Posted},
	EventGoodsMoved:        {[]Kind{Stock}, []Kind{Stock}, Posted},
	EventGoodsMissing:      {[]Kind{Suspense}, []Kind{Stock}, Posted},
	EventGoodsSurplus:      {[]Kind{Stock}, []Kind{Suspense}, Posted},
	EventBankSent:          {[]Kind{Payable}, []Kind{InTransit}, Posted},
	EventBankSucceeded:     {[]Kind{InTransit}, []Kind{Fund, Float}, Posted},
	EventBankFailed:        {[]Kind{InTransit}, []Kind{Returned}, Posted},
	EventBankReturned:      {[]Kind{Fund, Float}, []Kind{Returned}, Posted},
	EventReissued:          {[]Kind{Returned}, []Kind{Payable}, Posted},
	EventLateSuccess:       {[]Kind{Returned, Recovery}, []Kind{Fund, Float, Suspense}, Posted},
	EventCancelled:         {[]Kind{Payable}, []Kind{Expense}, Posted},
	EventRecoveryOpened:    {[]Kind{Recovery}, []Kind{Expense}, Posted},
	EventRecovered:         {[]Kind{Fund}, []Kind{Recovery}, Posted},
	EventClaimNetted:       {[]Kind{Payable, Returned}, []Kind{Recovery}, Posted},
	EventSuspenseCovered:   {[]Kind{Suspense}, []Kind{Fund}, Posted},
	EventSuspensePaidIn:    {[]Kind{Float}, []Kind{Suspense}, Posted},
	EventSuspenseClaimed:   {[]Kind{Recovery}, []Kind{Suspense}, Posted},
	EventSuspenseSpent:     {[]Kind{Expense}, []Kind{Suspense}, Posted},
	EventFloatRefilled:     {[]Kind{Float}, []Kind{Fund}, Posted},
	EventSurplusKept:       {[]Kind{Suspense}, []Kind{Appropriation}, Posted},
	EventSurplusDeposited:  {[]Kind{Fund}, []Kind{Float}, Posted},
	EventBankFee:           {[]Kind{Expense}, []Kind{Fund}, Posted},
	EventBankInterest:      {[]Kind{Fund}, []Kind{Appropriation}, Posted},
	EventYearClosed:        {[]Kind{Appropriation}, []Kind{Expense}, Posted},
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
	Goods        []GoodsLine // where a stock moves: the pieces, worth what its postings say
}

// entry makes the entry of an event from the table.
func entry(key string, ev Event, at area.Code, debit, credit AccountRef, fen int64) Entry {
	m := moves[ev]
	if !slices.Contains(m.Debit, debit.Kind) || !slices.Contains(m.Credit, credit.Kind) { // a mistake of ours, found by the first test that runs it
		panic(fmt.Sprintf("ledger: %s moves %v to %v, not %s to %s", ev, m.Credit, m.Debit, credit.Kind, debit.Kind))
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
	for _, g := range e.Goods {
		g.Pieces = -g.Pieces
		out.Goods = append(out.Goods, g)
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
