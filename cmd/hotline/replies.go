package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"example.org/hotline/dispatch/notify"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// replyDesk does what people ask for by SMS: it joins the replies and the
// ticket's own commands. A reply was put down before; whoever dies over it
// leaves it to the next, to whom an acceptance that was made is one still.
type replyDesk struct{ n *node }

var _ notify.Answerer = replyDesk{}

// AnswerReplies implements notify.Answerer.
func (r replyDesk) AnswerReplies(ctx context.Context, limit int) (int, error) {
	replies, err := r.n.db.OpenReplies(ctx, limit)
	if err != nil {
		return 0, err
	}
	var faults []error
	for _, reply := range replies {
		outcome, err := r.handle(ctx, &reply)
		if err == nil {
			err = r.n.db.EndReply(ctx, reply, outcome)
		}
		if err != nil { // it waits; the others do not
			faults = append(faults, fmt.Errorf("answer reply %d: %w", reply.ID, err))
		}
	}
	return len(replies) - len(faults), errors.Join(faults...)
}

// handle does what one reply asks and queues the answer in the same commit.
func (r replyDesk) handle(ctx context.Context, reply *store.OpenReply) (outcome ticket.ReplyOutcome, err error) {
	if reply.Staff == 0 {
		if reply.Ticket != 0 { // a citizen's words stay with their ticket
			return ticket.ReplyUnknownText, nil
		}
		return ticket.ReplyUnknownNumber, nil
	}
	actor, err := r.n.db.Actor(ctx, reply.Staff)
	if errors.Is(err, act.ErrNotFound) {
		return ticket.ReplyUnknownNumber, nil
	}
	if err != nil {
		return "", err
	}
	command, tail, ok := notify.ParseReply(reply.Text)
	if !ok {
		return r.tell(ctx, actor, reply, ticket.ReplyUnknownText, "")
	}
	switch fit := meant(reply.Offers, tail); {
	case len(fit) > 1:
		return r.tell(ctx, actor, reply, ticket.ReplyWhich, "")
	case len(fit) == 1:
		reply.Ticket = fit[0]
	case tail != "" && !r.earlier(ctx, actor, reply, tail), reply.Ticket == 0:
		return r.tell(ctx, actor, reply, ticket.ReplyNotAsked, "")
	}
	return r.act(ctx, actor, reply, command)
}

// meant picks the tickets that a tail fits among those that a person is asked
// about. Without one, those of which a message went to the number that answers:
// nobody accepts by a bare 1 what they were not written of.
func meant(offers []store.ReplyOffer, tail string) (fit []ticket.ID) {
	for _, o := range offers {
		if tail == "" && o.Written || tail != "" && strings.HasSuffix(string(o.Number), tail) {
			fit = append(fit, o.ID)
		}
	}
	return fit
}

// earlier finds a ticket that was offered to the person and is somebody's now.
func (r replyDesk) earlier(ctx context.Context, actor act.Actor, reply *store.OpenReply, tail string) bool {
	err := r.n.db.InTx(ctx, actor, func(tx *store.Tx) (err error) {
		reply.Ticket, _, err = tx.TicketByTail(ctx, tail)
		return err
	})
	return err == nil
}

// act accepts or declines as the person, exactly as the console and the telephone do.
func (r replyDesk) act(ctx context.Context, actor act.Actor, reply *store.OpenReply, command notify.ReplyCommand) (outcome ticket.ReplyOutcome, err error) {
	var number ticket.Number
	err = r.once(ctx, actor, reply, &outcome, func(tx *store.Tx) error {
		t, err := tx.Ticket(ctx, reply.Ticket)
		if err != nil {
			return err
		}
		number = t.Number
		switch {
		case command == notify.ReplyAccept:
			outcome = ticket.ReplyAccepted
			_, err = ticket.Accept(ctx, tx, reply.Ticket)
		case t.Owner == actor.PostID && !t.Status.Waiting():
			outcome = ticket.ReplyYours
		default:
			outcome, err = ticket.ReplyDeclined, ticket.Decline(ctx, tx, reply.Ticket)
		}
		if err != nil {
			return err
		}
		return answer(ctx, tx, reply, outcome, number)
	})
	switch {
	case err == nil:
		return outcome, nil
	case errors.Is(err, act.ErrConflict):
		r.n.log.Info("a worker's reply came too late", slog.String("ticket", string(number)), slog.Any("error", err))
		return r.tell(ctx, actor, reply, ticket.ReplyTaken, number)
	case ticket.MustStandAside(err):
		return r.tell(ctx, actor, reply, ticket.ReplyAside, number)
	case errors.Is(err, act.ErrNotFound), errors.Is(err, act.ErrRefused):
		return r.tell(ctx, actor, reply, ticket.ReplyNotAsked, "")
	}
	return "", err
}

// tell answers a reply that changes nothing.
func (r replyDesk) tell(ctx context.Context, actor act.Actor, reply *store.OpenReply, outcome ticket.ReplyOutcome, number ticket.Number) (ticket.ReplyOutcome, error) {
	err := r.once(ctx, actor, reply, &outcome, func(tx *store.Tx) error {
		if outcome == ticket.ReplyUnknownText && reply.Babble {
			return nil
		}
		return answer(ctx, tx, reply, outcome, number)
	})
	return outcome, err
}

// once does what a reply asks unless that was done: by another node, or before a crash.
func (r replyDesk) once(ctx context.Context, actor act.Actor, reply *store.OpenReply, outcome *ticket.ReplyOutcome, do func(*store.Tx) error) error {
	return r.n.db.InTx(ctx, actor, func(tx *store.Tx) error {
		done, err := tx.ReplyAnswered(ctx, reply.ID)
		if err != nil {
			return err
		}
		if done != "" {
			*outcome = done
			return nil
		}
		return do(tx)
	})
}

// answer queues the answer, with the ticket's number where there is one.
func answer(ctx context.Context, tx *store.Tx, reply *store.OpenReply, outcome ticket.ReplyOutcome, number ticket.Number) error {
	fields := map[string]string{}
	if number != "" {
		fields["number"] = string(number)
	}
	return tx.AnswerReply(ctx, reply.ID, outcome, fields)
}
