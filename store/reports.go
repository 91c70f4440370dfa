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

var _ ticket.ReportTx = (*Tx)(nil)

// OpenTicketOf is the oldest open ticket of a telephone, wherever it lies.
func (tx *Tx) OpenTicketOf(ctx context.Context, e164 string) (id ticket.ID, err error) {
	index := tx.db.callerIndex(ticket.Call{FromE164: e164})
	err = tx.everywhere(ctx, func() error {
		err := tx.scan(ctx, "find an open ticket of a number", `SELECT id FROM tickets WHERE caller_index = ? AND status NOT IN ('closed', 'duplicate') ORDER BY invited_at LIMIT 1`,
			[]any{index}, (*int64)(&id))
		if errors.Is(err, act.ErrNotFound) {
			return nil
		}
		return err
	})
	if err == nil && id == 0 {
		err = act.NotFound("ticket")
	}
	return id, err
}

// AddReported writes a report and its ticket, with the clocks. The telephone is
// sealed and found again as a caller's is.
func (tx *Tx) AddReported(ctx context.Context, t *ticket.Ticket, r ticket.Report) error {
	phone, err := tx.addUncalled(ctx, t, r.Phone)
	if err != nil {
		return err
	}
	seen, err := tx.db.sealer.Seal(seenContext(r.PublicID), []byte(r.Seen))
	if err != nil {
		return err
	}
	home, err := tx.sealHome(r)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "add a report", `INSERT INTO reports (id, ticket_id, staff_id, phone_sealed, seen_sealed, home_sealed, priority, area_code, reported_at, written_at, carried_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.PublicID, int64(t.ID), int64(tx.actor.StaffID), phone, seen, home, r.Priority, string(r.Area), t.InvitedAt, null(r.WrittenAt), nonZero(int64(r.Carrier.ID)))
	return err
}

// addUncalled writes a ticket that no call brought, with its clocks, and gives it its ids and
// its number. The telephone comes back sealed, as a caller's is.
func (tx *Tx) addUncalled(ctx context.Context, t *ticket.Ticket, e164 string) (phone []byte, err error) {
	if t.Number, err = tx.splitNumber(ctx, t.InvitedAt); err != nil {
		return nil, err
	}
	t.PublicID = uuid.NewString()
	from := ticket.Call{ID: t.CallID, FromE164: e164}
	if phone, err = tx.db.sealCaller(from); err != nil {
		return nil, err
	}
	err = tx.scan(ctx, "add a ticket without a call", `INSERT INTO tickets (public_id, number, call_id, kind, priority, cause, status, area_code, owner_id, invited_at, call_ended,
			caller_index, repeat_of, repeat_state, policy, epoch, version, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		[]any{t.PublicID, t.Number, string(t.CallID), t.Kind, t.Priority, t.Cause, t.Status, t.Area, int64(t.Owner), t.InvitedAt, t.CallEnded,
			tx.db.callerIndex(from), nonZero(int64(t.RepeatOf)), t.RepeatState, t.Policy, t.Epoch, t.Version, tx.now}, (*int64)(&t.ID))
	for _, c := range t.Clocks {
		if err != nil {
			return nil, err
		}
		err = tx.saveClock(ctx, t.ID, c)
	}
	return phone, err
}

// sealHome seals which household of the village a report is about; nil where it does not say.
func (tx *Tx) sealHome(r ticket.Report) ([]byte, error) {
	if r.Name == "" && r.Door == "" {
		return nil, nil
	}
	plain, err := json.Marshal(ticket.ReportHome{Name: r.Name, Door: r.Door})
	if err != nil {
		return nil, fmt.Errorf("write whose home it is: %w", err)
	}
	return tx.db.sealer.Seal(homeContext(r.PublicID), plain)
}

func homeContext(id string) string { return "reports.home|" + id }

// home is the inverse of sealHome.
func (tx *Tx) home(id string, sealed []byte) (h ticket.ReportHome, err error) {
	if len(sealed) == 0 {
		return h, nil
	}
	plain, err := tx.db.sealer.Open(homeContext(id), sealed)
	if err != nil {
		return h, fmt.Errorf("open whose home it is: %w", err)
	}
	return h, json.Unmarshal(plain, &h)
}

// seenContext names the place of what a reporter has seen.
func seenContext(id string) string { return "reports.seen|" + id }

// reportRow is a row of reports with what is shown of it.
type reportRow struct {
	ID, Number, Status, Priority, AreaName, By, Role string
	ReportedAt                                       time.Time
	PhoneSealed, SeenSealed, HomeSealed              []byte
	Late                                             lateRow `gorm:"embedded"`
}

const reportSQL = `SELECT r.id, t.number, t.status, r.priority, d.name AS area_name, s.name AS by, s.role, r.reported_at, r.phone_sealed, r.seen_sealed, r.home_sealed,
		r.written_at, coalesce(c.name, '') AS carried_by
	FROM reports r JOIN tickets t ON t.id = r.ticket_id JOIN divisions d ON d.code = r.area_code JOIN staff s ON s.id = r.staff_id LEFT JOIN staff c ON c.id = r.carried_by WHERE `

// OwnReports lists what the actor has reported, the newest first, wherever its
// ticket lies by now.
func (tx *Tx) OwnReports(ctx context.Context, limit int) (list []ticket.ReportRow, err error) {
	var rows []reportRow
	err = tx.everywhere(ctx, func() error {
		return tx.find(ctx, "list reports", &rows, reportSQL+`r.staff_id = ? ORDER BY r.reported_at DESC, t.id DESC LIMIT ?`, int64(tx.actor.StaffID), limit)
	})
	if err != nil {
		return nil, err
	}
	list = make([]ticket.ReportRow, 0, len(rows))
	ids := make([]string, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	pieces, err := tx.pieceViews(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		v := ticket.ReportRow{ID: r.ID, Number: ticket.Number(r.Number), Status: ticket.Status(r.Status), ReportedAt: r.ReportedAt.UTC(), AreaName: r.AreaName, Priority: ticket.Priority(r.Priority),
			Late: r.Late.view(), Pieces: pieces[r.ID]}
		if v.ReportHome, err = tx.home(r.ID, r.HomeSealed); err != nil {
			return nil, err
		}
		if v.Phone, err = tx.maskedCaller(r.ID, r.PhoneSealed); err != nil {
			return nil, err
		}
		if v.Seen, err = tx.seen(r); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (tx *Tx) seen(r reportRow) (string, error) {
	plain, err := tx.db.sealer.Open(seenContext(r.ID), r.SeenSealed)
	return string(plain), err
}

// reportView is the report that a ticket was born from; nil where a call was.
func (tx *Tx) reportView(ctx context.Context, id ticket.CallID) (*ticket.ReportView, error) {
	r, err := one[reportRow](ctx, tx, "report", reportSQL+`r.id = ?`, string(id))
	if errors.Is(err, act.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := &ticket.ReportView{By: r.By, Role: area.Role(r.Role), ReportedAt: r.ReportedAt.UTC(), Priority: ticket.Priority(r.Priority), AreaName: r.AreaName, Late: r.Late.view()}
	if v.Seen, err = tx.seen(r); err != nil {
		return nil, err
	}
	if v.ReportHome, err = tx.home(r.ID, r.HomeSealed); err != nil {
		return nil, err
	}
	pieces, err := tx.pieceViews(ctx, []string{r.ID})
	v.Pieces = pieces[r.ID]
	return v, err
}

// reported is a report, or what was taken in, as the commands of a ticket see the call it
// was born from: who rang is whose telephone was written down.
func (tx *Tx) reported(ctx context.Context, c *ticket.Call) error {
	var sealed []byte
	err := tx.scan(ctx, "load report", `SELECT r.phone_sealed, r.reported_at, t.number FROM reports r JOIN tickets t ON t.id = r.ticket_id WHERE r.id = ?
		UNION ALL SELECT i.phone_sealed, i.taken_at, t.number FROM intakes i JOIN tickets t ON t.id = i.ticket_id WHERE i.id = ?`, []any{string(c.ID), string(c.ID)},
		&sealed, &c.InvitedAt, &c.Number)
	if errors.Is(err, act.ErrNotFound) {
		return act.NotFound("call")
	}
	if err != nil {
		return err
	}
	c.InvitedAt = c.InvitedAt.UTC()
	return tx.db.openCaller(c, sealed)
}
