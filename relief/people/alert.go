package people

import (
	"context"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// AlertKind is what has changed in a household.
type AlertKind string

// The kinds.
const (
	AlertIncome     AlertKind = "income"
	AlertEmployment AlertKind = "employment"
	AlertIllness    AlertKind = "illness"
	AlertDisability AlertKind = "disability"
	AlertDeath      AlertKind = "death"
	AlertBirth      AlertKind = "birth"
	AlertVehicle    AlertKind = "vehicle"
	AlertProperty   AlertKind = "property"
	AlertCompany    AlertKind = "company"
	AlertMembership AlertKind = "membership"
	AlertAddress    AlertKind = "address"
	AlertCustody    AlertKind = "custody"
	AlertOther      AlertKind = "other"
)

// AlertKinds lists them.
func AlertKinds() []AlertKind {
	return []AlertKind{AlertIncome, AlertEmployment, AlertIllness, AlertDisability, AlertDeath, AlertBirth, AlertVehicle, AlertProperty, AlertCompany, AlertMembership,
		AlertAddress, AlertCustody, AlertOther}
}

// AlertSource is where a change was learnt of.
type AlertSource string

// The sources.
const (
	AlertMonitoring AlertSource = "monitoring" // a look by plan
	AlertData       AlertSource = "data"       // a comparison of data
	AlertVillage    AlertSource = "village"
	AlertCitizen    AlertSource = "citizen"
	AlertDepartment AlertSource = "department"
)

// AlertSources lists them.
func AlertSources() []AlertSource {
	return []AlertSource{AlertMonitoring, AlertData, AlertVillage, AlertCitizen, AlertDepartment}
}

// AlertOutcome is what came of a change.
type AlertOutcome string

// The outcomes.
const (
	OutcomeNoEffect   AlertOutcome = "no_effect"
	OutcomeAssess     AlertOutcome = "assess_again" // by a case of its own
	OutcomeAid        AlertOutcome = "aid"
	OutcomeEntryEnded AlertOutcome = "entry_ended"
)

// AlertOutcomes lists them.
func AlertOutcomes() []AlertOutcome {
	return []AlertOutcome{OutcomeNoEffect, OutcomeAssess, OutcomeAid, OutcomeEntryEnded}
}

// Watchers look at the households of their area again, and tell of changes.
func Watchers() []area.Role {
	return []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty}
}

// AlertInput is a change that somebody or something tells of.
type AlertInput struct {
	PublicID   string // made by the client
	Kind       AlertKind
	Source     AlertSource
	SourceRef  string // what the source calls it: the same twice is one
	Person     string // public id of the member it is about; empty for the household
	HappenedOn string // today where it is empty
	Note       string
}

// Alert is a change that was told of.
type Alert struct {
	ID         int64
	PublicID   string
	Household  HouseholdID
	Person     PersonID
	Kind       AlertKind
	Source     AlertSource
	SourceRef  string
	HappenedOn ticket.Date
	Note       act.Private
	Ticket     ticket.ID
	Settled    bool
}

// AlertTx is what alerts need beside the rest.
type AlertTx interface {
	LookTx
	// AddAlert writes an alert; created is false where its source has told of it before.
	AddAlert(ctx context.Context, a *Alert) (created bool, err error)
	// AlertForUpdate locks an alert by its public id, in scope.
	AlertForUpdate(ctx context.Context, publicID string) (Alert, error)
	// SettleAlert writes what came of it; of is the case it became, or zero.
	SettleAlert(ctx context.Context, a Alert, o AlertOutcome, of ticket.ID, reason string) error
}

// Raise writes down that something has changed in a household, and tells the township.
// A person or a program says so; what follows from it a person decides.
func Raise(ctx context.Context, tx AlertTx, ref string, in AlertInput) (Alert, error) {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return Alert{}, err
	}
	switch {
	case !slices.Contains(AlertKinds(), in.Kind):
		return Alert{}, act.Invalid("kind", "unknown_kind", "Say what has changed.")
	case !slices.Contains(AlertSources(), in.Source):
		return Alert{}, act.Invalid("source", "unknown_source", "Say where it was learnt of.")
	case len([]rune(in.Note)) > 2000:
		return Alert{}, act.Invalid("note", "too_long", "Shorten this text.")
	}
	today := ticket.DateOf(tx.Now())
	on, err := optionalDay("happened_on", in.HappenedOn, today)
	if err != nil {
		return Alert{}, err
	}
	if on == "" {
		on = today
	}
	h, err := lockedByRef(ctx, tx, ref)
	if err != nil {
		return Alert{}, err
	}
	a := Alert{PublicID: in.PublicID, Household: h.ID, Kind: in.Kind, Source: in.Source, SourceRef: in.SourceRef, HappenedOn: on, Note: act.Private(in.Note)}
	if in.Person != "" {
		i := slices.IndexFunc(h.Members, func(m Member) bool { return m.Person.PublicID == in.Person })
		if i < 0 {
			return Alert{}, act.NotFound("person")
		}
		a.Person = h.Members[i].Person.ID
	}
	created, err := tx.AddAlert(ctx, &a)
	if err != nil || !created {
		return a, err
	}
	if err := record(ctx, tx, h, "household.changed", "", map[string]any{"alert": a.PublicID, "kind": string(a.Kind), "source": string(a.Source)}); err != nil {
		return a, err
	}
	return a, tellTownship(ctx, tx, h, "household_alert", a.PublicID)
}

// tellTownship tells those who look after a household's township: the desk, or all who
// hold the role where there is none. What it is about stands on the page alone.
func tellTownship(ctx context.Context, tx Tx, h Household, template, ref string) error {
	place := h.Area.At(area.LevelTownship)
	division, err := tx.Division(ctx, place)
	if err != nil {
		return err
	}
	posts, err := watchersOf(ctx, tx, place)
	if err != nil {
		return err
	}
	for _, post := range posts {
		if err := tx.Notify(ctx, ticket.Notice{Key: template + ":" + ref + ":" + itoa(int64(post)), Post: post, Template: template, Fields: map[string]string{"area": division.Name}}); err != nil {
			return err
		}
	}
	return nil
}

// Settle writes what came of a change.
func Settle(ctx context.Context, tx AlertTx, alertRef string, o AlertOutcome, caseRef, reason string) error {
	if !slices.Contains(AlertOutcomes(), o) {
		return act.Invalid("outcome", "unknown_outcome", "Say what came of it.")
	}
	if err := reasonGiven(reason); err != nil {
		return err
	}
	a, err := tx.AlertForUpdate(ctx, alertRef)
	if err != nil {
		return err
	}
	if a.Settled {
		return act.Refused("settled_already", "Somebody has settled this before; reload to see what came of it.")
	}
	var of ticket.ID
	if caseRef != "" {
		if of, err = tx.TicketByRef(ctx, caseRef); err != nil {
			return err
		}
	}
	if of == 0 && (o == OutcomeAssess || o == OutcomeAid) {
		return act.Invalid("ticket", "case_required", "Name the case that this became.")
	}
	h, err := tx.HouseholdForUpdate(ctx, a.Household)
	if err != nil {
		return err
	}
	if err := tx.SettleAlert(ctx, a, o, of, reason); err != nil {
		return err
	}
	return record(ctx, tx, h, "household.change_settled", reason, map[string]any{"alert": a.PublicID, "outcome": string(o)})
}
