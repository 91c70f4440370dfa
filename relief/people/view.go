package people

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// TierView is a tier as pages show it.
type TierView struct {
	Tier    int        `json:"tier" minimum:"1" maximum:"3"`
	Version string     `json:"version" doc:"Of the rules that set it"`
	Because TierWhy    `json:"because" enum:"registered,urgent_aid,assessment,register,review,import,merge,split"`
	Reason  string     `json:"reason,omitempty"`
	By      string     `json:"by,omitempty" doc:"Absent: the program"`
	Since   time.Time  `json:"since"`
	Until   *time.Time `json:"until,omitempty" doc:"Absent: it is the one of now"`
}

// MemberView is somebody of a household as those who help them see it.
type MemberView struct {
	ID              string         `json:"id" format:"uuid"`
	Name            string         `json:"name"`
	Relation        Relation       `json:"relation" enum:"head,spouse,child,parent,grandchild,grandparent,sibling,child_in_law,parent_in_law,ward,other"`
	Since           ticket.Date    `json:"since"`
	Until           ticket.Date    `json:"until,omitempty" doc:"First day on which they no longer belonged to it"`
	Ended           EndedWhy       `json:"ended,omitempty" enum:"moved,married,died,corrected,merged,split,relation"`
	IDType          IdentityType   `json:"id_type" enum:"resident_id,none"`
	IDMasked        string         `json:"id_masked,omitempty"`
	IDReason        string         `json:"id_reason,omitempty"`
	Born            ticket.Date    `json:"born,omitempty"`
	Age             *int           `json:"age,omitempty"`
	Sex             Sex            `json:"sex" enum:"female,male,unknown"`
	PhoneMasked     string         `json:"phone_masked,omitempty"`
	HukouArea       area.Code      `json:"hukou_area"`
	Capacity        Capacity       `json:"capacity" enum:"full,limited,none"`
	DisabilityGrade int            `json:"disability_grade,omitempty"`
	DisabilityKind  DisabilityKind `json:"disability_kind,omitempty" enum:"visual,hearing,speech,physical,intellectual,mental,multiple"`
	SevereIllness   bool           `json:"severe_illness,omitempty"`
	Illness         string         `json:"illness,omitempty"`
	Student         bool           `json:"student,omitempty"`
	School          string         `json:"school,omitempty"`
	WorkAbility     WorkAbility    `json:"work_ability" enum:"full,partial,none"`
	Guardian        string         `json:"guardian,omitempty"`
	Died            ticket.Date    `json:"died,omitempty"`
	Registers       []RegisterKind `json:"registers" doc:"Of tier 1, that they are in now"`
	Version         int64          `json:"version"`
}

// View shows a member; the registers are added by who knows them.
func (m Member) View(today ticket.Date) MemberView {
	p := m.Person
	v := MemberView{ID: p.PublicID, Name: string(p.Name), Relation: m.Relation, Since: m.From, Until: m.Until, Ended: m.Ended, IDType: p.Identity.Type, IDMasked: p.Identity.Masked(),
		IDReason: p.Identity.Reason, Born: p.Born, Sex: p.Sex, PhoneMasked: ticket.MaskPhone(string(p.Phone.E164)), HukouArea: p.Hukou, Capacity: p.Capacity,
		DisabilityGrade: p.DisabilityGrade, DisabilityKind: p.DisabilityKind, SevereIllness: p.SevereIllness, Illness: string(p.Illness), Student: p.Student, School: string(p.School),
		WorkAbility: p.WorkAbility, Guardian: string(p.Guardian), Died: p.Died, Registers: []RegisterKind{}, Version: p.Version}
	if age := p.Age(today); age >= 0 && p.Died == "" {
		v.Age = &age
	}
	return v
}

// HouseholdView is a household as those who help it see it.
type HouseholdView struct {
	ID           string       `json:"id" format:"uuid"`
	Area         area.Code    `json:"area"`
	AreaName     string       `json:"area_name"`
	RegisterArea area.Code    `json:"register_area"`
	Address      string       `json:"address,omitempty"`
	Tier         TierView     `json:"tier"`
	Members      []MemberView `json:"members"`
	OpenedAt     time.Time    `json:"opened_at"`
	MergedInto   string       `json:"merged_into,omitempty" doc:"The household that stands for it now"`
	Version      int64        `json:"version"`
}

// HouseholdBrief is a household as a suggestion or a list shows it: masked.
type HouseholdBrief struct {
	ID       string    `json:"id" format:"uuid"`
	AreaName string    `json:"area_name"`
	Head     string    `json:"head,omitempty" doc:"Masked"`
	Members  int       `json:"members"`
	Tier     int       `json:"tier"`
	OpenedAt time.Time `json:"opened_at"`
	NextOn   string    `json:"next_on,omitempty" doc:"When it is to be looked at again"`
	Alerts   int       `json:"alerts,omitempty" doc:"Changes that nobody has settled"`
}

// Brief shows a household to somebody who only asks whether it is the one.
func (h Household) Brief(areaName string) HouseholdBrief {
	b := HouseholdBrief{ID: h.PublicID, AreaName: areaName, Members: len(h.Members), Tier: h.Tier.Tier, OpenedAt: h.OpenedAt}
	if head := h.Head(); head != nil {
		b.Head = ticket.MaskName(string(head.Person.Name))
	}
	return b
}

// FoundView is somebody that a look-up came upon: masked, beside the household.
type FoundView struct {
	Person      string          `json:"person" format:"uuid"`
	Name        string          `json:"name" doc:"Masked"`
	IDMasked    string          `json:"id_masked,omitempty"`
	PhoneMasked string          `json:"phone_masked,omitempty"`
	Born        string          `json:"born,omitempty" doc:"The year alone"`
	AreaName    string          `json:"area_name"`
	Household   *HouseholdBrief `json:"household,omitempty" doc:"That they belong to now; absent for none"`
}

// Masked shows a person to somebody who only asks whether they are the one.
func (p Person) Masked(areaName string) FoundView {
	v := FoundView{Person: p.PublicID, Name: ticket.MaskName(string(p.Name)), IDMasked: p.Identity.Masked(), PhoneMasked: ticket.MaskPhone(string(p.Phone.E164)), AreaName: areaName}
	if len(p.Born) >= 4 {
		v.Born = string(p.Born[:4])
	}
	return v
}

// SuggestionView is a household that a case is perhaps about, with what that rests on.
type SuggestionView struct {
	Household HouseholdBrief `json:"household"`
	Grounds   []GroundView   `json:"grounds"`
}

// GroundView is one thing that a suggestion rests on.
type GroundView struct {
	Ground Ground        `json:"ground" enum:"identity,phone,name_birth"`
	Source Source        `json:"source" enum:"findings,caller,earlier_case,data_alert"`
	Person string        `json:"person,omitempty" doc:"Whose it is, masked"`
	Number ticket.Number `json:"ticket_number,omitempty" doc:"Of the earlier case"`
}

// CaseCard is what a case's page shows of whom it is about.
type CaseCard struct {
	WhyNot      string           `json:"why_not,omitempty" doc:"Why you are shown nothing now: not_owner or case_closed"`
	Household   *HouseholdView   `json:"household,omitempty" doc:"Absent while nobody has said whom the case is about"`
	Basis       Basis            `json:"basis,omitempty" enum:"registered,identity,phone,suggested,merged,unmerged"`
	LinkedAt    *time.Time       `json:"linked_at,omitempty"`
	LinkedBy    string           `json:"linked_by,omitempty"`
	Received    *ReceivedView    `json:"received,omitempty"`
	Suggestions []SuggestionView `json:"suggestions" doc:"Perhaps the same; a person says"`
}

// ReceivedView is what counts for a household in the last 12 months: paid, or under way.
type ReceivedView struct {
	Since time.Time      `json:"since"`
	Fen   int64          `json:"fen"`
	Kinds []ReceivedKind `json:"kinds"`
}

// ReceivedKind is the sum of one kind of aid.
type ReceivedKind struct {
	AidKind string `json:"aid_kind"`
	Fen     int64  `json:"fen"`
	Payouts int    `json:"payouts"`
}

// CaseView is a case of a household.
type CaseView struct {
	ID       string        `json:"id" format:"uuid"`
	Number   ticket.Number `json:"number"`
	Kind     ticket.Kind   `json:"kind"`
	Status   ticket.Status `json:"status"`
	Basis    Basis         `json:"basis"`
	LinkedAt time.Time     `json:"linked_at"`
	Until    *time.Time    `json:"until,omitempty" doc:"When the link ended"`
}

// PlanView is the plan by which a household of tier 2 is looked at again.
type PlanView struct {
	EveryDays int         `json:"every_days"`
	NextOn    ticket.Date `json:"next_on"`
	Checks    []CheckView `json:"checks" doc:"The newest first"`
}

// CheckView is one look at a household.
type CheckView struct {
	At     time.Time   `json:"at"`
	By     string      `json:"by"`
	Way    Way         `json:"way" enum:"visit,call,data"`
	Result Result      `json:"result" enum:"unchanged,changed,not_met"`
	Note   string      `json:"note,omitempty"`
	DueOn  ticket.Date `json:"due_on"`
}

// AlertView is a change in a household that somebody or something told of.
type AlertView struct {
	ID         string        `json:"id" format:"uuid"`
	Kind       AlertKind     `json:"kind" enum:"income,employment,illness,disability,death,birth,vehicle,property,company,membership,address,custody,other"`
	Source     AlertSource   `json:"source" enum:"monitoring,data,village,citizen,department"`
	HappenedOn ticket.Date   `json:"happened_on"`
	Note       string        `json:"note,omitempty"`
	RaisedBy   string        `json:"raised_by,omitempty" doc:"Absent: the program"`
	RaisedAt   time.Time     `json:"raised_at"`
	Ticket     string        `json:"ticket,omitempty" doc:"That it became"`
	Number     ticket.Number `json:"ticket_number,omitempty"`
	Outcome    AlertOutcome  `json:"outcome,omitempty" enum:"no_effect,assess_again,aid,entry_ended"`
	Reason     string        `json:"reason,omitempty"`
}

// ActView is a joining or parting of records.
type ActView struct {
	ID      string    `json:"id" format:"uuid"`
	Kind    ActKind   `json:"kind" enum:"merge_persons,split_persons,merge_households,unmerge_households,split_household"`
	Other   string    `json:"other" doc:"The other record, masked"`
	Persons int       `json:"persons"`
	Cases   int       `json:"cases"`
	Reason  string    `json:"reason"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Undone  bool      `json:"undone" doc:"It was taken back"`
}

// EntryView is somebody's time in a register of tier 1.
type EntryView struct {
	Person string       `json:"person" format:"uuid"`
	Name   string       `json:"name"`
	Kind   RegisterKind `json:"kind" enum:"dibao,tekun,orphan,child_hardship,disabled_subsidy"`
	From   ticket.Date  `json:"from"`
	Until  ticket.Date  `json:"until,omitempty" doc:"Last day"`
	Reason string       `json:"reason"`
	Exit   string       `json:"exit,omitempty" doc:"Why they left it"`
}

// HouseholdPage is all that is shown of a household on its own page.
type HouseholdPage struct {
	HouseholdView
	Before   []MemberView `json:"before" doc:"Who belonged to it"`
	Tiers    []TierView   `json:"tiers" doc:"The newest first"`
	Cases    []CaseView   `json:"cases" doc:"Those that the reader may see"`
	Received ReceivedView `json:"received"`
	Entries  []EntryView  `json:"entries" doc:"In the registers of tier 1"`
	Plan     *PlanView    `json:"plan,omitempty"`
	Alerts   []AlertView  `json:"alerts"`
	Acts     []ActView    `json:"acts" doc:"How its records were joined and parted"`
	Looks    []LookRow    `json:"looks" doc:"Who looked, the newest first"`
	NextActs []string     `json:"next_acts" doc:"What this reader may do now: merge, split, undo, check, alert, settle"`
}

// Next lists what a reader may do on a household's page beside what its cases allow.
func (h Household) Next(me act.Actor, has bool) []string {
	acts := []string{}
	if h.MergedInto != 0 || !me.Area.Contains(h.Area) {
		return acts
	}
	if me.May(Joiners()...) {
		acts = append(acts, "merge", "undo")
		if len(h.Members) > 1 {
			acts = append(acts, "split")
		}
	}
	if me.May(Watchers()...) {
		acts = append(acts, "alert", "settle")
		if has {
			acts = append(acts, "check")
		}
	}
	return acts
}

// MatchView is the suggestion that two records are one person, side by side.
type MatchView struct {
	ID      string     `json:"id" format:"uuid"`
	Grounds []Ground   `json:"grounds"`
	FoundAt time.Time  `json:"found_at"`
	A       FoundView  `json:"a"`
	B       FoundView  `json:"b"`
	MayJoin bool       `json:"may_join" doc:"Both live in the reader's area"`
	State   MatchState `json:"state" enum:"open,same,different"`
}

// HouseholdFilter says which households of an area are listed.
type HouseholdFilter struct {
	Under  area.Code
	Tier   int         // 0: any
	DueBy  ticket.Date // to be looked at by this day; empty: any
	Alerts bool        // only those with a change that nobody has settled
	After  int64       // continue after this one
	Limit  int
}
