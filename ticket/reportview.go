package ticket

import (
	"time"

	"example.org/hotline/area"
)

// ReportView is a report as the ticket's page shows it.
type ReportView struct {
	By         string    `json:"by"`
	Role       area.Role `json:"role"`
	ReportedAt time.Time `json:"reported_at"`
	Seen       string    `json:"seen"`
	Priority   Priority  `json:"priority" doc:"How urgent it looked to them"`
	AreaName   string    `json:"area_name"`
	ReportHome
	Late
	Pieces []PieceView `json:"pieces" doc:"What came to it, in this order"`
}

// ReportHome is which household of the village it is, as the village says it.
type ReportHome struct {
	Name string `json:"name,omitempty"`
	Door string `json:"door,omitempty"`
}

// Late is how something came that was written without a network.
type Late struct {
	WrittenAt *time.Time `json:"written_at,omitempty" doc:"By the device's clock; the server's counts for every deadline"`
	CarriedBy string     `json:"carried_by,omitempty" doc:"Who was signed in when it came, where that is not its author"`
}

// PieceView is what came to a report beside itself.
type PieceView struct {
	ID        string    `json:"id"`
	Kind      PieceKind `json:"kind" enum:"addition,correction,conflict,photo"`
	By        string    `json:"by"`
	ArrivedAt time.Time `json:"arrived_at"`
	Text      string    `json:"text,omitempty" doc:"Not of a photo"`
	SHA256    string    `json:"sha256,omitempty" doc:"Of a photo"`
	Late
}

// ReportRow is a report as whoever made it sees it: what they wrote, and what
// became of it, and nothing else of the ticket.
type ReportRow struct {
	ID         string    `json:"id"`
	Number     Number    `json:"number" doc:"The ticket's"`
	Status     Status    `json:"status" doc:"The ticket's"`
	ReportedAt time.Time `json:"reported_at"`
	AreaName   string    `json:"area_name"`
	Priority   Priority  `json:"priority" doc:"As reported"`
	Seen       string    `json:"seen"`
	Phone      string    `json:"phone,omitempty" doc:"Masked"`
	ReportHome
	Late
	Pieces []PieceView `json:"pieces"`
}
