package configs

import (
	"fmt"
	"io/fs"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/ticket"
)

// City is the demo city: everything the database needs before the first call.
type City struct {
	Version   string         `yaml:"version"`
	Divisions []DemoDivision `yaml:"divisions"`
	Numbers   []DemoNumber   `yaml:"numbers"`
	Desks     []DemoDesk     `yaml:"desks"`
	Agencies  []DemoAgency   `yaml:"agencies"`
	Staff     []DemoStaff    `yaml:"staff"`
	Stations  []DemoStation  `yaml:"stations"`
	Trusts    []DemoTrust    `yaml:"households"`
	Duty      []DemoDuty     `yaml:"duty"`
	Changes   []DemoChange   `yaml:"roster_changes"`
	Absences  []DemoAbsence  `yaml:"absences"`
	Agents    []DemoAgent    `yaml:"agents"`
}

// DemoDivision is one place.
type DemoDivision struct {
	Code area.Code `yaml:"code"`
	Name string    `yaml:"name"`
}

// DemoNumber is a service number with the area its calls begin in.
type DemoNumber struct {
	Number string    `yaml:"number"`
	Area   area.Code `yaml:"area"`
}

// DemoDesk is a shared post.
type DemoDesk struct {
	Area area.Code `yaml:"area"`
	Role area.Role `yaml:"role"`
	Name string    `yaml:"name"`
}

// DemoStaff is one person with a post of their own.
type DemoStaff struct {
	Login string    `yaml:"login"`
	Name  string    `yaml:"name"`
	Role  area.Role `yaml:"role"`
	Area  area.Code `yaml:"area"`
	Phone string    `yaml:"phone"`

	Skills area.Skills `yaml:"skills"` // from 1 (some) to 10 (best), by the keys of queues.yaml
	Agency string      `yaml:"agency"` // name of the one they are of; only with the role agency
}

// DemoAgency is an organisation under contract.
type DemoAgency struct {
	Name    string    `yaml:"name"`
	Area    area.Code `yaml:"area"` // whose contract it is
	Contact string    `yaml:"contact"`
	From    area.Date `yaml:"contract_from"`
	Until   area.Date `yaml:"contract_until"` // last day
}

// DemoStation is a township's social-work station.
type DemoStation struct {
	Area     area.Code `yaml:"area"`
	Name     string    `yaml:"name"`
	Lead     string    `yaml:"lead"` // login
	OpenedOn area.Date `yaml:"opened_on"`
}

// DemoTrust is a run of a village's register whose households somebody looks after.
type DemoTrust struct {
	Login string    `yaml:"login"`
	Area  area.Code `yaml:"area"` // the village
	From  int       `yaml:"from"` // first number of the register
	To    int       `yaml:"to"`   // last
}

// Households lists them, by the register's number.
func (d DemoTrust) Households() []area.Household {
	var list []area.Household
	for n := d.From; n <= d.To; n++ {
		list = append(list, area.Household{Area: d.Area, Login: d.Login, Reference: fmt.Sprintf("%03d", n)})
	}
	return list
}

// DemoDuty is a rotation: members take the positions in turn, one place on
// every day.
type DemoDuty struct {
	Area     area.Code     `yaml:"area"`
	Role     area.Role     `yaml:"role"`
	Members  []string      `yaml:"members"`  // logins
	Handover time.Duration `yaml:"handover"` // after midnight in Shanghai
}

// DemoChange is an override of a roster. Days are counted from the one on which
// the city is made, and begin and end at the roster's hand-over.
type DemoChange struct {
	Area    area.Code `yaml:"area"`
	Role    area.Role `yaml:"role"`
	Kind    duty.Kind `yaml:"kind"`
	Remove  string    `yaml:"remove"` // login
	Add     string    `yaml:"add"`    // login; of a swap
	FromDay int       `yaml:"from_day"`
	ToDay   int       `yaml:"to_day"`
	Reason  string    `yaml:"reason"`
}

// DemoAbsence is a time in which somebody does not serve.
type DemoAbsence struct {
	Login  string    `yaml:"login"`
	Reason string    `yaml:"reason"`
	From   time.Time `yaml:"from"`
	To     time.Time `yaml:"to"`
}

// DemoAgent is what an agent serves. Who is not listed serves every queue.
type DemoAgent struct {
	Login    string   `yaml:"login"`
	Queues   []string `yaml:"queues"`   // none: every queue
	Priority int      `yaml:"priority"` // place in linear order, lower first
}

// Shift is one person on duty in one position from StartsAt until EndsAt.
type Shift struct {
	Area     area.Code
	Role     area.Role
	Position int // from 1
	Login    string
	StartsAt time.Time
	EndsAt   time.Time
}

// Shifts lays the rotation out over days from the one that holds from. The same
// day always gets the same people, wherever the count begins.
func (d DemoDuty) Shifts(from time.Time, days int) []Shift {
	var shifts []Shift
	date := ticket.DateOf(from.Add(-d.Handover))
	for range days {
		start, end := date.At(d.Handover), date.Next().At(d.Handover)
		turn := int(date.At(0).Add(8*time.Hour).Unix() / (24 * 60 * 60)) // days since 1970 in Shanghai
		for position := range d.Members {
			shifts = append(shifts, Shift{Area: d.Area, Role: d.Role, Position: position + 1,
				Login: d.Members[(turn+position)%len(d.Members)], StartsAt: start, EndsAt: end})
		}
		date = date.Next()
	}
	return shifts
}

// demoEpoch is the day from which turns are counted.
const demoEpoch = "1970-01-01"

// Plan is the rotation as a plan in force. The same day always gets the same
// people, whenever the city is made. posts tells the post of a login.
func (d DemoDuty) Plan(posts map[string]area.PostID) duty.Plan {
	at := duty.Clock(d.Handover.Minutes())
	turns := duty.Rotation{Name: "轮班", Unit: duty.Daily, Length: 1, Anchor: duty.LocalTime{Date: demoEpoch, Clock: at}}
	plan := duty.Plan{Zone: "Asia/Shanghai"}
	for i, login := range d.Members {
		turns.Members = append(turns.Members, posts[login])
		plan.Rules = append(plan.Rules, duty.Rule{Name: fmt.Sprintf("第 %d 顺位", i+1), Position: i + 1, Start: at, End: at, Rotation: turns.Name, Ahead: i})
	}
	plan.Rotations = []duty.Rotation{turns}
	return plan
}

// DemoCity reads and checks the built-in city.
func DemoCity() (City, error) {
	const file = "demo/city.yaml"
	data, err := fs.ReadFile(builtIn, file)
	if err != nil {
		return City{}, &Fault{File: file, Detail: err.Error()}
	}
	return parseCity(file, data)
}

func parseCity(file string, data []byte) (City, error) {
	var city City
	l := decode(file, data, &city)
	if len(l.faults) == 0 {
		city.check(l)
	}
	return city, l.err()
}

func (c City) check(l *faultList) {
	codes := map[area.Code]bool{}
	for i, d := range c.Divisions {
		at := fmt.Sprintf("divisions[%d]", i)
		if _, err := area.ParseCode(string(d.Code)); err != nil || codes[d.Code] || d.Name == "" {
			l.at(at, "needs a 12-digit code of its own and a name")
		} else if up := d.Code.At(d.Code.Level() - 1); d.Code.Level() > area.LevelCity && !codes[up] {
			l.at(at, "comes before the place it belongs to, %s", up)
		}
		codes[d.Code] = true
	}
	place := func(at string, code area.Code) {
		if !codes[code] {
			l.at(at, "is not among the divisions")
		}
	}
	for i, n := range c.Numbers {
		place(fmt.Sprintf("numbers[%d].area", i), n.Area)
	}
	for i, d := range c.Desks {
		at := fmt.Sprintf("desks[%d]", i)
		place(at+".area", d.Area)
		if !d.Role.Valid() || d.Name == "" {
			l.at(at, "needs a known role and a name")
		}
	}
	agencies := map[string]bool{}
	for i, g := range c.Agencies {
		at := fmt.Sprintf("agencies[%d]", i)
		place(at+".area", g.Area)
		if g.Name == "" || agencies[g.Name] || g.From == "" || g.Until < g.From {
			l.at(at, "needs a name of its own, and contract_from before contract_until")
		}
		agencies[g.Name] = true
	}
	logins := map[string]bool{}
	for i, s := range c.Staff {
		at := fmt.Sprintf("staff[%d]", i)
		place(at+".area", s.Area)
		if !s.Role.Valid() || s.Name == "" || s.Login == "" || logins[s.Login] {
			l.at(at, "needs a login of its own, a name and a known role")
		}
		if ticket.ParsePhone(s.Phone).E164 != s.Phone {
			l.at(at+".phone", "must be E.164, such as +8619900000001")
		}
		if (s.Role == area.RoleAgency) != agencies[s.Agency] {
			l.at(at+".agency", "is the name of one of the agencies, for the role agency only")
		}
		for skill, level := range s.Skills {
			if level < 1 || level > area.MostSkill {
				l.at(at+".skills."+skill, "must be from 1 (some) to %d (best)", area.MostSkill)
			}
		}
		logins[s.Login] = true
	}
	c.checkField(l, place, logins)
	c.checkDuty(l, place, logins)
}

func (c City) checkField(l *faultList, place func(string, area.Code), logins map[string]bool) {
	for i, s := range c.Stations {
		at := fmt.Sprintf("stations[%d]", i)
		place(at+".area", s.Area)
		if s.Area.Level() != area.LevelTownship || s.Name == "" || s.OpenedOn == "" || !logins[s.Lead] {
			l.at(at, "needs a township, a name, opened_on, and the login of who leads it")
		}
	}
	for i, h := range c.Trusts {
		at := fmt.Sprintf("households[%d]", i)
		place(at+".area", h.Area)
		if !logins[h.Login] || h.From < 1 || h.To < h.From || h.To-h.From >= area.MostHouseholds {
			l.at(at, "needs the login of a member of staff, and from and to with at most %d numbers", area.MostHouseholds)
		}
	}
}

func (c City) checkDuty(l *faultList, place func(string, area.Code), logins map[string]bool) {
	for i, d := range c.Duty {
		at := fmt.Sprintf("duty[%d]", i)
		place(at+".area", d.Area)
		if len(d.Members) == 0 || !d.Role.Valid() || d.Handover < 0 || d.Handover >= 24*time.Hour {
			l.at(at, "needs a known role, members, and a handover within the day")
		}
		for j, login := range d.Members {
			if !logins[login] || slices.Contains(d.Members[:j], login) {
				l.at(fmt.Sprintf("%s.members[%d]", at, j), "must be the login of another member of staff")
			}
		}
	}
	for i, ch := range c.Changes {
		at := fmt.Sprintf("roster_changes[%d]", i)
		place(at+".area", ch.Area)
		if !ch.Role.Valid() || !logins[ch.Remove] || ch.FromDay < 0 || ch.ToDay <= ch.FromDay {
			l.at(at, "needs a known role, the login of who does not serve, and from_day before to_day")
		}
		if swap := ch.Kind == duty.Swap; !swap && ch.Kind != duty.Leave || swap != logins[ch.Add] {
			l.at(at+".kind", "is leave, or swap with the login of who serves instead")
		}
	}
	for i, a := range c.Absences {
		if !logins[a.Login] || a.Reason == "" || !a.From.Before(a.To) {
			l.at(fmt.Sprintf("absences[%d]", i), "needs the login of a member of staff, a reason, and from before to")
		}
	}
	for i, a := range c.Agents {
		if !logins[a.Login] {
			l.at(fmt.Sprintf("agents[%d]", i), "needs the login of a member of staff")
		}
	}
}
