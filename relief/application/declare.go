package application

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// Declared is what a household says of its income and property. A member who is not
// named has said nothing: unknown is never read as nothing.
type Declared struct {
	Months            int            `json:"months,omitempty" doc:"In how many months the sums were received and spent: the look-back of the rules, or 1 for a month as it is now"`
	Members           []rule.Member  `json:"members" minItems:"1" maxItems:"30" doc:"Every member, by public id, also those without an income"`
	Property          []rule.Holding `json:"property,omitempty" maxItems:"50"`
	Spending          []rule.Spend   `json:"spending,omitempty" maxItems:"50"`
	NecessarySpendFen int64          `json:"necessary_spend_fen,omitempty" minimum:"0"`
	Emergency         bool           `json:"emergency,omitempty"`
}

// Declaration is one that was signed. The newest counts.
type Declaration struct {
	ID          int64
	PublicID    string
	Ticket      ticket.ID
	Application ID
	Said        Declared
	By          area.StaffID
	At          time.Time
}

// Declare writes down what the household says. It may be said again for as long as
// nothing is decided, which keeps what was said before.
func Declare(ctx context.Context, tx Tx, publicID, id string, said Declared, r Rules) (Declaration, error) {
	if err := ledger.CheckID("id", id); err != nil {
		return Declaration{}, err
	}
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Declaration{}, err
	}
	if !a.State.Undecided() && !a.State.Running() {
		return Declaration{}, act.Refused("application_over", "This application is over; open another one.")
	}
	h, err := tx.HouseholdForUpdate(ctx, a.Household)
	if err != nil {
		return Declaration{}, err
	}
	v, err := r.version(a, tx.Now())
	if err != nil {
		return Declaration{}, err
	}
	in, err := inputs(tx, v, h, said)
	if err != nil {
		return Declaration{}, err
	}
	if _, err := v.Assess(in); err != nil { // what the rules cannot read is refused while the citizen is still there
		return Declaration{}, err
	}
	d := Declaration{PublicID: id, Ticket: t.ID, Application: a.ID, Said: said, By: tx.Actor().StaffID, At: tx.Now()}
	if err := tx.AddDeclaration(ctx, &d); err != nil {
		return Declaration{}, err
	}
	return d, tell(ctx, tx, &t, a, step{kind: "application.declared", data: map[string]any{"members": len(said.Members), "holdings": len(said.Property)}})
}

// inputs joins what was declared with what the register knows: who lives there, when
// they were born, and what they are. The place is that of their own register, where
// the rules have a standard for it, else where they live.
func inputs(tx Tx, v *rule.Version, h people.Household, said Declared) (rule.Inputs, error) {
	on := ticket.DateOf(tx.Now())
	in := rule.Inputs{Area: place(v, h, on), On: on, Months: said.Months, Property: said.Property, Spending: said.Spending,
		NecessarySpendFen: said.NecessarySpendFen, Emergency: said.Emergency}
	declared := map[string]rule.Member{}
	for _, m := range said.Members {
		declared[m.Ref] = m
	}
	if len(declared) != len(said.Members) || len(declared) != len(h.Members) {
		return in, everyMember()
	}
	for _, m := range h.Members {
		one, ok := declared[m.Person.PublicID]
		if !ok {
			return in, everyMember()
		}
		one.Born = m.Person.Born
		one.Classes = classes(v, m.Person, one.Classes)
		in.Members = append(in.Members, one)
	}
	return in, nil
}

// place is whose standard counts for a household.
func place(v *rule.Version, h people.Household, on ticket.Date) area.Code {
	if _, err := v.Standard(rule.StandardDibao, h.Register, on); err == nil && h.Register != "" {
		return h.Register
	}
	return h.Area
}

func everyMember() error {
	return act.Invalid("members", "every_member", "Declare for every member of the household once, by public id; who has no income is named with none.")
}

// The classes that the register knows of a person, by the codes that versions use for them.
const (
	classSevereDisability = "severe_disability" // grades 1 and 2
	classSevereIllness    = "severe_illness"
	classStudent          = "student"
)

// classes adds what the register knows of a person to what was declared, as far as the
// version has such a class.
func classes(v *rule.Version, p people.Person, declared []string) []string {
	has := map[string]bool{classSevereDisability: p.DisabilityGrade == 1 || p.DisabilityGrade == 2, classSevereIllness: p.SevereIllness, classStudent: p.Student}
	for _, code := range declared {
		has[code] = true
	}
	list := []string{}
	for _, c := range v.Classes {
		if has[c.Code] {
			list = append(list, c.Code)
			delete(has, c.Code)
		}
	}
	for _, code := range declared {
		if has[code] { // unknown to the version: the assessment says so
			list = append(list, code)
		}
	}
	return list
}
