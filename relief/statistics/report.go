// Package statistics is what a city counts of its help: how many asked, how many
// were helped, by how much and how soon. It holds numbers and places only, so that
// a report can be handed out as it is (DOMAIN 53 to 58).
package statistics

import (
	"cmp"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Filter is what a report is about: a place with all below it, and days of Shanghai,
// both included.
type Filter struct {
	Area area.Code
	From area.Date
	To   area.Date
}

// Report counts what happened in a place between two days. Person-times, persons and
// households are measures of their own: who was helped three times is three
// person-times and one person, in a month as in the whole.
type Report struct {
	Area     area.Code `json:"area"`
	AreaName string    `json:"area_name"`
	From     area.Date `json:"from"`
	To       area.Date `json:"to"`
	MadeAt   time.Time `json:"made_at"`

	Intake  []IntakeLine  `json:"intake" doc:"What came in, by month, source, kind and priority"`
	Aid     []AidLine     `json:"aid" doc:"What reached citizens, by month, township and kind of aid"`
	Kinds   []AidSum      `json:"kinds" doc:"The same by kind of aid over the whole time; persons count once"`
	Whole   AidSum        `json:"whole" doc:"The same altogether"`
	Entries []EntryLine   `json:"entries" doc:"Persons who came into the registers of tier 1 and who left them, by month, township and register"`
	Covered []CoverLine   `json:"covered" doc:"Who was in a register on the last day; the line without a register counts everybody once"`
	Settled []SettledLine `json:"settled" doc:"Who was in a register on the last day, town and country apart"`
	Visits  VisitSum      `json:"visits"`
	Clocks  []ClockLine   `json:"clocks" doc:"Deadlines that fell into the time, by clock"`
	OnTime  []OnTimeLine  `json:"on_time" doc:"The same by month and township"`
	Targets []TargetLine  `json:"targets" doc:"What is aimed at on the way to a public notice"`
	Trips   TripSum       `json:"trips"`
	Work    WorkSum       `json:"work"`
	Calls   CallSum       `json:"calls"`

	Survey      []SurveyLine `json:"survey" doc:"How many of the known households somebody visited at home in the time, by the places right below"`
	SurveyWhole SurveyLine   `json:"survey_whole" doc:"The same altogether"`
	SurveyPlans []SurveyPlan `json:"survey_plans" doc:"Visits that the villages' plans asked for, of periods that ended in the time or run on its last day"`

	LedgerFen          int64 `json:"ledger_fen" doc:"What the ledger says was paid in the same place and time"`
	LedgerTakenBackFen int64 `json:"ledger_taken_back_fen"`
	Agrees             bool  `json:"agrees" doc:"Report and ledger say the same, to the fen"`
}

// IntakeLine counts tickets, by the month of the INVITE or of the report.
type IntakeLine struct {
	Month    string          `json:"month" doc:"2026-10"`
	Source   ticket.Source   `json:"source"`
	Kind     ticket.Kind     `json:"kind"`
	Priority ticket.Priority `json:"priority"`
	Tickets  int             `json:"tickets"`
}

// AidLine is what one township's people received of one kind of aid in a month.
type AidLine struct {
	Month    string    `json:"month"`
	Area     area.Code `json:"area"`
	AreaName string    `json:"area_name"`
	AidSum
}

// AidSum counts payouts that arrived, whom they reached, and what was taken back.
type AidSum struct {
	AidKind      string `json:"aid_kind,omitempty"`
	PersonTimes  int    `json:"person_times" doc:"Payouts that arrived"`
	Persons      int    `json:"persons" doc:"Different payees"`
	Households   int    `json:"households" doc:"Different households"`
	Fen          int64  `json:"paid_fen"`
	TakenBack    int    `json:"taken_back"`
	TakenBackFen int64  `json:"taken_back_fen"`
}

// EntryLine counts persons by the first and the last day of their time in a register. A
// time that was taken back before it began is not counted (DOMAIN 53).
type EntryLine struct {
	Month    string              `json:"month"`
	Area     area.Code           `json:"area"`
	AreaName string              `json:"area_name"`
	Register people.RegisterKind `json:"register" enum:"dibao,tekun,orphan,child_hardship,disabled_subsidy"`
	Entered  int                 `json:"entered" doc:"Persons whose first day lies in the month"`
	Left     int                 `json:"left" doc:"Persons whose last day lies in it"`
}

// CoverLine counts who was in a register on a day (DOMAIN 55).
type CoverLine struct {
	Register   people.RegisterKind `json:"register,omitempty"`
	Persons    int                 `json:"persons"`
	Households int                 `json:"households"`
}

// SurveyLine tells how well a place is surveyed (DOMAIN 39). Households count once, however often
// they were visited, by whomever: by the village, by a look of a plan, for a case.
type SurveyLine struct {
	Area        area.Code `json:"area"`
	AreaName    string    `json:"area_name"`
	Registered  int       `json:"registered" doc:"Households of the register, and those that the village looks after and the register does not know"`
	Counted     int       `json:"counted" doc:"Households that the villages have, as their townships say; of those that have said so"`
	Known       int       `json:"known" doc:"The larger of the two, village by village"`
	Visited     int       `json:"visited"`
	Villages    int       `json:"villages"`
	WithoutSize int       `json:"without_size" doc:"Villages that nobody has said the number of households of"`
}

// SurveyPlan counts the planned visits of one line of households (DOMAIN 33 and 48).
type SurveyPlan struct {
	Line    string `json:"line" enum:"tier1,tier2,others"`
	ToVisit int    `json:"to_visit"`
	Done    int    `json:"done"`
	Missed  int    `json:"missed"`
	Open    int    `json:"open"`
}

// Surveyed adds the lines of the survey up.
func (r *Report) Surveyed() {
	w := SurveyLine{Area: r.Area, AreaName: r.AreaName}
	for _, l := range r.Survey {
		w.Registered, w.Counted, w.Known, w.Visited = w.Registered+l.Registered, w.Counted+l.Counted, w.Known+l.Known, w.Visited+l.Visited
		w.Villages, w.WithoutSize = w.Villages+l.Villages, w.WithoutSize+l.WithoutSize
	}
	r.SurveyWhole = w
}

// VisitSum counts visits.
type VisitSum struct {
	Visits   int `json:"visits"`
	OnSite   int `json:"on_site" doc:"Of them, at the citizen's place; the others were by voice"`
	Visitors int `json:"visitors" doc:"Person-times of those who went"`
	Cases    int `json:"cases" doc:"Different cases that were visited"`
}

// The promises that are no clock of a ticket.
const (
	PromiseLetter ticket.ClockKind = "letter" // a negative ruling comes to the person in writing
	PromisePaper  ticket.ClockKind = "paper"  // a paper that may follow is verified
)

// ClockLine tells how the deadlines of one clock that fell into the time were kept.
// A clock that was stopped by a merge or a lowered priority does not count, nor a paper that
// was waived. A breach stays one, whatever became of its deadline later (DOMAIN 0a.9).
type ClockLine struct {
	Clock        ticket.ClockKind `json:"clock" enum:"two_hour,day,answer,accepted,decide,letter,paper"`
	Due          int              `json:"due" doc:"Deadlines in the time"`
	InTime       int              `json:"in_time"`
	Late         int              `json:"late"`
	Overdue      int              `json:"overdue" doc:"Not stopped yet, and past"`
	Running      int              `json:"running" doc:"Not stopped yet, and still to come or resting"`
	LateEvidence int              `json:"late_evidence" doc:"Of the late: a device says that it was in time, and its word came afterwards"`
}

// OnTimeLine is a ClockLine of one month in one township.
type OnTimeLine struct {
	Month    string    `json:"month"`
	Area     area.Code `json:"area"`
	AreaName string    `json:"area_name"`
	ClockLine
}

// Target is what is aimed at on the way to a public notice (DOMAIN 1, 14). No law sets it.
type Target string

// The targets.
const (
	TargetVisit  Target = "visit"  // on the day after the acceptance
	TargetFile   Target = "file"   // what to decide is proposed on the day of the visit
	TargetNotice Target = "notice" // the notice hangs on the second day after the acceptance
)

// TargetLine counts the applications that reached a step in the time, by the step's own day.
type TargetLine struct {
	Target  Target `json:"target" enum:"visit,file,notice"`
	Reached int    `json:"reached"`
	Met     int    `json:"met" doc:"Of them, by the day that is aimed at"`
}

// TripSum counts ways to offices for cases that came in within the time and were decided on,
// applied for or had a way written down (DOMAIN 1, 29).
type TripSum struct {
	Cases     int `json:"cases"`
	Citizens  int `json:"citizens" doc:"Ways that citizens made"`
	Ours      int `json:"ours" doc:"Ways that one of ours made by their consent"`
	AtMostOne int `json:"at_most_one" doc:"Cases for which the citizen made one way or none"`
}

// WorkSum counts measures that are to bring an income of their own (DOMAIN 1, 52).
type WorkSum struct {
	Planned int        `json:"planned" doc:"Written down in the time"`
	Dropped int        `json:"dropped" doc:"Given up in the time"`
	Results []WorkLine `json:"results" doc:"What came of those that ended in the time"`
}

// WorkLine is one result, by its code of the catalogue.
type WorkLine struct {
	Result     string `json:"result"`
	Measures   int    `json:"measures"`
	Households int    `json:"households"`
}

// Settlement is what a village is by the last three digits of its code: a residents'
// committee (001 to 199) or a villagers' one (200 to 399).
type Settlement string

// The settlements.
const (
	SettlementTown    Settlement = "town"
	SettlementCountry Settlement = "country"
	SettlementUnknown Settlement = "unknown" // no village is known, or its code tells neither
)

// SettledLine counts who was in a register on a day, in town or country (DOMAIN 55: 城乡低保).
type SettledLine struct {
	Register   people.RegisterKind `json:"register" enum:"dibao,tekun,orphan,child_hardship,disabled_subsidy"`
	Settlement Settlement          `json:"settlement" enum:"town,country,unknown"`
	Persons    int                 `json:"persons"`
	Households int                 `json:"households"`
}

// CallSum tells how calls were answered by people.
type CallSum struct {
	Calls     int `json:"calls" doc:"INVITEs, whatever became of them"`
	Queued    int `json:"queued" doc:"Of them, callers who waited for an agent"`
	Answered  int `json:"answered" doc:"Of those, by an agent"`
	InTime    int `json:"in_time" doc:"Of those, within the queue's target"`
	Abandoned int `json:"abandoned"`
}

// Compare holds the report against the ledger's own reports of the counties it
// touches. Whoever reads a whole county or more also learns whether those agree with
// the county's balances.
func (r *Report) Compare(counties []ledger.MonthReport) {
	r.Agrees = true
	for _, c := range counties {
		if r.Area.Contains(c.County) {
			r.Agrees = r.Agrees && c.Agrees
		}
		for _, p := range c.Paid {
			if r.Area.Contains(area.Code(p.Area)) {
				r.LedgerFen, r.LedgerTakenBackFen = r.LedgerFen+p.Fen, r.LedgerTakenBackFen+p.TakenBackFen
			}
		}
	}
	months := AidSum{}
	for _, l := range r.Aid {
		months.Fen, months.TakenBackFen = months.Fen+l.Fen, months.TakenBackFen+l.TakenBackFen
	}
	r.Agrees = r.Agrees && r.LedgerFen == r.Whole.Fen && r.LedgerTakenBackFen == r.Whole.TakenBackFen && months.Fen == r.Whole.Fen && months.TakenBackFen == r.Whole.TakenBackFen
}

// SortPromises puts the deadlines in the order of the promises: months and places as they came within.
func (r *Report) SortPromises() {
	order := []ticket.ClockKind{ticket.ClockTwoHour, ticket.ClockDay, ticket.ClockAnswer, ticket.ClockAccepted, ticket.ClockDecide, PromiseLetter, PromisePaper}
	slices.SortStableFunc(r.Clocks, func(a, b ClockLine) int {
		return cmp.Compare(slices.Index(order, a.Clock), slices.Index(order, b.Clock))
	})
	slices.SortStableFunc(r.OnTime, func(a, b OnTimeLine) int {
		return cmp.Compare(slices.Index(order, a.Clock), slices.Index(order, b.Clock))
	})
}
