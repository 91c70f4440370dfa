package sim

import (
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// City is who works where, and the rosters that say when. It does not change
// while a simulation runs.
type City struct {
	Posts map[area.PostID]area.Post
	Board *duty.Board
	Lines []ticket.Line // the numbers of the line; the first without an area of its own is the agents'

	divisions map[area.Code]area.Division
	desks     map[duty.Key]area.PostID
	townships []area.Code
	rosters   []duty.Roster // before they are made to answer; see Ready
	next      area.PostID
}

// NewCity is a city without anybody.
func NewCity() *City {
	return &City{Posts: map[area.PostID]area.Post{}, Board: duty.NewBoard(), divisions: map[area.Code]area.Division{}, desks: map[duty.Key]area.PostID{}}
}

// AddPlace adds a division, above those that lie in it.
func (c *City) AddPlace(d area.Division) {
	if _, known := c.divisions[d.Code]; !known && d.Code.Level() == area.LevelTownship {
		c.townships = append(c.townships, d.Code)
	}
	c.divisions[d.Code] = d
}

// AddPost adds a post. One without an id gets the next; a person's post without a
// member of staff gets one.
func (c *City) AddPost(p area.Post) area.PostID {
	if p.ID == 0 {
		p.ID = c.next + 1
	}
	c.next = max(c.next, p.ID)
	if p.Kind == area.PostPerson && p.StaffID == 0 {
		p.StaffID = area.StaffID(p.ID)
	}
	if p.Kind == area.PostDesk {
		c.desks[duty.Key{Area: p.Area, Role: p.Role}] = p.ID
	}
	c.Posts[p.ID] = p
	return p.ID
}

// AddRoster adds a roster; People is filled from the posts of the city.
func (c *City) AddRoster(r duty.Roster) { c.rosters = append(c.rosters, r) }

// Ready makes the rosters answer.
func (c *City) Ready(cal ticket.Calendar) error {
	people := make(map[area.PostID]duty.Person, len(c.Posts))
	for id, p := range c.Posts {
		people[id] = duty.Person{Name: p.Name, Active: true}
	}
	var schedules []*duty.Schedule
	for _, r := range c.rosters {
		if r.People == nil {
			r.People = people
		}
		s, err := duty.New(r, cal.Day)
		if err != nil {
			return err
		}
		schedules = append(schedules, s)
	}
	c.Board.Replace(schedules)
	return nil
}

func (c *City) has(role area.Role) bool {
	for _, p := range c.Posts {
		if p.Role == role {
			return true
		}
	}
	return false
}

// Actor is a person of the city who acts: the holder of a post.
func (c *City) Actor(id area.PostID) act.Actor {
	p := c.Posts[id]
	return act.Actor{StaffID: p.StaffID, PostID: p.ID, Name: p.Name, Role: p.Role, Area: p.Area}
}

// at is a post on duty at a desk: whoever the roster of its area has, the first in position first.
func (c *City) at(desk area.Post, when time.Time) (area.PostID, bool) {
	on := c.Board.Who(duty.Question{Area: desk.Area, Role: desk.Role, At: when}).OnDuty
	if len(on) == 0 {
		return 0, false
	}
	return on[0].Post, true
}

// The size of the generated city: that of a prefecture-level city.
const (
	counties       = 11
	townships      = 156
	townshipOffice = 4 // workers of a township
)

const cityCode area.Code = "990100000000"

// GenerateCity makes a city of 11 counties and 156 townships. Each township has
// four workers who take turns by day: the first and the second on duty change
// every morning at 08:00, nights and holidays included, and a head. On rest days
// only two of the four take turns. Counties and the city have duty officers by
// shifts. Leave is drawn from seed: every worker is away about one day in twenty.
func GenerateCity(seed int64, from time.Time, days int, cal ticket.Calendar) (*City, error) {
	c, random := NewCity(), newRandom(seed, "leave")
	g := generator{City: c, random: random, from: ticket.DateOf(from).At(0).AddDate(0, 0, -1), days: days + 40}
	c.AddPlace(area.Division{Code: cityCode, Name: "模拟市"})
	c.AddPost(area.Post{Kind: area.PostDesk, Area: cityCode, Role: area.RoleCityDuty, Name: "市值班室"})
	g.shifts(cityCode, area.RoleCityDuty, 3)
	g.shifts(cityCode, area.RoleCityHead, 2)
	g.shifts(cityCode, area.RoleSupervisor, 3)
	g.people(cityCode, area.RoleAgent, 12)
	for n := range counties {
		g.county(n)
	}
	return c, c.Ready(cal)
}

// generator lays a city out.
type generator struct {
	*City
	random *random
	from   time.Time
	days   int
}

func (g *generator) county(n int) {
	code := area.Code(fmt.Sprintf("9901%02d000000", n+1))
	g.AddPlace(area.Division{Code: code, Name: fmt.Sprintf("第%d县", n+1)})
	desk := g.AddPost(area.Post{Kind: area.PostDesk, Area: code, Role: area.RoleCountyDuty, Name: fmt.Sprintf("第%d县值班室", n+1)})
	g.shifts(code, area.RoleCountyDuty, 3)
	if n == 0 {
		g.Lines = append(g.Lines, ticket.Line{Number: "12349", Area: code, Owner: desk})
	}
	for t := n; t < townships; t += counties {
		g.township(area.Code(fmt.Sprintf("9901%02d%03d000", n+1, 101+t/counties)), t)
	}
}

func (g *generator) township(code area.Code, n int) {
	g.AddPlace(area.Division{Code: code, Name: fmt.Sprintf("第%d镇", n+1)})
	desk := g.AddPost(area.Post{Kind: area.PostDesk, Area: code, Role: area.RoleWorker, Name: fmt.Sprintf("第%d镇民政办", n+1)})
	g.Lines = append(g.Lines, ticket.Line{Number: fmt.Sprintf("12349%03d", n+1), Area: code, Owner: desk})
	workers := g.people(code, area.RoleWorker, townshipOffice)
	all := duty.Rotation{Name: "office", Unit: duty.Daily, Length: 1, Anchor: g.anchor(), Members: workers}
	some := duty.Rotation{Name: "rest", Unit: duty.Daily, Length: 1, Anchor: g.anchor(), Members: workers[:2]}
	var rules []duty.Rule
	for position := range 2 {
		rules = append(rules,
			duty.Rule{Name: fmt.Sprintf("workday %d", position+1), Position: position + 1, Class: duty.Workday, Start: 8 * 60, End: 8 * 60, Rotation: "office", Ahead: position},
			duty.Rule{Name: fmt.Sprintf("rest day %d", position+1), Position: position + 1, Class: duty.RestDay, Start: 8 * 60, End: 8 * 60, Rotation: "rest", Ahead: position},
			duty.Rule{Name: fmt.Sprintf("holiday %d", position+1), Position: position + 1, Class: duty.Holiday, Start: 8 * 60, End: 8 * 60, Rotation: "rest", Ahead: position})
	}
	g.roster(code, area.RoleWorker, duty.Plan{Zone: "Asia/Shanghai", Required: []int{1}, Rules: rules, Rotations: []duty.Rotation{all, some}}, workers)
	g.shifts(code, area.RoleTownshipHead, 1)
}

// shifts puts so many people of a role on duty for a day each, in turn.
func (g *generator) shifts(where area.Code, role area.Role, many int) {
	people := g.people(where, role, many)
	g.roster(where, role, duty.Plan{Zone: "Asia/Shanghai",
		Rules:     []duty.Rule{{Name: "daily", Position: 1, Start: 8 * 60, End: 8 * 60, Rotation: "turns"}},
		Rotations: []duty.Rotation{{Name: "turns", Unit: duty.Daily, Length: 1, Anchor: g.anchor(), Members: people}}}, people)
}

func (g *generator) anchor() duty.LocalTime {
	return duty.LocalTime{Date: ticket.DateOf(g.from), Clock: 8 * 60}
}

func (g *generator) people(where area.Code, role area.Role, many int) (ids []area.PostID) {
	for n := range many {
		name := fmt.Sprintf("%s %s %d", g.divisions[where].Name, role, n+1)
		ids = append(ids, g.AddPost(area.Post{Kind: area.PostPerson, Area: where, Role: role, Name: name}))
	}
	return ids
}

// roster adds a roster, and leave to its people where there are several.
func (g *generator) roster(where area.Code, role area.Role, plan duty.Plan, people []area.PostID) {
	r := duty.Roster{Key: duty.Key{Area: where, Role: role}, Versions: []duty.Version{{Number: 1, From: g.from, Plan: plan}}}
	for _, post := range people {
		for day := 0; len(people) > 1 && day < g.days; day++ {
			if g.random.chance(leaveBegins) {
				starts := g.from.AddDate(0, 0, day)
				ends := starts.AddDate(0, 0, 1+g.random.intn(2*leaveLasts-1))
				r.Absences = append(r.Absences, duty.Absence{Post: post, Reason: "leave", Starts: starts, Ends: ends})
				day = int(ends.Sub(g.from).Hours() / 24)
			}
		}
	}
	g.AddRoster(r)
}

// Leave: one day in sixty somebody's begins, and it lasts three days on average.
const (
	leaveBegins = 1.0 / 60
	leaveLasts  = 3
)
