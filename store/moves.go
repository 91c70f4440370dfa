package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

var _ ticket.MoveTx = (*Tx)(nil)

// OwnedSince is when the present owner took a ticket; zero where nobody has.
func (tx *Tx) OwnedSince(ctx context.Context, id ticket.ID) (time.Time, error) {
	var at *time.Time
	err := tx.scan(ctx, "look since when a ticket is owned", `SELECT max(at) FROM timeline
		WHERE ticket_id = ? AND kind IN ('ticket.accepted', 'ticket.pulled', 'ticket.assigned')`, []any{int64(id)}, &at)
	return orZero(at), err
}

// identitiesOf are the blind indexes of whom a ticket is about, as far as they
// are known: by its own findings, by those of the tickets joined to it or that
// it repeats, and by those of earlier tickets from the same number.
const identitiesOf = `SELECT f.payee_index FROM tickets me CROSS JOIN LATERAL (SELECT me.id UNION SELECT me.repeat_of UNION SELECT me.split_from
		UNION SELECT o.id FROM tickets o WHERE o.merged_into = me.id UNION SELECT o.id FROM tickets o WHERE o.caller_index = me.caller_index) AS o (id)
	JOIN findings f ON f.ticket_id = o.id WHERE me.id = %s AND f.id_type <> 'none'`

// Conflicted tells whose register of relatives holds whom the ticket is about.
func (tx *Tx) Conflicted(ctx context.Context, id ticket.ID, people []area.StaffID) (map[area.StaffID]bool, error) {
	related := map[area.StaffID]bool{}
	if len(people) == 0 {
		return related, nil
	}
	var found []int64
	err := tx.find(ctx, "look for relatives of workers", &found, `SELECT DISTINCT r.staff_id FROM staff_relatives r
		WHERE r.staff_id = ANY(?::bigint[]) AND r.identity_index IN (`+fmt.Sprintf(identitiesOf, "?")+`)`, bigints(people), int64(id))
	for _, staff := range found {
		related[area.StaffID(staff)] = true
	}
	return related, err
}

// mostInHand is how far the tickets in somebody's hand are counted: beyond it they
// are one as overloaded as another, and counting a desk's thousands at each firing
// took most of the firing's time.
const mostInHand = 200

// Workloads tells what speaks for and against giving a ticket to some posts.
func (tx *Tx) Workloads(ctx context.Context, id ticket.ID, posts []area.PostID) (map[area.PostID]ticket.Workload, error) {
	if len(posts) == 0 {
		return map[area.PostID]ticket.Workload{}, nil
	}
	if tx.ahead != nil {
		return tx.ahead.workloads(ctx, tx, id, posts)
	}
	pairs := make([]handOf, len(posts))
	for i, p := range posts {
		pairs[i] = handOf{id, p}
	}
	weighed, err := tx.weigh(ctx, pairs)
	loads := make(map[area.PostID]ticket.Workload, len(posts))
	for of, load := range weighed {
		loads[of.post] = load
	}
	return loads, err
}

// weigh tells of tickets and posts what each has in hand without the ticket, what
// whose post it is knows, and whether whom it is about is a relative. A pair whose post is unknown is missing.
func (tx *Tx) weigh(ctx context.Context, pairs []handOf) (map[handOf]ticket.Workload, error) {
	asked := make([][2]int64, len(pairs))
	for i, of := range pairs {
		asked[i] = [2]int64{int64(of.ticket), int64(of.post)}
	}
	var rows []struct {
		Ticket, Post int64
		Load         int
		Skills       skillsColumn
		Related      bool
	}
	err := tx.aside(ctx, "weigh the load of workers", &rows, `SELECT x.ticket, p.id AS post,
			(SELECT count(*) FROM (SELECT 1 FROM tickets t WHERE t.owner_id = p.id AND t.status NOT IN ('closed', 'duplicate', 'follow_up') AND t.id <> x.ticket LIMIT ?) AS hand) AS load,
			s.skills, EXISTS (SELECT 1 FROM staff_relatives r WHERE r.staff_id = s.id AND r.identity_index IN (`+fmt.Sprintf(identitiesOf, "x.ticket")+`)) AS related
		FROM (SELECT (j->>0)::bigint AS ticket, (j->>1)::bigint AS post FROM jsonb_array_elements(?::jsonb) AS j) AS x JOIN posts p ON p.id = x.post LEFT JOIN staff s ON s.post_id = p.id`, mostInHand, jsonOf(asked))
	weighed := make(map[handOf]ticket.Workload, len(rows))
	for _, r := range rows {
		weighed[handOf{ticket.ID(r.Ticket), area.PostID(r.Post)}] = ticket.Workload{Open: r.Load, Related: r.Related, Skills: area.Skills(r.Skills)}
	}
	return weighed, err
}

// AskedAt lists the posts that a step has asked under the ticket's present epoch,
// and those that have declined before: a pause does not make them come.
func (tx *Tx) AskedAt(ctx context.Context, id ticket.ID, loop, step int) ([]area.PostID, error) {
	var posts []area.PostID
	err := tx.find(ctx, "look who was asked", &posts, `SELECT o.post_id FROM offers o JOIN tickets t ON t.id = o.ticket_id
			AND (t.epoch = o.epoch OR (o.outcome = 'declined' AND o.ended_at >= coalesce(t.triaged_at, t.invited_at)))
		WHERE o.ticket_id = ? AND o.loop = ? AND o.step = ?`, int64(id), loop, step)
	return posts, err
}

// WarnOnce marks a warning before a deadline as told; false where it was before.
func (tx *Tx) WarnOnce(ctx context.Context, id ticket.ID, kind ticket.ClockKind, due time.Time, percent int) (bool, error) {
	n, err := tx.exec(ctx, "mark a warning", `INSERT INTO clock_warnings (ticket_id, kind, due_at, percent, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		int64(id), kind, due, percent, tx.now)
	return n > 0, err
}

// AddPause writes a pause.
func (tx *Tx) AddPause(ctx context.Context, p ticket.Pause) error {
	_, err := tx.exec(ctx, "add pause", `INSERT INTO ticket_pauses (ticket_id, epoch, starts_at, until, reason, by_name) VALUES (?, ?, ?, ?, ?, ?)`,
		int64(p.Ticket), p.Epoch, p.From, p.Until, p.Reason, p.By)
	return err
}

// PauseAt is the pause that began under an epoch and has not ended.
func (tx *Tx) PauseAt(ctx context.Context, id ticket.ID, epoch int64) (ticket.Pause, error) {
	r, err := one[struct {
		StartsAt, Until time.Time
		Reason, ByName  string
	}](ctx, tx, "pause", `SELECT starts_at, until, reason, by_name FROM ticket_pauses WHERE ticket_id = ? AND epoch = ? AND ended_at IS NULL`, int64(id), epoch)
	return ticket.Pause{Ticket: id, Epoch: epoch, From: r.StartsAt.UTC(), Until: r.Until.UTC(), Reason: r.Reason, By: r.ByName}, err
}

// EndPause writes when the ladder went on.
func (tx *Tx) EndPause(ctx context.Context, p ticket.Pause, at time.Time) error {
	_, err := tx.exec(ctx, "end pause", `UPDATE ticket_pauses SET ended_at = ? WHERE ticket_id = ? AND epoch = ?`, at, int64(p.Ticket), p.Epoch)
	return err
}

// PausedFor is how long a ticket was paused before. One that something else
// ended counts until its planned end.
func (tx *Tx) PausedFor(ctx context.Context, id ticket.ID) (time.Duration, error) {
	var seconds float64
	err := tx.scan(ctx, "add up pauses", `SELECT coalesce(sum(extract(epoch FROM coalesce(ended_at, until) - starts_at)), 0)::float8 FROM ticket_pauses WHERE ticket_id = ?`,
		[]any{int64(id)}, &seconds)
	return time.Duration(seconds * float64(time.Second)), err
}

// AddMerge keeps what a ticket was before it was joined to another.
func (tx *Tx) AddMerge(ctx context.Context, m ticket.Merge) error {
	_, err := tx.exec(ctx, "add merge", `INSERT INTO ticket_merges (ticket_id, into_id, status, repeat_state, merged_at, merged_by) VALUES (?, ?, ?, ?, ?, ?)`,
		int64(m.Ticket), int64(m.Into), m.Status, m.RepeatState, tx.now, tx.actor.Name)
	return err
}

// MergeOf is what a joined ticket was before.
func (tx *Tx) MergeOf(ctx context.Context, id ticket.ID) (ticket.Merge, error) {
	r, err := one[struct {
		IntoID              int64
		Status, RepeatState string
	}](ctx, tx, "merge", `SELECT into_id, status, repeat_state FROM ticket_merges WHERE ticket_id = ? AND split_at IS NULL`, int64(id))
	return ticket.Merge{Ticket: id, Into: ticket.ID(r.IntoID), Status: ticket.Status(r.Status), RepeatState: ticket.RepeatState(r.RepeatState)}, err
}

// EndMerge writes that a ticket was split from the other again.
func (tx *Tx) EndMerge(ctx context.Context, m ticket.Merge) error {
	_, err := tx.exec(ctx, "end merge", `UPDATE ticket_merges SET split_at = ?, split_by = ? WHERE ticket_id = ? AND split_at IS NULL`, tx.now, tx.actor.Name, int64(m.Ticket))
	return err
}

// Joined lists the tickets that are joined to one now.
func (tx *Tx) Joined(ctx context.Context, into ticket.ID) ([]ticket.ID, error) {
	var ids []ticket.ID
	err := tx.find(ctx, "list joined tickets", &ids, `SELECT id FROM tickets WHERE merged_into = ? ORDER BY id`, int64(into))
	return ids, err
}

// AliveCallbacks locks and loads the call-backs of a ticket that are not over.
func (tx *Tx) AliveCallbacks(ctx context.Context, id ticket.ID) ([]ticket.Callback, error) {
	var rows []callbackRow
	err := tx.find(ctx, "load call-backs of a ticket", &rows, `SELECT `+callbackColumns+` FROM callbacks b
		WHERE b.ticket_id = ? AND b.state IN ('open', 'claimed', 'visit') ORDER BY b.id FOR UPDATE`, int64(id))
	list := make([]ticket.Callback, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.callback())
	}
	return list, err
}

// GiveCallback puts a call-back to another ticket.
func (tx *Tx) GiveCallback(ctx context.Context, id ticket.CallbackID, to ticket.ID) error {
	_, err := tx.exec(ctx, "give a call-back to another ticket", `UPDATE callbacks SET ticket_id = ? WHERE id = ?`, int64(to), int64(id))
	return err
}

// AddSplitOff writes a ticket of another's call, with its clocks.
func (tx *Tx) AddSplitOff(ctx context.Context, t *ticket.Ticket) error {
	number, err := tx.splitNumber(ctx, t.InvitedAt)
	if err != nil {
		return err
	}
	t.Number, t.PublicID = number, uuid.NewString()
	var id int64
	err = tx.scan(ctx, "add a split-off ticket", `INSERT INTO tickets (public_id, number, call_id, kind, priority, cause, status, area_code, owner_id, call_taker_id, invited_at,
			call_ended, triaged_at, caller_index, repeat_state, policy, ladder_from, epoch, version, created_at, split_from)
		SELECT ?, ?, o.call_id, ?, ?, ?, ?, ?, ?, ?, o.invited_at, o.call_ended, ?, o.caller_index, ?, ?, ?, ?, ?, ?, o.id FROM tickets o WHERE o.id = ? RETURNING id`,
		[]any{t.PublicID, t.Number, t.Kind, t.Priority, t.Cause, t.Status, t.Area, int64(t.Owner), nonZero(int64(t.CallTaker)), t.TriagedAt, t.RepeatState,
			t.Policy, t.LadderFrom, t.Epoch, t.Version, tx.now, int64(t.SplitFrom)}, &id)
	if err != nil {
		return err
	}
	t.ID = ticket.ID(id)
	for _, c := range t.Clocks {
		if err := tx.saveClock(ctx, t.ID, c); err != nil {
			return err
		}
	}
	return nil
}

// splitBlock is how many numbers are reserved at a time; as many as a node takes,
// since blocks of different sizes would overlap.
const splitBlock = 1000

// splitNumber is the next number of a ticket that no call was born with: one
// that was split off, or reported.
func (tx *Tx) splitNumber(ctx context.Context, invited time.Time) (ticket.Number, error) {
	var first, used int
	err := tx.scan(ctx, "take a number", `UPDATE split_numbers SET used = used + 1 WHERE used < ? RETURNING first, used`, []any{splitBlock}, &first, &used)
	if errors.Is(err, act.ErrNotFound) {
		if first, err = tx.reserveNumbers(ctx, "splits", splitBlock); err != nil {
			return "", err
		}
		used = 1
		if _, err := tx.exec(ctx, "keep a block of numbers", `INSERT INTO split_numbers (first, used) VALUES (?, 1)
			ON CONFLICT (one) DO UPDATE SET first = excluded.first, used = 1`, first); err != nil {
			return "", err
		}
	}
	if err != nil {
		return "", fmt.Errorf("number a ticket without a call: %w", err)
	}
	return ticket.NewNumber(invited, first+used-1), nil
}
