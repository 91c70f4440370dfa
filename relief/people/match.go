package people

import (
	"context"

	"example.org/hotline/ticket"
)

// Ground is what a suggestion rests on. None of them proves anything: numbers are
// shared and written down wrongly, and names repeat.
type Ground string

// The grounds.
const (
	GroundIdentity  Ground = "identity"   // the same identity number was found or declared
	GroundPhone     Ground = "phone"      // the same telephone
	GroundNameBirth Ground = "name_birth" // the same name and the same day of birth
)

// Grounds lists them.
func Grounds() []Ground { return []Ground{GroundIdentity, GroundPhone, GroundNameBirth} }

// Match is the suggestion that two records are one person. A person says whether they
// are; the program never does.
type Match struct {
	ID           int64
	PublicID     string
	A, B         PersonID // A below B
	Grounds      []Ground
	State        MatchState
	AArea, BArea string
}

// MatchState is what became of a suggestion.
type MatchState string

// The states.
const (
	MatchOpen      MatchState = "open"
	MatchSame      MatchState = "same"      // joined
	MatchDifferent MatchState = "different" // two people
)

// MatchStates lists them.
func MatchStates() []MatchState { return []MatchState{MatchOpen, MatchSame, MatchDifferent} }

// suggest writes down who may be the same person as one that was added or changed.
func suggest(ctx context.Context, tx Tx, p Person) error {
	matches, err := tx.Namesakes(ctx, p)
	if err != nil {
		return err
	}
	for _, m := range matches {
		if err := tx.AddMatch(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// Source is where a ground comes from.
type Source string

// The sources.
const (
	SourceFindings Source = "findings"     // what was found on this case
	SourceCaller   Source = "caller"       // the telephone that called, or that was reported
	SourceEarlier  Source = "earlier_case" // another case of the same telephone
	SourceAlert    Source = "data_alert"   // another department's data
)

// Suggestion is a household that a case is perhaps about, with what that rests on.
type Suggestion struct {
	Household HouseholdID
	Person    PersonID // whose number or telephone it is; zero where an earlier case says so
	Ground    Ground
	Source    Source
	Number    ticket.Number // of the earlier case
}
