package area

import "time"

// StaffRow is somebody who works with the line, as lists show them.
type StaffRow struct {
	Login       string     `json:"login"`
	Name        string     `json:"name"`
	Role        Role       `json:"role"`
	Area        Code       `json:"area"`
	AreaName    string     `json:"area_name"`
	Phone       string     `json:"phone,omitempty" doc:"Masked"`
	Active      bool       `json:"active"`
	LeftAt      *time.Time `json:"left_at,omitempty"`
	HasPassword bool       `json:"has_password" doc:"false: nobody can sign in as them yet"`
	AbsentUntil *time.Time `json:"absent_until,omitempty" doc:"Away now, until then"`
	Agency      string     `json:"agency,omitempty"`
	Households  int        `json:"households" doc:"Looked after; at most 20"`
	Skills      Skills     `json:"skills" doc:"What they know, from 1 (some) to 10 (best), by the keys of GET /skills"`
	Deputies    []string   `json:"deputies" doc:"Logins of who stands in for them, the first to be asked first"`
}

// StaffFilter narrows a list of staff.
type StaffFilter struct {
	Under Code   // at or below it
	Role  Role   // empty: any
	Words string // part of a name or login
	Left  bool   // those who have left, and nobody else
	After string // login to go on behind
	Limit int
}

// Household is one that is looked after. It is named by what its village calls
// it, and by nothing that names a person.
type Household struct {
	ID          string    `json:"id"`
	Area        Code      `json:"area" doc:"Its village"`
	AreaName    string    `json:"area_name"`
	Reference   string    `json:"reference" doc:"Door number or number of the village's own register"`
	Login       string    `json:"login" doc:"Who looks after it"`
	Name        string    `json:"name"`
	EntrustedAt time.Time `json:"entrusted_at"`
}

// Agency is an organisation that serves under a contract.
type Agency struct {
	ID            string       `json:"id"`
	Name          string       `json:"name"`
	Area          Code         `json:"area" doc:"Whose contract it is"`
	AreaName      string       `json:"area_name"`
	Contact       string       `json:"contact,omitempty"`
	ContractFrom  Date         `json:"contract_from"`
	ContractUntil Date         `json:"contract_until" doc:"Last day"`
	People        []AgencySeat `json:"people"`
}

// AgencySeat is somebody of an agency.
type AgencySeat struct {
	Login  string `json:"login"`
	Name   string `json:"name"`
	Active bool   `json:"active"`
	Opened int    `json:"opened" doc:"Tickets that are open to them now"`
}

// AgencyAccess is a ticket that is open to somebody of an agency for a time.
type AgencyAccess struct {
	ID        string     `json:"id"`
	Ticket    string     `json:"ticket" doc:"Public id"`
	Number    string     `json:"number"`
	Login     string     `json:"login"`
	Name      string     `json:"name"`
	Agency    string     `json:"agency"`
	From      time.Time  `json:"from"`
	Until     time.Time  `json:"until"`
	Reason    string     `json:"reason"`
	GrantedBy string     `json:"granted_by"`
	EndedAt   *time.Time `json:"ended_at,omitempty" doc:"Early"`
}

// Station is a township's social-work station.
type Station struct {
	Area     Code   `json:"area"`
	AreaName string `json:"area_name"`
	Name     string `json:"name"`
	Lead     string `json:"lead,omitempty" doc:"Login"`
	LeadName string `json:"lead_name,omitempty"`
	OpenedOn Date   `json:"opened_on"`
	ClosedOn Date   `json:"closed_on,omitempty"`
}

// Uncovered is a township in which nobody is on duty for a time.
type Uncovered struct {
	Area  Code      `json:"area"`
	Name  string    `json:"name"`
	Role  Role      `json:"role"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	Holes int       `json:"holes" doc:"How many there are; the first is shown"`
}

// Full is an assistant who is nearly full, or is.
type Full struct {
	Login      string `json:"login"`
	Name       string `json:"name"`
	Area       Code   `json:"area"`
	AreaName   string `json:"area_name"`
	Households int    `json:"households"`
}

// Coverage is what a city watches of its field network (DOMAIN 1, D).
type Coverage struct {
	On                 Date           `json:"on"`
	Villages           int            `json:"villages"`
	Assistants         int            `json:"assistants" doc:"Who work here"`
	Households         int            `json:"households" doc:"That somebody looks after"`
	VillagesWithout    int            `json:"villages_without" doc:"Villages in which no assistant works"`
	VillagesCovered    int            `json:"villages_covered" doc:"Villages that an assistant of another one covers today"`
	Without            []Place        `json:"without" doc:"The first 500 of them"`
	Townships          int            `json:"townships"`
	TownshipsUncovered int            `json:"townships_uncovered" doc:"Townships with an hour within seven days in which no worker is on duty"`
	Uncovered          []Uncovered    `json:"uncovered" doc:"The first 500 of them"`
	TownshipsNoStation int            `json:"townships_without_station"`
	NearlyFull         []Full         `json:"nearly_full" doc:"Assistants with 18 households or more"`
	AccessEnding       []AgencyAccess `json:"access_ending" doc:"Tickets that close to an agency within seven days"`
	AccessesRunning    int            `json:"accesses_running"`
	WithoutPassword    int            `json:"without_password" doc:"People who cannot sign in yet"`
}

// Serves is where assistants work: in a village, or in all villages of a township.
type Serves map[Code]int

// VillagesWithout lists the villages at or below a place in which nobody
// serves. Whoever serves a whole township serves no village in particular: each
// village is to have its own.
func (t *Tree) VillagesWithout(under Code, day Date, serves Serves) (all int, without []Place) {
	without = []Place{}
	for _, code := range t.below(under) {
		d := t.places[code]
		if code.Level() != LevelVillage || !d.On(day) {
			continue
		}
		all++
		if serves[code] == 0 {
			without = append(without, PlaceOf(d))
		}
	}
	return all, without
}

// Townships lists the townships at or below a place on a day.
func (t *Tree) Townships(under Code, day Date) []Division {
	list := []Division{}
	for _, code := range t.below(under) {
		if d := t.places[code]; code.Level() == LevelTownship && d.On(day) {
			list = append(list, d)
		}
	}
	return list
}

// Leaving is what followed from somebody's leaving.
type Leaving struct {
	Login      string    `json:"login"`
	LeftAt     time.Time `json:"left_at"`
	Tickets    int       `json:"tickets" doc:"Open ones that went to the desks of their places"`
	Households int       `json:"households" doc:"That nobody looks after now"`
	Accesses   int       `json:"accesses" doc:"Tickets that have closed to them"`
}
