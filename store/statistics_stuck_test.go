package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/relief/statistics"
	"example.org/hotline/ticket"
)

// stageRules are three days for everything, but one for what nobody has been sent for.
func stageRules() *statistics.StageRules {
	r := &statistics.StageRules{Version: "stages-test", ValidFrom: "2026-01-01", UsualDays: map[statistics.Part]map[string]int{}}
	for _, part := range statistics.Parts() {
		r.UsualDays[part] = map[string]int{}
		for _, state := range statistics.StatesOf(part) {
			r.UsualDays[part][state] = 3
		}
	}
	r.UsualDays[statistics.PartTicket]["discover"] = 1
	return r
}

func (m *till) stuck(t *testing.T, login string, place area.Code) (r statistics.StuckReport) {
	t.Helper()
	m.must(t, login, func(tx *Tx) (err error) {
		r, err = tx.Stuck(t.Context(), place, stageRules())
		return err
	})
	return r
}

// line is how many stand in a state, the median and the longest in whole days, and how many beyond the usual.
func line(lines []statistics.StuckLine, part statistics.Part, state string) (got [4]int) {
	for _, l := range lines {
		if l.Part == part && l.State == state {
			got = [4]int{l.Count, int(l.MedianDays + 0.5), int(l.OldestDays + 0.5), l.Beyond}
		}
	}
	return got
}

// Three tickets are moved by their acts on three days; what stands where, and since when, is told from there (DOMAIN 1, 4).
func TestWhatIsStuck(t *testing.T) {
	m := newTill(t, 5_000_000)
	m.decided(t, 1, 80_000)                                          // relieve; its decision is approved and not paid
	m.house.offered(t, m.in, "12349001", int(m.n.Add(1)), "worker1") // respond
	tk := m.taken(t, m.in, "12349001", int(m.n.Add(1)))              // respond
	m.moveClock(t, 48*time.Hour)                                     // two days later
	_, d := m.decided(t, 2, 70_000)                                  // relieve
	p := m.started(t, "worker1", d)                                  // its payout is drawn in cash
	m.must(t, "worker1", issuing(t, p))
	m.moveClock(t, 48*time.Hour)                                             // and two more
	m.must(t, "worker1", func(tx *Tx) error { return arrive(t, tx, tk.ID) }) // respond still, but since now

	for _, who := range []struct {
		login string
		place area.Code
	}{{"auditor", testCity}, {"finance", testCounty}, {"head", testTownship}} {
		r := m.stuck(t, who.login, who.place)
		if r.Open != 4 || r.Rules != "stages-test" {
			t.Errorf("%s counts %d open tickets by %s", who.login, r.Open, r.Rules)
		}
		for _, tt := range []struct {
			part  statistics.Part
			state string
			want  [4]int
		}{
			{statistics.PartTicket, "relieve", [4]int{2, 3, 4, 1}},
			{statistics.PartTicket, "respond", [4]int{2, 2, 4, 1}},
			{statistics.PartTicket, "discover", [4]int{}},
			{statistics.PartDecision, "approved", [4]int{2, 3, 4, 1}},
			{statistics.PartPayout, "cash_issued", [4]int{1, 2, 2, 0}},
			{statistics.PartPayout, "reserved", [4]int{}},
		} {
			if got := line(r.Lines, tt.part, tt.state); got != tt.want {
				t.Errorf("%s: %s %s is %v, want %v", who.login, tt.part, tt.state, got, tt.want)
			}
			if got := line(r.Places, tt.part, tt.state); got != tt.want {
				t.Errorf("%s, in the one township: %s %s is %v, want %v", who.login, tt.part, tt.state, got, tt.want)
			}
		}
		owned := 0
		for _, l := range r.Owners {
			if l.Part == statistics.PartTicket {
				owned += l.Count
			}
		}
		if owned != r.Open {
			t.Errorf("%s: owners have %d of %d open tickets", who.login, owned, r.Open)
		}
	}
	if r := m.stuck(t, "stranger", testTownship); r.Open != 0 || len(r.Lines) != 0 {
		t.Errorf("another township's worker counts %+v", r)
	}
}

func arrive(t *testing.T, tx *Tx, id ticket.ID) error {
	tk, err := tx.TicketForUpdate(t.Context(), id)
	if err != nil {
		return err
	}
	if tk.Status, err = tk.Status.Next(ticket.EventArrive); err != nil {
		return err
	}
	return tx.SaveTicket(t.Context(), &tk)
}

// Behind a figure are its cases, the longest first, page by page, and for a stranger none.
func TestCasesBehindAFigure(t *testing.T) {
	m := newTill(t, 5_000_000)
	var numbers []ticket.Number
	for range 3 {
		numbers = append(numbers, m.taken(t, m.in, "12349001", int(m.n.Add(1))).Number)
		m.moveClock(t, 30*time.Hour)
	}
	list := func(login string, f statistics.StuckFilter) (got []ticket.Number) {
		t.Helper()
		for {
			var page []statistics.StuckCase
			m.must(t, login, func(tx *Tx) (err error) {
				page, f.After, err = tx.StuckCases(t.Context(), f, stageRules())
				return err
			})
			for _, c := range page {
				got = append(got, c.Number)
				if c.Beyond != (c.Days > 3) || c.OwnerName != "worker1" || uuid.Validate(c.Ticket) != nil {
					t.Errorf("%+v", c)
				}
			}
			if f.After.ID == 0 {
				return got
			}
		}
	}
	f := statistics.StuckFilter{Area: testCounty, Part: statistics.PartTicket, State: "respond", Limit: 2}
	if got := list("finance", f); !slices.Equal(got, numbers) {
		t.Errorf("the list is %v, want %v", got, numbers)
	}
	f.Beyond = true
	if got := list("finance", f); !slices.Equal(got, numbers[:1]) { // 3.75 days of 3
		t.Errorf("beyond the usual days are %v", got)
	}
	f.Beyond, f.Owner = false, int64(m.actor(t, "worker2").PostID)
	if got := list("finance", f); len(got) != 0 {
		t.Errorf("worker2 has %v", got)
	}
	f.Owner = 0
	if got := list("stranger", f); len(got) != 0 {
		t.Errorf("a stranger sees %v", got)
	}
	f.State = "closed"
	m.refuse(t, "finance", "unknown_state", func(tx *Tx) error {
		_, _, err := tx.StuckCases(t.Context(), f, stageRules())
		return err
	})
}

// The database puts every kind and status into the stage that statistics.StageOf says.
func TestStagesAgree(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk := m.taken(t, m.in, "12349001", int(m.n.Add(1)))
	super := connect(t, m.urls.SuperURL)
	for _, kind := range []ticket.Kind{ticket.KindAid, ticket.KindConsultation, ticket.KindProgress, ticket.KindComplaint} {
		for _, status := range ticket.Statuses() {
			if _, err := super.Exec(t.Context(), `UPDATE tickets SET kind = $1, status = $2 WHERE id = $3`, string(kind), string(status), int64(tk.ID)); err != nil {
				t.Fatal(err)
			}
			want := [4]int{1}
			stage := statistics.StageOf(kind, status)
			if stage == "" {
				want = [4]int{}
			}
			if r := m.stuck(t, "finance", testCounty); line(r.Lines, statistics.PartTicket, string(stage)) != want || r.Open != want[0] {
				t.Errorf("%s %s: %+v, want %s", kind, status, r.Lines, stage)
			}
		}
	}
}
