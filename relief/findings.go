package relief

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Declared is what the applicant says of money, unchecked, in fen. Nil means
// not asked.
type Declared struct {
	IncomeBeforeFen *int64 `json:"income_before_fen,omitempty"` // the household's, in a month before
	IncomeNowFen    *int64 `json:"income_now_fen,omitempty"`
	MedicalFen      *int64 `json:"medical_fen,omitempty"` // paid out of pocket so far
}

// Findings is what was found, as declared and seen.
type Findings struct {
	ID            int64
	PublicID      string
	Ticket        ticket.ID
	At            time.Time
	By            area.StaffID
	Cause         ticket.Cause
	HouseholdSize int
	Affected      int // persons the emergency has struck
	Needs         []string
	Declared      Declared
	Applicant     Private
	Identity      people.Identity
	Note          Private
	Payee         []byte // blind index of the identity
	Household     []byte // what the household's limit counts under
	Warnings      []string
}

// FindingsInput is what a worker reports.
type FindingsInput struct {
	PublicID      string
	Cause         ticket.Cause
	HouseholdSize int
	Affected      int
	Needs         []string // codes of the catalogue: "food", "shelter", "medical", …
	Declared      Declared
	Applicant     string
	Identity      people.IdentityInput
	Note          string
}

func (in FindingsInput) validate() error {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return err
	}
	switch {
	case !in.Cause.Valid() || in.Cause == ticket.CauseUnknown:
		return act.Invalid("cause", "unknown_cause", "Use one of the listed causes: accident, illness, fire, traffic, disaster or other.")
	case in.HouseholdSize < 1 || in.HouseholdSize > 30:
		return act.Invalid("household_size", "out_of_range", "Give the number of people who live together, 1 to 30.")
	case in.Affected < 1 || in.Affected > in.HouseholdSize:
		return act.Invalid("affected", "out_of_range", "Give how many of the household are affected, at least 1.")
	case len(in.Needs) == 0:
		return act.Invalid("needs", "needs_required", "Name at least one need.")
	case in.Applicant == "":
		return act.Invalid("applicant", "name_required", "Give the applicant's name.")
	}
	for field, fen := range map[string]*int64{"declared.income_before_fen": in.Declared.IncomeBeforeFen,
		"declared.income_now_fen": in.Declared.IncomeNowFen, "declared.medical_fen": in.Declared.MedicalFen} {
		if fen != nil && (*fen < 0 || *fen > ledger.MaxFen) {
			return act.Invalid(field, "out_of_range", "Give whole fen, zero or more.")
		}
	}
	if err := ticket.PlainText("id_reason", in.Identity.Reason); err != nil {
		return err
	}
	return lengths([]text{{"applicant", in.Applicant, 80}, {"note", in.Note, 4000}}, "needs", in.Needs, 20)
}

// RecordFindings writes down what the owner found; a decision rests on the
// newest. Findings may be written again, which keeps the earlier ones.
func RecordFindings(ctx context.Context, tx Tx, id ticket.ID, in FindingsInput) (Findings, error) {
	if err := in.validate(); err != nil {
		return Findings{}, err
	}
	identity, warnings, err := people.ParseIdentity(in.Identity, tx.Now())
	if err != nil {
		return Findings{}, err
	}
	t, err := ticket.Owned(ctx, tx, id)
	if err != nil {
		return Findings{}, err
	}
	if warnings, err = people.KnownPlace(ctx, tx, identity, warnings); err != nil {
		return Findings{}, err
	}
	f := Findings{PublicID: in.PublicID, Ticket: id, At: tx.Now(), By: tx.Actor().StaffID, Cause: in.Cause, HouseholdSize: in.HouseholdSize,
		Affected: in.Affected, Needs: in.Needs, Declared: in.Declared, Applicant: Private(in.Applicant), Identity: identity,
		Note: Private(in.Note), Warnings: warnings}
	f.Payee = tx.IdentityIndex(identity.Indexed("ticket " + t.PublicID))
	if f.Household, err = tx.LimitIndex(ctx, id, f.Payee); err != nil {
		return Findings{}, err
	}
	if err := tx.AddFindings(ctx, &f); err != nil {
		return Findings{}, err
	}
	return f, ticket.Advance(ctx, tx, &t, ticket.EventFind, "findings.recorded", "", map[string]any{"by": tx.Actor().Name, "findings": f.PublicID,
		"cause": string(f.Cause), "household_size": f.HouseholdSize, "affected": f.Affected, "needs": f.Needs, "warnings": f.Warnings})
}
