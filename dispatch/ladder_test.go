package dispatch_test

import (
	"slices"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

const (
	townLine   = "1234901"
	countyLine = "12349"
)

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// climbs moves the clock from minute to minute and expects after each what has been offered by then.
func (h *house) climbs(id ticket.ID, steps []struct {
	after time.Duration
	want  []string
}) {
	h.t.Helper()
	var all []string
	for _, step := range steps {
		h.after(step.after)
		all = append(all, step.want...)
		h.await("the offers of "+step.after.String(), func() bool { return len(h.offered(id)) >= len(all) })
		h.settled()
		equal(h.t, "offered by "+step.after.String(), h.offered(id), all)
	}
}

type climb = []struct {
	after time.Duration
	want  []string
}

// A call at 23:40 on a holiday, key 1, and nobody accepts: each is asked at
// their minute, then all of them again, with an alarm.
func TestNobodyAcceptsAnUrgentCall(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "13812345678", invited)
	h.urgent(id)
	h.settled()
	h.unanswered()
	first := h.offered(id) // the ladder as P2 may have begun before key 1; both ask the first worker at once
	for _, o := range first {
		if o != "+0s worker1" {
			t.Errorf("at the INVITE: %s", o)
		}
	}
	n := len(first)
	steps := climb{
		{3 * time.Minute, []string{"+3m0s worker2"}},
		{6 * time.Minute, []string{"+6m0s head"}},
		{10 * time.Minute, []string{"+10m0s county"}},
		{15 * time.Minute, []string{"+15m0s cityduty"}},
		{30 * time.Minute, []string{"+30m0s worker1", "+30m0s worker2", "+30m0s head", "+30m0s county", "+30m0s cityduty"}},
		{45 * time.Minute, []string{"+45m0s worker1", "+45m0s worker2", "+45m0s head", "+45m0s county", "+45m0s cityduty"}},
	}
	for _, step := range steps {
		h.after(step.after)
		h.await(step.after.String(), func() bool { return len(h.offered(id)) >= n+len(step.want) })
		h.settled()
		equal(t, step.after.String(), h.offered(id)[n:], step.want)
		n += len(step.want)
	}
	equal(t, "alarms", h.told(id, "loop_alarm")[:1], []string{"alarm number"})
	h.unanswered(id)
	h.do(h.actor("county"), func(tx *store.Tx) error { _, err := ticket.Accept(t.Context(), tx, id); return err })
	h.unanswered()
	if n := h.count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.ladder_alarm'`); n != 2 {
		t.Errorf("%d alarms in the timeline, want 2", n)
	}
	equal(t, "warned at 45 minutes", h.told(id, "warning"), []string{"甲镇值班台", "head"})
	if n := h.count(`SELECT count(*) FROM timer_log WHERE ended_at < due_at AND outcome = 'fired'`); n > 0 {
		t.Errorf("%d timers fired early", n)
	}
}

// unanswered expects on the wallboard of those who supervise exactly these tickets.
func (h *house) unanswered(want ...ticket.ID) {
	h.t.Helper()
	h.do(h.actor("supervisor"), func(tx *store.Tx) error {
		rows, _, err := tx.TicketRows(h.t.Context(), ticket.Filter{View: ticket.ListUnanswered, Limit: 10})
		if err != nil {
			return err
		}
		var got []ticket.ID
		for _, row := range rows {
			id, err := tx.TicketByRef(h.t.Context(), row.ID)
			if err != nil {
				return err
			}
			got = append(got, id)
		}
		if !slices.Equal(got, want) {
			h.t.Errorf("the wallboard shows %v, want %v", got, want)
		}
		return nil
	})
}

// The second worker is on leave: the head is asked in their minute at once, the county keeps its own.
func TestAnAbsentOneIsSkippedAtOnce(t *testing.T) {
	h := newHouse(t, "worker2")
	id := h.call(townLine, "", invited)
	h.climbs(id, climb{
		{0, []string{"+0s worker1"}},
		{15 * time.Minute, []string{"+15m0s head"}},
		{30 * time.Minute, nil},
		{2 * time.Hour, []string{"+2h0m0s county"}},
		{4 * time.Hour, []string{"+4h0m0s cityduty"}},
	})
	var reason, skipped string
	err := h.look.QueryRow(t.Context(), `SELECT data->>'reason', data->'skipped'->0->>'name' FROM timeline WHERE kind = 'ticket.offer_skipped'`).Scan(&reason, &skipped)
	if err != nil || reason != "all_away" || skipped != "worker2" {
		t.Errorf("the timeline says %q, %q (%v)", reason, skipped, err)
	}
}

// With nobody in the township on duty the call goes up at once, at minute zero.
func TestAnEmptyTownshipGoesUpAtOnce(t *testing.T) {
	h := newHouse(t, "worker1", "worker2", "head")
	id := h.call(townLine, "", invited)
	h.climbs(id, climb{{0, []string{"+0s county"}}, {2 * time.Hour, nil}, {4 * time.Hour, []string{"+4h0m0s cityduty"}}})
}

// With nobody on duty anywhere the alarm comes at once and comes again.
func TestAnEmptyCityAlarmsAtOnce(t *testing.T) {
	h := newHouse(t, "worker1", "worker2", "head", "county", "cityduty")
	id := h.call(townLine, "", invited)
	h.await("the alarm", func() bool { return len(h.told(id, "loop_alarm")) == 1 })
	h.settled()
	for turn, after := range []time.Duration{6 * time.Hour, 8 * time.Hour, 10 * time.Hour} { // 4 h for the last step, then every 2 h
		h.after(after)
		h.await("the next alarm", func() bool { return len(h.told(id, "loop_alarm")) == turn+2 })
		h.settled()
	}
	if n := h.count(`SELECT count(*) FROM timers WHERE kind = 'offer'`); n != 1 {
		t.Errorf("%d turns are armed, want one", n)
	}
}

// Acceptance in the fourth minute ends the asking; the clocks run on, and the
// breach at two hours fires once and tells the city's desk once.
func TestAfterAnAcceptanceNobodyIsAsked(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "13812345678", invited)
	h.urgent(id)
	h.settled()
	h.after(3 * time.Minute)
	h.await("the second worker's offer", func() bool { return slices.Contains(h.offered(id), "+3m0s worker2") })
	h.settled()
	h.after(4 * time.Minute)
	h.do(h.actor("worker1"), func(tx *store.Tx) error { _, err := ticket.Accept(t.Context(), tx, id); return err })
	n := len(h.offered(id))
	h.after(100 * time.Minute)
	h.await("the warning that nobody is on site", func() bool { return len(h.told(id, "warning")) == 5 })
	h.settled()
	if got := h.offered(id); len(got) != n {
		t.Errorf("offered after the acceptance: %q", got[n:])
	}
	equal(t, "warned", h.told(id, "warning"), []string{"worker1", "head", "worker1", "head", "county"})
	if n := h.count(`SELECT count(*) FROM clocks WHERE breached_at IS NOT NULL`); n != 0 {
		t.Fatal("breached before its time")
	}
	h.after(2 * time.Hour)
	h.await("the breach", func() bool { return h.count(`SELECT count(*) FROM clocks WHERE breached_at IS NOT NULL`) == 1 })
	h.settled()
	h.after(3 * time.Hour)
	h.settled()
	equal(t, "told of the breach", h.told(id, "breach"), []string{"市值班台"})
	if n := h.count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.breached'`); n != 1 {
		t.Errorf("%d breaches in the timeline, want 1", n)
	}
	h.after(24 * time.Hour)
	h.await("the second breach", func() bool { return len(h.told(id, "breach")) == 3 })
	equal(t, "told of both", h.told(id, "breach"), []string{"市值班台", "cityhead", "市值班台"})
}

// Who is on site in time is not reminded of it, only of what is still to come.
func TestAReachedMilestoneIsNotWarnedOf(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.urgent(id)
	h.settled()
	h.do(h.actor("worker1"), func(tx *store.Tx) error {
		mine, err := ticket.Accept(t.Context(), tx, id)
		if err != nil {
			return err
		}
		return ticket.Advance(t.Context(), tx, &mine, ticket.EventArrive, "ticket.arrived", "", nil)
	})
	h.after(90 * time.Minute)
	h.await("the warning that nothing is decided", func() bool { return len(h.told(id, "warning")) == 3 })
	h.settled()
	equal(t, "warned", h.told(id, "warning"), []string{"worker1", "head", "county"})
}

// P2 at two hours goes up to the county; that is no breach.
func TestAnOrdinaryEmergencyRisesAtTwoHours(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.settled()
	h.do(h.actor("worker1"), func(tx *store.Tx) error { _, err := ticket.Accept(t.Context(), tx, id); return err })
	h.after(2 * time.Hour)
	h.await("the rise", func() bool { return len(h.told(id, "due_rise")) == 1 })
	h.settled()
	equal(t, "told of the rise", h.told(id, "due_rise"), []string{"甲县值班台"})
	if got := h.told(id, "breach"); len(got) > 0 {
		t.Errorf("a breach was told to %q", got)
	}
	h.after(24 * time.Hour)
	h.await("the breach", func() bool { return len(h.told(id, "breach")) == 1 })
}

// A call from a journal, hours old: everybody who should have been asked is
// asked now, in order; the breach fires at once, once.
func TestATicketBornOverdueFiresAtOnce(t *testing.T) {
	h := newHouse(t)
	h.after(26 * time.Hour)
	id := h.call(townLine, "", invited)
	h.await("the turn of the ladder", func() bool { return len(h.offered(id)) >= 10 })
	h.settled()
	equal(t, "offered", h.offered(id), []string{"+26h0m0s worker1", "+26h0m0s worker2", "+26h0m0s head", "+26h0m0s county", "+26h0m0s cityduty",
		"+26h0m0s worker1", "+26h0m0s worker2", "+26h0m0s head", "+26h0m0s county", "+26h0m0s cityduty"})
	equal(t, "told of the breach", h.told(id, "breach"), []string{"市值班台"})
	if due := h.count(`SELECT extract(epoch FROM due_at - $1)::int FROM timers WHERE kind = 'offer'`, invited); due != 28*3600 {
		t.Errorf("the next turn is %d s after the INVITE, want 28 h: on the beat of the last step", due)
	}
}

// On 12349 nobody knows the township: the county's desk is asked, then the
// city. Once an agent knows it, its own ladder begins, at once.
func TestACallWithoutAnAreaGoesToTheCountysDesk(t *testing.T) {
	h := newHouse(t)
	id := h.call(countyLine, "", invited)
	h.climbs(id, climb{{0, []string{"+0s 甲县值班台"}}, {10 * time.Minute, nil}})
	h.do(h.actor("agent"), func(tx *store.Tx) error {
		now, err := tx.Ticket(t.Context(), id)
		if err != nil {
			return err
		}
		_, err = ticket.DoTriage(t.Context(), tx, id, ticket.Triage{Version: now.Version, Area: township, Priority: ticket.P2, Kind: ticket.KindAid,
			Terms: h.rules.Terms, Calendar: h.rules.Calendar})
		return err
	})
	h.await("the township's first worker", func() bool { return len(h.offered(id)) == 2 })
	h.settled()
	equal(t, "offered", h.offered(id), []string{"+0s 甲县值班台", "+10m0s worker1"})
	h.after(25 * time.Minute) // its steps count from when it became known
	h.await("the second worker", func() bool { return len(h.offered(id)) == 3 })
	equal(t, "offered", h.offered(id)[2:], []string{"+25m0s worker2"})
}

// A complaint is the county's, wherever it happened, and those who were asked
// before that was known are asked no longer.
func TestAComplaintGoesToTheCounty(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.await("the first worker", func() bool { return len(h.offered(id)) == 1 })
	h.settled()
	h.do(h.actor("worker1"), func(tx *store.Tx) error { _, err := ticket.Accept(t.Context(), tx, id); return err })
	h.do(h.actor("agent"), func(tx *store.Tx) error {
		now, err := tx.Ticket(t.Context(), id)
		if err != nil {
			return err
		}
		_, err = ticket.DoTriage(t.Context(), tx, id, ticket.Triage{Version: now.Version, Area: township, Priority: ticket.P2, Kind: ticket.KindComplaint,
			Terms: h.rules.Terms, Calendar: h.rules.Calendar})
		return err
	})
	h.await("the county's desk", func() bool { return len(h.offered(id)) == 2 })
	h.settled()
	h.after(5 * time.Hour)
	h.await("the loop", func() bool { return len(h.told(id, "loop_alarm")) > 0 })
	h.settled()
	if n := h.count(`SELECT count(*) FROM offers o JOIN posts p ON p.id = o.post_id WHERE o.ended_at IS NULL AND p.role IN ('worker','township_head')`); n != 0 {
		t.Errorf("the township is asked about a complaint: %q", h.offered(id))
	}
}

// The same number calls again: whoever has the first ticket is told at once,
// and after three minutes without a word the second one's own ladder starts.
func TestCalledAgain(t *testing.T) {
	h := newHouse(t)
	first := h.call(townLine, "13812345678", invited)
	h.settled()
	h.after(time.Minute)
	second := h.call(townLine, "13812345678", invited.Add(time.Minute))
	h.await("the word to be passed on", func() bool { return len(h.told(first, "called_again")) == 2 })
	h.settled()
	equal(t, "told", h.told(first, "called_again"), []string{"甲镇值班台", "worker1"})
	if got := h.offered(second); len(got) > 0 {
		t.Errorf("the second ticket's ladder did not wait: %q", got)
	}
	h.after(4 * time.Minute)
	h.await("the second ladder", func() bool { return len(h.offered(second)) == 1 })
	if n := h.count(`SELECT count(*) FROM tickets WHERE repeat_state = 'lapsed'`); n != 1 {
		t.Errorf("%d repeats have lapsed, want 1", n)
	}
}

// An ordinary application waits for the office to open; the holiday does not count.
func TestAnApplicationWaitsForTheNextWorkingDay(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.settled()
	h.do(h.actor("agent"), func(tx *store.Tx) error {
		now, err := tx.Ticket(t.Context(), id)
		if err != nil {
			return err
		}
		_, err = ticket.DoTriage(t.Context(), tx, id, ticket.Triage{Version: now.Version, Area: township, Priority: ticket.P3, Kind: ticket.KindAid,
			Reason: "no emergency", Terms: h.rules.Terms, Calendar: h.rules.Calendar})
		return err
	})
	h.settled()
	h.do(h.actor("supervisor"), func(tx *store.Tx) error {
		now, err := tx.Ticket(t.Context(), id)
		if err != nil {
			return err
		}
		_, err = ticket.ApproveLowering(t.Context(), tx, id, now.Version, true, "", h.rules.Terms, h.rules.Calendar)
		return err
	})
	h.await("the ladder to be planned", func() bool {
		return h.count(`SELECT count(*) FROM timers r JOIN tickets t ON t.id = r.subject_id WHERE r.kind = 'offer' AND r.epoch = t.epoch AND t.priority = 'P3'`) == 1
	})
	h.settled()
	opens := h.rules.Calendar.Count(invited, 1)
	want := ticket.DateOf(opens.Due).At(h.rules.Calendar.Opens)
	if got := h.count(`SELECT extract(epoch FROM due_at)::bigint FROM timers WHERE kind = 'offer'`); int64(got) != want.Unix() {
		t.Errorf("the first worker is asked at %s, want %s", time.Unix(int64(got), 0).UTC(), want.UTC())
	}
	n := len(h.offered(id))
	h.at(want)
	h.await("the first worker", func() bool { return len(h.offered(id)) == n+1 })
}

// Accepted, and then nothing: after half an hour people are asked to look,
// and again; a word from a person puts it off.
func TestSilenceAfterAnAcceptance(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.urgent(id)
	h.settled()
	h.do(h.actor("worker1"), func(tx *store.Tx) error { _, err := ticket.Accept(t.Context(), tx, id); return err })
	h.after(20 * time.Minute)
	h.settled()
	h.do(h.actor("worker1"), func(tx *store.Tx) error {
		mine, err := ticket.Owned(t.Context(), tx, id)
		if err != nil {
			return err
		}
		return ticket.Tell(t.Context(), tx, &mine, "ticket.noted", "", nil)
	})
	h.after(30 * time.Minute)
	h.await("the look at 30 minutes", func() bool { return h.count(`SELECT count(*) FROM timer_log WHERE kind = 'silence'`) == 2 })
	h.settled()
	if got := h.told(id, "silence"); len(got) > 0 {
		t.Errorf("told although the worker was heard ten minutes ago: %q", got)
	}
	h.after(50 * time.Minute)
	h.await("the word of silence", func() bool { return len(h.told(id, "silence")) == 2 })
	h.after(80 * time.Minute)
	h.await("the second", func() bool { return len(h.told(id, "silence")) == 4 })
	h.settled()
	equal(t, "told", h.told(id, "silence"), []string{"worker1", "head", "worker1", "head"})
}

// A reopened ticket's ladder counts from the reopening, not from the call of weeks ago.
func TestAReopenedTicketIsOfferedStepByStep(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.settled()
	h.do(act.SystemDispatch, func(tx *store.Tx) error {
		old, err := tx.TicketForUpdate(t.Context(), id)
		if err != nil {
			return err
		}
		old.Status, old.ClosedAt = ticket.StatusClosed, tx.Now()
		if err := tx.SaveTicket(t.Context(), &old); err != nil {
			return err
		}
		return tx.Cancel(t.Context(), old.Subject())
	})
	weeks := 20 * 24 * time.Hour
	h.after(weeks)
	h.do(h.actor("supervisor"), func(tx *store.Tx) error {
		_, err := ticket.Reopen(t.Context(), tx, id, "nothing came")
		return err
	})
	h.await("the first worker", func() bool { return len(h.offered(id)) == 2 })
	h.settled()
	equal(t, "offered", h.offered(id)[1:], []string{"+480h0m0s worker1"})
}

// Many calls at once, under two engines: each is offered to its first worker once.
func TestManyTicketsAreOfferedOnce(t *testing.T) {
	h := newHouse(t)
	const calls = 60
	for range calls {
		h.call(townLine, "", invited)
	}
	h.await("every ticket to be offered", func() bool { return h.count(`SELECT count(DISTINCT ticket_id) FROM offers`) == calls })
	h.settled()
	if n := h.count(`SELECT count(*) FROM offers`); n != calls {
		t.Errorf("%d offers, want %d", n, calls)
	}
	if n := h.count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.offered'`); n != calls {
		t.Errorf("%d offers in timelines, want %d", n, calls)
	}
	if n := h.count(`SELECT count(*) FROM timers WHERE kind = 'offer'`); n != calls {
		t.Errorf("%d next steps armed, want %d", n, calls)
	}
}

// A ticket whose timers were lost by a fault gets them back.
func TestTheAuditMendsATicketWithoutTimers(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.settled()
	if _, err := h.look.Exec(t.Context(), `DELETE FROM timers WHERE kind IN ('offer', 'deadline')`); err != nil {
		t.Fatal(err)
	}
	mended, err := h.db.AuditTimers(t.Context())
	if err != nil || len(mended) != 1 || mended[0] != ticket.SubjectOf(id) {
		t.Fatalf("mended %v (%v)", mended, err)
	}
	h.settled()
	if again, err := h.db.AuditTimers(t.Context()); err != nil || len(again) > 0 {
		t.Errorf("mended again: %v (%v)", again, err)
	}
	h.after(15 * time.Minute)
	h.await("the second worker", func() bool { return slices.Contains(h.offered(id), "+15m0s worker2") })
	h.after(24 * time.Hour)
	h.await("the breach", func() bool { return len(h.told(id, "breach")) == 1 })
}
