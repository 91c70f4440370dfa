package relief

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// PaperID is the internal number of a paper that is owed.
type PaperID int64

// PaperState is where a paper that is owed stands.
type PaperState string

// The states (DOMAIN 2.3, missing paper). Zero is never valid.
const (
	PaperOpen     PaperState = "open"
	PaperReminded PaperState = "reminded"
	PaperOverdue  PaperState = "overdue"
	PaperReceived PaperState = "received"
	PaperVerified PaperState = "verified"
	PaperWaived   PaperState = "waived"
)

// PaperStates lists every PaperState.
func PaperStates() []PaperState {
	return []PaperState{PaperOpen, PaperReminded, PaperOverdue, PaperReceived, PaperVerified, PaperWaived}
}

// Settled reports whether nothing is owed any longer.
func (s PaperState) Settled() bool { return s == PaperVerified || s == PaperWaived }

// PaperEvent moves a paper.
type PaperEvent string

// The events.
const (
	PaperRemind  PaperEvent = "remind"
	PaperLapse   PaperEvent = "lapse" // its day has come
	PaperReceive PaperEvent = "receive"
	PaperVerify  PaperEvent = "verify"
	PaperReturn  PaperEvent = "return" // what came is not the paper
	PaperWaive   PaperEvent = "waive"
)

// PaperEvents lists every PaperEvent.
func PaperEvents() []PaperEvent {
	return []PaperEvent{PaperRemind, PaperLapse, PaperReceive, PaperVerify, PaperReturn, PaperWaive}
}

// paperTransitions is the whole life of a paper. A pair not listed is refused.
//
//	open ─remind▶ reminded ↺ ─lapse▶ overdue ─receive▶ received ─verify▶ verified
//	 └────────receive──┴─────────────────────────────────▲ └─return▶ open
//	open, reminded, overdue, received ─waive▶ waived
var paperTransitions = map[PaperState]map[PaperEvent]PaperState{
	PaperOpen:     {PaperRemind: PaperReminded, PaperLapse: PaperOverdue, PaperReceive: PaperReceived, PaperWaive: PaperWaived},
	PaperReminded: {PaperRemind: PaperReminded, PaperLapse: PaperOverdue, PaperReceive: PaperReceived, PaperWaive: PaperWaived},
	PaperOverdue:  {PaperReceive: PaperReceived, PaperWaive: PaperWaived},
	PaperReceived: {PaperVerify: PaperVerified, PaperReturn: PaperOpen, PaperWaive: PaperWaived},
	PaperVerified: {},
	PaperWaived:   {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s PaperState) Next(ev PaperEvent) (PaperState, error) {
	if next, ok := paperTransitions[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("paper", s, ev)
}

// takes reports whether the event can happen in this state.
func (s PaperState) takes(ev PaperEvent) bool {
	_, ok := paperTransitions[s][ev]
	return ok
}

// Paper is one document that was missing when the aid was paid. It never
// un-pays anything by itself.
type Paper struct {
	ID        PaperID
	PublicID  string
	Ticket    ticket.ID
	Kind      string
	State     PaperState
	Counted   bool      // the aid was paid, so that its days are counted
	DueAt     time.Time // zero until then
	Reminders int
	Photos    []string
	AddedBy   area.StaffID
	AddedAt   time.Time
	ClosedBy  area.StaffID
	ClosedAt  time.Time
	Reason    string
	Version   int64
}

// Subject names the paper in timers.
func (p Paper) Subject() act.Subject { return act.Subject{Kind: "paper", ID: int64(p.ID)} }

// TimerPaper fires reminders (steps from 1) and the due day (stepPaperDue) of a paper.
const (
	TimerPaper   = "paper"
	stepPaperDue = 100
)

// startPapers begins the days of every paper that waited for the payment, and
// tells whether any is still owed.
func startPapers(ctx context.Context, tx Tx, t ticket.Ticket, r Rules) (owed bool, err error) {
	papers, err := tx.TicketPapers(ctx, t.ID)
	if err != nil {
		return false, err
	}
	for _, p := range papers {
		owed = owed || !p.State.Settled()
		if p.Counted || p.State.Settled() {
			continue
		}
		if err := count(ctx, tx, &p, r); err != nil {
			return false, err
		}
		if err := tx.SavePaper(ctx, &p); err != nil {
			return false, err
		}
	}
	return owed, nil
}

// count sets a paper's due day in working days from now and arms its timers.
func count(ctx context.Context, tx Tx, p *Paper, r Rules) error {
	days := r.Policy.Papers.DueWorkingDays
	due, _ := r.Calendar.AddWorkingDays(tx.Now(), days)
	p.Counted, p.DueAt = true, due
	for i, before := range r.Policy.Papers.RemindBefore {
		at, _ := r.Calendar.AddWorkingDays(tx.Now(), days-before)
		if err := tx.Arm(ctx, act.Timer{Subject: p.Subject(), Kind: TimerPaper, Step: i + 1, Epoch: 1, DueAt: at}); err != nil {
			return err
		}
	}
	return tx.Arm(ctx, act.Timer{Subject: p.Subject(), Kind: TimerPaper, Step: stepPaperDue, Epoch: 1, DueAt: due})
}

// NextActs lists what this person could do with the paper now.
func (p Paper) NextActs(who act.Actor) []string {
	acts := []string{}
	for _, a := range []struct {
		name  string
		ev    PaperEvent
		roles []area.Role
	}{{"receive", PaperReceive, receivers}, {"verify", PaperVerify, verifiers}, {"return", PaperReturn, verifiers}, {"waive", PaperWaive, waivers}} {
		if _, err := p.State.Next(a.ev); err == nil && who.May(a.roles...) {
			acts = append(acts, a.name)
		}
	}
	return acts
}

// The roles by what they may do with a paper.
var (
	receivers = []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleAgent, area.RoleSupervisor, area.RoleVillageAssistant}
	verifiers = []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty}
	waivers   = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty}
)
