package ticket

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// SourceDataAlert is a ticket that another department's data brought: nobody has asked for help yet.
const SourceDataAlert Source = "data_alert"

// AlertKind is what another department's data tells of somebody.
type AlertKind string

// The kinds.
const (
	AlertMedicalBill  AlertKind = "medical_bill" // a hospital's large bill
	AlertDisability   AlertKind = "disability"   // a certificate that was newly issued
	AlertUnemployment AlertKind = "unemployment"
	AlertDeath        AlertKind = "death" // in the family
	AlertArrears      AlertKind = "arrears"
	AlertOther        AlertKind = "other"
)

// AlertKinds lists them.
func AlertKinds() []AlertKind {
	return []AlertKind{AlertMedicalBill, AlertDisability, AlertUnemployment, AlertDeath, AlertArrears, AlertOther}
}

// DataAlert is what a sender's data tells of one person, checked.
type DataAlert struct {
	ID       string // ours; the call id of the ticket that it may become
	Sender   string // as the configuration names it
	TheirRef string // what the sender calls it: the same twice is one
	Office   string // the sender as people know it
	Kind     AlertKind
	Area     area.Code // where the person lives; a county where nothing narrower is known
	Priority Priority  // by the rules: P2 or P3

	// What follows is sealed where it is kept.
	Name     string
	Identity act.Private // a checked number; empty where the sender has none
	Phone    string      // E.164, or empty
	Happened Date
	Fen      int64 // of a bill or a debt; 0: none
	Note     string
}

// KeptAlert is an alert that is there.
type KeptAlert struct {
	ID   string
	Same bool // word for word
}

// AlertArrived is what the coming of an alert was.
type AlertArrived string

// What it may be.
const (
	AlertNew    AlertArrived = "new"    // it became a ticket
	AlertJoined AlertArrived = "joined" // it went onto the household's open ticket, as a suggestion
	AlertAgain  AlertArrived = "again"  // it was there
)

// DataAlertTx is what an alert needs of a transaction.
type DataAlertTx interface {
	Tx
	// TurnOfAlerts waits until no other alert is being taken: two of one household become one ticket.
	TurnOfAlerts(ctx context.Context) error
	// KeptAlert finds an alert by what its sender calls it; act.ErrNotFound where there is none.
	KeptAlert(ctx context.Context, a DataAlert) (KeptAlert, error)
	// AlertedTicket is the oldest open ticket since a moment, within an area, that is about the person of an alert or their
	// household, as far as that is known: by an earlier alert, by what was found, or by a person's word. act.ErrNotFound where there
	// is none. One that is confidential is never it.
	AlertedTicket(ctx context.Context, a DataAlert, within area.Code, since time.Time) (ID, error)
	// OpenTicketOf is the oldest open ticket of a telephone, wherever it lies; act.ErrNotFound where there is none.
	OpenTicketOf(ctx context.Context, e164 string) (ID, error)
	// AddAlerted writes the ticket of an alert with the clocks, and gives it its ids and its number.
	AddAlerted(ctx context.Context, t *Ticket, a DataAlert) error
	// AddDataAlert writes an alert onto a ticket.
	AddDataAlert(ctx context.Context, t *Ticket, a DataAlert, born bool) error
}

// TakeDataAlert makes a ticket of an alert, or puts it onto the open ticket of the same
// household, where that was opened within the window before. Whom it is about stays a
// suggestion: a person says so. What is more urgent than the open ticket gets a ticket of its
// own, for its clock must not wait for anybody's word.
func TakeDataAlert(ctx context.Context, tx DataAlertTx, a DataAlert, window time.Duration, rules ReportRules) (AlertArrived, string, error) {
	if err := tx.TurnOfAlerts(ctx); err != nil {
		return "", "", err
	}
	kept, err := tx.KeptAlert(ctx, a)
	switch {
	case err == nil && kept.Same:
		return AlertAgain, kept.ID, nil
	case err == nil:
		return "", "", act.Conflict("alert_changed", "Another alert was sent under this reference before; send a change under a reference of its own.")
	case !errors.Is(err, act.ErrNotFound):
		return "", "", err
	}
	open, err := openTicketOfAlert(ctx, tx, a, window)
	if err != nil {
		return "", "", err
	}
	if open.ID != 0 && !a.Priority.Above(open.Priority) {
		return AlertJoined, a.ID, joinAlert(ctx, tx, open, a)
	}
	return AlertNew, a.ID, bearAlert(ctx, tx, a, open.ID, rules)
}

// openTicketOfAlert locks the open ticket that an alert may belong to; the zero ticket where there is none.
func openTicketOfAlert(ctx context.Context, tx DataAlertTx, a DataAlert, window time.Duration) (Ticket, error) {
	id, err := tx.AlertedTicket(ctx, a, a.Area.At(area.LevelCounty), tx.Now().Add(-window))
	if errors.Is(err, act.ErrNotFound) {
		return Ticket{}, nil
	}
	if err != nil {
		return Ticket{}, err
	}
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil || !t.Status.Open() { // it was closed just now
		return Ticket{}, err
	}
	return t, nil
}

// joinAlert puts an alert onto a ticket and tells its owner.
func joinAlert(ctx context.Context, tx DataAlertTx, t Ticket, a DataAlert) error {
	if err := tx.AddDataAlert(ctx, &t, a, false); err != nil {
		return err
	}
	err := tx.Notify(ctx, Notice{Key: "data_alert:" + a.ID, Ticket: t.ID, Post: t.Owner, Template: "data_alert_joined", Fields: map[string]string{"number": string(t.Number)}})
	if err != nil {
		return err
	}
	return tell(ctx, tx, &t, change{kind: "ticket.data_alert_joined", data: map[string]any{"office": a.Office, "alert": string(a.Kind)}})
}

// bearAlert makes a ticket of an alert, with an owner, clocks and a ladder that starts at once.
func bearAlert(ctx context.Context, tx DataAlertTx, a DataAlert, of ID, rules ReportRules) error {
	owner, err := deskOf(ctx, tx, a.Area)
	if err != nil {
		return err
	}
	t := Ticket{CallID: CallID(a.ID), Kind: KindAid, Priority: a.Priority, Cause: CauseUnknown, Status: StatusNew, Area: a.Area, Owner: owner.ID,
		InvitedAt: tx.Now(), CallEnded: true, RepeatState: RepeatNone, Policy: rules.Policy, Epoch: 1, Version: 1,
		Clocks: NewClocks(a.Priority, tx.Now(), rules.Terms, rules.Calendar)}
	if a.Kind == AlertMedicalBill {
		t.Cause = CauseIllness
	}
	if of == 0 && a.Phone != "" {
		if of, err = tx.OpenTicketOf(ctx, a.Phone); err != nil && !errors.Is(err, act.ErrNotFound) {
			return err
		}
	}
	if of != 0 {
		t.RepeatOf, t.RepeatState = of, RepeatLapsed // perhaps the same matter: the ladder does not wait for whoever says so
	}
	if err := tx.AddAlerted(ctx, &t, a); err != nil {
		return err
	}
	if err := tx.AddDataAlert(ctx, &t, a, true); err != nil {
		return err
	}
	for _, timer := range append(deadlineTimers(t), act.Timer{Subject: t.Subject(), Kind: TimerRoute, Epoch: t.Epoch, DueAt: tx.Now()}) {
		if err := tx.Arm(ctx, timer); err != nil {
			return err
		}
	}
	return tell(ctx, tx, &t, change{kind: "ticket.data_alert", data: map[string]any{"office": a.Office, "alert": string(a.Kind), "area": string(t.Area), "priority": string(t.Priority)}})
}

// DataAlertView is an alert as the ticket's page shows it.
type DataAlertView struct {
	ID       string    `json:"id" format:"uuid"`
	Kind     AlertKind `json:"kind" enum:"medical_bill,disability,unemployment,death,arrears,other"`
	Office   string    `json:"office"`
	TheirRef string    `json:"their_number" doc:"What the sender calls it"`
	Born     bool      `json:"born" doc:"The ticket was born from it; otherwise it came to an open ticket of perhaps the same household"`
	Arrived  time.Time `json:"arrived_at"`
	Name     string    `json:"name_masked,omitempty"`
	Identity string    `json:"id_number_masked,omitempty"`
	Phone    string    `json:"phone_masked,omitempty"`
	Happened Date      `json:"happened_on,omitempty"`
	Fen      int64     `json:"fen,omitempty"`
	Note     string    `json:"note,omitempty"`
}

// Validate reports the first field of an alert that cannot be right.
func (a DataAlert) Validate() error {
	switch {
	case !slices.Contains(AlertKinds(), a.Kind):
		return act.Invalid("kind", "unknown_alert_kind", "Say what happened, by one of the listed kinds.")
	case a.Priority != P2 && a.Priority != P3:
		return act.Invalid("priority", "unknown_priority", "An alert is P2 or P3.")
	case a.TheirRef == "":
		return act.Invalid("ref", "required", "Say what you call it: the same twice is one alert.")
	case a.Name == "" && a.Identity == "":
		return act.Invalid("name", "required", "Say whom it is about: a name, or an identity number.")
	case a.Fen < 0:
		return act.Invalid("fen", "out_of_range", "A sum is not below zero.")
	}
	for _, f := range []struct {
		field, text string
		most        int
	}{{"ref", a.TheirRef, 100}, {"name", a.Name, 60}, {"note", a.Note, 1000}} {
		if len([]rune(f.text)) > f.most {
			return act.Invalid(f.field, "too_long", "Shorten this text.")
		}
	}
	if err := PlainText("name", a.Name); err != nil {
		return err
	}
	return PlainText("note", a.Note)
}
