package referral

import (
	"context"
	"errors"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// Letter is all that leaves with a referral. Zero fields did not.
type Letter struct {
	Area          string       `json:"area,omitempty"`
	Cause         ticket.Cause `json:"cause,omitempty"`
	HouseholdSize int          `json:"household_size,omitempty"`
	Affected      int          `json:"affected,omitempty"`
	Needs         []string     `json:"needs,omitempty"`
	IncomeBefore  *int64       `json:"income_before_fen,omitempty"`
	IncomeNow     *int64       `json:"income_now_fen,omitempty"`
	Medical       *int64       `json:"medical_fen,omitempty"`
	Name          string       `json:"name,omitempty"`
	Phone         string       `json:"phone,omitempty"`
	Identity      string       `json:"identity,omitempty"`
}

// Pick leaves of a letter what is to go along, and tells which of these fields the
// case does not hold.
func Pick(fields []Field, all Letter) (out Letter, missing []Field) {
	for _, f := range fields {
		there := false
		switch f {
		case FieldArea:
			out.Area, there = all.Area, all.Area != ""
		case FieldCause:
			out.Cause, there = all.Cause, all.Cause != ""
		case FieldPeople:
			out.HouseholdSize, out.Affected, there = all.HouseholdSize, all.Affected, all.HouseholdSize > 0
		case FieldNeeds:
			out.Needs, there = all.Needs, len(all.Needs) > 0
		case FieldIncome:
			out.IncomeBefore, out.IncomeNow, there = all.IncomeBefore, all.IncomeNow, all.IncomeBefore != nil || all.IncomeNow != nil
		case FieldMedical:
			out.Medical, there = all.Medical, all.Medical != nil
		case FieldName:
			out.Name, there = all.Name, all.Name != ""
		case FieldPhone:
			out.Phone, there = all.Phone, all.Phone != ""
		case FieldIdentity:
			out.Identity, there = all.Identity, all.Identity != ""
		}
		if !there {
			missing = append(missing, f)
		}
	}
	return out, missing
}

// Gather fills a letter with all that may ever go along of a case; one without findings
// has less to say.
func Gather(ctx context.Context, tx relief.Tx, t ticket.Ticket) (Letter, error) {
	place, err := tx.Division(ctx, t.Area.At(min(t.Area.Level(), area.LevelTownship)))
	if err != nil {
		return Letter{}, err
	}
	found, err := tx.NewestFindings(ctx, t.ID)
	if err != nil && !errors.Is(err, act.ErrNotFound) {
		return Letter{}, err
	}
	call, err := tx.Call(ctx, t.CallID)
	if err != nil && !errors.Is(err, act.ErrNotFound) {
		return Letter{}, err
	}
	return letterOf(place.Name, call.FromE164, found), nil
}

// letterOf fills a letter with all that may ever go along.
func letterOf(areaName, phone string, f relief.Findings) Letter {
	all := Letter{Area: areaName, Phone: phone}
	if f.PublicID == "" {
		return all
	}
	all.Cause, all.HouseholdSize, all.Affected, all.Needs = f.Cause, f.HouseholdSize, f.Affected, f.Needs
	all.IncomeBefore, all.IncomeNow, all.Medical = f.Declared.IncomeBeforeFen, f.Declared.IncomeNowFen, f.Declared.MedicalFen
	all.Name, all.Identity = string(f.Applicant), string(f.Identity.Number)
	return all
}
