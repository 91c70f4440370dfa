package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

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
	switch fit := notify.Meant(reply.Offers, reply.Numbers, tail); {
	case len(fit) > 1:
		return r.tell(ctx, actor, reply, ticket.ReplyWhich, "")
	case len(fit) == 1:
		reply.Ticket = fit[0]
	case tail != "" && !r.earlier(ctx, actor, reply, tail), reply.Ticket == 0:
		return r.tell(ctx, actor, reply, ticket.ReplyNotAsked, "")
	}
	return r.act(ctx, actor, reply, command)
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
	err = r.n.db.InTx(ctx, actor, func(tx *store.Tx) error {
		t, err := tx.Ticket(ctx, reply.Ticket)
		if err != nil {
			return err
		}
		number = t.Number
		if command == notify.ReplyDecline {
			outcome, err = ticket.ReplyDeclined, ticket.Decline(ctx, tx, reply.Ticket)
		} else {
			outcome = ticket.ReplyAccepted
			_, err = ticket.Accept(ctx, tx, reply.Ticket)
		}
		if err != nil {
			return err
		}
		return r.answer(ctx, tx, reply, outcome, number)
	})
	switch {
	case err == nil:
		return outcome, nil
	case errors.Is(err, act.ErrConflict):
		r.n.log.Info("a worker's reply came too late", slog.String("ticket", string(number)), slog.Any("error", err))
		return r.tell(ctx, actor, reply, ticket.ReplyTaken, number)
	case errors.Is(err, act.ErrNotFound), errors.Is(err, act.ErrRefused):
		return r.tell(ctx, actor, reply, ticket.ReplyNotAsked, "")
	}
	return "", err
}

// tell answers a reply that changes nothing.
func (r replyDesk) tell(ctx context.Context, actor act.Actor, reply *store.OpenReply, outcome ticket.ReplyOutcome, number ticket.Number) (ticket.ReplyOutcome, error) {
	return outcome, r.n.db.InTx(ctx, actor, func(tx *store.Tx) error { return r.answer(ctx, tx, reply, outcome, number) })
}

// answer queues the answer, by SMS alone and once however often it is asked for.
func (r replyDesk) answer(ctx context.Context, tx *store.Tx, reply *store.OpenReply, outcome ticket.ReplyOutcome, number ticket.Number) error {
	n := ticket.Notice{Key: fmt.Sprintf("reply:%d", reply.ID), Post: tx.Actor().PostID, Template: "reply_" + string(outcome), Only: notify.ChannelSMS, Urgent: true,
		Fields: map[string]string{}}
	if number != "" {
		n.Fields["number"] = string(number)
	}
	return tx.Notify(ctx, n)
}
