package people

import (
	"cmp"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// HouseholdID is the internal number of a household; outside only PublicID is seen.
type HouseholdID int64

// Relation is what somebody is to the head of their household.
type Relation string

// The relations.
const (
	RelationHead        Relation = "head"
	RelationSpouse      Relation = "spouse"
	RelationChild       Relation = "child"
	RelationParent      Relation = "parent"
	RelationGrandchild  Relation = "grandchild"
	RelationGrandparent Relation = "grandparent"
	RelationSibling     Relation = "sibling"
	RelationChildInLaw  Relation = "child_in_law"
	RelationParentInLaw Relation = "parent_in_law"
	RelationWard        Relation = "ward" // in their care without being kin
	RelationOther       Relation = "other"
)

// Relations lists them.
func Relations() []Relation {
	return []Relation{RelationHead, RelationSpouse, RelationChild, RelationParent, RelationGrandchild, RelationGrandparent, RelationSibling, RelationChildInLaw,
		RelationParentInLaw, RelationWard, RelationOther}
}

// EndedWhy is why somebody no longer belongs to a household.
type EndedWhy string

// The reasons.
const (
	EndedMoved     EndedWhy = "moved"
	EndedMarried   EndedWhy = "married"
	EndedDied      EndedWhy = "died"
	EndedCorrected EndedWhy = "corrected" // it was never so
	EndedMerged    EndedWhy = "merged"    // records were joined
	EndedSplit     EndedWhy = "split"     // the household was parted
	EndedRelation  EndedWhy = "relation"  // goes on as something else to the head
)

// EndedWhys lists them.
func EndedWhys() []EndedWhy {
	return []EndedWhy{EndedMoved, EndedMarried, EndedDied, EndedCorrected, EndedMerged, EndedSplit, EndedRelation}
}

// Member is one person's belonging to a household, for a time.
type Member struct {
	ID       int64 // of the membership
	Person   Person
	Relation Relation
	From     ticket.Date
	Until    ticket.Date // first day on which they no longer belonged to it; empty while they do
	Ended    EndedWhy
}

// Household is who live together and are helped together.
type Household struct {
	ID         HouseholdID
	PublicID   string
	Area       area.Code   // where they live: a village, as far as known
	Register   area.Code   // of their register (hukou); may lie in another province
	Address    act.Private // within the village
	Index      []byte      // what limits count under (ADR 28)
	Members    []Member    // who belongs to it now, the head first
	Tier       Tier        // the current one
	OpenedAt   time.Time
	MergedInto HouseholdID // the household that stands for it now; zero for this one
	Version    int64
}

// Head is the household's head, nil while it has none.
func (h Household) Head() *Member {
	for i := range h.Members {
		if h.Members[i].Relation == RelationHead {
			return &h.Members[i]
		}
	}
	return nil
}

// Member finds somebody who belongs to it now.
func (h Household) Member(id PersonID) *Member {
	for i := range h.Members {
		if h.Members[i].Person.ID == id {
			return &h.Members[i]
		}
	}
	return nil
}

// Subject names the household in the audit chain and in timers.
func (h Household) Subject() act.Subject { return act.Subject{Kind: "household", ID: int64(h.ID)} }

// Subject names the person in the audit chain.
func (p Person) Subject() act.Subject { return act.Subject{Kind: "person", ID: int64(p.ID)} }

// MemberInput is one person of a household that is registered.
type MemberInput struct {
	Relation Relation
	From     string // since when; today where it is empty
	Person   PersonInput
}

// MostMembers is as many as one household holds.
const MostMembers = 30

// HouseholdInput is what is written of a household.
type HouseholdInput struct {
	PublicID string // made by the client
	Area     area.Code
	Register area.Code // empty: where they live
	Address  string
	Members  []MemberInput
}

func wholeCode(c area.Code) bool {
	_, err := area.ParseCode(string(c))
	return err == nil
}

// place checks where they live and are registered.
func (in HouseholdInput) place() error {
	switch {
	case in.Area.Level() < area.LevelTownship:
		return act.Invalid("area", "township_required", "Say in which village, or at least in which township, they live.")
	case in.Register != "" && !wholeCode(in.Register):
		return act.Invalid("register", "bad_area", "Give the place of the household's register by its twelve digits.")
	case len([]rune(in.Address)) > 200:
		return act.Invalid("address", "too_long", "Shorten this text.")
	default:
		return nil
	}
}

// read checks what was written; exactly one is the head.
func (in HouseholdInput) read(today ticket.Date) (Household, error) {
	h := Household{PublicID: in.PublicID, Area: in.Area, Register: cmp.Or(in.Register, in.Area), Address: act.Private(in.Address), Version: 1}
	if err := in.place(); err != nil {
		return h, err
	}
	if len(in.Members) == 0 || len(in.Members) > MostMembers {
		return h, act.Invalid("members", "members_required", "List who lives together, 1 to 30 people.")
	}
	heads, seen := 0, map[string]bool{}
	for _, m := range in.Members {
		p, err := m.Person.read(in.Area, today)
		if err != nil {
			return h, err
		}
		if n := string(p.Identity.Number); n != "" && seen[n] || seen[p.PublicID] {
			return h, act.Invalid("members", "listed_twice", "One person is listed twice; leave one of the lines out.")
		}
		seen[string(p.Identity.Number)], seen[p.PublicID] = true, true
		member, err := m.read(p, today)
		if err != nil {
			return h, err
		}
		if member.Relation == RelationHead {
			heads++
		}
		h.Members = append(h.Members, member)
	}
	if heads != 1 {
		return h, act.Invalid("members", "one_head", "Exactly one of them is the head; the others are something to the head.")
	}
	return h, nil
}

func (in MemberInput) read(p Person, today ticket.Date) (Member, error) {
	if !slices.Contains(Relations(), in.Relation) {
		return Member{}, act.Invalid("relation", "unknown_relation", "Say what they are to the head.")
	}
	from, err := optionalDay("from", in.From, today)
	if from == "" {
		from = today
	}
	if p.Born != "" && from < p.Born {
		from = p.Born
	}
	return Member{Person: p, Relation: in.Relation, From: from}, err
}
