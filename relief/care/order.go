package care

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

// OrderID is the internal number of a service order.
type OrderID int64

// Order is what a township's social-work station is asked to do for a household
// (DOMAIN 1, 23 and 37).
type Order struct {
	ID        OrderID
	PublicID  string
	Ticket    ticket.ID
	Number    ticket.Number // the ticket's
	Station   area.Code     // the township whose station it is
	Catalogue string        // the version its service is of
	Service   string
	State     OrderState
	Outcome   OrderOutcome // once it is done
	Request   act.Private
	Consent   referral.ConsentKind
	Fields    []referral.Field // what the station sees
	Letter    referral.Letter  // sealed where it is kept
	By        area.StaffID
	At        time.Time
	DueAt     time.Time // of the state it is in; zero where nothing is due
	Version   int64
}

// Subject names the order in timers.
func (o Order) Subject() act.Subject { return act.Subject{Kind: "service_order", ID: int64(o.ID)} }

// TimerOrder fires when the limit of an order's state has passed; its Epoch is the
// version that the order had when the limit began.
const TimerOrder = "service_order"

// OrderStep is one thing that happened to an order.
type OrderStep struct {
	Event   OrderEvent
	Outcome OrderOutcome
	Note    act.Private
	By      area.StaffID
	At      time.Time
}

// OrderRef is where an order belongs.
type OrderRef struct {
	ID      OrderID
	Ticket  ticket.ID
	Station area.Code
}

// Station is a township's social-work station.
type Station struct {
	Area area.Code
	Name string
	Lead area.PostID // the own post of who leads it
}

// OrderInput is an order as the owner of a case writes it down.
type OrderInput struct {
	PublicID string
	Service  string
	Request  string
	Consent  referral.ConsentKind
}

func (in OrderInput) validate(catalogue *Catalogue) (Service, error) {
	service, ok := catalogue.Service(in.Service)
	switch {
	case !ok:
		return service, act.Invalid("service", "unknown_service", "Use one of the codes of the catalogue.")
	case in.Request == "":
		return service, act.Invalid("request", "request_required", "Write what the station is asked for.")
	case service.Consent && in.Consent == "":
		return service, act.Invalid("consent", "consent_required", "Ask the citizen first: the station learns their name. Say how they agreed.")
	case in.Consent != "" && !slices.Contains(referral.ConsentKinds(), in.Consent):
		return service, act.Invalid("consent", "unknown_consent", "Say written, spoken, recorded or guardian.")
	}
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return service, err
	}
	return service, written("request", in.Request, true)
}

// OrderService asks the station of the case's township for a service. It learns the
// fields that the service names, as they are now, and nothing else of the case.
func OrderService(ctx context.Context, tx Tx, id ticket.ID, in OrderInput, rules Rules) (Order, error) {
	in.Request = strings.TrimSpace(in.Request)
	catalogue := rules.now(tx)
	service, err := in.validate(catalogue)
	if err != nil {
		return Order{}, err
	}
	t, err := cared(ctx, tx, id)
	if err != nil {
		return Order{}, err
	}
	if t.Area.Level() < area.LevelTownship {
		return Order{}, act.Refused("area_not_known", "The township is not known yet: say where it is first.")
	}
	station, err := tx.StationOf(ctx, t.Area.At(area.LevelTownship))
	if errors.Is(err, act.ErrNotFound) {
		return Order{}, act.Refused("no_station", "This township has no social-work station with somebody who leads it. Open one, or name who leads it, on the page of people.")
	}
	if err != nil {
		return Order{}, err
	}
	all, err := referral.Gather(ctx, tx, t)
	if err != nil {
		return Order{}, err
	}
	o := Order{PublicID: in.PublicID, Ticket: id, Number: t.Number, Station: station.Area, Catalogue: catalogue.Version, Service: service.Code, State: OrderOrdered, Request: act.Private(in.Request),
		Consent: in.Consent, By: tx.Actor().StaffID, At: tx.Now(), DueAt: rules.Calendar.Count(tx.Now(), service.AcceptDays).Due, Version: 1}
	letter, missing := referral.Pick(service.Fields, all)
	if slices.Contains(missing, referral.FieldName) {
		return Order{}, act.Refused("findings_first", "The station needs the applicant's name: write down the findings first.")
	}
	o.Letter = letter
	for _, f := range service.Fields {
		if !slices.Contains(missing, f) {
			o.Fields = append(o.Fields, f)
		}
	}
	if err := tx.AddOrder(ctx, &o); err != nil {
		return Order{}, err
	}
	if err := armOrder(ctx, tx, o); err != nil {
		return Order{}, err
	}
	if err := tx.AddOrderStep(ctx, o, OrderStep{Event: OrderSend, By: o.By, At: o.At}); err != nil {
		return Order{}, err
	}
	if err := ticket.Tell(ctx, tx, &t, "service.ordered", "", saidOrder(tx, o, map[string]any{"consent": string(o.Consent)})); err != nil {
		return Order{}, err
	}
	return o, relief.TellPost(ctx, tx, t, station.Lead, "service_ordered", o.PublicID+":1", map[string]string{"due": ticket.InWords(o.DueAt)})
}

func saidOrder(tx act.Tx, o Order, more map[string]any) map[string]any {
	data := said(tx, map[string]any{"order": o.PublicID, "service": o.Service})
	maps.Copy(data, more)
	return data
}

func armOrder(ctx context.Context, tx Tx, o Order) error {
	if o.State.Over() || o.DueAt.IsZero() {
		return nil
	}
	return tx.Arm(ctx, act.Timer{Subject: o.Subject(), Kind: TimerOrder, Epoch: o.Version, DueAt: o.DueAt})
}

// moveOrder takes an order to its next state, writes its history, and begins the limit
// of that state.
func moveOrder(ctx context.Context, tx Tx, t *ticket.Ticket, o *Order, s OrderStep, due time.Time) (err error) {
	if o.State, err = o.State.Next(s.Event); err != nil {
		return err
	}
	o.DueAt = due
	if s.Outcome != "" {
		o.Outcome = s.Outcome
	}
	if err := tx.Cancel(ctx, o.Subject(), TimerOrder); err != nil {
		return err
	}
	if err := tx.SaveOrder(ctx, o); err != nil {
		return err
	}
	if err := armOrder(ctx, tx, *o); err != nil {
		return err
	}
	s.At, s.By = tx.Now(), tx.Actor().StaffID
	if err := tx.AddOrderStep(ctx, *o, s); err != nil {
		return err
	}
	more := map[string]any{}
	if s.Outcome != "" {
		more["outcome"] = string(s.Outcome)
	}
	return ticket.Tell(ctx, tx, t, orderKinds[s.Event], "", saidOrder(tx, *o, more))
}

var orderKinds = map[OrderEvent]string{OrderSend: "service.ordered", OrderAccept: "service.accepted", OrderReturn: "service.returned", OrderDone: "service.done", OrderCancel: "service.cancelled"}

// OrderAnswer is what the owner of the case does with an order: sends it again, or
// calls it off.
type OrderAnswer struct {
	Event OrderEvent
	Note  string
}

// ChangeOrder sends a returned order again, or calls one off, with the reason.
func ChangeOrder(ctx context.Context, tx Tx, publicID string, a OrderAnswer, rules Rules) (ticket.ID, error) {
	a.Note = strings.TrimSpace(a.Note)
	if a.Event != OrderSend && a.Event != OrderCancel {
		return 0, act.Invalid("event", "unknown_event", "Say send or cancel.")
	}
	if err := written("note", a.Note, true); err != nil {
		return 0, err
	}
	ref, err := tx.OrderByRef(ctx, publicID)
	if err != nil {
		return 0, err
	}
	t, err := tx.TicketForUpdate(ctx, ref.Ticket)
	if err != nil {
		return 0, err
	}
	if t.Owner != tx.Actor().PostID && !tx.Actor().May(leads...) {
		return 0, act.Refused("not_owner", "Only the owner may do this; accept the ticket or ask for a hand-over first.")
	}
	o, err := tx.OrderForUpdate(ctx, ref.ID)
	if err != nil {
		return 0, err
	}
	var due time.Time
	if a.Event == OrderSend {
		service, _ := rules.Catalogues.Named(o.Catalogue).Service(o.Service)
		due = rules.Calendar.Count(tx.Now(), max(service.AcceptDays, 1)).Due
	}
	if err := moveOrder(ctx, tx, &t, &o, OrderStep{Event: a.Event, Note: act.Private(a.Note)}, due); err != nil {
		return 0, err
	}
	template := map[OrderEvent]string{OrderSend: "service_ordered", OrderCancel: "service_cancelled"}[a.Event]
	return t.ID, tellStation(ctx, tx, t, o, template)
}

// tellStation tells who leads an order's station; one without a lead is told of by its head.
func tellStation(ctx context.Context, tx Tx, t ticket.Ticket, o Order, template string) error {
	fields := map[string]string{}
	if template == "service_ordered" {
		fields["due"] = ticket.InWords(o.DueAt)
	}
	station, err := tx.StationOf(ctx, o.Station)
	if errors.Is(err, act.ErrNotFound) {
		return relief.TellHead(ctx, tx, t, template, o.PublicID+":"+itoa(o.Version), fields)
	}
	if err != nil {
		return err
	}
	return relief.TellPost(ctx, tx, t, station.Lead, template, o.PublicID+":"+itoa(o.Version), fields)
}

// OrderDue is the handler of TimerOrder: the limit of the state it is in has passed. The
// station, the owner and the head are told, and the order stays where it is.
func OrderDue(ctx context.Context, tx Tx, timer act.Timer) error {
	of, err := tx.OrderTicket(ctx, OrderID(timer.Subject.ID))
	if err != nil {
		return err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return err
	}
	o, err := tx.OrderForUpdate(ctx, OrderID(timer.Subject.ID))
	if err != nil || o.Version != timer.Epoch || o.State.Over() || !t.Status.Open() {
		return err
	}
	if err := ticket.Tell(ctx, tx, &t, "service.late", "", saidOrder(tx, o, map[string]any{"state": string(o.State)})); err != nil {
		return err
	}
	ref := o.PublicID + ":late:" + itoa(o.Version)
	if err := tellStation(ctx, tx, t, o, "service_late"); err != nil {
		return err
	}
	if err := relief.TellPost(ctx, tx, t, t.Owner, "service_late", ref, nil); err != nil {
		return err
	}
	return relief.TellHead(ctx, tx, t, "service_late", ref+":head", nil)
}
