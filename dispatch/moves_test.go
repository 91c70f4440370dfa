package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// move is one act on a ticket.
type move = func(context.Context, *store.Tx) error

func (h *house) rulesOfMoves() ticket.MoveRules { return h.ladder.MoveRules(h.rules.Calendar) }

// only gives back what became of a move.
func only(_ ticket.Ticket, err error) error { return err }

func (h *house) refused(login, code string, m move) {
	h.t.Helper()
	var fault *act.Fault
	if err := h.try(login, m); !errors.As(err, &fault) || fault.Code != code {
		h.t.Errorf("%s: %v, want %s", login, err, code)
	}
}

func accept(id ticket.ID) move {
	return func(ctx context.Context, tx *store.Tx) error { return only(ticket.Accept(ctx, tx, id)) }
}

func (h *house) giveBack(id ticket.ID) move {
	return func(ctx context.Context, tx *store.Tx) error {
		return only(ticket.Return(ctx, tx, id, "the next township's", h.rulesOfMoves()))
	}
}

func (h *house) rest(id ticket.ID, d time.Duration) move {
	return func(ctx context.Context, tx *store.Tx) error {
		return only(ticket.DoPause(ctx, tx, id, d, "the worker is at the door", h.rulesOfMoves()))
	}
}

func resume(id ticket.ID) move {
	return func(ctx context.Context, tx *store.Tx) error { return only(ticket.Resume(ctx, tx, id, 0)) }
}

func pull(id ticket.ID) move {
	return func(ctx context.Context, tx *store.Tx) error {
		return only(ticket.Pull(ctx, tx, id, "I see to it"))
	}
}

func (h *house) push(id ticket.ID, to string, forced bool) move {
	post := h.actor(to).PostID
	return func(ctx context.Context, tx *store.Tx) error {
		return only(ticket.Push(ctx, tx, id, post, forced, "knows the family"))
	}
}

func (h *house) join(id, into ticket.ID) move {
	return func(ctx context.Context, tx *store.Tx) error {
		return only(ticket.Join(ctx, tx, id, into, "one fire", h.rulesOfMoves()))
	}
}

func split(id ticket.ID) move {
	return func(ctx context.Context, tx *store.Tx) error {
		return only(ticket.Split(ctx, tx, id, "two fires"))
	}
}

func (h *house) splitOff(id ticket.ID) move {
	return func(ctx context.Context, tx *store.Tx) error {
		return only(ticket.SplitOff(ctx, tx, id, ticket.Matter{Area: township, Priority: ticket.P2, Kind: ticket.KindAid, Reason: "a neighbour, too"}, h.rulesOfMoves()))
	}
}

func (h *house) triageTo(id ticket.ID, where area.Code, p ticket.Priority) move {
	return func(ctx context.Context, tx *store.Tx) error {
		t, err := tx.Ticket(ctx, id)
		if err != nil {
			return err
		}
		return only(ticket.DoTriage(ctx, tx, id, ticket.Triage{Version: t.Version, Area: where, Priority: p, Kind: ticket.KindAid, Reason: "looked into it",
			Terms: h.rules.Terms, Calendar: h.rules.Calendar}))
	}
}

// ownedBy is the name of the post that owns a ticket.
func (h *house) ownedBy(id ticket.ID) string {
	h.t.Helper()
	return h.texts(`SELECT p.name FROM tickets t JOIN posts p ON p.id = t.owner_id WHERE t.id = $1`, int64(id))[0]
}

// clocks lists the deadlines of a ticket as they stand.
func (h *house) clocks(id ticket.ID) []string {
	h.t.Helper()
	return h.texts(`SELECT kind || ' ' || due_at::text || coalesce(' ' || proof, '') FROM clocks WHERE ticket_id = $1 ORDER BY kind`, int64(id))
}

// What a township returns is the county's to decide. The clocks run on.
func TestAReturnedTicketIsTheCountysToDecide(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.await("the first offer", func() bool { return len(h.offered(id)) == 1 })
	h.settled()
	h.refused("worker1", "not_owner", h.giveBack(id))
	h.must("worker1", accept(id))
	before := h.clocks(id)
	h.after(20 * time.Minute)
	h.must("worker1", h.giveBack(id))
	if got := h.ownedBy(id); got != "甲县值班台" {
		t.Errorf("owned by %s", got)
	}
	h.await("the county's desk to be asked", func() bool { return len(h.offered(id)) == 2 })
	h.settled()
	equal(t, "offered", h.offered(id), []string{"+0s worker1", "+20m0s 甲县值班台"})
	equal(t, "the clocks", h.clocks(id), before)
	h.must("county", h.triageTo(id, township, ticket.P2)) // it is theirs after all
	h.await("the township to be asked again", func() bool { return len(h.offered(id)) == 3 })
	h.settled()
	equal(t, "offered", h.offered(id)[2:], []string{"+20m0s worker1"})
	equal(t, "the clocks", h.clocks(id), before)
}

// The invitation of 1 October lies in the holiday, so the second working day
// from it is 9 October; it closes at half past five.
func TestAReturnComesInTimeOrNotAtAll(t *testing.T) {
	h := newHouse(t)
	early, late := h.call(townLine, "", invited), h.call(townLine, "", invited)
	for _, id := range []ticket.ID{early, late} {
		h.await("the first offer", func() bool { return len(h.offered(id)) == 1 })
		h.settled()
		h.must("worker1", accept(id))
	}
	last := h.rules.Calendar.Count(invited, 2).Due
	h.at(last)
	h.must("worker1", h.giveBack(early))
	h.at(last.Add(time.Second))
	h.refused("worker1", "too_late_to_return", h.giveBack(late))
}

// Who leads takes a ticket to themselves, or gives it to another, who accepts
// it; only with force is nobody asked.
func TestALeaderTakesAndGives(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.await("the first offer", func() bool { return len(h.offered(id)) == 1 })
	h.settled()
	before := h.clocks(id)
	h.must("head", pull(id))
	h.refused("head", "already_yours", pull(id))
	if h.ownedBy(id) != "head" || h.count(`SELECT count(*) FROM offers WHERE ended_at IS NULL`) != 0 {
		t.Errorf("owned by %s; %s", h.ownedBy(id), h.timeline())
	}
	h.must("supervisor", h.push(id, "worker2", false))
	if h.ownedBy(id) != "head" {
		t.Error("whoever is only asked owns it already")
	}
	h.must("worker2", accept(id))
	h.must("supervisor", h.push(id, "worker1", true))
	if h.ownedBy(id) != "worker1" {
		t.Errorf("owned by %s", h.ownedBy(id))
	}
	equal(t, "told that it is theirs", h.told(id, "assigned"), []string{"worker1"})
	equal(t, "told that it is not theirs any more", h.told(id, "offer_taken"), []string{"甲镇值班台", "worker2"})
	equal(t, "the clocks", h.clocks(id), before)
	h.after(5 * time.Hour) // silence is watched from the last hand on
	h.settled()
	if got := h.told(id, "silence"); len(got) == 0 {
		t.Error("nobody asks after the new owner's silence")
	}
}

// A complaint goes to nobody in the township that it is about, by no way.
func TestAComplaintIsNotGivenToItsTownship(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.settled()
	h.must("agent", func(ctx context.Context, tx *store.Tx) error {
		now, err := tx.Ticket(ctx, id)
		if err != nil {
			return err
		}
		return only(ticket.DoTriage(ctx, tx, id, ticket.Triage{Version: now.Version, Area: township, Priority: ticket.P2, Kind: ticket.KindComplaint, Terms: h.rules.Terms, Calendar: h.rules.Calendar}))
	})
	h.refused("head", "cannot_own", pull(id))
	h.refused("supervisor", "cannot_own", h.push(id, "worker1", true))
	h.refused("agent", "cannot_own", func(ctx context.Context, tx *store.Tx) error {
		return only(ticket.OfferHandover(ctx, tx, id, h.actor("worker1").PostID, "please"))
	})
	h.must("county", pull(id))
}

// A paused ladder asks nobody; its later steps come as much later. No clock stops.
func TestAPausedLadderAsksNobody(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.await("the first offer", func() bool { return len(h.offered(id)) == 1 })
	h.settled()
	before := h.clocks(id)
	h.after(5 * time.Minute)
	h.refused("supervisor", "pause_too_long", h.rest(id, 61*time.Minute))
	h.refused("supervisor", "not_paused", resume(id))
	h.must("supervisor", h.rest(id, 40*time.Minute))
	h.refused("head", "already_paused", h.rest(id, time.Minute))
	h.settled()
	equal(t, "told of the pause", h.told(id, "paused"), []string{"head"})
	h.after(44 * time.Minute)
	h.settled()
	equal(t, "asked while it rests", h.offered(id), []string{"+0s worker1"})
	h.after(45 * time.Minute) // the end comes by itself
	h.settled()
	h.refused("head", "pause_too_long", h.rest(id, 21*time.Minute)) // of all pauses together
	h.after(54 * time.Minute)
	h.settled()
	equal(t, "asked before the step's own minute", h.offered(id), []string{"+0s worker1"})
	h.after(55 * time.Minute)
	h.await("the second step", func() bool { return len(h.offered(id)) == 2 })
	h.settled()
	equal(t, "asked", h.offered(id), []string{"+0s worker1", "+55m0s worker2"})
	equal(t, "the clocks", h.clocks(id), before)
}

// A pause that somebody ends goes on at once; an acceptance ends it as well.
func TestAPauseEndsBySomebodysWord(t *testing.T) {
	h := newHouse(t)
	ended, taken := h.call(townLine, "", invited), h.call(townLine, "", invited)
	for _, id := range []ticket.ID{ended, taken} {
		h.await("the first offer", func() bool { return len(h.offered(id)) == 1 })
		h.settled()
		h.must("supervisor", h.rest(id, 30*time.Minute))
	}
	h.after(10 * time.Minute)
	h.must("supervisor", resume(ended))
	h.must("worker1", accept(taken))
	h.refused("supervisor", "not_paused", resume(taken))
	h.after(25 * time.Minute)
	h.await("the second step, ten minutes late", func() bool { return len(h.offered(ended)) == 2 })
	h.after(40 * time.Minute)
	h.settled()
	if n := h.count(`SELECT count(*) FROM timers WHERE subject_id = $1 AND kind = 'offer'`, int64(taken)); n != 0 {
		t.Error("an accepted ticket's ladder goes on after its pause")
	}
}

// A joined ticket has no timers and never escalates; its call-back follows, and
// the other becomes as urgent. Split, it stands where it stood: a deadline that
// has passed meanwhile falls at once, and once.
func TestAJoinedTicketRestsAndASplitRestoresIt(t *testing.T) {
	h := newHouse(t)
	first := h.call(townLine, "13812345678", invited)
	h.after(10 * time.Minute)
	second := h.call(townLine, "13912345678", invited.Add(10*time.Minute))
	h.urgent(second)
	h.settled()
	before := h.clocks(second)
	h.do(act.SystemIVR, func(tx *store.Tx) error { return missed(tx, h, second) })
	h.must("agent", h.join(second, first))
	h.refused("agent", "original_not_open", h.join(first, second))
	h.settled()
	if n := h.count(`SELECT count(*) FROM timers WHERE subject_kind = 'ticket' AND subject_id = $1`, int64(second)); n != 0 {
		t.Errorf("a joined ticket has %d timers", n)
	}
	if n := h.count(`SELECT count(*) FROM callbacks WHERE ticket_id = $1 AND state = 'open'`, int64(first)); n != 1 {
		t.Errorf("the call-back did not follow: %d", n)
	}
	if got := h.texts(`SELECT priority || ' ' || due_at::text FROM tickets JOIN clocks ON ticket_id = id AND clocks.kind = 'two_hour' WHERE id = $1`, int64(first)); got[0] != "P1 2026-10-01 17:40:00+00" && got[0] != "P1 2026-10-02 01:40:00+08" {
		t.Errorf("the other is now %s", got)
	}
	h.after(3 * time.Hour)
	h.settled()
	asked, breached := len(h.offered(second)), h.told(second, "breach")
	if len(breached) != 0 {
		t.Errorf("a joined ticket breached: %v", breached)
	}
	if n := h.count(`SELECT count(*) FROM callbacks WHERE ticket_id = $1 AND outcome = 'moot'`, int64(first)); n != 0 {
		t.Error("the call-back that followed ended as moot")
	}
	h.must("agent", split(second))
	h.await("the breach", func() bool { return len(h.told(second, "breach")) > 0 })
	h.settled()
	equal(t, "the clocks", h.clocks(second), before)
	if n := h.count(`SELECT count(*) FROM timeline WHERE ticket_id = $1 AND kind = 'ticket.breached'`, int64(second)); n != 1 {
		t.Errorf("breached %d times", n)
	}
	if got := h.offered(second); len(got) <= asked {
		t.Errorf("nobody is asked after the split: %v", got)
	}
	if n := h.count(`SELECT count(*) FROM callbacks WHERE ticket_id = $1 AND state = 'open'`, int64(second)); n != 1 {
		t.Errorf("the call-back did not come back: %d", n)
	}
	h.refused("agent", "not_joined", split(second))
}

// missed makes the task to ring a ticket's caller back.
func missed(tx *store.Tx, h *house, id ticket.ID) error {
	ctx := h.t.Context()
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return err
	}
	call, err := tx.Call(ctx, t.CallID)
	if err != nil {
		return err
	}
	return ticket.AskCallback(ctx, tx, t, call, ticket.CallbackMissed, tx.Now(), h.ladder.Callback.Rules())
}

// A second matter is a ticket of its own, with its clocks from the INVITE.
func TestASecondMatterHasClocksOfItsOwn(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "13812345678", invited)
	if _, err := h.db.ReserveNumbers("node")(t.Context(), 1000); err != nil { // the numbers of calls
		t.Fatal(err)
	}
	h.after(30 * time.Minute)
	h.settled()
	h.must("agent", h.splitOff(id))
	h.must("agent", h.splitOff(id))
	made := h.texts(`SELECT id::text FROM tickets WHERE split_from = $1 ORDER BY id`, int64(id))
	if len(made) != 2 || h.count(`SELECT count(DISTINCT number) FROM tickets`) != 3 {
		t.Fatalf("split off: %v", made)
	}
	var second ticket.ID
	if _, err := fmt.Sscan(made[0], &second); err != nil {
		t.Fatal(err)
	}
	h.await("its township to be asked", func() bool { return len(h.offered(second)) > 0 })
	h.settled()
	equal(t, "asked", h.offered(second)[:1], []string{"+30m0s worker1"})
	equal(t, "its clocks", h.clocks(second), h.clocks(id))
	equal(t, "the citizen is told its number", h.told(second, "ticket_registered"), []string{"citizen"})
	h.do(act.SystemIVR, func(tx *store.Tx) error { // the call goes on to be the first one's alone
		return ticket.RaiseByKey(t.Context(), tx, id, tx.Now(), h.rules.Terms)
	})
}

// Before each promise people are warned as time goes, and once.
func TestWarningsAsTimeGoes(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited)
	h.urgent(id)
	h.settled()
	h.must("worker1", accept(id))
	warned := func() []string {
		return h.texts(`SELECT (data->>'clock') || ' ' || (data->>'percent') FROM timeline WHERE ticket_id = $1 AND kind = 'ticket.deadline_near' ORDER BY id`, int64(id))
	}
	var want []string
	for _, at := range []struct {
		after time.Duration
		what  string
	}{{time.Hour, "two_hour 50"}, {90 * time.Minute, "two_hour 75"}, {108 * time.Minute, "two_hour 90"}, {12 * time.Hour, "day 50"}, {18 * time.Hour, "day 75"}, {21*time.Hour + 36*time.Minute, "day 90"}} {
		h.after(at.after - time.Second)
		h.settled()
		equal(t, "warned a second before "+at.what, warned(), want)
		h.after(at.after)
		want = append(want, at.what)
		h.await(at.what, func() bool { return len(warned()) == len(want) })
		h.settled()
		equal(t, "warned", warned(), want)
	}
	equal(t, "told", h.told(id, "deadline_near"), []string{"worker1", "worker1", "worker1", "head", "worker1", "worker1", "worker1", "head"})
	equal(t, "told of the breach of two hours", h.told(id, "breach"), []string{"市值班台"})
	h.after(24 * time.Hour)
	h.await("the breach of a day", func() bool { return len(h.told(id, "breach")) > 1 })
	h.settled()
	equal(t, "told of both", h.told(id, "breach"), []string{"市值班台", "cityhead", "市值班台"})
}

// The 20 working days of an application are warned of when 10, 15 and 18 of them are used
// up, on the morning after, with the holiday left out and the make-up Saturday counted
// (DOMAIN 1, 41); the head hears of the last.
func TestWarningsOfTheTwentyWorkingDays(t *testing.T) {
	h := newHouse(t)
	id := h.call(townLine, "", invited) // on the evening of 1 October
	h.urgent(id)
	h.settled()
	h.must("worker1", accept(id))
	if err := h.db.InTx(t.Context(), h.actor("worker1"), func(tx *store.Tx) error {
		held, err := tx.TicketForUpdate(t.Context(), id)
		if err != nil {
			return err
		}
		if err := ticket.StopClocks(t.Context(), tx, &held, ticket.StoppedBy{Proof: ticket.ProofNoAid, Ref: uuid.NewString()}); err != nil {
			return err
		}
		return ticket.ApplicationAccepted(t.Context(), tx, &held, uuid.NewString(), 20, h.rules.Calendar)
	}); err != nil {
		t.Fatal(err)
	}
	warned := func() []string {
		return h.texts(`SELECT data->>'percent' FROM timeline WHERE ticket_id = $1 AND kind = 'ticket.deadline_near' AND data->>'clock' = 'decide' ORDER BY id`, int64(id))
	}
	var want []string
	for _, at := range []struct{ day, percent string }{{"2026-10-21", "50"}, {"2026-10-28", "75"}, {"2026-11-02", "90"}} {
		opens := ticket.Date(at.day).At(h.rules.Calendar.Opens)
		h.at(opens.Add(-time.Second))
		h.settled()
		equal(t, "warned a second before the office opens on "+at.day, warned(), want)
		h.at(opens)
		want = append(want, at.percent)
		h.await("the warning of "+at.day, func() bool { return len(warned()) == len(want) })
	}
	h.settled()
	equal(t, "warned", warned(), want)
	equal(t, "who is told", h.told(id, "deadline_near"), []string{"worker1", "worker1", "worker1", "head"})
}

// A relative of whom the ticket is about is passed over, and the relative is not named.
func TestARelativeIsPassedOver(t *testing.T) {
	h := newHouse(t)
	first := h.call(townLine, "13812345678", invited)
	h.await("the first offer", func() bool { return len(h.offered(first)) == 1 })
	h.settled()
	worker := h.actor("worker1")
	h.do(act.SystemIVR, func(tx *store.Tx) error {
		return tx.DeclareRelative(t.Context(), worker.StaffID, area.Relative{Relation: area.RelationParent, Name: "甲某", Identity: "990101199001010017"})
	})
	if _, err := h.look.Exec(t.Context(), `INSERT INTO findings (public_id, ticket_id, at, staff_id, cause, household_size, affected, needs, declared_sealed, applicant_sealed,
			id_type, id_sealed, payee_index, household_index, warnings)
		SELECT gen_random_uuid(), $1, now(), $2, 'fire', 1, 1, '[]', 'x', 'x', 'resident_id', 'x', identity_index, identity_index, '[]' FROM staff_relatives`,
		int64(first), int64(worker.StaffID)); err != nil {
		t.Fatal(err)
	}
	again := h.call(townLine, "13812345678", invited)
	h.after(3 * time.Minute) // the hold of a repeat
	h.await("the offer", func() bool { return len(h.offered(again)) > 0 })
	h.settled()
	equal(t, "asked", h.offered(again), []string{"+3m0s worker2"})
	got := h.texts(`SELECT (data->>'reason') || ' ' || (data->'skipped'->0->>'name') || ' ' || (data->'skipped'->0->>'reason') FROM timeline WHERE ticket_id = $1 AND kind = 'ticket.offer_skipped'`, int64(again))
	equal(t, "why", got, []string{"conflict_of_interest worker1 conflict_of_interest"})
	h.refused("supervisor", "conflict_of_interest", h.push(again, "worker1", true))

	// The desk is asked as a whole: its people are looked up when one of them takes it.
	h.must("head", pull(again))
	h.must("supervisor", func(ctx context.Context, tx *store.Tx) error {
		desk, err := tx.Desk(ctx, township, area.RoleWorker)
		if err != nil {
			return err
		}
		return only(ticket.Push(ctx, tx, again, desk.ID, false, "whoever is nearest"))
	})
	h.refused("worker1", "must_stand_aside", accept(again))
	if got := h.ownedBy(again); got == "worker1" {
		t.Error("the desk's offer made a relative the owner")
	}
	h.must("worker2", accept(again))
}

// Of two at one position the less loaded is asked; if they cannot come, the other.
func TestTheLessLoadedIsAskedFirst(t *testing.T) {
	h := newHouse(t)
	if _, err := h.look.Exec(t.Context(), `UPDATE shifts SET position = 1 WHERE role = 'worker'`); err != nil {
		t.Fatal(err)
	}
	first := h.call(townLine, "", invited)
	h.await("the first offer", func() bool { return len(h.offered(first)) == 1 })
	h.settled()
	loaded := h.offered(first)[0][len("+0s "):]
	other := map[string]string{"worker1": "worker2", "worker2": "worker1"}[loaded]
	h.must(loaded, accept(first))
	second := h.call(townLine, "", invited)
	h.await("the second's offer", func() bool { return len(h.offered(second)) == 1 })
	h.settled()
	equal(t, "asked", h.offered(second), []string{"+0s " + other})
	why := h.texts(`SELECT (why->>'load') || ' ' || (why->'also'->0->>'name') || ' ' || (why->'also'->0->>'load') FROM offers WHERE ticket_id = $1`, int64(second))
	equal(t, "why", why, []string{"0 " + loaded + " 1"})
	h.after(time.Minute)
	if err := h.decline(second, other); err != nil {
		t.Fatal(err)
	}
	h.await("the other to be asked", func() bool { return len(h.offered(second)) == 2 })
	h.settled()
	equal(t, "asked", h.offered(second), []string{"+0s " + other, "+1m0s " + loaded})
	h.after(2 * time.Minute)
	if err := h.decline(second, loaded); err != nil {
		t.Fatal(err)
	}
	h.await("the head, since nobody else stands on the steps before", func() bool { return len(h.offered(second)) == 3 })
	h.settled()
	equal(t, "asked", h.offered(second)[2:], []string{"+2m0s head"})
	h.after(2 * time.Hour)
	h.await("the county in its own time", func() bool { return len(h.offered(second)) == 4 })
}

// Of two at one position who knows the matter is asked before who has less in
// hand; the other is asked when they cannot come: nobody is kept out.
func TestWhoKnowsTheMatterIsAskedFirst(t *testing.T) {
	h := newLine(t)
	set := func(sql string, args ...any) {
		t.Helper()
		if _, err := h.look.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	set(`UPDATE shifts SET position = 1 WHERE role = 'worker'`)
	set(`UPDATE staff SET skills = '{"field:medical": 7, "dialect:local": 3}' WHERE login = 'worker2'`)
	set(`UPDATE staff SET skills = '{"field:medical": 4}' WHERE login = 'worker1'`)
	first := h.call(townLine, "", invited)
	h.must("supervisor", h.push(first, "worker2", true))
	for i, tt := range []struct {
		cause ticket.Cause
		asked []string
		why   string
	}{
		{ticket.CauseIllness, []string{"worker2", "worker1"}, `1 {"field:medical": 7} {"field:medical": 5} worker1 0 {"field:medical": 4}`},
		{ticket.CauseOther, []string{"worker1", "worker2"}, `0   worker2 1 `},
	} {
		id := h.call(townLine, "", invited)
		set(`UPDATE tickets SET cause = $1 WHERE id = $2`, string(tt.cause), int64(id))
		h.after(time.Duration(i+1) * 20 * time.Second)
		h.urgent(id)
		h.await("the first offer", func() bool { return len(h.offered(id)) == 1 })
		why := h.texts(`SELECT concat_ws(' ', why->>'load', coalesce(why->>'skills', ''), coalesce(why->>'wants', ''), why->'also'->0->>'name', why->'also'->0->>'load', coalesce(why->'also'->0->>'skills', ''))
			FROM offers WHERE ticket_id = $1`, int64(id))
		equal(t, string(tt.cause)+": why", why, []string{tt.why})
		if err := h.decline(id, tt.asked[0]); err != nil {
			t.Fatal(err)
		}
		h.await("the other to be asked", func() bool { return len(h.offered(id)) == 2 })
		var asked []string
		for _, o := range h.offered(id) {
			asked = append(asked, o[strings.LastIndex(o, " ")+1:])
		}
		equal(t, string(tt.cause)+": asked", asked, tt.asked)
	}
}

// After any moves an open ticket has one owner who may own it and a pending
// timer, and a joined one has none.
func TestNoMoveLosesATicket(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			h := newHouse(t)
			dice := rand.New(rand.NewPCG(seed, 20104332))
			ids := []ticket.ID{h.call(townLine, "13812345678", invited), h.call(townLine, "13912345678", invited), h.call(countyLine, "13712345678", invited)}
			people := []string{"worker1", "worker2", "head", "county", "cityduty", "agent", "supervisor"}
			now, done := time.Duration(0), map[string]int{}
			for range 60 {
				id, who := ids[dice.IntN(len(ids))], people[dice.IntN(len(people))]
				to, p := people[dice.IntN(len(people))], ticket.Priorities()[dice.IntN(2)]
				moves := []struct {
					name string
					do   move
				}{{"accept", accept(id)}, {"return", h.giveBack(id)}, {"pull", pull(id)}, {"push", h.push(id, to, false)}, {"force", h.push(id, to, true)},
					{"pause", h.rest(id, time.Duration(1+dice.IntN(10))*time.Minute)}, {"resume", resume(id)}, {"join", h.join(id, ids[dice.IntN(len(ids))])},
					{"split", split(id)}, {"split", split(id)}, {"triage", h.triageTo(id, township, p)}}
				m := moves[dice.IntN(len(moves))]
				err := h.try(who, m.do)
				switch {
				case err == nil:
					done[m.name]++
				case !slices.ContainsFunc([]error{act.ErrRefused, act.ErrInvalid, act.ErrNotFound, act.ErrConflict}, func(kind error) bool { return errors.Is(err, kind) }):
					t.Fatalf("%s by %s: %v", m.name, who, err)
				}
				now += time.Duration(dice.IntN(20)) * time.Minute
				h.after(now)
				h.settled()
				h.whole(m.name)
			}
			t.Logf("done: %v", done)
		})
	}
}

// whole checks what must hold of every ticket at any time.
func (h *house) whole(after string) {
	h.t.Helper()
	lost := h.texts(`SELECT t.id::text || ' ' || t.status || ' of ' || p.role FROM tickets t JOIN posts p ON p.id = t.owner_id WHERE t.status NOT IN ('closed', 'duplicate') AND (
		NOT EXISTS (SELECT 1 FROM timers r WHERE r.subject_kind = 'ticket' AND r.subject_id = t.id)
		OR t.status IN ('new', 'triaged', 'offered', 'reopened') AND NOT EXISTS (SELECT 1 FROM timers r WHERE r.subject_kind = 'ticket' AND r.subject_id = t.id
			AND r.kind IN ('route', 'offer', 'repeat', 'agent', 'resume')))`)
	if len(lost) > 0 {
		h.t.Fatalf("after %s nothing would ever wake: %v\n%s", after, lost, h.timeline())
	}
	ghosts := h.texts(`SELECT t.id::text || ' ' || r.kind FROM tickets t JOIN timers r ON r.subject_kind = 'ticket' AND r.subject_id = t.id WHERE t.status = 'duplicate'`)
	if len(ghosts) > 0 {
		h.t.Fatalf("after %s a joined ticket still has timers: %v", after, ghosts)
	}
	if n := h.count(`SELECT count(*) FROM tickets t WHERE t.status NOT IN ('closed', 'duplicate', 'new', 'triaged', 'offered', 'reopened') AND EXISTS (
		SELECT 1 FROM offers o WHERE o.ticket_id = t.id AND o.ended_at IS NULL AND o.post_id = t.owner_id)`); n > 0 {
		h.t.Fatalf("after %s an owner is asked to accept what is theirs", after)
	}
}
