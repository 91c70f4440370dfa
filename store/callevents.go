package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ticket"
)

// Who was rung sees the ticket while it may be answered, who had the call for a
// day more: for the disposition and their own list of calls. Where a node dies
// in a call-back nobody tells that the agent has left: no call lasts longer than
// six hours (sip.max_duration).
const (
	seesRinging = 10 * time.Minute
	seesAfter   = 24 * time.Hour
	seesTalking = 6*time.Hour + seesAfter
)

// CallHappened records a step of a call and what follows from it for the
// ticket. An event that is there already changes nothing.
func (tx *Tx) CallHappened(ctx context.Context, id ticket.CallID, e ticket.CallEvent, rules ticket.CallRules) error {
	t, err := tx.ticketOfCall(ctx, id)
	if err != nil {
		return err
	}
	fresh, err := tx.addCallEvent(ctx, id, t.ID, e)
	if err != nil || !fresh {
		return err
	}
	data := e.Data()
	if err := tx.namePeople(ctx, e, data); err != nil {
		return err
	}
	if err := tx.callEntry(ctx, &t, ticket.Entry{Kind: "call." + string(e.Kind), At: e.At, Data: data}); err != nil {
		return err
	}
	if e.ReachesPerson() {
		if err := tx.reached(ctx, id, e.At); err != nil {
			return err
		}
	}
	err = tx.callEffect(ctx, t, id, e, rules)
	failpoint.Hit(failpoint.HappenedBeforeCommit)
	return err
}

// namePeople puts names into what the timeline tells: of the agent, and of a
// colleague who was asked in. A telephone or a queue has a name of its own.
func (tx *Tx) namePeople(ctx context.Context, e ticket.CallEvent, data map[string]any) error {
	name := func(key, where string, arg any) error {
		p, err := tx.post(ctx, where, arg)
		if err == nil {
			data[key] = p.Name
		} else if !errors.Is(err, act.ErrNotFound) {
			return err
		}
		return nil
	}
	if e.Agent != 0 {
		if err := name("by", `s.id = ?`, int64(e.Agent)); err != nil {
			return err
		}
	}
	if e.To == "" || e.To == e.Queue {
		return nil
	}
	return name("to", `s.login = ?`, e.To)
}

// callEffect is what a step of a call does beyond its own record.
func (tx *Tx) callEffect(ctx context.Context, t ticket.Ticket, id ticket.CallID, e ticket.CallEvent, rules ticket.CallRules) error {
	switch e.Kind {
	case ticket.CallRangAgent:
		return tx.agentRang(ctx, id, t.ID, int64(e.Agent), e.At)
	case ticket.CallUnanswered, ticket.CallAgentLeft:
		if err := tx.agentsLeft(ctx, id, int64(e.Agent), e.At); err != nil {
			return err
		}
		if !t.CallEnded || !t.WithAgent {
			return nil
		}
		talking, err := tx.agentTalks(ctx, id)
		if err != nil || talking { // it was handed on: the next agent has it
			return err
		}
		return ticket.EndCall(ctx, tx, &t, e.At, rules.Holds) // a call-back has no end of its own on record
	case ticket.CallConnected:
		return tx.agentConnected(ctx, id, t.ID, e, rules.Holds)
	case ticket.CallMarked:
		return ticket.Mark(ctx, tx, t.ID, e.Priority, e.CallKind, rules.Terms)
	case ticket.CallVoicemail:
		if _, err := tx.exec(ctx, "note voicemail", `UPDATE tickets SET voicemail = true WHERE id = ?`, int64(t.ID)); err != nil {
			return err
		}
		return tx.askLadder(ctx, t)
	case ticket.CallbackAsked:
		call, err := tx.Call(ctx, id)
		if err != nil {
			return err
		}
		if err := ticket.AskCallback(ctx, tx, t, call, ticket.CallbackRequested, e.At, rules.Callback); err != nil {
			return err
		}
		return tx.askLadder(ctx, t)
	case ticket.CallSurveyed:
		_, err := tx.exec(ctx, "note survey", `UPDATE tickets SET survey_score = ? WHERE id = ? AND ? BETWEEN 1 AND 5`, e.Score, int64(t.ID), e.Score)
		return err
	default:
		return nil // only told
	}
}

// askLadder ends the wait for an agent, unless one has it.
func (tx *Tx) askLadder(ctx context.Context, t ticket.Ticket) error {
	if t.WithAgent {
		return nil
	}
	return tx.Hasten(ctx, t.Subject(), ticket.TimerRoute)
}

// reached notes that the caller has a person to speak with. Whoever was to ring
// that number back need not any more.
func (tx *Tx) reached(ctx context.Context, id ticket.CallID, at time.Time) error {
	if _, err := tx.exec(ctx, "note that a person was reached", `UPDATE calls SET reached_at = ? WHERE id = ? AND reached_at IS NULL`, at, string(id)); err != nil {
		return err
	}
	return ticket.MeetCaller(ctx, tx, id)
}

// missed asks for a call-back where a call ended before a person was reached and
// nothing was left on tape.
func (tx *Tx) missed(ctx context.Context, t ticket.Ticket, id ticket.CallID, at time.Time, r ticket.CallbackRules) error {
	var contact bool
	err := tx.scan(ctx, "look whom the call reached", `SELECT c.reached_at IS NOT NULL OR t.voicemail FROM calls c JOIN tickets t ON t.id = c.ticket_id WHERE c.id = ?`,
		[]any{string(id)}, &contact)
	if err != nil || contact || !t.Status.Open() {
		return err
	}
	call, err := tx.Call(ctx, id)
	if err != nil {
		return err
	}
	return ticket.AskCallback(ctx, tx, t, call, ticket.CallbackMissed, at, r)
}

func (tx *Tx) agentRang(ctx context.Context, id ticket.CallID, t ticket.ID, agent int64, at time.Time) error {
	_, err := tx.exec(ctx, "let the agent see the ticket", `INSERT INTO call_agents (call_id, ticket_id, staff_id, rang_at, sees_until)
		SELECT ?, ?, id, ?, ? FROM staff WHERE id = ?
		ON CONFLICT (call_id, staff_id) DO UPDATE SET left_at = NULL, sees_until = greatest(call_agents.sees_until, excluded.sees_until)`,
		string(id), int64(t), at, at.Add(seesRinging), agent)
	return err
}

// agentConnected makes the agent who answered the owner.
func (tx *Tx) agentConnected(ctx context.Context, id ticket.CallID, t ticket.ID, e ticket.CallEvent, h ticket.Holds) error {
	agent, err := tx.post(ctx, `s.id = ?`, int64(e.Agent))
	if errors.Is(err, act.ErrNotFound) {
		return nil // an event of a person who is not in this city's directory: the call goes on, the ladder too
	}
	if err != nil {
		return err
	}
	if _, err := tx.exec(ctx, "note who has the call", `INSERT INTO call_agents (call_id, ticket_id, staff_id, rang_at, connected_at, sees_until)
		VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (call_id, staff_id) DO UPDATE SET connected_at = coalesce(call_agents.connected_at, excluded.connected_at), left_at = NULL,
			sees_until = greatest(call_agents.sees_until, excluded.sees_until)`,
		string(id), int64(t), int64(e.Agent), e.At, e.At, e.At.Add(seesTalking)); err != nil {
		return err
	}
	return ticket.Connect(ctx, tx, t, agent, e.At, h)
}

// agentsLeft notes that an agent, or with zero whoever is still there, has done
// with the call. Who never answered sees the ticket no more.
func (tx *Tx) agentsLeft(ctx context.Context, id ticket.CallID, agent int64, at time.Time) error {
	_, err := tx.exec(ctx, "note who left the call", `UPDATE call_agents SET left_at = ?::timestamptz,
		sees_until = CASE WHEN connected_at IS NULL THEN ?::timestamptz ELSE ?::timestamptz END
		WHERE call_id = ? AND left_at IS NULL AND (? = 0 OR staff_id = ?)`, at, at, at.Add(seesAfter), string(id), agent, agent)
	return err
}

// agentTalks reports whether an agent is still in the call.
func (tx *Tx) agentTalks(ctx context.Context, id ticket.CallID) (talks bool, err error) {
	err = tx.scan(ctx, "look whether an agent is in the call", `SELECT EXISTS (SELECT FROM call_agents
		WHERE call_id = ? AND connected_at IS NOT NULL AND left_at IS NULL)`, []any{string(id)}, &talks)
	return talks, err
}

// addCallEvent writes the row of an event and tells whether it is new.
func (tx *Tx) addCallEvent(ctx context.Context, id ticket.CallID, t ticket.ID, e ticket.CallEvent) (fresh bool, err error) {
	e.At = e.At.UTC().Truncate(time.Microsecond)
	body, digest, err := digestOf(e)
	if err != nil {
		return false, err
	}
	n, err := tx.exec(ctx, "record call event", `INSERT INTO call_events (call_id, ticket_id, at, kind, leg, staff_id, queue, reason, seconds, data, digest)
		VALUES (?, ?, ?, ?, ?, (SELECT id FROM staff WHERE id = ?), ?, ?, ?, ?::jsonb, ?) ON CONFLICT (call_id, digest) DO NOTHING`,
		string(id), int64(t), e.At, string(e.Kind), e.Leg, int64(e.Agent), e.Queue, e.Reason, e.Seconds, body, digest)
	return n > 0, err
}

// CallMeasured records how a leg of a call went, once.
func (tx *Tx) CallMeasured(ctx context.Context, id ticket.CallID, q ticket.CallQuality) error {
	_, digest, err := digestOf(q)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "record call quality", `INSERT INTO call_quality (call_id, ticket_id, leg, sent, received, lost, far_lost, jitter_us, far_jitter_us,
		round_trip_us, longest_gap_us, digest) SELECT id, ticket_id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM calls WHERE id = ? ON CONFLICT DO NOTHING`,
		q.Leg, int64(q.Sent), int64(q.Received), int64(q.Lost), int64(q.FarLost), q.Jitter.Microseconds(), q.FarJitter.Microseconds(),
		q.RoundTrip.Microseconds(), q.LongestGap.Microseconds(), digest, string(id))
	return err
}

// digestOf writes v as JSON and names it by its hash.
func digestOf(v any) (body string, digest []byte, err error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", nil, fmt.Errorf("write JSON: %w", err)
	}
	sum := sha256.Sum256(plain)
	return string(plain), sum[:], nil
}
