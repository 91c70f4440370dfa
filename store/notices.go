package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ticket"
)

// noticeRow is a notice that has not been turned into deliveries.
type noticeRow struct {
	ID          int64
	TicketID    *int64
	PostID      *int64
	Alarm       bool
	Void        bool
	Offer       bool // it may be accepted
	Priority    string
	Urgent      bool
	AreaCode    string
	OnlyChannel string
	MethodID    int64
}

// reader is one person who gets a notice. A citizen and the alarm number have no staff id.
type reader struct {
	ID       int64
	Contacts []ticket.Contact
	Broken   error // has a number that does not open
}

// ExpandNotices turns up to limit notices into deliveries by the ways that
// exist here, and tells how many it took. A notice to a person's post goes to
// its holder, one to a desk to whoever is on duty there (with nobody on duty,
// to everybody of that desk), one to the citizen to the number the call came
// from if it is a mobile. What reaches nobody is kept as a dead delivery. A notice
// of which that cannot be told is left alone for a minute: the others are not held up.
func (db *DB) ExpandNotices(ctx context.Context, reach ticket.Reach, limit int) (taken int, err error) {
	var at int64 // the notice that is being looked at
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		var rows []noticeRow
		err := tx.find(ctx, "load notices", &rows, `SELECT n.id, n.ticket_id, n.post_id, n.alarm, n.urgent, coalesce(n.epoch < t.epoch, false) AS void,
			coalesce(t.priority, '') AS priority, n.epoch IS NOT NULL AND n.post_id IS NOT NULL AS offer, coalesce(t.area_code, '') AS area_code,
			coalesce(n.only_channel, '') AS only_channel, coalesce(n.method_id, 0) AS method_id
			FROM notices n LEFT JOIN tickets t ON t.id = n.ticket_id WHERE n.done_at IS NULL AND n.id <> ALL(?::bigint[])
			ORDER BY n.id LIMIT ? FOR UPDATE OF n SKIP LOCKED`, bigints(db.poisoned.list()), limit)
		if err != nil || len(rows) == 0 {
			return err
		}
		e := expansion{tx: tx, reach: reach}
		if e.scale, err = tx.AppClock(ctx); err != nil {
			return err
		}
		for _, n := range rows {
			at = n.ID
			if err := e.expand(ctx, n); err != nil {
				return fmt.Errorf("expand notice %d: %w", n.ID, err)
			}
		}
		at, taken = 0, len(rows)
		return nil
	})
	if err == nil {
		return taken, nil
	}
	if at != 0 && ctx.Err() == nil && !errors.Is(err, act.ErrUnavailable) && !errors.Is(err, act.ErrConflict) {
		db.poisoned.add(at)
	}
	return 0, err
}

// poisoned are notices that could not be turned into deliveries lately. This node
// leaves each alone for a minute; they stay pending, and another node tries them itself.
type poisoned struct {
	mu    sync.Mutex
	until map[int64]time.Time // real time
}

const poisonRest = time.Minute

func (p *poisoned) add(notice int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until == nil {
		p.until = map[int64]time.Time{}
	}
	p.until[notice] = time.Now().Add(poisonRest) // how long this node rests
}

// list is those that still rest.
func (p *poisoned) list() (notices []int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for notice, until := range p.until {
		if time.Now().After(until) {
			delete(p.until, notice)
			continue
		}
		notices = append(notices, notice)
	}
	return notices
}

// expansion is one batch of notices that become deliveries.
type expansion struct {
	tx    *Tx
	reach ticket.Reach
	scale float64 // of the application's clock: a ladder of minutes goes with it
}

func (e expansion) expand(ctx context.Context, n noticeRow) error {
	if !n.Void {
		readers, desk, err := e.readers(ctx, n)
		if unreadable(err) {
			return e.giveUp(ctx, n, err)
		}
		if err != nil {
			return err
		}
		for _, r := range readers {
			if err := e.bring(ctx, n, r); err != nil {
				return err
			}
		}
		if (desk || n.Alarm) && n.OnlyChannel == "" && e.has("wecom_group") && e.reach.Group != nil && e.reach.Group(n.AreaCode) {
			if err := e.add(ctx, n, 0, ticket.Rung{Channel: "wecom_group"}, 0, true); err != nil {
				return err
			}
		}
		if len(readers) == 0 && n.PostID != nil {
			if err := e.tx.addDead(ctx, n.ID, "live", "nobody holds this post"); err != nil {
				return err
			}
		}
	}
	return e.finish(ctx, n)
}

func (e expansion) has(channel string) bool { return slices.Contains(e.reach.Channels, channel) }

func (e expansion) finish(ctx context.Context, n noticeRow) error {
	_, err := e.tx.exec(ctx, "finish notice", `UPDATE notices SET done_at = ? WHERE id = ?`, e.tx.now, n.ID)
	return err
}

// errBroken marks a row whose content is not what the program writes.
var errBroken = errors.New("the row is damaged")

// unreadable reports whether a sealed number does not open or a row is damaged, which no repetition mends.
func unreadable(err error) bool {
	return errors.Is(err, seal.ErrTampered) || errors.Is(err, seal.ErrUnknownKey) || errors.Is(err, errBroken)
}

func (e expansion) giveUp(ctx context.Context, n noticeRow, why error) error {
	if err := e.tx.addDead(ctx, n.ID, "sms", why.Error()); err != nil {
		return err
	}
	return e.finish(ctx, n)
}

// bring queues a notice to one reader: on their screen at once, and along the
// rungs of their ladder.
func (e expansion) bring(ctx context.Context, n noticeRow, r reader) error {
	exempt, err := e.exempt(ctx, n, r)
	if err != nil {
		return err
	}
	if r.ID != 0 && n.OnlyChannel == "" && e.has("live") {
		if err := e.add(ctx, n, r.ID, ticket.Rung{Channel: "live"}, 0, exempt); err != nil {
			return err
		}
	}
	if r.Broken != nil && e.has("sms") {
		if err := e.tx.deadDelivery(ctx, n.ID, r.ID, "sms", r.Broken.Error()); err != nil {
			return err
		}
	}
	rungs := e.rungs(n, r, exempt)
	for _, rung := range rungs {
		number := 0
		for _, before := range rungs { // rungs of one moment stand on one step
			if before.After < rung.After {
				number++
			}
		}
		if err := e.add(ctx, n, r.ID, rung, number, exempt); err != nil {
			return err
		}
	}
	return nil
}

// rungs are the deliveries to a reader that lie by ways which exist here.
func (e expansion) rungs(n noticeRow, r reader, first bool) (rungs []ticket.Rung) {
	var contacts []ticket.Contact
	for _, c := range r.Contacts {
		if e.has(c.Channel) && (n.OnlyChannel == "" || n.OnlyChannel == c.Channel) && (n.MethodID == 0 || n.MethodID == c.Method) {
			contacts = append(contacts, c)
		}
	}
	if r.ID != 0 && n.OnlyChannel == "" && e.reach.Plan != nil {
		return e.reach.Plan(ticket.Bringing{Priority: ticket.Priority(n.Priority), Urgent: n.Urgent, Offer: n.Offer, First: first, At: e.tx.now}, contacts)
	}
	for _, c := range contacts {
		if c.Channel != "voice" || n.Offer || n.Alarm {
			rungs = append(rungs, ticket.Rung{Channel: c.Channel, Method: c.Method})
		}
	}
	return rungs
}

// exempt reports whether neither quiet hours nor throttles hold a notice up:
// it is urgent, or the first of its ticket to this reader. A test is not: whoever
// is signed in can have one sent to any number.
func (e expansion) exempt(ctx context.Context, n noticeRow, r reader) (exempt bool, err error) {
	if n.Urgent || n.Alarm {
		return true, nil
	}
	if n.TicketID == nil {
		return false, nil
	}
	err = e.tx.scan(ctx, "look for an earlier notice", `SELECT NOT EXISTS (SELECT 1 FROM notices o JOIN deliveries d ON d.notice_id = o.id
		WHERE o.ticket_id = ? AND o.id < ? AND coalesce(d.staff_id, 0) = ?)`, []any{*n.TicketID, n.ID, r.ID}, &exempt)
	return exempt, err
}

func (e expansion) add(ctx context.Context, n noticeRow, staff int64, rung ticket.Rung, number int, exempt bool) error {
	after := float64(rung.After.Microseconds()) / e.scale
	_, err := e.tx.exec(ctx, "add delivery", `INSERT INTO deliveries (notice_id, staff_id, channel, method_id, state, not_before, rung, exempt, updated_at)
		VALUES (?, ?, ?, ?, 'queued', clock_timestamp() + ? * interval '1 microsecond', ?, ?, ?) ON CONFLICT DO NOTHING`,
		n.ID, nonZero(staff), rung.Channel, nonZero(rung.Method), int64(after), number, exempt, e.tx.now)
	return err
}

// addDead keeps a notice that reaches nobody where a person finds it.
func (tx *Tx) addDead(ctx context.Context, notice int64, channel, why string) error {
	return tx.deadDelivery(ctx, notice, 0, channel, why)
}

func (tx *Tx) deadDelivery(ctx context.Context, notice, staff int64, channel, why string) error {
	_, err := tx.exec(ctx, "add dead delivery", `INSERT INTO deliveries (notice_id, staff_id, channel, state, not_before, error, updated_at)
		VALUES (?, ?, ?, 'dead', clock_timestamp(), ?, ?) ON CONFLICT DO NOTHING`, notice, nonZero(staff), channel, why, tx.now)
	return err
}

// readers are the people a notice is for; desk: it goes to a desk, not to one person.
func (e expansion) readers(ctx context.Context, n noticeRow) (readers []reader, desk bool, err error) {
	number := []reader{{Contacts: []ticket.Contact{{Channel: "sms"}}}}
	switch {
	case n.Alarm && e.reach.Alarm:
		return []reader{{Contacts: []ticket.Contact{{Channel: "sms"}, {Channel: "voice"}}}}, false, nil
	case n.Alarm:
		return nil, false, nil
	case n.PostID == nil:
		phone, err := e.tx.citizenPhone(ctx, ticket.ID(deref(n.TicketID)))
		if err != nil || !phone.Mobile {
			return nil, false, err
		}
		return number, false, nil
	}
	post, err := e.tx.Post(ctx, area.PostID(*n.PostID))
	if err != nil {
		return nil, false, err
	}
	posts := []int64{int64(post.ID)}
	if post.Kind == area.PostDesk {
		if posts, err = e.tx.servingAt(ctx, post); err != nil {
			return nil, false, err
		}
	}
	readers, err = e.tx.staffReaders(ctx, posts, n)
	return readers, post.Kind == area.PostDesk, err
}

// staffReaders are the active holders of posts with their ways of contact. A
// P1 ticket rings and writes to them even where they have switched that off.
func (tx *Tx) staffReaders(ctx context.Context, posts []int64, n noticeRow) ([]reader, error) {
	var rows []struct {
		ID          int64
		Login       string
		PhoneSealed []byte
	}
	err := tx.find(ctx, "load readers", &rows, `SELECT id, login, phone_sealed FROM staff WHERE post_id = ANY(?::bigint[]) AND active ORDER BY id`, bigints(posts))
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	own, err := tx.usableContacts(ctx, ids, n)
	if err != nil {
		return nil, err
	}
	readers := make([]reader, len(rows))
	for i, r := range rows {
		readers[i] = reader{ID: r.ID, Contacts: own[r.ID].contacts}
		if r.PhoneSealed == nil {
			continue
		}
		phone, err := tx.db.sealer.Open(staffPhoneContext(r.Login), r.PhoneSealed)
		number := ticket.ParsePhone(string(phone))
		if number.Mobile && !own[r.ID].replaces["sms"] {
			readers[i].Contacts = append(readers[i].Contacts, ticket.Contact{Channel: "sms"})
		}
		if strings.HasPrefix(number.E164, "+86") && !own[r.ID].replaces["voice"] {
			readers[i].Contacts = append(readers[i].Contacts, ticket.Contact{Channel: "voice"})
		}
		if !own[r.ID].replaces["sms"] {
			readers[i].Broken = err
		}
	}
	return readers, nil
}

// servingAt are the posts of those on duty at a desk, of all its people where
// the roster has nobody: a desk never goes untold.
func (tx *Tx) servingAt(ctx context.Context, desk area.Post) ([]int64, error) {
	answer, err := tx.DutyAt(ctx, desk.Area, desk.Role, 0, tx.now)
	if err != nil {
		return nil, err
	}
	var posts []int64
	for _, d := range answer.OnDuty {
		posts = append(posts, int64(d.Post))
	}
	if len(posts) > 0 {
		return posts, nil
	}
	err = tx.find(ctx, "load the people of a desk", &posts, `SELECT post_id FROM staff WHERE area_code = ? AND role = ? AND active`, string(desk.Area), string(desk.Role))
	return posts, err
}

// citizenPhone is the number the call of a ticket came from.
func (tx *Tx) citizenPhone(ctx context.Context, id ticket.ID) (ticket.Phone, error) {
	t, err := tx.Ticket(ctx, id)
	if err != nil {
		return ticket.Phone{}, err
	}
	call, err := tx.Call(ctx, t.CallID)
	if err != nil {
		return ticket.Phone{}, err
	}
	return ticket.ParsePhone(call.FromE164), nil
}
