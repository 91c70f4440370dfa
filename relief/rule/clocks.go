package rule

// Clocks are the terms of an application, in working days unless they say otherwise
// (DOMAIN 0a.1, 41). Nothing here counts: package ticket has the calendar.
type Clocks struct {
	AcceptDays   int   `yaml:"accept_days" json:"accept_days"`     // from the call to ACCEPTED
	DecideDays   int   `yaml:"decide_days" json:"decide_days"`     // from ACCEPTED to CONFIRMED or REFUSED
	VisitDays    int   `yaml:"visit_days" json:"visit_days"`       // from ACCEPTED to the visit
	WarnDays     []int `yaml:"warn_days" json:"warn_days"`         // from ACCEPTED, rising
	ConfirmDays  int   `yaml:"confirm_days" json:"confirm_days"`   // from the end of a clean notice
	RefusalDays  int   `yaml:"refusal_days" json:"refusal_days"`   // from the refusal to its letter
	GapsDays     int   `yaml:"gaps_days" json:"gaps_days"`         // for papers that were asked for, once and all
	ObjectDays   int   `yaml:"object_days" json:"object_days"`     // for looking again after an objection
	HearingDays  int   `yaml:"hearing_days" json:"hearing_days"`   // from the letter to the last day to ask to be heard
	ReviewMonths int   `yaml:"review_months" json:"review_months"` // calendar months in which a person may ask for a review (复议)
}

// VisitRules say what a visit must hold (DOMAIN 13).
type VisitRules struct {
	Visitors   int  `yaml:"visitors" json:"visitors"`     // at least so many
	Neighbours int  `yaml:"neighbours" json:"neighbours"` // statements of neighbours
	Committee  bool `yaml:"committee" json:"committee"`   // a statement of the village's committee
	TargetDays int  `yaml:"target_days" json:"target_days" doc:"Calendar days after the first talk that are aimed at"`
}

// Fines bound what a fraud costs beside giving the sum back (社会救助法 Art 73).
type Fines struct {
	LeastPercent int64 `yaml:"least_percent"` // of what was taken
	MostPercent  int64 `yaml:"most_percent"`
}

// Fine is the least and the most that may be fined for a sum that was taken.
func (v *Version) Fine(takenFen int64) (least, most int64) {
	return percentOf(takenFen, v.Fines.LeastPercent), percentOf(takenFen, v.Fines.MostPercent)
}
