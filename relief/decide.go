package relief

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// DecideInput grants a sum.
type DecideInput struct {
	PublicID      string
	Fen           int64
	Reason        string
	MissingPapers []string    // kinds of Papers.Kinds that are handed in afterwards
	ShortCheck    *ShortCheck // with it an urgent decision is checked at once
}

// Decide grants urgent aid on the newest findings. Within the fast track's cap
// and the solo limit the owner's word is enough and the ticket is decided at
// once; otherwise the decision waits for a second person by amount, and above
// the cap for a short check before that. A proposal that still waits is ended.
func Decide(ctx context.Context, tx Tx, id ticket.ID, in DecideInput, r Rules) (Decision, error) {
	if err := in.validate(r.Policy); err != nil {
		return Decision{}, err
	}
	t, f, err := begin(ctx, tx, id)
	if err != nil {
		return Decision{}, err
	}
	running, err := tx.AidsUnderWay(ctx, id, f.Payee)
	if err != nil {
		return Decision{}, err
	}
	// A second emergency never waits for the first one's money: what a household may receive of it altogether, its caps hold.
	running = slices.DeleteFunc(running, func(u UnderWay) bool { return u.Aid == AidUrgent && !u.SameCase })
	if v, known := r.aids(tx.Now()); known {
		if err := NoDouble(v, AidUrgent, running); err != nil {
			return Decision{}, err
		}
	}
	d, err := weigh(ctx, tx, t, f, in, r.Policy)
	if err != nil {
		return Decision{}, err
	}
	data := map[string]any{"by": tx.Actor().Name, "decision": d.PublicID, "amount_fen": d.Fen, "track": string(d.Track), "level": string(d.Level)}
	if d.State == DecisionApproved {
		if err := ticket.Advance(ctx, tx, &t, ticket.EventDecide, "decision.made", d.Reason, data); err != nil {
			return Decision{}, err
		}
		return d, owePapers(ctx, tx, t, d)
	}
	if _, err := t.Status.Next(ticket.EventDecide); err != nil {
		return Decision{}, err
	}
	if err := ticket.Tell(ctx, tx, &t, "decision.proposed", d.Reason, data); err != nil {
		return Decision{}, err
	}
	if d.State == DecisionShortChecked || d.Track == TrackFast {
		if err := askApproval(ctx, tx, t, d); err != nil {
			return Decision{}, err
		}
	}
	return d, nil
}

func (in DecideInput) validate(p Policy) error {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return err
	}
	if err := ledger.CheckAmount("amount_fen", in.Fen); err != nil {
		return err
	}
	if in.Reason == "" {
		return act.Invalid("reason", "reason_required", "Say in a sentence why this aid is due.")
	}
	if err := lengths([]text{{"reason", in.Reason, 1000}}, "missing_papers", in.MissingPapers, 20); err != nil {
		return err
	}
	for _, kind := range in.MissingPapers {
		if _, ok := p.Papers.Paper(kind); !ok {
			return act.Invalid("missing_papers", "unknown_paper", "Use the codes of the policy's papers.")
		}
	}
	return nil
}

// begin loads a ticket of the actor's whose findings are written, and ends the
// proposals that the new decision replaces.
func begin(ctx context.Context, tx Tx, id ticket.ID) (ticket.Ticket, Findings, error) {
	t, err := ticket.Owned(ctx, tx, id)
	if err != nil {
		return ticket.Ticket{}, Findings{}, err
	}
	f, err := tx.NewestFindings(ctx, id)
	if errors.Is(err, act.ErrNotFound) {
		return ticket.Ticket{}, Findings{}, act.Refused("findings_first", "Write down what was found before deciding.")
	}
	if err != nil {
		return ticket.Ticket{}, Findings{}, err
	}
	return t, f, supersede(ctx, tx, t)
}

// supersede ends proposals that still wait: the owner has decided anew, and two
// of them must not both be approved.
func supersede(ctx context.Context, tx Tx, t ticket.Ticket) error {
	pending, err := tx.PendingDecisions(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, d := range pending {
		if d.State, err = d.State.Next(DecisionDecline); err != nil {
			return err
		}
		if err := tx.SaveDecision(ctx, &d); err != nil {
			return err
		}
		if err := ticket.Tell(ctx, tx, &t, "decision.superseded", "", map[string]any{"by": tx.Actor().Name, "decision": d.PublicID}); err != nil {
			return err
		}
	}
	return nil
}

// weigh chooses the track and the level, and writes the decision.
func weigh(ctx context.Context, tx Tx, t ticket.Ticket, f Findings, in DecideInput, p Policy) (d Decision, err error) {
	me := tx.Actor()
	d = Decision{PublicID: in.PublicID, Ticket: t.ID, Findings: f.ID, Track: TrackFast, State: DecisionRegistered, AidKind: AidUrgent, Fen: in.Fen,
		Level: p.Limits.Ledger(p.Version).LevelOf(in.Fen), Reason: in.Reason, Payee: f.Payee, Household: f.Household, Missing: in.MissingPapers,
		Policy: p.Version, By: me.StaffID, ByRole: me.Role, At: tx.Now(), CountyMayApprove: tx.Now().Add(p.Limits.CountyMayCheck), Version: 1}
	if most, capped := p.Fast.CapFen(f.Affected); capped && in.Fen > most {
		d.Track = TrackUrgent
	}
	if err := noRelative(ctx, tx, d); err != nil {
		return Decision{}, err
	}
	if d.Household, err = tx.LimitIndex(ctx, t.ID, f.Payee); err != nil { // the case may have been linked since
		return Decision{}, err
	}
	if err := withinHousehold(ctx, tx, d, p); err != nil {
		return Decision{}, err
	}
	switch {
	case d.Track == TrackFast && d.Level == ledger.LevelSolo:
		d.State, err = d.State.Next(DecisionApprove)
		d.ApprovedBy, d.ApprovedAt = me.StaffID, tx.Now()
	case d.Track == TrackUrgent && in.ShortCheck != nil && in.ShortCheck.complete():
		d.Check = *in.ShortCheck
		d.State, err = d.State.Next(DecisionShortCheck)
	}
	if err != nil {
		return Decision{}, err
	}
	return d, addDecision(ctx, tx, &d)
}

func addDecision(ctx context.Context, tx Tx, d *Decision) error {
	created, err := tx.AddDecision(ctx, d)
	if err == nil && !created {
		return &act.Fault{Kind: act.ErrKeyReused, Code: "id_reused", Field: "id", Detail: "This id already names a decision; reload the ticket before deciding again."}
	}
	return err
}

// noRelative refuses a decision about the actor's own relative.
func noRelative(ctx context.Context, tx Tx, d Decision) error {
	related, err := tx.Related(ctx, d.Payee, staffIDs(tx.Actor().StaffID))
	if err == nil && related {
		return act.Refused("relative", "The applicant is in your relatives register; a colleague must decide.")
	}
	return err
}

// RecordShortCheck adds the short check of the urgent path: identity, phone, one witness.
func RecordShortCheck(ctx context.Context, tx Tx, publicID string, c ShortCheck) (Decision, error) {
	d, t, err := decisionOf(ctx, tx, publicID)
	if err != nil {
		return Decision{}, err
	}
	if t.Owner != tx.Actor().PostID {
		return Decision{}, act.Refused("not_owner", "Only the owner may do this; accept the ticket or ask for a hand-over first.")
	}
	if !c.complete() {
		return Decision{}, act.Invalid("short_check", "incomplete", "Look at the identity paper, reach the phone and name one witness.")
	}
	if d.Track != TrackUrgent {
		return Decision{}, act.Refused("no_short_check", "The fast track asks for no short check.")
	}
	if d.State, err = d.State.Next(DecisionShortCheck); err != nil {
		return Decision{}, err
	}
	d.Check = c
	if err := tx.SaveDecision(ctx, &d); err != nil {
		return Decision{}, err
	}
	if err := ticket.Tell(ctx, tx, &t, "decision.short_checked", "", map[string]any{"by": tx.Actor().Name, "decision": d.PublicID}); err != nil {
		return Decision{}, err
	}
	return d, askApproval(ctx, tx, t, d)
}

// Approve is the second person's word for a decision.
func Approve(ctx context.Context, tx Tx, publicID string) (Decision, error) {
	d, t, err := judge(ctx, tx, publicID, DecisionApprove)
	if err != nil {
		return Decision{}, err
	}
	if err := noRelative(ctx, tx, d); err != nil {
		return Decision{}, err
	}
	d.ApprovedBy, d.ApprovedAt = tx.Actor().StaffID, tx.Now()
	if err := tx.SaveDecision(ctx, &d); err != nil {
		return Decision{}, err
	}
	err = ticket.Advance(ctx, tx, &t, ticket.EventDecide, "decision.approved", "", map[string]any{
		"by": tx.Actor().Name, "decision": d.PublicID, "amount_fen": d.Fen, "level": string(d.Level)})
	if err != nil {
		return Decision{}, err
	}
	if err := tellOwner(ctx, tx, t, message{"decision_approved", d.PublicID, nil}); err != nil {
		return Decision{}, err
	}
	return d, owePapers(ctx, tx, t, d)
}

// Decline is the second person's no to a proposal. The ticket stays with its
// findings, so that the owner can propose another sum or refuse.
func Decline(ctx context.Context, tx Tx, publicID, reason string) (Decision, error) {
	if err := reasonGiven(reason); err != nil {
		return Decision{}, err
	}
	d, t, err := judge(ctx, tx, publicID, DecisionDecline)
	if err != nil {
		return Decision{}, err
	}
	if err := tx.SaveDecision(ctx, &d); err != nil {
		return Decision{}, err
	}
	if err := ticket.Tell(ctx, tx, &t, "decision.declined", reason, map[string]any{"by": tx.Actor().Name, "decision": d.PublicID}); err != nil {
		return Decision{}, err
	}
	return d, tellOwner(ctx, tx, t, message{"decision_declined", d.PublicID, nil})
}

// judge loads a decision for the second person and moves it.
func judge(ctx context.Context, tx Tx, publicID string, ev DecisionEvent) (Decision, ticket.Ticket, error) {
	d, t, err := decisionOf(ctx, tx, publicID)
	if err != nil {
		return Decision{}, ticket.Ticket{}, err
	}
	if err := d.mayApprove(tx.Actor(), t.CallTaker, tx.Now(), ev); err != nil {
		return Decision{}, ticket.Ticket{}, err
	}
	d.State, err = d.State.Next(ev)
	return d, t, err
}

// Refuse records that no aid is due, with the reason that the citizen gets. It
// stops the clocks as a receipt does, and is refused while a payout is alive.
func Refuse(ctx context.Context, tx Tx, id ticket.ID, publicID, reason string, p Policy) (Decision, error) {
	if err := errors.Join(ledger.CheckID("id", publicID), reasonGiven(reason)); err != nil {
		return Decision{}, err
	}
	t, f, err := begin(ctx, tx, id)
	if err != nil {
		return Decision{}, err
	}
	payouts, err := tx.CaseDisbursements(ctx, ledger.CaseID(id))
	if err != nil {
		return Decision{}, err
	}
	for _, d := range payouts {
		if d.State.Live() {
			return Decision{}, act.Refused("payout_alive", "A payout of this ticket is under way or has been made; cancel it first.")
		}
	}
	refused, err := DecisionRegistered.Next(DecisionRefuse)
	if err != nil {
		return Decision{}, err
	}
	d := Decision{PublicID: publicID, Ticket: id, Findings: f.ID, Track: TrackNone, State: refused, AidKind: AidUrgent, Level: ledger.LevelSolo,
		Reason: reason, Payee: f.Payee, Household: f.Household, Policy: p.Version, By: tx.Actor().StaffID, ByRole: tx.Actor().Role, At: tx.Now(), Version: 1}
	if err := addDecision(ctx, tx, &d); err != nil {
		return Decision{}, err
	}
	if err := ticket.RefuseAid(ctx, tx, &t, d.PublicID, reason); err != nil {
		return Decision{}, err
	}
	return d, tx.Notify(ctx, ticket.Notice{Key: fmt.Sprintf("decision:%s:refused", d.PublicID), Ticket: id, Citizen: true,
		Template: "refused_citizen", Fields: map[string]string{"number": string(t.Number)}})
}

// decisionOf locks a decision's ticket, then the decision.
func decisionOf(ctx context.Context, tx Tx, publicID string) (Decision, ticket.Ticket, error) {
	id, of, err := tx.DecisionByRef(ctx, publicID)
	if err != nil {
		return Decision{}, ticket.Ticket{}, err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return Decision{}, ticket.Ticket{}, err
	}
	d, err := tx.DecisionForUpdate(ctx, id)
	return d, t, err
}
