package relief

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// owePapers writes down the papers that a decision lets come later.
func owePapers(ctx context.Context, tx Tx, t ticket.Ticket, d Decision) error {
	papers, err := tx.TicketPapers(ctx, t.ID)
	if err != nil {
		return err
	}
	owed := map[string]bool{}
	for _, p := range papers {
		owed[p.Kind] = owed[p.Kind] || !p.State.Settled()
	}
	for _, kind := range d.Missing {
		if owed[kind] {
			continue
		}
		owed[kind] = true
		if _, err := addPaper(ctx, tx, t, kind, nil); err != nil {
			return err
		}
	}
	return nil
}

// AddPaper notes one more paper that is missing. Where the aid has been paid
// already, its days begin now. kind is a code of the policy.
func AddPaper(ctx context.Context, tx Tx, id ticket.ID, kind string, r Rules) (Paper, error) {
	if _, ok := r.Policy.Papers.Paper(kind); !ok {
		return Paper{}, act.Invalid("kind", "unknown_paper", "Use one of the codes of the policy's papers.")
	}
	t, err := ticket.Owned(ctx, tx, id)
	if err != nil {
		return Paper{}, err
	}
	payouts, err := tx.CaseDisbursements(ctx, ledger.CaseID(id))
	if err != nil {
		return Paper{}, err
	}
	for _, d := range payouts {
		if !d.ReceiptedAt.IsZero() && d.State.Live() && d.Decision != 0 {
			p, err := addPaper(ctx, tx, t, kind, &r)
			if err != nil {
				return Paper{}, err
			}
			return p, reopenPapers(ctx, tx, d.Decision)
		}
	}
	return addPaper(ctx, tx, t, kind, nil)
}

// addPaper writes a paper; with rules its days begin at once.
func addPaper(ctx context.Context, tx Tx, t ticket.Ticket, kind string, r *Rules) (Paper, error) {
	p := Paper{PublicID: uuid.NewString(), Ticket: t.ID, Kind: kind, State: PaperOpen, AddedBy: tx.Actor().StaffID, AddedAt: tx.Now(), Version: 1}
	if err := tx.AddPaper(ctx, &p); err != nil {
		return Paper{}, err
	}
	if r != nil {
		if err := count(ctx, tx, &p, *r); err != nil {
			return Paper{}, err
		}
		if err := tx.SavePaper(ctx, &p); err != nil {
			return Paper{}, err
		}
	}
	return p, ticket.Tell(ctx, tx, &t, "paper.due_added", "", map[string]any{"by": tx.Actor().Name, "paper": p.PublicID, "kind": kind})
}

// reopenPapers takes a paid decision back to papers due.
func reopenPapers(ctx context.Context, tx Tx, id ledger.DecisionID) error {
	d, err := tx.DecisionForUpdate(ctx, id)
	if err != nil || d.State == DecisionPapersDue {
		return err
	}
	if d.State, err = d.State.Next(DecisionOwePapers); err != nil {
		return err
	}
	return tx.SaveDecision(ctx, &d)
}

// ReceivePaper notes that a paper has come, with its photos.
func ReceivePaper(ctx context.Context, tx Tx, publicID string, photos []string) (Paper, error) {
	if len(photos) == 0 {
		return Paper{}, act.Invalid("photos", "photo_required", "Photograph the paper and upload it first.")
	}
	return paperAct(ctx, tx, publicID, PaperReceive, "", func(t ticket.Ticket, p *Paper) error {
		if !helps(tx.Actor()) {
			return act.NotFound("paper")
		}
		p.Photos = photos
		if err := finished(ctx, tx, t.ID, "photos", photos...); err != nil {
			return err
		}
		return tx.Cancel(ctx, p.Subject(), TimerPaper)
	})
}

// VerifyPaper says that what came is the paper.
func VerifyPaper(ctx context.Context, tx Tx, publicID string) (Paper, error) {
	return paperAct(ctx, tx, publicID, PaperVerify, "", func(_ ticket.Ticket, p *Paper) error {
		return closePaper(tx, p, "", verifiers)
	})
}

// ReturnPaper says that what came is not the paper; it is owed again, its day unchanged.
func ReturnPaper(ctx context.Context, tx Tx, publicID, reason string) (Paper, error) {
	if err := reasonGiven(reason); err != nil {
		return Paper{}, err
	}
	return paperAct(ctx, tx, publicID, PaperReturn, reason, func(_ ticket.Ticket, p *Paper) error {
		if !tx.Actor().May(verifiers...) {
			return act.NotFound("paper")
		}
		p.Reason, p.Photos = reason, nil
		if !p.Counted {
			return nil
		}
		// The first appointment has ended; the paper's second one is another.
		return tx.Arm(ctx, act.Timer{Subject: p.Subject(), Kind: TimerPaper, Step: stepPaperDue, Epoch: p.Version + 1, DueAt: later(p.DueAt, tx.Now())})
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// WaivePaper lets a paper go, with the reason; the head's or the county's word.
func WaivePaper(ctx context.Context, tx Tx, publicID, reason string) (Paper, error) {
	if err := reasonGiven(reason); err != nil {
		return Paper{}, err
	}
	return paperAct(ctx, tx, publicID, PaperWaive, reason, func(_ ticket.Ticket, p *Paper) error {
		if err := closePaper(tx, p, reason, waivers); err != nil {
			return err
		}
		return tx.Cancel(ctx, p.Subject(), TimerPaper)
	})
}

func closePaper(tx Tx, p *Paper, reason string, roles []area.Role) error {
	if !tx.Actor().May(roles...) {
		return act.NotFound("paper")
	}
	p.ClosedBy, p.ClosedAt, p.Reason = tx.Actor().StaffID, tx.Now(), reason
	return nil
}

var paperKinds = map[PaperEvent]string{PaperReceive: "paper.received", PaperVerify: "paper.verified", PaperReturn: "paper.returned",
	PaperWaive: "paper.waived", PaperRemind: "paper.reminded", PaperLapse: "paper.overdue"}

// paperAct locks the ticket, then the paper, does the act and tells of it.
func paperAct(ctx context.Context, tx Tx, publicID string, ev PaperEvent, reason string, do func(ticket.Ticket, *Paper) error) (Paper, error) {
	id, of, err := tx.PaperByRef(ctx, publicID)
	if err != nil {
		return Paper{}, err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return Paper{}, err
	}
	p, err := tx.PaperForUpdate(ctx, id)
	if err != nil {
		return Paper{}, err
	}
	if err := do(t, &p); err != nil {
		return Paper{}, err
	}
	return p, movePaper(ctx, tx, t, &p, ev, reason)
}

// movePaper moves a paper, tells of it, and settles the decision with the last one.
func movePaper(ctx context.Context, tx Tx, t ticket.Ticket, p *Paper, ev PaperEvent, reason string) (err error) {
	if p.State, err = p.State.Next(ev); err != nil {
		return err
	}
	if err := tx.SavePaper(ctx, p); err != nil {
		return err
	}
	err = ticket.Tell(ctx, tx, &t, paperKinds[ev], reason, map[string]any{"by": tx.Actor().Name, "paper": p.PublicID, "kind": p.Kind})
	if err != nil || !p.State.Settled() {
		return err
	}
	return settlePapers(ctx, tx, t)
}

// settlePapers ends the decisions of a ticket whose papers are all settled.
func settlePapers(ctx context.Context, tx Tx, t ticket.Ticket) error {
	papers, err := tx.TicketPapers(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, p := range papers {
		if !p.State.Settled() {
			return nil
		}
	}
	payouts, err := tx.CaseDisbursements(ctx, ledger.CaseID(t.ID))
	if err != nil {
		return err
	}
	for _, payout := range payouts {
		if payout.Decision == 0 {
			continue
		}
		d, err := tx.DecisionForUpdate(ctx, payout.Decision)
		if err != nil {
			return err
		}
		if d.State != DecisionPapersDue {
			continue
		}
		if d.State, err = d.State.Next(DecisionSettle); err != nil {
			return err
		}
		if err := tx.SaveDecision(ctx, &d); err != nil {
			return err
		}
		if err := ticket.Tell(ctx, tx, &t, "papers.settled", "", map[string]any{"decision": d.PublicID}); err != nil {
			return err
		}
	}
	return nil
}

// PaperDue is the handler of TimerPaper: a reminder to the owner, or the day on
// which the paper is overdue, which the head hears as well.
func PaperDue(ctx context.Context, tx Tx, timer act.Timer) error {
	p, t, err := paperOfTimer(ctx, tx, timer)
	if err != nil {
		return err
	}
	ref := fmt.Sprintf("%s:%d:%d", p.PublicID, timer.Step, timer.Epoch)
	ev, say := PaperRemind, message{"paper_due", ref, map[string]string{"due": ticket.InWords(p.DueAt)}}
	if timer.Step == stepPaperDue {
		ev, say = PaperLapse, message{"paper_overdue", ref, nil}
	}
	if !p.State.takes(ev) {
		return nil // it has come in the meantime
	}
	if ev == PaperRemind {
		p.Reminders++
	}
	if err := movePaper(ctx, tx, t, &p, ev, ""); err != nil {
		return err
	}
	if err := tellOwner(ctx, tx, t, say); err != nil || ev == PaperRemind {
		return err
	}
	return tellSigner(ctx, tx, t, t.Area, ledger.LevelTownship, say)
}

func paperOfTimer(ctx context.Context, tx Tx, timer act.Timer) (Paper, ticket.Ticket, error) {
	// The ticket is locked first, everywhere; which one it is does not change.
	of, err := tx.PaperTicket(ctx, PaperID(timer.Subject.ID))
	if err != nil {
		return Paper{}, ticket.Ticket{}, err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return Paper{}, ticket.Ticket{}, err
	}
	p, err := tx.PaperForUpdate(ctx, PaperID(timer.Subject.ID))
	return p, t, err
}
