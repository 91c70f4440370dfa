package referral

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/loop"
	"example.org/hotline/ticket"
)

// ID is the internal number of a referral.
type ID int64

// Referral is a part of a case that another department decides.
type Referral struct {
	ID         ID
	PublicID   string
	Ticket     ticket.ID
	Catalogue  string // the version its item is of, for ever
	Item       string
	Department string
	State      State
	Result     Result // once there is one
	Request    act.Private
	Consent    ConsentKind // empty where the item needs none
	FirstOwner area.PostID // to whom it comes back (首问负责)
	By         area.StaffID
	At         time.Time
	Fields     []Field // what left, once it was sent
	Letter     Letter  // sealed where it is kept
	DueAt      time.Time
	Extended   bool
	Late       int // how often a limit of it has passed
	Version    int64
}

// Subject names the referral in timers.
func (r Referral) Subject() act.Subject { return act.Subject{Kind: "referral", ID: int64(r.ID)} }

// TimerReferral fires when the limit of a referral's state has passed; its Epoch is the
// version that the referral had when the limit began.
const TimerReferral = "referral"

// Step is one thing that happened to a referral, as its history keeps it.
type Step struct {
	Event  Event
	At     time.Time // when it was written down: what the limits count from
	By     area.StaffID
	Via    Via
	SaidBy act.Private // who of the department said so, or took it
	SaidOn ticket.Date // the day they say it was; empty: today
	Reason act.Private
}

// Tx is what referrals need of a transaction.
type Tx interface {
	loop.TaskTx

	// AddReferral writes a referral and sets its ID. A live one of the same item on the ticket is act.ErrRefused.
	AddReferral(ctx context.Context, r *Referral) error
	// ReferralByRef resolves a public id, in scope, without a lock.
	ReferralByRef(ctx context.Context, publicID string) (ID, ticket.ID, error)
	// ReferralTicket is the ticket of a referral.
	ReferralTicket(ctx context.Context, id ID) (ticket.ID, error)
	// ReferralForUpdate locks and loads a referral.
	ReferralForUpdate(ctx context.Context, id ID) (Referral, error)
	// TicketReferrals lists the referrals of a ticket, oldest first.
	TicketReferrals(ctx context.Context, id ticket.ID) ([]Referral, error)
	// SaveReferral writes the row guarded by r.Version and raises it. act.ErrConflict where it moved.
	SaveReferral(ctx context.Context, r *Referral) error
	// AddReferralStep appends to the history of a referral.
	AddReferralStep(ctx context.Context, r Referral, s Step) error
}

// Rules are what referrals are judged by.
type Rules struct {
	Catalogues Catalogues
	Calendar   ticket.Calendar
}

// Input is a referral as it is written down.
type Input struct {
	PublicID string
	Item     string
	Request  string // what is asked of the department, without numbers of people
	Consent  ConsentKind
}

// Creators are the roles that refer, by owning the ticket; Recorders write down what a
// department has said.
func Creators() []area.Role {
	return []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty}
}

// Recorders are the roles that write down what a department has said.
func Recorders() []area.Role {
	return []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleSupervisor}
}

const longest = 2000

// Create writes a referral down; nothing leaves yet.
func Create(ctx context.Context, tx Tx, id ticket.ID, in Input, rules Rules) (Referral, error) {
	catalogue := rules.Catalogues.On(ticket.DateOf(tx.Now()))
	item, ok := catalogue.Item(in.Item)
	in.Request = strings.TrimSpace(in.Request)
	switch {
	case !ok:
		return Referral{}, act.Invalid("item", "unknown_item", "Use one of the codes of the catalogue of referrals.")
	case in.Request == "":
		return Referral{}, act.Invalid("request", "request_required", "Write what the department is asked for.")
	case len([]rune(in.Request)) > longest:
		return Referral{}, act.Invalid("request", "too_long", "Shorten this text.")
	case item.Consent && in.Consent == "":
		return Referral{}, act.Invalid("consent", "consent_required", "Ask the citizen first: this item tells another department about them. Say how they agreed.")
	case in.Consent != "" && !slices.Contains(ConsentKinds(), in.Consent):
		return Referral{}, act.Invalid("consent", "unknown_consent", "Say written, spoken, recorded or guardian.")
	}
	if err := ticket.PlainText("request", in.Request); err != nil {
		return Referral{}, err
	}
	t, err := ticket.Owned(ctx, tx, id)
	if err != nil {
		return Referral{}, err
	}
	if t.Status.Waiting() || !t.Status.Open() {
		return Referral{}, act.NotInState("ticket", t.Status, "refer")
	}
	r := Referral{PublicID: in.PublicID, Ticket: id, Catalogue: catalogue.Version, Item: item.Code, Department: item.Department, State: StateCreated,
		Request: act.Private(in.Request), Consent: in.Consent, FirstOwner: t.Owner, By: tx.Actor().StaffID, At: tx.Now(), Version: 1,
		DueAt: rules.Calendar.Count(tx.Now(), item.Times.Send).Due}
	if err := tx.AddReferral(ctx, &r); err != nil {
		return Referral{}, err
	}
	if err := arm(ctx, tx, r); err != nil {
		return Referral{}, err
	}
	return r, ticket.Tell(ctx, tx, &t, "referral.created", "", said(tx, r, map[string]any{"consent": string(r.Consent)}))
}

// said is what timeline, audit and events tell of a referral: codes and public ids.
func said(tx Tx, r Referral, more map[string]any) map[string]any {
	data := map[string]any{"referral": r.PublicID, "item": r.Item, "department": r.Department}
	if by := tx.Actor().Name; tx.Actor().System == "" {
		data["by"] = by
	}
	for k, v := range more {
		data[k] = v
	}
	return data
}

// arm sets the timer of the limit that runs in the referral's state.
func arm(ctx context.Context, tx Tx, r Referral) error {
	if r.State.Over() || r.DueAt.IsZero() {
		return nil
	}
	return tx.Arm(ctx, act.Timer{Subject: r.Subject(), Kind: TimerReferral, Epoch: r.Version, DueAt: r.DueAt})
}

// locked loads a referral after its ticket.
func locked(ctx context.Context, tx Tx, publicID string, roles []area.Role) (ticket.Ticket, Referral, error) {
	id, of, err := tx.ReferralByRef(ctx, publicID)
	if err != nil {
		return ticket.Ticket{}, Referral{}, err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return t, Referral{}, err
	}
	if !tx.Actor().May(roles...) {
		return t, Referral{}, act.NotFound("referral")
	}
	r, err := tx.ReferralForUpdate(ctx, id)
	return t, r, err
}

// move takes a referral to its next state, writes its history, and begins the limit of
// that state in working days; none for those that have none.
func move(ctx context.Context, tx Tx, t *ticket.Ticket, r *Referral, s Step, due time.Time, more map[string]any) (err error) {
	if r.State, err = r.State.Next(s.Event); err != nil {
		return err
	}
	r.DueAt = due
	if err := tx.Cancel(ctx, r.Subject(), TimerReferral); err != nil {
		return err
	}
	if err := tx.SaveReferral(ctx, r); err != nil {
		return err
	}
	if err := arm(ctx, tx, *r); err != nil {
		return err
	}
	s.At, s.By = tx.Now(), tx.Actor().StaffID
	if err := tx.AddReferralStep(ctx, *r, s); err != nil {
		return err
	}
	if s.Via != "" {
		if more == nil {
			more = map[string]any{}
		}
		more["via"] = string(s.Via)
	}
	return ticket.Tell(ctx, tx, t, kinds[s.Event], "", said(tx, *r, more))
}

var kinds = map[Event]string{EventSend: "referral.sent", EventAccept: "referral.accepted", EventReturn: "referral.returned", EventStart: "referral.started",
	EventExtend: "referral.extended", EventResult: "referral.result", EventConfirm: "referral.confirmed", EventContest: "referral.contested",
	EventWithdraw: "referral.withdrawn"}

// Due is the handler of TimerReferral: the limit of the state it is in has passed. The
// owner and the head are told, and the referral stays where it is.
func Due(ctx context.Context, tx Tx, timer act.Timer) error {
	of, err := tx.ReferralTicket(ctx, ID(timer.Subject.ID))
	if err != nil {
		return err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return err
	}
	r, err := tx.ReferralForUpdate(ctx, ID(timer.Subject.ID))
	if err != nil || r.Version != timer.Epoch || r.State.Over() || !t.Status.Open() {
		return err
	}
	r.Late++
	if err := tx.SaveReferral(ctx, &r); err != nil {
		return err
	}
	if err := ticket.Tell(ctx, tx, &t, "referral.late", "", said(tx, r, map[string]any{"state": string(r.State)})); err != nil {
		return err
	}
	ref := r.PublicID + ":" + string(r.State)
	if err := relief.TellPost(ctx, tx, t, t.Owner, "referral_late", ref, nil); err != nil {
		return err
	}
	if r.FirstOwner != t.Owner {
		if err := relief.TellPost(ctx, tx, t, r.FirstOwner, "referral_late", ref, nil); err != nil {
			return err
		}
	}
	return relief.TellHead(ctx, tx, t, "referral_late", ref+":head", nil)
}
