package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ticket"
)

// Rules is what a call's first commit is made by: the ladder policy's version,
// its terms, and the service numbers with the desks that own their calls.
type Rules struct {
	Policy   string
	Terms    ticket.Terms
	Holds    ticket.Holds
	Callback ticket.CallbackRules
	Calendar ticket.Calendar
	Lines    map[string]ServiceNumber // by the number dialled
	Fallback ServiceNumber            // for a number that is no longer configured, found in a journal
}

// call is what the later steps of a call are judged by.
func (r Rules) call() ticket.CallRules {
	return ticket.CallRules{Terms: r.Terms, Holds: r.Holds, Callback: r.Callback}
}

// ServiceNumber is one number of the line: a township's, or the one without an
// area, whose calls belong to a county's desk until somebody knows better.
type ServiceNumber struct {
	Number string
	Area   area.Code
	Desk   area.Role // role of the desk in Area that owns the call from the first second
}

// Intake turns INVITEs into calls with tickets. Here a call becomes a ticket.
type Intake struct {
	db       *DB
	rules    Rules
	requests chan intakeRequest
}

// intakeBatch is the most calls that share a commit.
const intakeBatch = 128

type intakeRequest struct {
	call     ticket.Call
	replayed bool
	done     chan<- intakeResult
}

type intakeResult struct {
	receipt ticket.CallReceipt
	err     error
}

// NewIntake prepares the intake; Run must be running for Register to return.
func NewIntake(db *DB, rules Rules) *Intake {
	return &Intake{db: db, rules: rules, requests: make(chan intakeRequest, 4*intakeBatch)}
}

// Register commits the call and its ticket, together with whatever other calls
// came in meanwhile, and returns when that is on disk. The call must carry its
// number. A call that is already there is a no-op with Repeat set.
func (in *Intake) Register(ctx context.Context, c ticket.Call) (ticket.CallReceipt, error) {
	done := make(chan intakeResult, 1)
	select {
	case in.requests <- intakeRequest{call: c, done: done}:
	case <-ctx.Done():
		return ticket.CallReceipt{}, fmt.Errorf("register call: %w: %w", act.ErrUnavailable, context.Cause(ctx))
	}
	select {
	case r := <-done:
		return r.receipt, r.err
	case <-ctx.Done():
		return ticket.CallReceipt{}, fmt.Errorf("register call: %w: %w", act.ErrUnavailable, context.Cause(ctx))
	}
}

// Run commits groups: whatever has queued up while the last group was being
// written goes into the next, so that nobody waits for company that may not come.
func (in *Intake) Run(ctx context.Context) error {
	for {
		select {
		case first := <-in.requests:
			in.commit(ctx, in.gather(first))
		case <-ctx.Done():
			return nil
		}
	}
}

func (in *Intake) gather(first intakeRequest) []intakeRequest {
	group := []intakeRequest{first}
	for len(group) < intakeBatch {
		select {
		case next := <-in.requests:
			group = append(group, next)
		default:
			return group
		}
	}
	return group
}

// commit writes one group. Where the group is refused for a reason of its
// content, each call is tried alone, so that one bad call holds up only itself.
func (in *Intake) commit(ctx context.Context, group []intakeRequest) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	receipts, err := in.write(ctx, group)
	if err != nil && len(group) > 1 && !errors.Is(err, act.ErrUnavailable) {
		for _, one := range group {
			in.commit(ctx, []intakeRequest{one})
		}
		return
	}
	for i, r := range group {
		result := intakeResult{err: err}
		if err == nil {
			result.receipt = receipts[i]
		}
		r.done <- result
	}
}

func (in *Intake) write(ctx context.Context, group []intakeRequest) (receipts []ticket.CallReceipt, err error) {
	err = in.db.inTx(ctx, act.SystemIVR, func(tx *Tx) error {
		receipts, err = in.register(ctx, tx, group)
		return err
	}, func() { failpoint.Hit(failpoint.IntakeBeforeCommit) })
	if err == nil {
		failpoint.Hit(failpoint.IntakeAfterCommit)
	}
	return receipts, err
}

// register is the work of a group within its transaction; the journal's replay
// calls it too, with calls whose time has long passed.
func (in *Intake) register(ctx context.Context, tx *Tx, group []intakeRequest) ([]ticket.CallReceipt, error) {
	known, err := in.lookUp(ctx, tx, group)
	if err != nil {
		return nil, err
	}
	receipts := make([]ticket.CallReceipt, len(group))
	doc := intakeDoc{Notices: []map[string]any{}} // callers without a mobile are told by voice only
	for i, r := range group {
		if call, ok := known.call(r.call); ok {
			receipts[i] = ticket.CallReceipt{ID: call.ID, Number: call.Number, Repeat: true}
			continue
		}
		line, err := in.line(known, r.call.To)
		if err != nil {
			return nil, err
		}
		birth := ticket.FromCall(r.call, line, in.rules.Policy, in.rules.Terms, in.rules.Holds, in.rules.Calendar, known.original(tx.db, r.call))
		birth.Ticket.ID, birth.Ticket.PublicID = ticket.ID(known.IDs[i]), uuid.NewString()
		if err := doc.add(tx, r, birth); err != nil {
			return nil, err
		}
		known.remember(tx.db, r.call, birth.Ticket)
		receipts[i] = ticket.CallReceipt{ID: r.call.ID, Number: r.call.Number}
		if err := tx.Audit(ctx, act.Record{Action: "ticket.registered", Subject: birth.Ticket.Subject(), Area: birth.Ticket.Area,
			Data: map[string]any{"number": string(r.call.Number), "call": string(r.call.ID), "replayed": r.replayed}}); err != nil {
			return nil, err
		}
	}
	if len(doc.Tickets) == 0 {
		return receipts, nil
	}
	return receipts, tx.insertIntake(ctx, doc)
}

// service is the number that was dialled, or what stands in for one that is no longer configured.
func (in *Intake) service(number string) ServiceNumber {
	if service, ok := in.rules.Lines[number]; ok {
		return service
	}
	return in.rules.Fallback
}

// line is the number with the desk that owns its calls.
func (in *Intake) line(known intakeKnown, number string) (ticket.Line, error) {
	service := in.service(number)
	desk := area.PostID(known.Desks[service.desk()])
	if desk == 0 {
		return ticket.Line{}, fmt.Errorf("find the desk of service number %s: %w", number, act.NotFound("post"))
	}
	return ticket.Line{Number: number, Area: service.Area, Owner: desk}, nil
}

// desk names a desk as lookUp does.
func (s ServiceNumber) desk() string { return string(s.Area) + " " + string(s.Desk) }

// intakeKnown is what the database already knows about a group of calls.
type intakeKnown struct {
	Calls map[string]knownCall // by call id, and by trunk and Call-ID
	Open  map[string]int64     // oldest open ticket by caller index in hex
	Desks map[string]int64     // by area and role
	IDs   []int64              // fresh ticket ids
}

type knownCall struct {
	ID     ticket.CallID `json:"id"`
	Number ticket.Number `json:"number"`
}

// lookUp asks in one round trip, however many calls there are, which are there
// already, which callers have an open ticket, whose desks they fall to, and for
// fresh ids.
func (in *Intake) lookUp(ctx context.Context, tx *Tx, group []intakeRequest) (known intakeKnown, err error) {
	var ask struct {
		Calls   []map[string]string `json:"calls"`
		Callers []string            `json:"callers"`
		Desks   []string            `json:"desks"`
	}
	ask.Callers, ask.Desks = []string{}, []string{}
	for _, r := range group {
		if desk := in.service(r.call.To).desk(); !slices.Contains(ask.Desks, desk) {
			ask.Desks = append(ask.Desks, desk)
		}
		ask.Calls = append(ask.Calls, map[string]string{"id": string(r.call.ID), "trunk": r.call.Trunk, "sip": r.call.SIPCallID})
		if index := tx.db.callerIndex(r.call); index != nil {
			ask.Callers = append(ask.Callers, hex.EncodeToString(index))
		}
	}
	question, err := json.Marshal(ask)
	if err != nil {
		return known, fmt.Errorf("write intake question: %w", err)
	}
	var calls, open, desks, ids []byte
	err = tx.scan(ctx, "look up calls", `WITH ask AS (SELECT ?::jsonb AS j),
		asked AS (SELECT x.* FROM ask, jsonb_to_recordset(ask.j->'calls') AS x(id uuid, trunk text, sip text))
		SELECT coalesce((SELECT jsonb_object_agg(f.key, jsonb_build_object('id', f.id, 'number', f.number)) FROM (
		             SELECT c.id::text AS key, c.id, t.number FROM asked a JOIN calls c ON c.id = a.id JOIN tickets t ON t.id = c.ticket_id
		             UNION SELECT c.trunk || ' ' || c.sip_call_id, c.id, t.number FROM asked a JOIN calls c ON c.trunk = a.trunk AND c.sip_call_id = a.sip
		                   JOIN tickets t ON t.id = c.ticket_id) f), '{}'),
		       coalesce((SELECT jsonb_object_agg(encode(o.caller_index, 'hex'), o.id) FROM (
		             SELECT DISTINCT ON (t.caller_index) t.caller_index, t.id
		             FROM ask, jsonb_array_elements_text(ask.j->'callers') AS hex JOIN tickets t ON t.caller_index = decode(hex, 'hex')
		             WHERE t.status NOT IN ('closed', 'duplicate') ORDER BY t.caller_index, t.invited_at) o), '{}'),
		       coalesce((SELECT jsonb_object_agg(d.name, p.id) FROM ask, jsonb_array_elements_text(ask.j->'desks') AS d(name)
		             JOIN posts p ON p.kind = 'desk' AND p.area_code = split_part(d.name, ' ', 1) AND p.role = split_part(d.name, ' ', 2)), '{}'),
		       (SELECT jsonb_agg(nextval('tickets_id_seq')) FROM asked)`, []any{string(question)}, &calls, &open, &desks, &ids)
	if err != nil {
		return known, err
	}
	return known, errors.Join(json.Unmarshal(calls, &known.Calls), json.Unmarshal(open, &known.Open), json.Unmarshal(desks, &known.Desks), json.Unmarshal(ids, &known.IDs))
}

// call finds a call that is there already, by its id or as a retransmission.
func (k intakeKnown) call(c ticket.Call) (knownCall, bool) {
	if known, ok := k.Calls[string(c.ID)]; ok {
		return known, true
	}
	known, ok := k.Calls[c.Trunk+" "+c.SIPCallID]
	return known, ok
}

// original is the open ticket of the same caller, zero for none. Withheld numbers never link.
func (k intakeKnown) original(db *DB, c ticket.Call) ticket.ID {
	index := db.callerIndex(c)
	if index == nil {
		return 0
	}
	return ticket.ID(k.Open[hex.EncodeToString(index)])
}

// remember lets later calls of the same group find this one.
func (k intakeKnown) remember(db *DB, c ticket.Call, t ticket.Ticket) {
	call := knownCall{ID: c.ID, Number: c.Number}
	k.Calls[string(c.ID)], k.Calls[c.Trunk+" "+c.SIPCallID] = call, call
	if index := db.callerIndex(c); index != nil {
		if key := hex.EncodeToString(index); k.Open[key] == 0 {
			k.Open[key] = int64(t.ID)
		}
	}
}
