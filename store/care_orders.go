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
	"example.org/hotline/relief/care"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

// StationOf is the running station of a township, with who leads it.
func (tx *Tx) StationOf(ctx context.Context, township area.Code) (care.Station, error) {
	s := care.Station{Area: township}
	err := tx.scan(ctx, "find a station", `SELECT t.name, s.post_id FROM stations t JOIN staff s ON s.id = t.lead_id AND s.active
		WHERE t.area_code = ? AND (t.closed_on IS NULL OR t.closed_on > ?::date)`, []any{string(township), string(area.DateOf(tx.now))}, &s.Name, &s.Lead)
	return s, err
}

// LeadsStation reports whether the actor leads a running station.
func (tx *Tx) LeadsStation(ctx context.Context, township area.Code) (leads bool, err error) {
	err = tx.scan(ctx, "ask who leads a station", `SELECT app_leads_station(?)`, []any{string(township)}, &leads)
	return leads, err
}

// orderRow is a row of service_orders.
type orderRow struct {
	ID, TicketID, CreatedBy, Version                         int64
	PublicID, Number, StationArea, Catalogue, Service, State string
	Outcome, Consent                                         *string
	RequestSealed, LetterSealed, Fields                      []byte
	CreatedAt                                                time.Time
	DueAt                                                    *time.Time
}

const orderColumns = `o.id, o.public_id, o.ticket_id, o.number, o.station_area, o.catalogue, o.service, o.state, o.outcome, o.request_sealed, o.consent, o.fields, o.letter_sealed,
	o.created_by, o.created_at, o.due_at, o.version`

func (tx *Tx) order(r orderRow) (o care.Order, err error) {
	o = care.Order{ID: care.OrderID(r.ID), PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Number: ticket.Number(r.Number), Station: area.Code(r.StationArea), Catalogue: r.Catalogue,
		Service: r.Service, State: care.OrderState(r.State), Outcome: care.OrderOutcome(deref(r.Outcome)), Consent: referral.ConsentKind(deref(r.Consent)),
		By: area.StaffID(r.CreatedBy), At: r.CreatedAt.UTC(), DueAt: orZero(r.DueAt), Version: r.Version}
	if o.Request, err = tx.openText("service_orders.request", o.PublicID, r.RequestSealed); err != nil {
		return o, err
	}
	letter, err := tx.openText("service_orders.letter", o.PublicID, r.LetterSealed)
	if err != nil {
		return o, err
	}
	if err := errors.Join(json.Unmarshal(r.Fields, &o.Fields), json.Unmarshal([]byte(letter), &o.Letter)); err != nil {
		return o, fmt.Errorf("read a service order: %w", err)
	}
	return o, nil
}

// AddOrder writes an order. One of a service is enough for a ticket.
func (tx *Tx) AddOrder(ctx context.Context, o *care.Order) error {
	request, err := tx.sealText("service_orders.request", o.PublicID, o.Request)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(o.Letter)
	if err != nil {
		return fmt.Errorf("write a service order: %w", err)
	}
	letter, err := tx.sealText("service_orders.letter", o.PublicID, act.Private(plain))
	if err != nil {
		return err
	}
	names := make([]string, 0, len(o.Fields))
	for _, f := range o.Fields {
		names = append(names, string(f))
	}
	fields, err := listJSON(names)
	if err != nil {
		return err
	}
	var id int64
	err = tx.insert(ctx, "service order", &id, `INSERT INTO service_orders (public_id, ticket_id, number, station_area, catalogue, service, state, request_sealed, consent, fields, letter_sealed,
			created_by, created_at, due_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		o.PublicID, int64(o.Ticket), string(o.Number), string(o.Station), o.Catalogue, o.Service, o.State, request, nonZero(string(o.Consent)), fields, letter, int64(o.By), o.At,
		null(o.DueAt), o.Version)
	if violates(err, "service_orders_once") {
		return act.Refused("ordered_already", "The station has an order for this service already. Wait for its answer, or call it off first.")
	}
	o.ID = care.OrderID(id)
	return err
}

// OrderByRef resolves an order's public id.
func (tx *Tx) OrderByRef(ctx context.Context, publicID string) (ref care.OrderRef, err error) {
	if uuid.Validate(publicID) != nil {
		return ref, act.NotFound("service order")
	}
	err = tx.scan(ctx, "find service order", `SELECT id, ticket_id, station_area FROM service_orders WHERE public_id = ?`, []any{publicID}, &ref.ID, &ref.Ticket, &ref.Station)
	if errors.Is(err, act.ErrNotFound) {
		return ref, act.NotFound("service order")
	}
	return ref, err
}

// OrderTicket is the ticket of an order.
func (tx *Tx) OrderTicket(ctx context.Context, id care.OrderID) (ticket.ID, error) {
	var of int64
	err := tx.scan(ctx, "find service order", `SELECT ticket_id FROM service_orders WHERE id = ?`, []any{int64(id)}, &of)
	return ticket.ID(of), err
}

// OrderForUpdate locks and loads an order.
func (tx *Tx) OrderForUpdate(ctx context.Context, id care.OrderID) (care.Order, error) {
	r, err := one[orderRow](ctx, tx, "service order", `SELECT `+orderColumns+` FROM service_orders o WHERE o.id = ? FOR UPDATE`, int64(id))
	if err != nil {
		return care.Order{}, err
	}
	return tx.order(r)
}

// SaveOrder writes what may change of an order, guarded by its version.
func (tx *Tx) SaveOrder(ctx context.Context, o *care.Order) error {
	n, err := tx.exec(ctx, "save service order", `UPDATE service_orders SET state = ?, outcome = ?, due_at = ?, version = version + 1 WHERE id = ? AND version = ?`,
		o.State, nonZero(string(o.Outcome)), null(o.DueAt), int64(o.ID), o.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", "The order changed while you were looking at it; reload and decide again.")
	}
	o.Version++
	return err
}

// AddOrderStep appends to an order's history.
func (tx *Tx) AddOrderStep(ctx context.Context, o care.Order, s care.OrderStep) error {
	note, err := tx.sealText("service_order_steps.note", o.PublicID, s.Note)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "add a step of a service order", `INSERT INTO service_order_steps (order_id, ticket_id, event, outcome, note_sealed, staff_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		int64(o.ID), int64(o.Ticket), s.Event, nonZero(string(s.Outcome)), note, int64(s.By), s.At)
	return err
}
