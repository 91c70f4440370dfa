package dispatch_test

import (
	"errors"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

const village area.Code = "990101101201"

// unreachable makes a missed call whose number is wrong, so that somebody is asked to go there an hour after the INVITE.
func (h *house) unreachable(where area.Code, urgent bool) (ticket.ID, ticket.CallbackID) {
	h.t.Helper()
	id := h.call(townLine, "13812345678", invited)
	if urgent {
		h.urgent(id)
	}
	h.ends(id, ticket.EndAbandoned)
	if _, err := h.look.Exec(h.t.Context(), `UPDATE tickets SET area_code = $1 WHERE id = $2`, string(where), int64(id)); err != nil {
		h.t.Fatal(err)
	}
	h.after(time.Hour)
	h.settled()
	back, _, _ := h.callback()
	h.tries("agent", back, ticket.TryWrongNumber)
	return id, back
}

// assistants gives the village an assistant.
func (h *house) assistants() {
	h.t.Helper()
	if err := h.db.ImportDirectory(h.t.Context(), area.Directory{Divisions: []area.Division{{Code: village, Name: "甲村"}},
		Staff: []area.NewStaff{{Login: "assistant", Name: "assistant", Role: area.RoleVillageAssistant, Area: village, Phone: "+8619900000099"}}}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) reports(login string, id ticket.CallbackID, result ticket.VisitResult, note string) error {
	return h.db.InTx(h.t.Context(), h.actor(login), func(tx *store.Tx) error {
		_, err := ticket.ReportVisit(h.t.Context(), tx, id, result, note, h.rules.Callback)
		return err
	})
}

func (h *house) decides(id ticket.CallbackID, again bool, reason string) error {
	return h.db.InTx(h.t.Context(), h.actor("head"), func(tx *store.Tx) error {
		_, err := ticket.DecideVisit(h.t.Context(), tx, id, again, reason, h.rules.Callback)
		return err
	})
}

// holder is whom the call-back lies with, and how long after the INVITE it is late.
func (h *house) holder(id ticket.CallbackID) (name string, due time.Duration) {
	h.t.Helper()
	var at time.Time
	if err := h.look.QueryRow(h.t.Context(), `SELECT p.name, b.due_at FROM callbacks b JOIN posts p ON p.id = b.holder_id WHERE b.id = $1`, int64(id)).Scan(&name, &at); err != nil {
		h.t.Fatal(err)
	}
	return name, at.Sub(invited).Round(time.Second)
}

func (h *house) lies(id ticket.CallbackID, wantWith string, wantDue time.Duration) {
	h.t.Helper()
	if with, due := h.holder(id); with != wantWith || due != wantDue {
		h.t.Errorf("it lies with %s until +%s, want %s until +%s\n%s", with, due, wantWith, wantDue, h.timeline())
	}
}

// Nobody reports: the head is told once, the worker on duty is asked, then those above hear of it, for as long as there is no result.
func TestAVisitWithoutAResult(t *testing.T) {
	for name, of := range map[string]struct {
		urgent bool
		within time.Duration
	}{"ordinary": {false, 24 * time.Hour}, "suspected emergency": {true, 2 * time.Hour}} {
		t.Run(name, func(t *testing.T) {
			h := newLine(t)
			h.assistants()
			id, back := h.unreachable(village, of.urgent)
			equal(t, "asked to go", h.told(id, "callback_visit"), []string{"assistant"})
			h.lies(back, "assistant", time.Hour+of.within)

			h.after(time.Hour + of.within - time.Second)
			h.settled()
			equal(t, "told before it is late", h.told(id, "visit_late"), nil)
			for round := 1; round <= 3; round++ {
				due := time.Hour + time.Duration(round)*of.within
				h.after(due)
				h.await("the visit to be followed up", func() bool { return h.count(`SELECT count(*) FROM callbacks WHERE visits_late = $1`, round) == 1 })
				h.settled()
				h.lies(back, "worker1", due+of.within)
				told, asked := []string{"head"}, []string{"assistant"}
				for again := 1; again <= round; again++ {
					asked = append(asked, "worker1")
					if again > 1 {
						told = append(told, "甲县值班台")
					}
				}
				equal(t, "asked to go", h.told(id, "callback_visit"), asked)
				equal(t, "told that nobody reports", h.told(id, "visit_late"), told)
			}
			if n := h.count(`SELECT count(*) FROM timers WHERE subject_kind = 'callback'`); n != 1 {
				t.Errorf("%d timers watch the visit", n)
			}
		})
	}
}

// A ticket that needs no call-back any more ends the watch, and the call-back with it.
func TestAVisitOfAClosedTicketEnds(t *testing.T) {
	h := newLine(t)
	id, back := h.unreachable(township, false)
	h.lies(back, "worker1", 25*time.Hour)
	if _, err := h.look.Exec(t.Context(), `UPDATE tickets SET status = 'closed' WHERE id = $1`, int64(id)); err != nil {
		t.Fatal(err)
	}
	h.after(25 * time.Hour)
	h.await("the end", func() bool { return h.count(`SELECT count(*) FROM callbacks WHERE outcome = 'moot'`) == 1 })
	equal(t, "told", h.told(id, "visit_late"), nil)
	if n := h.count(`SELECT count(*) FROM timers WHERE subject_kind = 'callback'`); n != 0 {
		t.Errorf("%d timers of a call-back that is over", n)
	}
}

// In vain: the head decides, is told again while they do not, and those above hear of it; somebody goes again, or it ends with the reason.
func TestTheHeadDecidesAboutAVisitInVain(t *testing.T) {
	h := newLine(t)
	h.assistants()
	id, back := h.unreachable(village, false)
	if err := h.decides(back, true, ""); code(err) != "visit_under_way" {
		t.Errorf("decided before anybody was there: %v", err)
	}
	h.after(3 * time.Hour)
	for note, want := range map[string]string{"": "note_required", "his son's number is 13912345678": "personal_number"} {
		if err := h.reports("assistant", back, ticket.VisitNotFound, note); code(err) != want {
			t.Errorf("note %q: %v", note, err)
		}
	}
	if err := h.reports("assistant", back, ticket.VisitNotFound, "the door is locked"); err != nil {
		t.Fatal(err)
	}
	h.lies(back, "head", 27*time.Hour)
	equal(t, "asked to decide", h.told(id, "visit_unmet"), []string{"head"})
	if err := h.reports("assistant", back, ticket.VisitMoved, "moved away"); code(err) != "head_decides" {
		t.Errorf("reported twice: %v", err)
	}
	if err := h.db.InTx(t.Context(), h.actor("agent"), func(tx *store.Tx) error {
		_, err := ticket.CancelCallback(t.Context(), tx, back, "never mind")
		return err
	}); code(err) != "head_decides" {
		t.Errorf("called off past the head: %v", err)
	}
	h.after(27 * time.Hour)
	h.await("the head to be told again", func() bool { return len(h.told(id, "visit_unmet")) == 2 })
	h.settled()
	h.lies(back, "head", 51*time.Hour)
	equal(t, "who hears of it", h.told(id, "visit_late"), []string{"甲县值班台"})

	if err := h.decides(back, true, "try in the evening"); err != nil {
		t.Fatal(err)
	}
	h.lies(back, "assistant", 51*time.Hour)
	equal(t, "asked to go", h.told(id, "callback_visit"), []string{"assistant", "assistant"})
	if err := h.reports("worker2", back, ticket.VisitRefused, "wants no help"); err != nil {
		t.Fatal(err)
	}
	if err := h.decides(back, false, ""); code(err) != "reason_required" {
		t.Errorf("ended without a reason: %v", err)
	}
	if err := h.decides(back, false, "refused twice"); err != nil {
		t.Fatal(err)
	}
	if n := h.count(`SELECT count(*) FROM callbacks WHERE state = 'cancelled' AND outcome = 'unmet' AND note = 'refused twice'`); n != 1 {
		t.Errorf("it did not end as it should\n%v", h.texts(`SELECT row(b)::text FROM callbacks b`))
	}
	if n := h.count(`SELECT count(*) FROM timers WHERE subject_kind = 'callback'`); n != 0 {
		t.Errorf("%d timers of a call-back that is over", n)
	}
}

// Met: the call-back is over, the need is the ticket's note, and the owner is told; also after a visit in vain. Another village's assistant has no say.
func TestAVisitThatMeetsTheCitizen(t *testing.T) {
	h := newLine(t)
	h.assistants()
	if err := h.db.ImportDirectory(t.Context(), area.Directory{Divisions: []area.Division{{Code: "990101101202", Name: "乙村"}},
		Staff: []area.NewStaff{{Login: "neighbour", Name: "neighbour", Role: area.RoleVillageAssistant, Area: "990101101202", Phone: "+8619900000098"}}}); err != nil {
		t.Fatal(err)
	}
	id, back := h.unreachable(village, false)
	if err := h.reports("neighbour", back, ticket.VisitReached, "spoken"); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("another village's assistant reports: %v", err)
	}
	if err := h.reports("assistant", back, ticket.VisitNotFound, "nobody at home"); err != nil {
		t.Fatal(err)
	}
	if err := h.reports("assistant", back, ticket.VisitReached, "no food since Monday"); err != nil {
		t.Fatal(err)
	}
	if n := h.count(`SELECT count(*) FROM callbacks WHERE state = 'done' AND outcome = 'visited' AND visit_result = 'reached'`); n != 1 {
		t.Errorf("it is not over\n%v", h.texts(`SELECT row(b)::text FROM callbacks b`))
	}
	equal(t, "the ticket's note", h.texts(`SELECT data->>'reason' FROM timeline WHERE ticket_id = $1 AND kind = 'ticket.noted'`, int64(id)), []string{"no food since Monday"})
	equal(t, "who is told of the need", h.told(id, "visit_met"), []string{"甲镇值班台"})
	if err := h.reports("assistant", back, ticket.VisitReached, "again"); !errors.Is(err, act.ErrRefused) {
		t.Errorf("reported after its end: %v", err)
	}
}

// Where nobody is on duty in the township its desk is asked and told; the citizen who rings again in vain is rung back, not visited.
func TestAVisitWhereNobodyIsOnDuty(t *testing.T) {
	h := newHouse(t, "worker1", "worker2", "head")
	h.rules.Holds, h.rules.Callback = h.ladder.Holds(), h.ladder.Callback.Rules()
	h.intake = store.NewIntake(h.db, h.rules)
	h.run(h.intake.Run)
	id, back := h.unreachable(township, false)
	equal(t, "asked to go", h.told(id, "callback_visit"), []string{"甲镇值班台"})
	h.after(25 * time.Hour)
	h.await("the county to be told", func() bool { return len(h.told(id, "visit_late")) == 1 })
	equal(t, "told in the head's place", h.told(id, "visit_late"), []string{"甲县值班台"})

	again := h.call(townLine, "13812345678", invited.Add(25*time.Hour))
	h.ends(again, ticket.EndAbandoned)
	if n := h.count(`SELECT count(*) FROM callbacks WHERE id = $1 AND state = 'open' AND visits_asked = 0 AND visit_asked_at IS NULL AND calls = 2`, int64(back)); n != 1 {
		t.Errorf("who rings again is not rung back\n%v", h.texts(`SELECT row(b)::text FROM callbacks b`))
	}
	h.after(25*time.Hour + 59*time.Minute)
	h.settled()
	equal(t, "asked to go since", h.told(id, "callback_visit"), []string{"甲镇值班台", "甲镇值班台"})
}

// code is what a refusal is called.
func code(err error) string {
	if f, ok := errors.AsType[*act.Fault](err); ok {
		return f.Code
	}
	return ""
}
