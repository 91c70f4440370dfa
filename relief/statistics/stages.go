package statistics

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/care"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

// Stage is one of the five of the closed loop (主动告知、主动发现、快速响应、即时救助、跟踪转介; DOMAIN 1, 4).
type Stage string

// The stages. Each open ticket stands in exactly one.
const (
	StageInform   Stage = "inform"   // somebody has asked, and waits for an answer
	StageDiscover Stage = "discover" // somebody in need is known, and nobody has been asked to go
	StageRespond  Stage = "respond"  // people are asked, or on their way
	StageRelieve  Stage = "relieve"  // what is needed is known, and has not been received
	StageFollow   Stage = "follow"   // helped, refused or with another department, and not closed
)

// Stages lists every Stage in the order of the loop.
func Stages() []Stage {
	return []Stage{StageInform, StageDiscover, StageRespond, StageRelieve, StageFollow}
}

// StageOf is where an open ticket stands; empty where nobody has to do anything any more.
func StageOf(kind ticket.Kind, status ticket.Status) Stage {
	switch {
	case !status.Open():
		return ""
	case kind != ticket.KindAid:
		return StageInform
	}
	switch status {
	case ticket.StatusNew, ticket.StatusTriaged, ticket.StatusReopened:
		return StageDiscover
	case ticket.StatusOffered, ticket.StatusAccepted, ticket.StatusOnSite:
		return StageRespond
	case ticket.StatusFindings, ticket.StatusAidDecided:
		return StageRelieve
	default:
		return StageFollow
	}
}

// Part is what waits: the ticket itself, or something of it that has states of its own.
type Part string

// The parts.
const (
	PartTicket      Part = "ticket" // its states are the stages
	PartApplication Part = "application"
	PartDecision    Part = "decision"
	PartPayout      Part = "payout"
	PartReferral    Part = "referral"
	PartFollowUp    Part = "follow_up"
)

// Parts lists every Part in the order in which pages show them.
func Parts() []Part {
	return []Part{PartTicket, PartApplication, PartDecision, PartPayout, PartReferral, PartFollowUp}
}

// StatesOf are the states in which something of a part waits for somebody.
func StatesOf(p Part) []string {
	switch p {
	case PartTicket:
		return texts(Stages())
	case PartApplication:
		return texts([]application.State{application.StateDraft, application.StateSubmitted, application.StateSupplement, application.StateAccepted, application.StateInvestigating,
			application.StateHearing, application.StateReviewed, application.StateNotice, application.StateObjection})
	case PartDecision:
		return texts([]relief.DecisionState{relief.DecisionRegistered, relief.DecisionShortChecked, relief.DecisionApproved})
	case PartPayout:
		return texts([]ledger.State{ledger.StateSubmitted, ledger.StateChecked, ledger.StateReserved, ledger.StateCashIssued, ledger.StateBatched, ledger.StateSent,
			ledger.StateAcked, ledger.StateFailed, ledger.StateUnknown, ledger.StateFixed})
	case PartReferral:
		return texts([]referral.State{referral.StateCreated, referral.StateSent, referral.StateAccepted, referral.StateReturned, referral.StateInProgress, referral.StateResulted})
	case PartFollowUp:
		return texts([]care.FollowState{care.FollowPlanned, care.FollowLate})
	default:
		return nil
	}
}

func texts[T ~string](all []T) []string {
	list := make([]string, len(all))
	for i, one := range all {
		list[i] = string(one)
	}
	return list
}

// StageRules are one version of policy/stages-….yaml: how many days something usually stays
// where it stands. They are no deadline of the law: what is beyond them is looked at.
type StageRules struct {
	Version    string      `yaml:"version"`
	ValidFrom  ticket.Date `yaml:"valid_from"`
	ValidUntil ticket.Date `yaml:"valid_until"`
	Source     string      `yaml:"source"`

	UsualDays map[Part]map[string]int `yaml:"usual_days"` // calendar days, by part and state
}

// Validate lists every fault of the version: each state of each part has its days, and nothing else has.
func (r *StageRules) Validate() error {
	var faults []error
	fault := func(path, detail string) { faults = append(faults, act.Invalid(path, "out_of_range", detail)) }
	if r.Version == "" {
		fault("version", "name the version")
	}
	if r.ValidFrom == "" {
		fault("valid_from", "give the first day on which the version is in force")
	}
	if r.ValidUntil != "" && r.ValidUntil < r.ValidFrom {
		fault("valid_until", "must not lie before valid_from")
	}
	for _, part := range slices.Sorted(maps.Keys(r.UsualDays)) {
		if !slices.Contains(Parts(), part) {
			fault("usual_days."+string(part), fmt.Sprintf("no such part; known are %v", Parts()))
		}
	}
	for _, part := range Parts() {
		known := StatesOf(part)
		for _, state := range known {
			if days := r.UsualDays[part][state]; days < 1 || days > 366 {
				fault("usual_days."+string(part)+"."+state, "must lie between 1 and 366 days")
			}
		}
		for _, state := range slices.Sorted(maps.Keys(r.UsualDays[part])) {
			if !slices.Contains(known, state) {
				fault("usual_days."+string(part)+"."+state, fmt.Sprintf("nothing waits in such a state; known are %v", known))
			}
		}
	}
	return errors.Join(faults...)
}

// Term is the version's name, its first day, and its last one where it names it.
func (r *StageRules) Term() (version string, from, until ticket.Date) {
	return r.Version, r.ValidFrom, r.ValidUntil
}

// StageVersions are the dated versions, the oldest first.
type StageVersions []*StageRules

// On is the version in force on a day; the first one before its day.
func (v StageVersions) On(day ticket.Date) *StageRules { return ticket.InForce(v, day) }
