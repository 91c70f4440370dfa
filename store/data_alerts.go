package store

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

var _ ticket.DataAlertTx = (*Tx)(nil)

// alertBody is what of an alert is sealed: whom it is about, and what it tells of them.
type alertBody struct {
	Name     string      `json:"name,omitempty"`
	Identity string      `json:"identity,omitempty"`
	Phone    string      `json:"phone,omitempty"`
	Happened ticket.Date `json:"happened,omitempty"`
	Fen      int64       `json:"fen,omitempty"`
	Note     string      `json:"note,omitempty"`
}

func (tx *Tx) alertBody(a ticket.DataAlert) (plain, digest []byte, err error) {
	plain, err = json.Marshal(alertBody{Name: a.Name, Identity: string(a.Identity), Phone: a.Phone, Happened: a.Happened, Fen: a.Fen, Note: a.Note})
	if err != nil {
		return nil, nil, fmt.Errorf("write an alert: %w", err)
	}
	return plain, tx.db.sealer.Index("data_alerts.digest", string(a.Kind)+"|"+string(plain)), nil
}

// TurnOfAlerts waits until no other alert is being taken. They are few, and each takes milliseconds.
func (tx *Tx) TurnOfAlerts(ctx context.Context) error {
	_, err := tx.exec(ctx, "take turns at alerts", `SELECT pg_advisory_xact_lock(hashtextextended('data_alerts', 0))`)
	return err
}

// KeptAlert finds an alert by what its sender calls it.
func (tx *Tx) KeptAlert(ctx context.Context, a ticket.DataAlert) (kept ticket.KeptAlert, err error) {
	_, digest, err := tx.alertBody(a)
	if err != nil {
		return kept, err
	}
	var there []byte
	err = tx.scan(ctx, "find an alert", `SELECT id, digest FROM data_alerts WHERE sender = ? AND their_ref = ?`, []any{a.Sender, a.TheirRef}, &kept.ID, &there)
	kept.Same = hmac.Equal(there, digest)
	return kept, err
}

// AlertedTicket is the oldest open ticket that is perhaps about whom an alert is about. Whose
// number it is the register says: all who live with them count.
func (tx *Tx) AlertedTicket(ctx context.Context, a ticket.DataAlert, within area.Code, since time.Time) (id ticket.ID, err error) {
	if a.Identity == "" {
		return 0, act.NotFound("ticket")
	}
	err = tx.scan(ctx, "find the ticket of an alert", `WITH me AS (SELECT ?::bytea AS number), house AS (
			SELECT m.household_id FROM persons p JOIN memberships m ON m.person_id = p.id AND m.until IS NULL WHERE p.identity_index = (SELECT number FROM me) AND p.merged_into IS NULL),
		numbers AS (SELECT number FROM me UNION SELECT p.identity_index FROM memberships m JOIN persons p ON p.id = m.person_id
			WHERE m.household_id IN (SELECT household_id FROM house) AND m.until IS NULL AND p.identity_index IS NOT NULL)
		SELECT t.id FROM tickets t WHERE t.status NOT IN ('closed', 'duplicate') AND NOT t.confidential AND starts_with(t.area_code, ?) AND t.invited_at >= ?
			AND t.id IN (SELECT x.ticket_id FROM data_alerts x WHERE x.identity_index IN (SELECT number FROM numbers)
				UNION ALL SELECT f.ticket_id FROM findings f WHERE f.payee_index IN (SELECT number FROM numbers)
				UNION ALL SELECT c.ticket_id FROM case_households c WHERE c.unlinked_at IS NULL AND c.household_id IN (SELECT household_id FROM house))
		ORDER BY t.invited_at, t.id LIMIT 1`, []any{tx.IdentityIndex(string(a.Identity)), within.Prefix(), since}, (*int64)(&id))
	if errors.Is(err, act.ErrNotFound) {
		return 0, act.NotFound("ticket")
	}
	return id, err
}

// AddAlerted writes the ticket of an alert as one that was taken in by nobody.
func (tx *Tx) AddAlerted(ctx context.Context, t *ticket.Ticket, a ticket.DataAlert) error {
	phone, err := tx.addUncalled(ctx, t, a.Phone)
	if err != nil {
		return err
	}
	said, err := tx.db.sealer.Seal(saidContext(a.ID), []byte("{}")) // what it tells stands in data_alerts
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "add what an alert brought", `INSERT INTO intakes (id, ticket_id, source, phone_sealed, said_sealed, relation, office, their_number, area_code, taken_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, a.ID, int64(t.ID), ticket.SourceDataAlert, phone, said, ticket.RelationOfficial, a.Office, a.TheirRef, string(a.Area), t.InvitedAt)
	return err
}

func alertContext(id string) string { return "data_alerts.body|" + id }

// AddDataAlert writes an alert onto a ticket.
func (tx *Tx) AddDataAlert(ctx context.Context, t *ticket.Ticket, a ticket.DataAlert, born bool) error {
	plain, digest, err := tx.alertBody(a)
	if err != nil {
		return err
	}
	sealed, err := tx.db.sealer.Seal(alertContext(a.ID), plain)
	if err != nil {
		return err
	}
	var identity []byte
	if a.Identity != "" {
		identity = tx.IdentityIndex(string(a.Identity))
	}
	_, err = tx.exec(ctx, "add an alert", `INSERT INTO data_alerts (id, ticket_id, sender, their_ref, digest, office, kind, area_code, identity_index, body_sealed, born, arrived_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, a.ID, int64(t.ID), a.Sender, a.TheirRef, digest, a.Office, a.Kind, string(a.Area), identity, sealed, born, tx.now)
	return err
}

// alertViews are the alerts of a ticket as its page shows them, in the order in which they came.
func (tx *Tx) alertViews(ctx context.Context, id ticket.ID) ([]ticket.DataAlertView, error) {
	var rows []struct {
		ID, Kind, Office, TheirRef string
		Born                       bool
		ArrivedAt                  time.Time
		BodySealed                 []byte
	}
	err := tx.find(ctx, "list alerts", &rows, `SELECT id, kind, office, their_ref, born, arrived_at, body_sealed FROM data_alerts WHERE ticket_id = ? ORDER BY arrived_at, id`, int64(id))
	if err != nil {
		return nil, err
	}
	var views []ticket.DataAlertView
	for _, r := range rows {
		plain, err := tx.db.sealer.Open(alertContext(r.ID), r.BodySealed)
		if err != nil {
			return nil, fmt.Errorf("open an alert: %w", err)
		}
		var b alertBody
		if err := json.Unmarshal(plain, &b); err != nil {
			return nil, fmt.Errorf("read an alert: %w", err)
		}
		v := ticket.DataAlertView{ID: r.ID, Kind: ticket.AlertKind(r.Kind), Office: r.Office, TheirRef: r.TheirRef, Born: r.Born, Arrived: r.ArrivedAt.UTC(), Name: ticket.MaskName(b.Name),
			Phone: ticket.MaskPhone(b.Phone), Happened: b.Happened, Fen: b.Fen, Note: b.Note}
		if b.Identity != "" {
			v.Identity = people.Identity{Type: people.IdentityResident, Number: act.Private(b.Identity)}.Masked()
		}
		views = append(views, v)
	}
	return views, nil
}
