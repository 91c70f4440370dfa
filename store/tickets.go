package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

var _ ticket.Tx = (*Tx)(nil)

// ticketRow is a row of tickets. It never leaves this package.
type ticketRow struct {
	ID              int64
	PublicID        string
	Number          string
	CallID          string
	Kind            string
	Priority        string
	Cause           string
	Status          string
	AreaCode        string
	Confidential    bool
	LifeDanger      bool
	OwnerID         int64
	CallTakerID     *int64
	WithAgent       bool
	InvitedAt       time.Time
	TriagedAt       *time.Time
	CallEnded       bool
	AcceptedAt      *time.Time
	ClosedAt        *time.Time
	RepeatOf        *int64
	RepeatState     string
	MergedInto      *int64
	SplitFrom       *int64
	Returned        bool
	PendingPriority *string
	PendingReason   *string
	PendingBy       *int64
	Policy          string
	LadderFrom      *time.Time
	Step            int
	Loop            int
	Epoch           int64
	Version         int64
}

// ticketColumns is what ticketRow reads.
const ticketColumns = `id, public_id, number, call_id, kind, priority, cause, status, area_code, confidential, life_danger, owner_id, call_taker_id,
	with_agent, invited_at, triaged_at, call_ended, accepted_at, closed_at, repeat_of, repeat_state, merged_into, pending_priority, pending_reason, pending_by,
	policy, ladder_from, step, loop, epoch, version, split_from, returned`

// deref reads a nullable column as its zero value.
func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// nonZero writes a zero value as NULL.
func nonZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func (r ticketRow) ticket() ticket.Ticket {
	return ticket.Ticket{
		ID: ticket.ID(r.ID), PublicID: r.PublicID, Number: ticket.Number(r.Number), CallID: ticket.CallID(r.CallID),
		Kind: ticket.Kind(r.Kind), Priority: ticket.Priority(r.Priority), Cause: ticket.Cause(r.Cause), Status: ticket.Status(r.Status),
		Area: area.Code(r.AreaCode), Confidential: r.Confidential, LifeDanger: r.LifeDanger,
		Owner: area.PostID(r.OwnerID), CallTaker: area.StaffID(deref(r.CallTakerID)), WithAgent: r.WithAgent, TriagedAt: orZero(r.TriagedAt),
		InvitedAt: r.InvitedAt.UTC(), CallEnded: r.CallEnded, AcceptedAt: orZero(r.AcceptedAt), ClosedAt: orZero(r.ClosedAt),
		RepeatOf: ticket.ID(deref(r.RepeatOf)), RepeatState: ticket.RepeatState(r.RepeatState), MergedInto: ticket.ID(deref(r.MergedInto)),
		SplitFrom: ticket.ID(deref(r.SplitFrom)), Returned: r.Returned,
		PendingPriority: ticket.Priority(deref(r.PendingPriority)), PendingReason: deref(r.PendingReason), PendingBy: area.StaffID(deref(r.PendingBy)),
		Policy: r.Policy, LadderFrom: orZero(r.LadderFrom), Step: r.Step, Loop: r.Loop, Epoch: r.Epoch, Version: r.Version,
	}
}

// TicketForUpdate locks and loads a ticket with its clocks.
func (tx *Tx) TicketForUpdate(ctx context.Context, id ticket.ID) (ticket.Ticket, error) {
	if t, ok := tx.takeLoaded(id); ok {
		return t, nil
	}
	return tx.loadTicket(ctx, `SELECT `+ticketColumns+` FROM tickets WHERE id = ? FOR UPDATE`, int64(id))
}

// Ticket loads a ticket with its clocks, without a lock.
func (tx *Tx) Ticket(ctx context.Context, id ticket.ID) (ticket.Ticket, error) {
	return tx.loadTicket(ctx, `SELECT `+ticketColumns+` FROM tickets WHERE id = ?`, int64(id))
}

func (tx *Tx) loadTicket(ctx context.Context, sql string, args ...any) (ticket.Ticket, error) {
	var rows []ticketRow
	if err := tx.find(ctx, "load ticket", &rows, sql, args...); err != nil {
		return ticket.Ticket{}, err
	}
	if len(rows) == 0 {
		return ticket.Ticket{}, act.NotFound("ticket")
	}
	t := rows[0].ticket()
	clocks, err := tx.clocks(ctx, t.ID)
	t.Clocks = clocks[t.ID]
	tx.note(t)
	return t, err
}

// TicketByRef resolves a public id or a ticket number.
func (tx *Tx) TicketByRef(ctx context.Context, ref string) (ticket.ID, error) {
	column := "number"
	if _, err := uuid.Parse(ref); err == nil {
		column = "public_id"
	}
	var id int64
	err := tx.scan(ctx, "find ticket", `SELECT id FROM tickets WHERE `+column+` = ?`, []any{ref}, &id)
	if errors.Is(err, act.ErrNotFound) {
		return 0, act.NotFound("ticket")
	}
	return ticket.ID(id), err
}

// clockRow is a row of clocks.
type clockRow struct {
	TicketID   int64
	Kind       string
	StartedAt  time.Time
	DueAt      time.Time
	FirstDueAt time.Time
	Revision   int64
	Counted    []byte
	StoppedAt  *time.Time
	ReportedAt *time.Time
	Proof      *string
	ProofRef   *string
	BreachedAt *time.Time
	RoseAt     *time.Time
	PausedAt   *time.Time
}

func (tx *Tx) clocks(ctx context.Context, ids ...ticket.ID) (map[ticket.ID][]ticket.Clock, error) {
	var rows []clockRow
	err := tx.find(ctx, "load clocks", &rows, `SELECT ticket_id, kind, started_at, due_at, first_due_at, revision, counted, stopped_at, reported_at,
		proof, proof_ref, breached_at, rose_at, paused_at FROM clocks WHERE ticket_id = ANY(?::bigint[]) ORDER BY ticket_id, due_at, kind`, bigints(ids))
	if err != nil {
		return nil, err
	}
	clocks := make(map[ticket.ID][]ticket.Clock, len(ids))
	for _, r := range rows {
		c := ticket.Clock{Kind: ticket.ClockKind(r.Kind), StartedAt: r.StartedAt.UTC(), DueAt: r.DueAt.UTC(), FirstDueAt: r.FirstDueAt.UTC(),
			Revision: r.Revision, StoppedAt: orZero(r.StoppedAt), ReportedAt: orZero(r.ReportedAt), Proof: ticket.Proof(deref(r.Proof)),
			ProofRef: deref(r.ProofRef), BreachedAt: orZero(r.BreachedAt), RoseAt: orZero(r.RoseAt), PausedAt: orZero(r.PausedAt)}
		if len(r.Counted) > 0 {
			if err := json.Unmarshal(r.Counted, &c.Counted); err != nil {
				return nil, fmt.Errorf("read counted days: %w", err)
			}
		}
		clocks[ticket.ID(r.TicketID)] = append(clocks[ticket.ID(r.TicketID)], c)
	}
	return clocks, nil
}

// SaveTicket writes the row guarded by its version, and every clock that has changed.
func (tx *Tx) SaveTicket(ctx context.Context, t *ticket.Ticket) error {
	if changed := tx.changedClocks(*t); tx.later != nil && (tx.later.whole || len(changed) == 0) {
		tx.later.save(t)
		for _, c := range changed {
			if err := tx.later.clock(t.ID, c); err != nil {
				return err
			}
		}
		t.Version++
		tx.note(*t)
		return nil
	}
	n, err := tx.exec(ctx, "save ticket", `UPDATE tickets SET kind = ?, priority = ?, cause = ?, status = ?, area_code = ?, confidential = ?, life_danger = ?,
		owner_id = ?, call_taker_id = ?, with_agent = ?, triaged_at = ?, call_ended = ?, accepted_at = ?, closed_at = ?, repeat_of = ?, repeat_state = ?, merged_into = ?,
		pending_priority = ?, pending_reason = ?, pending_by = ?, ladder_from = ?, step = ?, loop = ?, epoch = ?, returned = ?, version = version + 1
		WHERE id = ? AND version = ?`,
		t.Kind, t.Priority, t.Cause, t.Status, t.Area, t.Confidential, t.LifeDanger, int64(t.Owner), nonZero(int64(t.CallTaker)), t.WithAgent, null(t.TriagedAt), t.CallEnded,
		null(t.AcceptedAt), null(t.ClosedAt), nonZero(int64(t.RepeatOf)), t.RepeatState, nonZero(int64(t.MergedInto)),
		nonZero(string(t.PendingPriority)), nonZero(t.PendingReason), nonZero(int64(t.PendingBy)), null(t.LadderFrom), t.Step, t.Loop, t.Epoch, t.Returned, int64(t.ID), t.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return staleVersion()
	}
	t.Version++
	for _, c := range tx.changedClocks(*t) {
		if err := tx.saveClock(ctx, t.ID, c); err != nil {
			return err
		}
	}
	tx.note(*t)
	return nil
}

const clockConflict = `ON CONFLICT (ticket_id, kind) DO UPDATE SET started_at = excluded.started_at, due_at = excluded.due_at, first_due_at = excluded.first_due_at, counted = excluded.counted, paused_at = excluded.paused_at,
	revision = excluded.revision, stopped_at = excluded.stopped_at, reported_at = excluded.reported_at, proof = excluded.proof, proof_ref = excluded.proof_ref, breached_at = excluded.breached_at, rose_at = excluded.rose_at`

func (tx *Tx) saveClock(ctx context.Context, id ticket.ID, c ticket.Clock) error {
	counted, err := countedJSON(c.Counted)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "save clock", `INSERT INTO clocks (ticket_id, kind, started_at, due_at, first_due_at, revision, counted, stopped_at, reported_at,
		proof, proof_ref, breached_at, rose_at, paused_at) VALUES (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?)
		`+clockConflict,
		int64(id), c.Kind, c.StartedAt, c.DueAt, c.FirstDueAt, c.Revision, counted, null(c.StoppedAt), null(c.ReportedAt),
		nonZero(string(c.Proof)), nonZero(c.ProofRef), null(c.BreachedAt), null(c.RoseAt), null(c.PausedAt))
	return err
}

// countedJSON writes the walked days, NULL where a clock runs on the wall clock.
func countedJSON(days []ticket.Day) (*string, error) {
	if len(days) == 0 {
		return nil, nil
	}
	b, err := json.Marshal(days)
	if err != nil {
		return nil, fmt.Errorf("write counted days: %w", err)
	}
	s := string(b)
	return &s, nil
}

// AddEntry appends to the timeline and tells the live list about it.
func (tx *Tx) AddEntry(ctx context.Context, t *ticket.Ticket, e ticket.Entry) error {
	if tx.later != nil {
		tx.later.entry(tx, t, e)
		return nil
	}
	data, err := toJSON(e.Data)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "add timeline entry", `INSERT INTO timeline (ticket_id, at, actor, actor_id, kind, data) VALUES (?, ?, ?, ?, ?, ?)`,
		int64(t.ID), e.At, tx.actor.Name, nonZero(int64(tx.actor.StaffID)), e.Kind, data)
	return err
}

// Notify queues a notice; the same key twice is a no-op. The conflict names no column:
// else whoever tells another of something that hangs on no ticket would have to be able
// to read it.
func (tx *Tx) Notify(ctx context.Context, n ticket.Notice) error {
	if (n.Post == 0) != (n.Citizen || n.Alarm) {
		return fmt.Errorf("notice %s must go to a post, to the citizen or to the alarm number", n.Key)
	}
	tx.noticed = true
	if tx.later != nil {
		tx.later.notice(n)
		return nil
	}
	fields, err := json.Marshal(n.Fields)
	if err != nil {
		return fmt.Errorf("write notice fields: %w", err)
	}
	if n.Fields == nil {
		fields = []byte("{}")
	}
	_, err = tx.exec(ctx, "queue notice", `INSERT INTO notices (key, ticket_id, post_id, alarm, template, fields, callback_id, epoch, urgent, only_channel, method_id, created_at)
		VALUES (?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		n.Key, nonZero(int64(n.Ticket)), nonZero(int64(n.Post)), n.Alarm, n.Template, string(fields), nonZero(int64(n.Callback)), voidableEpoch(n), n.Urgent,
		nonZero(n.Only), nonZero(n.Method), tx.now)
	return err
}

// voidableEpoch is the epoch with whose passing a notice is void; nil for never.
func voidableEpoch(n ticket.Notice) *int64 {
	if !n.Voidable {
		return nil
	}
	return &n.Epoch
}

// OpenOffers lists the offers that can still be accepted.
func (tx *Tx) OpenOffers(ctx context.Context, id ticket.ID) ([]ticket.Offer, error) {
	if tx.ahead != nil && !tx.later.offered(id) {
		return tx.ahead.openOffers(ctx, tx, id)
	}
	if err := tx.flushSaved(ctx); err != nil {
		return nil, err
	}
	open, err := tx.openOffersOf(ctx, []ticket.ID{id})
	return open[id], err
}

// openOffersOf lists those of several tickets; a ticket without any has an empty list.
func (tx *Tx) openOffersOf(ctx context.Context, ids []ticket.ID) (map[ticket.ID][]ticket.Offer, error) {
	var rows []struct {
		TicketID   int64
		Loop, Step int
		PostID     int64
		Role       string
		OfferedAt  time.Time
	}
	err := tx.aside(ctx, "load offers", &rows, `SELECT ticket_id, loop, step, post_id, role, offered_at FROM offers
		WHERE ticket_id = ANY(?::bigint[]) AND ended_at IS NULL ORDER BY id`, bigints(ids))
	offers := make(map[ticket.ID][]ticket.Offer, len(ids))
	for _, id := range ids {
		offers[id] = []ticket.Offer{}
	}
	for _, r := range rows {
		id := ticket.ID(r.TicketID)
		offers[id] = append(offers[id], ticket.Offer{Ticket: id, Loop: r.Loop, Step: r.Step, Post: area.PostID(r.PostID), Role: area.Role(r.Role), OfferedAt: r.OfferedAt.UTC()})
	}
	return offers, err
}

// AddOffer writes an offer under the ticket's present epoch.
func (tx *Tx) AddOffer(ctx context.Context, o ticket.Offer) error {
	if epoch, known := tx.loaded.epochs[o.Ticket]; tx.later != nil && known {
		tx.later.offer(o, epoch)
		return nil
	}
	why, err := toJSON(o.Why)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "add offer", `INSERT INTO offers (ticket_id, epoch, loop, step, post_id, role, offered_at, why)
		SELECT id, epoch, ?, ?, ?, ?, ?, ?::jsonb FROM tickets WHERE id = ? ON CONFLICT DO NOTHING`,
		o.Loop, o.Step, int64(o.Post), o.Role, o.OfferedAt, why, int64(o.Ticket))
	return err
}

// CloseOffers ends the open offers; winner zero means they were withdrawn.
func (tx *Tx) CloseOffers(ctx context.Context, id ticket.ID, winner area.PostID) error {
	tx.offersChange(id)
	_, err := tx.exec(ctx, "close offers", `UPDATE offers SET ended_at = ?,
		outcome = CASE WHEN ? = 0 THEN 'withdrawn'
		               WHEN id = (SELECT max(o.id) FROM offers o WHERE o.ticket_id = ? AND o.post_id = ? AND o.ended_at IS NULL) THEN 'accepted'
		               ELSE 'taken' END
		WHERE ticket_id = ? AND ended_at IS NULL`, tx.now, int64(winner), int64(id), int64(winner), int64(id))
	return err
}

// DeclineOffer ends the open offers to a post whose people cannot come.
func (tx *Tx) DeclineOffer(ctx context.Context, id ticket.ID, post area.PostID) error {
	tx.offersChange(id)
	_, err := tx.exec(ctx, "decline offer", `UPDATE offers SET ended_at = ?, outcome = 'declined' WHERE ticket_id = ? AND post_id = ? AND ended_at IS NULL`,
		tx.now, int64(id), int64(post))
	return err
}

// Post loads a post.
func (tx *Tx) Post(ctx context.Context, id area.PostID) (area.Post, error) {
	if tx.ahead != nil {
		return tx.ahead.post(ctx, tx, id)
	}
	return tx.post(ctx, `p.id = ?`, int64(id))
}

// Desk is the shared desk of an area for a role.
func (tx *Tx) Desk(ctx context.Context, a area.Code, role area.Role) (area.Post, error) {
	desks, err := once(tx, staffedIn{a, role, "desk"}, func() ([]area.Post, error) {
		return tx.postsWhere(ctx, `p.kind = 'desk' AND p.area_code = ? AND p.role = ?`, string(a), string(role))
	})
	if err == nil && len(desks) == 0 {
		err = act.NotFound("post")
	}
	if err != nil {
		return area.Post{}, err
	}
	return desks[0], nil
}

func (tx *Tx) post(ctx context.Context, where string, args ...any) (area.Post, error) {
	posts, err := tx.postsWhere(ctx, where, args...)
	if err != nil {
		return area.Post{}, err
	}
	if len(posts) == 0 {
		return area.Post{}, act.NotFound("post")
	}
	return posts[0], nil
}

func (tx *Tx) postsWhere(ctx context.Context, where string, args ...any) ([]area.Post, error) {
	var rows []struct {
		ID, StaffID                int64
		Kind, AreaCode, Role, Name string
	}
	err := tx.aside(ctx, "load posts", &rows, `SELECT p.id, p.kind, p.area_code, p.role, p.name, coalesce(s.id, 0) AS staff_id
		FROM posts p LEFT JOIN staff s ON s.post_id = p.id WHERE `+where, args...)
	posts := make([]area.Post, len(rows))
	for i, r := range rows {
		posts[i] = area.Post{ID: area.PostID(r.ID), Kind: area.PostKind(r.Kind), Area: area.Code(r.AreaCode), Role: area.Role(r.Role), Name: r.Name, StaffID: area.StaffID(r.StaffID)}
	}
	return posts, err
}

// Division loads one node of the tree that is valid now.
func (tx *Tx) Division(ctx context.Context, c area.Code) (area.Division, error) {
	if tx.ahead != nil {
		return tx.ahead.division(ctx, tx, c)
	}
	found, err := tx.divisionsNow(ctx, []area.Code{c})
	if err != nil {
		return area.Division{}, err
	}
	d, known := found[c]
	if !known {
		return area.Division{}, act.NotFound("area")
	}
	return d, nil
}

// divisionsNow loads those of some codes that are valid now.
func (tx *Tx) divisionsNow(ctx context.Context, wanted []area.Code) (map[area.Code]area.Division, error) {
	var rows []struct{ Code, Name string }
	today := string(area.DateOf(tx.now))
	err := tx.aside(ctx, "load divisions", &rows, `SELECT code, name FROM divisions
		WHERE code = ANY (?::text[]) AND valid_from <= ?::date AND (valid_to IS NULL OR valid_to > ?::date)`, codes(wanted), today, today)
	found := make(map[area.Code]area.Division, len(rows))
	for _, r := range rows {
		found[area.Code(r.Code)] = area.Division{Code: area.Code(r.Code), Name: r.Name}
	}
	return found, err
}
