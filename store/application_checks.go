package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/relief"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// AddSourceWaiver writes that a source which did not speak was let go.
func (tx *Tx) AddSourceWaiver(ctx context.Context, w application.Waiver) error {
	_, err := tx.exec(ctx, "let a source go", `INSERT INTO source_waivers (ticket_id, application_id, check_id, source, reason, staff_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		int64(w.Ticket), int64(w.Application), nonZero(w.Check), w.Source, w.Reason, int64(w.By), w.At)
	return err
}

// SourceWaivers lists the sources of an application that were let go, the newest first.
func (tx *Tx) SourceWaivers(ctx context.Context, id application.ID) ([]application.Waiver, error) {
	var rows []struct {
		TicketID, StaffID     int64
		CheckID               *int64
		Source, Reason, Staff string
		At                    time.Time
	}
	err := tx.find(ctx, "list the sources that were let go", &rows, `SELECT w.ticket_id, w.check_id, w.source, w.reason, w.staff_id, s.name AS staff, w.at FROM source_waivers w JOIN staff s ON s.id = w.staff_id
		WHERE w.application_id = ? ORDER BY w.id DESC`, int64(id))
	list := make([]application.Waiver, 0, len(rows))
	for _, r := range rows {
		list = append(list, application.Waiver{Ticket: ticket.ID(r.TicketID), Application: id, Check: deref(r.CheckID), Source: r.Source, Reason: r.Reason, By: area.StaffID(r.StaffID), ByName: r.Staff, At: r.At.UTC()})
	}
	return list, err
}

// saidOfFlag is what stands sealed in a row of flag_answers.
type saidOfFlag struct {
	Flag source.Flag `json:"flag"`
	Text string      `json:"text"`
}

// AddFlagAnswer writes what the household says of a difference.
func (tx *Tx) AddFlagAnswer(ctx context.Context, a *application.FlagAnswer) error {
	plain, err := json.Marshal(saidOfFlag{a.Flag, string(a.Text)})
	if err != nil {
		return err
	}
	said, err := tx.sealText("flag_answers.said", a.PublicID, relief.Private(plain))
	if err != nil {
		return err
	}
	return tx.insert(ctx, "answer", &a.ID, `INSERT INTO flag_answers (public_id, ticket_id, application_id, said_sealed, staff_id, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		a.PublicID, int64(a.Ticket), int64(a.Application), said, int64(a.By), a.At)
}

// FlagAnswers lists what the household of an application has said of differences, the newest first.
func (tx *Tx) FlagAnswers(ctx context.Context, id application.ID) ([]application.FlagAnswer, error) {
	var rows []struct {
		ID, TicketID, StaffID int64
		PublicID, Staff       string
		SaidSealed            []byte
		At                    time.Time
	}
	err := tx.find(ctx, "list what was said of differences", &rows, `SELECT a.id, a.public_id, a.ticket_id, a.said_sealed, a.staff_id, s.name AS staff, a.at FROM flag_answers a JOIN staff s ON s.id = a.staff_id
		WHERE a.application_id = ? ORDER BY a.id DESC`, int64(id))
	list := make([]application.FlagAnswer, 0, len(rows))
	for _, r := range rows {
		var said saidOfFlag
		err = errors.Join(err, tx.openJSON("flag_answers.said", r.PublicID, r.SaidSealed, &said))
		list = append(list, application.FlagAnswer{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Application: id, Flag: said.Flag, Text: relief.Private(said.Text),
			By: area.StaffID(r.StaffID), ByName: r.Staff, At: r.At.UTC()})
	}
	return list, err
}
