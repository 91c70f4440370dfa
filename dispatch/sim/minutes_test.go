package sim

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// The township of these tests: ann by day and bob by night on workdays, cat on
// rest days, dan on holidays around the clock; second is eve on workdays only.
// The head is there on workdays from 08:00 to 18:00; the county and the city always.
func minutesCity(t *testing.T, cal ticket.Calendar, change func(*duty.Roster, map[string]area.PostID)) (*City, map[string]area.PostID) {
	t.Helper()
	c, posts := NewCity(), map[string]area.PostID{}
	for _, d := range smallCity().Divisions {
		c.AddPlace(d)
	}
	person := func(name string, role area.Role, where area.Code) area.PostID {
		posts[name] = c.AddPost(area.Post{Kind: area.PostPerson, Area: where, Role: role, Name: name})
		return posts[name]
	}
	c.AddPost(area.Post{Kind: area.PostDesk, Area: testCity, Role: area.RoleCityDuty, Name: "city desk"})
	desk := c.AddPost(area.Post{Kind: area.PostDesk, Area: testTownship, Role: area.RoleWorker, Name: "township desk"})
	c.Lines = []ticket.Line{{Number: "1234901", Area: testTownship, Owner: desk}}
	roster := func(role area.Role, where area.Code, rules ...duty.Rule) duty.Roster {
		for i := range rules {
			rules[i].Name = fmt.Sprintf("rule %d", i+1)
		}
		return duty.Roster{Key: duty.Key{Area: where, Role: role}, Versions: []duty.Version{{Number: 1, From: invited.AddDate(-1, 0, 0), Plan: duty.Plan{Zone: "Asia/Shanghai", Rules: rules}}}}
	}
	const h = 60
	ann, bob, cat, dan, eve := person("ann", area.RoleWorker, testTownship), person("bob", area.RoleWorker, testTownship), person("cat", area.RoleWorker, testTownship),
		person("dan", area.RoleWorker, testTownship), person("eve", area.RoleWorker, testTownship)
	workers := roster(area.RoleWorker, testTownship,
		duty.Rule{Position: 1, Class: duty.Workday, Start: 8 * h, End: 18 * h, Post: ann},
		duty.Rule{Position: 1, Class: duty.Workday, Start: 18 * h, End: 8 * h, Post: bob},
		duty.Rule{Position: 1, Class: duty.RestDay, Start: 8 * h, End: 8 * h, Post: cat},
		duty.Rule{Position: 1, Class: duty.Holiday, Start: 8 * h, End: 8 * h, Post: dan},
		duty.Rule{Position: 2, Class: duty.Workday, Start: 8 * h, End: 18 * h, Post: eve})
	if change != nil {
		change(&workers, posts)
	}
	c.AddRoster(workers)
	c.AddRoster(roster(area.RoleTownshipHead, testTownship, duty.Rule{Position: 1, Class: duty.Workday, Start: 8 * h, End: 18 * h, Post: person("head", area.RoleTownshipHead, testTownship)}))
	c.AddRoster(roster(area.RoleCountyDuty, testCounty, duty.Rule{Position: 1, Start: 0, End: 0, Post: person("county", area.RoleCountyDuty, testCounty)}))
	c.AddRoster(roster(area.RoleCityDuty, testCity, duty.Rule{Position: 1, Start: 0, End: 0, Post: person("city", area.RoleCityDuty, testCity)}))
	if err := c.Ready(cal); err != nil {
		t.Fatal(err)
	}
	return c, posts
}

// Nights, holidays, swapped working days, leave and holes: who is asked at which
// minute while nobody accepts. The times were worked out by hand from the policy
// (P1 0, 3, 6, 10, 15 min; P2 0, 15, 30 min, 2 h, 4 h), the calendar and the
// roster above; an empty step's minute goes to the next that has somebody.
func TestWhoIsAskedAtWhichMinute(t *testing.T) {
	policies, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	away := func(name, from, to string) func(*duty.Roster, map[string]area.PostID) {
		return func(r *duty.Roster, posts map[string]area.PostID) {
			r.Absences = append(r.Absences, duty.Absence{Post: posts[name], Reason: "leave", Starts: shanghai(t, from), Ends: shanghai(t, to)})
		}
	}
	for _, tt := range []struct {
		name   string
		at     string // in Shanghai
		urgent bool   // key 1
		change func(*duty.Roster, map[string]area.PostID)
		until  time.Duration
		want   []string
	}{
		{"a working morning", "2026-03-03 10:00", true, nil, 16 * time.Minute,
			[]string{"10:00 ann", "10:03 eve", "10:06 head", "10:10 county", "10:15 city"}},
		{"a working morning, not urgent", "2026-03-03 10:00", false, nil, 5 * time.Hour,
			[]string{"10:00 ann", "10:15 eve", "10:30 head", "12:00 county", "14:00 city"}},
		{"a night: no second and no head, the county takes the second's minute", "2026-03-03 23:30", true, nil, 16 * time.Minute,
			[]string{"23:30 bob", "23:33 county", "23:45 city"}},
		{"the night's hours end while the ladder climbs", "2026-03-04 07:55", true, nil, 16 * time.Minute,
			[]string{"07:55 bob", "07:58 county", "08:10 city"}},
		{"P2 before the change at eight: neither second nor head, the county takes their minute", "2026-03-04 07:40", false, nil, 5 * time.Hour,
			[]string{"07:40 bob", "07:55 county", "11:40 city"}},
		{"P2 across the change at eight: the second has just begun", "2026-03-04 07:50", false, nil, 5 * time.Hour,
			[]string{"07:50 bob", "08:05 eve", "08:20 head", "09:50 county", "11:50 city"}},
		{"Saturday", "2026-03-07 12:00", true, nil, 16 * time.Minute,
			[]string{"12:00 cat", "12:03 county", "12:15 city"}},
		{"early on Saturday it is still Friday's night", "2026-03-07 07:59", true, nil, 16 * time.Minute,
			[]string{"07:59 bob", "08:02 county", "08:14 city"}},
		{"a holiday", "2026-10-01 23:40", true, nil, 16 * time.Minute,
			[]string{"23:40 dan", "23:43 county", "23:55 city"}},
		{"the morning before the first holiday's duty begins", "2026-10-01 07:30", true, nil, 16 * time.Minute,
			[]string{"07:30 bob", "07:33 county", "07:45 city"}},
		{"a Sunday worked for the holiday", "2026-09-20 10:00", true, nil, 16 * time.Minute,
			[]string{"10:00 ann", "10:03 eve", "10:06 head", "10:10 county", "10:15 city"}},
		{"a Saturday worked for the holiday, at night", "2026-10-10 22:00", true, nil, 16 * time.Minute,
			[]string{"22:00 bob", "22:03 county", "22:15 city"}},
		{"the Sunday after it is a rest day", "2026-10-11 10:00", true, nil, 16 * time.Minute,
			[]string{"10:00 cat", "10:03 county", "10:15 city"}},
		{"the first is on leave", "2026-03-03 10:00", true, away("ann", "2026-03-03 00:00", "2026-03-05 00:00"), 16 * time.Minute,
			[]string{"10:00 eve", "10:06 head", "10:10 county", "10:15 city"}},
		{"leave ends at the very minute", "2026-03-05 10:00", true, away("ann", "2026-03-03 00:00", "2026-03-05 10:00"), 16 * time.Minute,
			[]string{"10:00 ann", "10:03 eve", "10:06 head", "10:10 county", "10:15 city"}},
		{"leave begins between the steps", "2026-03-03 10:00", true, away("eve", "2026-03-03 10:03", "2026-03-05 00:00"), 16 * time.Minute,
			[]string{"10:00 ann", "10:03 head", "10:10 county", "10:15 city"}},
		{"a hole: nobody of the township", "2026-03-07 12:00", true, away("cat", "2026-03-06 00:00", "2026-03-09 00:00"), 16 * time.Minute,
			[]string{"12:00 county", "12:15 city"}},
		{"a swap: bob stands in by day for ann", "2026-03-03 10:00", true, func(r *duty.Roster, posts map[string]area.PostID) {
			r.Overrides = append(r.Overrides, duty.Override{ID: 1, Kind: duty.Swap, Remove: posts["ann"], Add: posts["bob"], Starts: shanghai(t, "2026-03-03 00:00"), Ends: shanghai(t, "2026-03-04 00:00")})
		}, 7 * time.Minute, []string{"10:00 bob", "10:03 eve", "10:06 head"}},
		{"a temporary roster replaces the holiday's", "2026-10-02 12:00", true, func(r *duty.Roster, posts map[string]area.PostID) {
			from, to := shanghai(t, "2026-10-02 08:00"), shanghai(t, "2026-10-03 08:00")
			r.Temporaries = append(r.Temporaries, duty.Temporary{ID: 1, Name: "flood watch", Starts: from, Ends: to,
				Places: []duty.Place{{Position: 1, Post: posts["eve"], Starts: from, Ends: to}, {Position: 2, Post: posts["dan"], Starts: from, Ends: to}}})
		}, 11 * time.Minute, []string{"12:00 eve", "12:03 dan", "12:06 county"}},
		{"and the turns that follow ask everybody who is there then", "2026-03-03 17:40", true, nil, 31 * time.Minute,
			[]string{"17:40 ann", "17:43 eve", "17:46 head", "17:50 county", "17:55 city", "18:10 bob", "18:10 city", "18:10 county"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			city, _ := minutesCity(t, policies.Calendar, tt.change)
			if got := asked(t, policies, city, shanghai(t, tt.at), tt.urgent, tt.until); !slices.Equal(got, tt.want) {
				t.Errorf("asked %q, want %q", got, tt.want)
			}
		})
	}
}

func shanghai(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, ticket.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// asked plays a call that nobody accepts, on the township's line, and lists who is asked.
func asked(t *testing.T, policies *configs.Policies, city *City, at time.Time, urgent bool, until time.Duration) (list []string) {
	t.Helper()
	service, err := dispatch.NewService(policies.Ladders, "ladder-2026", policies.Calendar, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	rules := NewRules(policies.Ladders["ladder-2026"], policies.Calendar)
	rules.Holds.Answer = 0 // no agent is waited for
	m := NewMemory(city, at)
	m.onOffer = func(o ticket.Offer) {
		list = append(list, o.OfferedAt.In(ticket.Shanghai).Format("15:04 ")+city.Posts[o.Post].Name)
	}
	id := m.Birth(ticket.Call{ID: "call", To: "1234901", InvitedAt: at}, city.Lines[0], rules)
	if urgent {
		err := m.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error {
			return ticket.RaiseByKey(context.Background(), tx, id, at, rules.Ladder.Terms())
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for len(m.pending) > 0 && !m.pending[0].DueAt.After(at.Add(until)) {
		m.now = later(m.now, m.pending[0].DueAt)
		if _, err := m.Fire(t.Context(), m.pending[0].ID, service.Handlers(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(list); n > 5 { // those of one turn come in the order of the targets
		slices.Sort(list[5:])
	}
	return list
}
