package discovery

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// SlotRow is a household that is to be visited, as whoever visits it sees it: what the village calls
// it and where it is, and nothing that tells why.
type SlotRow struct {
	ID       string      `json:"id" format:"uuid"`
	Area     area.Code   `json:"area"`
	AreaName string      `json:"area_name"`
	Name     string      `json:"name,omitempty" doc:"Of its head, or what the village calls it"`
	Door     string      `json:"door,omitempty" doc:"Where in the village"`
	DueOn    ticket.Date `json:"due_on"`
	LastOn   ticket.Date `json:"last_on" doc:"Of its period: whoever was not visited by then was missed"`
	Overdue  bool        `json:"overdue,omitempty"`
	Visitor  string      `json:"visitor,omitempty" doc:"Who is asked; absent: nobody is there"`
	Login    string      `json:"login,omitempty"`
	Tries    int         `json:"tries" doc:"Visits at which nobody was met"`
	Mine     bool        `json:"mine" doc:"Yours to visit"`
}

// PlanSlot is the same for whoever leads the visits, with the visit itself.
type PlanSlot struct {
	SlotRow
	Line   Line        `json:"line" enum:"tier1,tier2,others"`
	State  SlotState   `json:"state" enum:"open,done,missed,dropped"`
	DoneOn ticket.Date `json:"done_on,omitempty"`
	ByLook bool        `json:"by_look,omitempty" doc:"A look by the monitoring plan counted for it"`
	Visits []VisitView `json:"visits"`
}

// VisitView is a visit with its proof.
type VisitView struct {
	ID         string        `json:"id" format:"uuid"`
	By         string        `json:"by"`
	VisitedAt  time.Time     `json:"visited_at" doc:"By the device"`
	RecordedAt time.Time     `json:"recorded_at"`
	Place      string        `json:"place"`
	Met        Met           `json:"met" enum:"head,member,neighbour,nobody"`
	Result     Result        `json:"result" enum:"nothing,change,needs_help,not_met"`
	Found      string        `json:"found"`
	Photo      string        `json:"photo" format:"uuid" doc:"At /report-photos/{id}/content"`
	SHA256     string        `json:"sha256" doc:"Of the photo"`
	Number     ticket.Number `json:"number,omitempty" doc:"Of the ticket that it became"`
}

// Progress counts a village's visits in the periods that run on a day.
type Progress struct {
	Area     area.Code   `json:"area"`
	AreaName string      `json:"area_name"`
	Line     Line        `json:"line" enum:"tier1,tier2,others"`
	FirstOn  ticket.Date `json:"first_on"`
	LastOn   ticket.Date `json:"last_on"`
	ToVisit  int         `json:"to_visit" doc:"Households of the plan: open, visited and missed"`
	Done     int         `json:"done"`
	Overdue  int         `json:"overdue" doc:"Open, and past their day"`
	Missed   int         `json:"missed"`
	Nobody   int         `json:"nobody" doc:"Open, and nobody is there to go"`
}

// CoverView is a cover as pages show it.
type CoverView struct {
	ID        string      `json:"id" format:"uuid"`
	Area      area.Code   `json:"area"`
	AreaName  string      `json:"area_name"`
	Login     string      `json:"login"`
	Name      string      `json:"name"`
	From      ticket.Date `json:"from"`
	Until     ticket.Date `json:"until" doc:"Last day"`
	Reason    string      `json:"reason"`
	SetBy     string      `json:"set_by"`
	EndedAt   *time.Time  `json:"ended_at,omitempty" doc:"Early"`
	EndReason string      `json:"end_reason,omitempty"`
	Runs      bool        `json:"runs" doc:"Today"`
}
