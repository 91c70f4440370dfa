package statistics

import (
	"cmp"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// StuckReport tells what waits in a place now: how much stands where, and for how long.
type StuckReport struct {
	Area     area.Code   `json:"area"`
	AreaName string      `json:"area_name"`
	MadeAt   time.Time   `json:"made_at"`
	Rules    string      `json:"rules" doc:"The version of the usual days"`
	Open     int         `json:"open" doc:"Open tickets; the lines of the stages add up to it"`
	Lines    []StuckLine `json:"lines" doc:"By part and state, in the order of the loop; what nothing stands in is left out"`
	Places   []StuckLine `json:"places" doc:"The same by township"`
	Owners   []StuckLine `json:"owners" doc:"The same by who owns the tickets"`
}

// StuckLine is what stands in one state: how many, how long, and how many beyond the usual days.
type StuckLine struct {
	Part       Part      `json:"part" enum:"ticket,application,decision,payout,referral,follow_up"`
	State      string    `json:"state" doc:"Of a ticket, its stage: inform, discover, respond, relieve, follow"`
	Area       area.Code `json:"area,omitempty"`
	AreaName   string    `json:"area_name,omitempty"`
	Owner      int64     `json:"owner,omitempty" doc:"Post; names it to the list of cases"`
	OwnerName  string    `json:"owner_name,omitempty"`
	Count      int       `json:"count"`
	MedianDays float64   `json:"median_days" doc:"Half of them have stood there for longer"`
	OldestDays float64   `json:"oldest_days"`
	UsualDays  int       `json:"usual_days" doc:"As the city has set them; no deadline of the law"`
	Beyond     int       `json:"beyond" doc:"Longer than the usual days"`
}

// StuckFilter is what a list of cases behind a figure is about.
type StuckFilter struct {
	Area   area.Code
	Part   Part
	State  string
	Owner  int64 // a post; 0: whoever
	Beyond bool  // only what stands there longer than usual
	After  ticket.Cursor
	Limit  int
}

// StuckCase is one thing that waits, with the ticket it belongs to.
type StuckCase struct {
	Ticket    string        `json:"ticket" doc:"Public id of the ticket"`
	Number    ticket.Number `json:"number"`
	Part      Part          `json:"part" enum:"ticket,application,decision,payout,referral,follow_up"`
	Ref       string        `json:"ref" doc:"Public id of what waits"`
	State     string        `json:"state"`
	AreaName  string        `json:"area_name"`
	OwnerName string        `json:"owner_name"`
	Since     time.Time     `json:"since"`
	Days      float64       `json:"days"`
	UsualDays int           `json:"usual_days"`
	Beyond    bool          `json:"beyond"`
}

// Sort puts the lines in the order of the loop: by part, then by state as it goes through them; places and owners as they came within.
func (r *StuckReport) Sort() {
	order := func(a, b StuckLine) int {
		return cmp.Or(cmp.Compare(slices.Index(Parts(), a.Part), slices.Index(Parts(), b.Part)), cmp.Compare(slices.Index(StatesOf(a.Part), a.State), slices.Index(StatesOf(b.Part), b.State)))
	}
	for _, lines := range [][]StuckLine{r.Lines, r.Places, r.Owners} {
		slices.SortStableFunc(lines, order)
	}
	r.Open = 0
	for _, l := range r.Lines {
		if l.Part == PartTicket {
			r.Open += l.Count
		}
	}
}
