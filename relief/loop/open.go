package loop

import (
	"cmp"
	"slices"
)

// Code says what sort of thing keeps a case open.
type Code string

// The codes. Those of money are never let go by anybody's word.
const (
	OpenClock       Code = "clock"            // a clock runs: help has not been received
	OpenLifeDanger  Code = "life_danger"      // nobody has handed the caller over to 110, 119 or 120
	OpenCallback    Code = "callback"         // the citizen waits to be rung back
	OpenApplication Code = "application"      // not decided
	OpenNotice      Code = "notice"           // a public notice runs, or was objected to
	OpenReferral    Code = "referral"         // with another department, or its result not confirmed
	OpenToDo        Code = "task"             // somebody has something to do
	OpenFollowUp    Code = "follow_up"        // somebody looks at the household again, for a reason that holds the case
	OpenService     Code = "service"          // with the social-work station
	OpenPaper       Code = "paper"            // owed; let go on the paper itself
	OpenDecision    Code = "decision"         // waits for a second person, or for its payout
	OpenPayout      Code = "payout"           // not settled
	OpenSignature   Code = "second_signature" // of a payout by one person
	OpenReview      Code = "after_review"     // drawn, and not looked at
)

// Codes lists every Code in the order in which pages show them.
func Codes() []Code {
	return []Code{OpenClock, OpenLifeDanger, OpenCallback, OpenApplication, OpenNotice, OpenReferral, OpenToDo, OpenFollowUp, OpenService, OpenPaper, OpenDecision, OpenPayout,
		OpenSignature, OpenReview}
}

// Waivable lists the codes that a head may let go, with the reason.
func Waivable() []Code {
	return []Code{OpenReferral, OpenToDo, OpenFollowUp, OpenService, OpenCallback, OpenLifeDanger}
}

// Item is one thing that keeps a case open.
type Item struct {
	Code     Code   `json:"code" enum:"clock,life_danger,callback,application,notice,referral,task,follow_up,service,paper,decision,payout,second_signature,after_review"`
	Ref      string `json:"ref" doc:"Which one: its public id, or what it is called"`
	Waivable bool   `json:"waivable" doc:"The head may let it go, with the reason"`
	Waived   bool   `json:"waived"`
}

// Thing is one thing of a case that has not ended, as the tables have it.
type Thing struct {
	Code Code
	Ref  string
}

// Facts are what a case has that may keep it open.
type Facts struct {
	Things []Thing // that have not ended, each of a code of Codes
	Waived []Thing // that a head has let go
	Paid   bool    // aid was paid: whoever phones asks whether it came and how much
}

// Open lists what keeps a case open, in the order of Codes, what was let go marked. It is
// the one place that decides what must have ended before a ticket closes (DOMAIN 1, 4).
func Open(f Facts) []Item {
	items := make([]Item, 0, len(f.Things))
	for _, t := range f.Things {
		waivable := slices.Contains(Waivable(), t.Code)
		items = append(items, Item{Code: t.Code, Ref: t.Ref, Waivable: waivable, Waived: waivable && slices.Contains(f.Waived, t)})
	}
	slices.SortStableFunc(items, func(a, b Item) int { return cmp.Compare(slices.Index(Codes(), a.Code), slices.Index(Codes(), b.Code)) })
	return items
}

// Holding are the codes that still hold a case open, each once.
func Holding(items []Item) (codes []string) {
	for _, i := range items {
		if !i.Waived && !slices.Contains(codes, string(i.Code)) {
			codes = append(codes, string(i.Code))
		}
	}
	return codes
}
