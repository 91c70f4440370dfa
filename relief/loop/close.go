package loop

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// Call is what came of phoning the citizen before the ticket closes. Nil was not asked.
type Call struct {
	Reached     bool
	Received    *bool // did it come?
	AmountRight *bool // was it the sum that was granted?
	Satisfied   *bool
	Note        string
}

// Past is a call that was made before.
type Past struct {
	At          time.Time `json:"at"`
	By          string    `json:"by"`
	Reached     bool      `json:"reached"`
	Received    *bool     `json:"received,omitempty"`
	AmountRight *bool     `json:"amount_right,omitempty"`
	Satisfied   *bool     `json:"satisfied,omitempty"`
}

// ClosingTx is what closing needs of a transaction.
type ClosingTx interface {
	relief.Tx
	// CaseFacts is what a case has that may keep it open.
	CaseFacts(ctx context.Context, id ticket.ID) (Facts, error)
	// ClosingCalls lists the calls before closing, oldest first.
	ClosingCalls(ctx context.Context, id ticket.ID) ([]Past, error)
	// AddClosingCall writes such a call down.
	AddClosingCall(ctx context.Context, id ticket.ID, c Call) error
	// AddWaiver lets a thing go; the same again is act.ErrRefused.
	AddWaiver(ctx context.Context, id ticket.ID, publicID string, what Thing, reason act.Private) error
}

// outcome is how a ticket ends by a call that reached the citizen. Any no sends it back;
// whoever had everything and says a second time that they are not content closes it as
// dissatisfied, so that a case does not go round for ever.
func (c Call) outcome(paid bool, before []Past) (string, error) {
	switch {
	case c.Satisfied == nil:
		return "", act.Invalid("satisfied", "satisfied_required", "Ask whether they are content, and write down yes or no.")
	case paid && (c.Received == nil || c.AmountRight == nil):
		return "", act.Invalid("received", "received_required", "Aid was paid: ask whether it came, and whether the sum is right.")
	case c.Received != nil && !*c.Received:
		return "not_received", nil
	case c.AmountRight != nil && !*c.AmountRight:
		return "wrong_amount", nil
	case *c.Satisfied:
		return "satisfied", nil
	case slices.ContainsFunc(before, func(p Past) bool { return p.Satisfied != nil && !*p.Satisfied }):
		return "dissatisfied", nil
	default:
		return "not_satisfied", nil
	}
}

// tried counts the tries in vain since the citizen was last reached or the ticket last
// reopened, and when the first of them was.
func tried(past []Past, since time.Time) (n int, first time.Time) {
	for _, p := range past {
		switch {
		case p.Reached || p.At.Before(since):
			n = 0
		case n == 0:
			n, first = 1, p.At
		default:
			n++
		}
	}
	return n, first
}

// Close writes down a call to the citizen and does what follows: a yes to everything
// closes, once nothing is open; a no sends the ticket back to its owner; the last of the
// tries in vain closes with that mark (DOMAIN 0a.12). tries are when each try may be made,
// counted from the first.
func Close(ctx context.Context, tx ClosingTx, id ticket.ID, version int64, c Call, tries []time.Duration) (ticket.Ticket, error) {
	c.Note = strings.TrimSpace(c.Note)
	if err := ticket.PlainText("note", c.Note); err != nil {
		return ticket.Ticket{}, err
	}
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return ticket.Ticket{}, err
	}
	if t.Version != version {
		return ticket.Ticket{}, act.Conflict("stale_version", "The ticket changed while you were looking at it; reload and decide again.")
	}
	if err := relief.OthersWork(ctx, tx, t); err != nil {
		return ticket.Ticket{}, err
	}
	if t.Status == ticket.StatusRejected { // who was refused is asked like anybody else
		if err := ticket.Advance(ctx, tx, &t, ticket.EventFollowUp, "ticket.follow_up", "", nil); err != nil {
			return ticket.Ticket{}, err
		}
	}
	if _, err := t.Status.Next(ticket.EventClose); err != nil {
		return ticket.Ticket{}, err
	}
	facts, err := tx.CaseFacts(ctx, id)
	if err != nil {
		return ticket.Ticket{}, err
	}
	past, err := tx.ClosingCalls(ctx, id)
	if err != nil {
		return ticket.Ticket{}, err
	}
	if !c.Reached {
		return inVain(ctx, tx, t, c, facts, past, tries)
	}
	outcome, err := c.outcome(facts.Paid, past)
	if err != nil {
		return ticket.Ticket{}, err
	}
	if outcome == "satisfied" || outcome == "dissatisfied" {
		if err := nothingOpen(facts); err != nil {
			return ticket.Ticket{}, err
		}
	}
	if err := tx.AddClosingCall(ctx, id, c); err != nil {
		return ticket.Ticket{}, err
	}
	return relief.Close(ctx, tx, id, t.Version, outcome, c.Note)
}

// inVain notes a try that reached nobody; the last one closes.
func inVain(ctx context.Context, tx ClosingTx, t ticket.Ticket, c Call, facts Facts, past []Past, tries []time.Duration) (ticket.Ticket, error) {
	c.Received, c.AmountRight, c.Satisfied = nil, nil, nil
	n, first := tried(past, t.LadderFrom)
	if n > 0 && n < len(tries) && tx.Now().Before(first.Add(tries[n])) {
		return ticket.Ticket{}, act.Refused("too_soon", "Try again at "+ticket.InWords(first.Add(tries[n]))+".")
	}
	last := n+1 >= len(tries)
	if last {
		if err := nothingOpen(facts); err != nil {
			return ticket.Ticket{}, err
		}
	}
	if err := tx.AddClosingCall(ctx, t.ID, c); err != nil {
		return ticket.Ticket{}, err
	}
	if last {
		return relief.Close(ctx, tx, t.ID, t.Version, "unreachable", c.Note)
	}
	return t, ticket.Tell(ctx, tx, &t, "ticket.closing_tried", c.Note, map[string]any{"by": tx.Actor().Name, "try": n + 1})
}

func nothingOpen(f Facts) error {
	if codes := Holding(Open(f)); len(codes) > 0 {
		return act.Refused("loops_open", "Something is still open: "+strings.Join(codes, ", ")+". End it first, or let the head waive what may be waived.")
	}
	return nil
}

// Waivers are the roles that let something go.
func Waivers() []area.Role { return []area.Role{area.RoleTownshipHead, area.RoleCountyDuty} }

// Waive lets go one thing that keeps a case open, with the reason; never one of money.
func Waive(ctx context.Context, tx ClosingTx, id ticket.ID, publicID string, what Thing, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return act.Invalid("reason", "reason_required", "Give the reason; it is kept.")
	}
	if err := ticket.PlainText("reason", reason); err != nil {
		return err
	}
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return err
	}
	if !tx.Actor().May(Waivers()...) {
		return act.NotFound("ticket")
	}
	if t.Owner == tx.Actor().PostID {
		return act.Refused("own_work", "Whoever owns the ticket does not waive its open ends; ask another head or the county.")
	}
	if !slices.Contains(Waivable(), what.Code) {
		return act.Refused("not_waivable", "This is not let go by a word: it has to end.")
	}
	facts, err := tx.CaseFacts(ctx, id)
	if err != nil {
		return err
	}
	if !slices.Contains(facts.Things, what) {
		return act.NotFound("open item")
	}
	if err := tx.AddWaiver(ctx, id, publicID, what, act.Private(reason)); err != nil {
		return err
	}
	return ticket.Tell(ctx, tx, &t, "loop.waived", "", map[string]any{"by": tx.Actor().Name, "code": string(what.Code)})
}
