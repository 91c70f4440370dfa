package faults

import (
	"context"
	"slices"
	"testing"
	"time"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/test/city"
)

// drive is an activity that passes a step. It has the program die there,
// starts it again and does what a client would do then.
type drive struct {
	name string
	do   func(h *house, step failpoint.Name)
}

// story is a way of money through all its acts, each of which passes a step before
// its commit and one after. The program dies at both, and the act is sent again.
type story struct {
	name  string
	steps []failpoint.Name
	do    func(*house)
}

var (
	dyingPayout  = []failpoint.Name{failpoint.PayoutBeforeCommit, failpoint.PayoutAfterCommit}
	dyingReceipt = []failpoint.Name{failpoint.ReceiptBeforeCommit, failpoint.ReceiptAfterCommit}
	dyingAdvance = []failpoint.Name{failpoint.AdvanceBeforeCommit, failpoint.AdvanceAfterCommit}
	dyingFinance = []failpoint.Name{failpoint.FinanceBeforeCommit, failpoint.FinanceAfterCommit}

	stories = []story{
		{"one person's cash", slices.Concat(dyingPayout, dyingReceipt), aloneInCash},
		{"three people's cash", slices.Concat(dyingPayout, dyingReceipt), sharedInCash},
		{"out of an advance", slices.Concat(dyingAdvance, dyingPayout, dyingReceipt), outOfAnAdvance},
		{"in goods", slices.Concat(dyingPayout, dyingReceipt), inGoods},
		{"by bank", slices.Concat(dyingFinance, dyingPayout), byBank},
	}
)

// The drives of every other step, in four cities so that they run side by side.
var (
	onTheLine = map[failpoint.Name][]drive{
		failpoint.InviteBeforeOpen:   {{"call", callRetried}},
		failpoint.IntakeBeforeCommit: {{"call", callRetried}},
		failpoint.IntakeAfterCommit:  {{"call", callRetried}, {"call given up", callGivenUp}},
		failpoint.JournalAfterSync:   {{"call", journaledRetried}, {"call given up", journaledGivenUp}},
		failpoint.ReplayAfterCommit:  {{"call", replayed}},
		failpoint.CallAfterAnswer:    {{"call", cutOff}},
		failpoint.CallBeforeEnd:      {{"call", cutOffAtItsEnd}},
		failpoint.RelayAfterPublish:  {{"call", callRetried}},
	}
	behindIt = map[failpoint.Name][]drive{
		failpoint.TimerAfterClaim:    {{"call", callsUntilKilled}, {"deadline", deadline}},
		failpoint.TimerBeforeCommit:  {{"call", callRetried}, {"deadline", deadline}},
		failpoint.TimerAfterCommit:   {{"call", callRetried}, {"deadline", deadline}},
		failpoint.NoticeBeforeSend:   {{"first", told("")}, {"second", told(":2")}},
		failpoint.NoticeAfterSend:    {{"first", told("")}, {"second", told(":2")}},
		failpoint.AcceptBeforeCommit: {{"acceptance", accepted}},
	}
	withAgents = map[failpoint.Name][]drive{ // on the line's real flow
		failpoint.HappenedBeforeCommit:    {{"conversation", conversed(":3")}},
		failpoint.RecordingBeforeRegister: {{"conversation", recordedAt}},
		failpoint.RecordingAfterRegister:  {{"conversation", recordedAt}},
		failpoint.CallbackBeforeDial:      {{"call-back", calledBack}},
	}
	withABank = map[failpoint.Name][]drive{ // that the program speaks to
		failpoint.BankBeforeSend:   {{"never reaches it", sentToBank("", sound)}},
		failpoint.BankAfterSend:    {{"has reached it", sentToBank("", sound)}},
		failpoint.BankAfterAsk:     {{"asked", sentToBank("", cutOffAnswer)}},
		failpoint.BankAfterFetch:   {{"return", sentToBank("", sound)}},
		failpoint.RunBeforeCommit:  {{"run", runCarriedOut}},
		failpoint.RunAfterCommit:   {{"run", runCarriedOut}},
		failpoint.BankBeforeCommit: {{"taken", sentToBank("", sound)}, {"answered", sentToBank(":2", sound)}},
	}
)

// kill -9 at every named step, then the promises.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, step := range failpoint.All() {
		told := slices.ContainsFunc(stories, func(s story) bool { return slices.Contains(s.steps, step) })
		if len(onTheLine[step])+len(behindIt[step])+len(withAgents[step])+len(withABank[step]) == 0 && !told {
			t.Errorf("no activity of this test passes the step %s", step)
		}
	}
	for name, drives := range map[string]map[failpoint.Name][]drive{"line": onTheLine, "dispatch": behindIt, "agents": withAgents, "money": withABank} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var options []city.Option
			if name == "agents" { // who are called back over a trunk that never answers
				options = append(options, realFlow(t), city.Setting("outbound: {trunk: test, proxy: \"127.0.0.1:9\"}"))
			}
			var bank *bankOfTheCity
			if name == "money" {
				bank = newBank(t)
				options = append(options, city.Section(bank.settings()))
			}
			h := newHouse(t, options...)
			h.bank = bank
			h.Serve()
			for _, step := range failpoint.All() {
				for _, d := range drives[step] {
					t.Run(string(step)+"/"+d.name, func(t *testing.T) {
						h.within(t)
						d.do(h, step)
						h.promises()
					})
				}
			}
			if name != "money" {
				return
			}
			for _, s := range stories {
				t.Run(s.name, func(t *testing.T) {
					h.within(t)
					s.do(h)
					h.promises()
				})
			}
		})
	}
}

// callRetried calls; the trunk hears nothing final and sends its INVITE again.
func callRetried(h *house, step failpoint.Name) {
	p := h.phone()
	h.killAt(step, "", func() { h.callBriefly(p) })
	h.Serve()
	p.complete()
	h.offered(h.ticketOf(p.callID), 1)
}

// callBriefly calls and hangs up as soon as the line has answered: a call that
// no agent has answered is put to the ladder when it ends. It returns when the
// call is over or the program is dead.
func (h *house) callBriefly(p *phone) {
	p.invite()
	h.Until("the program dies or the call is over", func() bool { return died(h.Process()) || p.leave() })
}

// callsUntilKilled calls until a timer comes by the index rather than by the
// sweep, which now and then is sooner.
func callsUntilKilled(h *house, step failpoint.Name) {
	var calls []*phone
	h.killAt(step, "", func() {
		for !died(h.Process()) {
			p := h.phone()
			calls = append(calls, p)
			h.callBriefly(p)
			h.Until("the program dies or the ticket is offered", func() bool {
				return died(h.Process()) || h.known()[p.callID] && len(h.OfferedTo(h.ticketOf(p.callID))) > 0
			})
		}
	})
	h.Serve()
	for _, p := range calls {
		p.complete()
		h.offered(h.ticketOf(p.callID), 1)
	}
}

// callGivenUp is a caller who does not try again: the ticket is there all the same.
func callGivenUp(h *house, step failpoint.Name) {
	p := h.phone()
	h.killAt(step, "", p.invite)
	h.Serve()
	h.offered(h.ticketOf(p.callID), 1)
}

// journaledRetried dies with the call on the local disk only, starts with the
// database still away and takes the same call again from the journal.
func journaledRetried(h *house, step failpoint.Name) {
	p := journaled(h, step)
	p.complete()
	h.databaseBack()
	h.Until("the call is replayed", func() bool { return h.known()[p.callID] })
}

// journaledGivenUp dies with the call on the local disk only, and nobody calls again.
func journaledGivenUp(h *house, step failpoint.Name) {
	p := journaled(h, step)
	h.databaseBack()
	h.Until("the call is replayed", func() bool { return h.known()[p.callID] })
	h.offered(h.ticketOf(p.callID), 1)
}

func journaled(h *house, step failpoint.Name) *phone {
	h.T.Helper()
	h.running()
	h.phone().complete() // the node has a block of numbers from now on
	h.databaseAway()
	p := h.phone()
	h.killAt(step, "", p.invite)
	h.Serve()
	return p
}

// replayed dies when the journal's calls are in the database and still in the journal.
func replayed(h *house, step failpoint.Name) {
	h.running()
	h.databaseAway()
	first, second := h.phone(), h.phone()
	h.killAt(step, "", func() {
		first.complete()
		second.complete()
		h.databaseBack()
	})
	h.Serve()
	h.Until("both calls are there", func() bool { known := h.known(); return known[first.callID] && known[second.callID] })
}

func cutOff(h *house, step failpoint.Name) {
	p := h.phone()
	h.killAt(step, "", func() { p.connect() })
	h.Serve()
	h.offered(h.ticketOf(p.callID), 1)
}

func cutOffAtItsEnd(h *house, step failpoint.Name) {
	p := h.phone()
	h.killAt(step, "", func() {
		a := p.connect()
		p.send("BYE", "z9hG4bK"+p.callID, a.tag, 2, "", "")
	})
	h.Serve()
	h.offered(h.ticketOf(p.callID), 1)
}

// told dies around a message to somebody.
func told(pass string) func(*house, failpoint.Name) {
	return func(h *house, step failpoint.Name) {
		p := h.phone()
		h.killAt(step, pass, func() { h.callBriefly(p) })
		h.Exec(`UPDATE deliveries SET send_deadline = clock_timestamp() WHERE state = 'sending'`) // the claim of the dead is over
		h.Serve()
		p.complete()
		h.Until("the offer is sent", func() bool { return len(h.Gateway.Sent(h.ticketOf(p.callID)+"，")) == 1 })
	}
}

// deadline dies while everything of two hours falls due at once.
func deadline(h *house, step failpoint.Name) {
	h.running()
	p := h.phone()
	p.complete()
	number := h.ticketOf(p.callID)
	h.offered(number, 1)
	h.killAt(step, "", func() {
		for !died(h.Process()) { // the sweep may be sooner than the index; every two hours there is more to fire
			h.Advance(2*time.Hour + time.Minute)
			h.Until("it fires", func() bool { return died(h.Process()) || h.overdue() == 0 })
		}
	})
	h.Serve()
	h.offered(number, 4) // second worker, head and county as well
	h.Until("the county is told of the two hours", func() bool {
		return h.Count(`SELECT count(*) FROM timeline l JOIN tickets t ON t.id = l.ticket_id WHERE t.number = $1 AND l.kind = 'ticket.rose'`, number) == 1
	})
}

// overdue is how many timers are due and still to be fired.
func (h *house) overdue() int {
	h.T.Helper()
	return h.Count(`SELECT count(*) FROM timers WHERE due_at <= app_now()`)
}

func (h *house) databaseAway() {
	h.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := h.Servers.Postgres.Stop(ctx); err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(h.databaseBack)
}

func (h *house) databaseBack() {
	h.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := h.Servers.Postgres.Start(ctx); err != nil {
		h.T.Fatal(err)
	}
}
