package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
)

// Places lists the divisions at or below under that are valid now, in the order
// of their codes.
func (tx *Tx) Places(ctx context.Context, under area.Code) ([]area.Place, error) {
	var rows []struct{ Code, Name string }
	err := tx.find(ctx, "list areas", &rows, `SELECT code, name FROM divisions
		WHERE starts_with(code, ?) AND valid_from <= ?::date AND (valid_to IS NULL OR valid_to > ?::date) ORDER BY code`,
		under.Prefix(), string(area.DateOf(tx.now)), string(area.DateOf(tx.now)))
	if err != nil {
		return nil, err
	}
	places := make([]area.Place, 0, len(rows))
	for _, r := range rows {
		places = append(places, area.PlaceOf(area.Division{Code: area.Code(r.Code), Name: r.Name}))
	}
	return places, nil
}

// StaffByLogin finds an active member of staff; act.ErrNotFound where there is none.
func (tx *Tx) StaffByLogin(ctx context.Context, login string) (area.Staff, error) {
	s, _, err := tx.account(ctx, login)
	if err == nil && s.ID == 0 {
		return area.Staff{}, act.NotFound("member of staff")
	}
	return s, err
}

// RostersAt lists which areas at or below one have a roster for which roles at
// an instant, in the order of the area codes.
func (tx *Tx) RostersAt(ctx context.Context, under area.Code, at time.Time, limit int) ([]duty.Question, error) {
	var rows []struct{ AreaCode, Role string }
	err := tx.find(ctx, "list rosters", &rows, `SELECT area_code, role FROM shifts WHERE starts_with(area_code, ?) AND starts_at <= ? AND ends_at > ?
		UNION SELECT area_code, role FROM duty_versions WHERE starts_with(area_code, ?) AND valid_from <= ?
		UNION SELECT area_code, role FROM duty_changes WHERE starts_with(area_code, ?) AND starts_at <= ? AND ends_at > ?
		ORDER BY area_code, role LIMIT ?`, under.Prefix(), at, at, under.Prefix(), at, under.Prefix(), at, at, limit)
	if err != nil {
		return nil, err
	}
	rosters := make([]duty.Question, 0, len(rows))
	for _, r := range rows {
		rosters = append(rosters, duty.Question{Area: area.Code(r.AreaCode), Role: area.Role(r.Role), At: at})
	}
	return rosters, nil
}

// AppClock tells how fast app_now() runs: 1 in production.
func (tx *Tx) AppClock(ctx context.Context) (scale float64, err error) {
	err = tx.scan(ctx, "read the clock", `SELECT scale FROM app_clock`, nil, &scale)
	return scale, err
}

// LogSpan tells the numbers of the oldest event that is still in the log and of
// the newest that ever was. A stream resumes from one before the oldest up to
// the newest.
func (tx *Tx) LogSpan(ctx context.Context) (oldest, newest int64, err error) {
	err = tx.scan(ctx, "read the event log's span", `SELECT coalesce((SELECT min(seq) FROM events), h.seq + 1), h.seq FROM event_head h`, nil, &oldest, &newest)
	return oldest, newest, err
}

// EventsAfter reads the log on from a number, in the actor's scope.
func (tx *Tx) EventsAfter(ctx context.Context, seq int64, limit int) ([]act.Logged, error) {
	var rows []struct {
		Seq         int64
		Kind        string
		SubjectKind string
		SubjectID   int64
		Ticket      string
		AreaCode    string
		Data        []byte
	}
	err := tx.find(ctx, "read events", &rows, `SELECT seq, kind, subject_kind, subject_id, ticket, area_code, data
		FROM events WHERE seq > ? ORDER BY seq LIMIT ?`, seq, limit)
	if err != nil {
		return nil, err
	}
	events := make([]act.Logged, 0, len(rows))
	for _, r := range rows {
		e := act.Logged{Seq: r.Seq, Event: act.Event{Kind: r.Kind, Subject: act.Subject{Kind: r.SubjectKind, ID: r.SubjectID},
			Ticket: r.Ticket, Area: area.Code(r.AreaCode)}}
		if err := json.Unmarshal(r.Data, &e.Data); err != nil {
			return nil, fmt.Errorf("read event %d: %w", r.Seq, err)
		}
		events = append(events, e)
	}
	return events, nil
}

// AuditRows reads the chain newest first, before a place in it; the zero place
// is the newest end. Row level security shows it to auditors only.
func (tx *Tx) AuditRows(ctx context.Context, before time.Time, lane int16, seq int64, limit int) ([]act.AuditRow, error) {
	var rows []struct {
		Lane, Seq                                                     int64
		At                                                            time.Time
		Actor, Role, Action, SubjectKind, AreaCode, Reason, DataBytes string
		Hash                                                          []byte
	}
	if before.IsZero() {
		before = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	err := tx.find(ctx, "list audit records", &rows, `SELECT lane, seq, at, actor, role, action, subject_kind, area_code, reason, data AS data_bytes, hash
		FROM audit_records WHERE at < ? OR (at = ? AND (lane, seq) > (?, ?)) ORDER BY at DESC, lane, seq LIMIT ?`, before, before, lane, seq, limit)
	if err != nil {
		return nil, err
	}
	list := make([]act.AuditRow, 0, len(rows))
	for _, r := range rows {
		list = append(list, act.AuditRow{Lane: int16(r.Lane), Seq: r.Seq, At: r.At.UTC(), Actor: r.Actor, Role: area.Role(r.Role), Action: r.Action,
			Subject: r.SubjectKind, Area: area.Code(r.AreaCode), Reason: r.Reason, Data: r.DataBytes, Hash: hex.EncodeToString(r.Hash)})
	}
	return list, nil
}
