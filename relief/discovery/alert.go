package discovery

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Sender is a system of another department that may tell of people, and of nothing else.
type Sender struct {
	Name   string             // by which it signs
	Office string             // as people know it
	Area   area.Code          // of whose people it may tell: a city or a county
	County area.Code          // takes those whose place is unknown
	Kinds  []ticket.AlertKind // that it may tell; empty: all
}

// AlertInput is what a sender tells, as it came.
type AlertInput struct {
	Ref      string // what the sender calls it
	Kind     string
	Area     string // 12-digit code of where the person lives; empty where it is unknown
	Name     string
	Identity string // GB 11643
	Phone    string
	Happened string // yyyy-mm-dd
	Fen      int64
	Note     string
}

// Take makes a ticket of what a sender tells, or puts it onto the open ticket of the same
// household; once, however often it comes. id is that of the alert.
func Take(ctx context.Context, tx ticket.DataAlertTx, from Sender, in AlertInput, rules Alerts, birth ticket.ReportRules) (arrived ticket.AlertArrived, id string, err error) {
	a, err := from.read(in, rules, tx.Now())
	if err != nil {
		return "", "", err
	}
	if a.Area, err = from.place(ctx, tx, area.Code(in.Area)); err != nil {
		return "", "", err
	}
	return ticket.TakeDataAlert(ctx, tx, a, time.Duration(rules.WindowDays)*24*time.Hour, birth)
}

// read checks what a sender tells, but for the place.
func (s Sender) read(in AlertInput, rules Alerts, now time.Time) (ticket.DataAlert, error) {
	a := ticket.DataAlert{ID: uuid.NewString(), Sender: s.Name, TheirRef: in.Ref, Office: s.Office, Kind: ticket.AlertKind(in.Kind), Name: in.Name, Happened: ticket.Date(in.Happened), Fen: in.Fen, Note: in.Note}
	rule, taken := rules.Of(a.Kind)
	if !taken || len(s.Kinds) > 0 && !slices.Contains(s.Kinds, a.Kind) {
		return a, act.Invalid("kind", "unknown_alert_kind", "Alerts of this kind are not taken from you; ask the line which are.")
	}
	a.Priority = rule.For(in.Fen)
	if in.Identity != "" {
		id, _, err := people.ParseIdentity(people.IdentityInput{Type: people.IdentityResident, Number: in.Identity}, now)
		if err != nil {
			return a, err
		}
		a.Identity = id.Number
	}
	if in.Phone != "" {
		if a.Phone = ticket.ParsePhone(in.Phone).E164; a.Phone == "" {
			return a, act.Invalid("phone", "phone_form", "It is no telephone number. Write a mobile number of 11 digits, or a landline with its area code.")
		}
	}
	if in.Happened != "" {
		if _, err := time.Parse(time.DateOnly, in.Happened); err != nil || a.Happened > ticket.DateOf(now) {
			return a, act.Invalid("happened_on", "bad_date", "Write the day as 2026-01-31; it does not lie ahead.")
		}
	}
	return a, a.Validate()
}

// place is where a ticket is put: the place that is named, the part of it that is known, or the
// sender's county.
func (s Sender) place(ctx context.Context, tx ticket.DataAlertTx, named area.Code) (area.Code, error) {
	if len(named) != 12 {
		return s.County, nil
	}
	if !s.Area.Contains(named) {
		return "", act.Invalid("area", "alert_elsewhere", "The place lies outside what you may tell of.")
	}
	today := area.DateOf(tx.Now())
	for _, level := range []area.Level{area.LevelVillage, area.LevelTownship, area.LevelCounty} {
		if level > named.Level() {
			continue
		}
		if d, err := tx.Division(ctx, named.At(level)); err == nil && d.On(today) {
			return d.Code, nil
		}
	}
	return s.County, nil
}
