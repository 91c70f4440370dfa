package ivr_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/caller"
)

// callsEnv asks for another number of calls than the 500 of a usual run.
const callsEnv = "HOTLINE_TEST_CALLS"

// Callers who hang up at any moment, before or after the answer, while agents do
// whatever their desks can do: as many tickets as calls, and nothing is left: no
// port, no file, no place in a queue, no agent in a conversation, no recording, no
// telephone. Goroutines are TestMain's to count.
func TestCallsHungUpAtRandomLeaveNothing(t *testing.T) {
	calls := 500
	if text := os.Getenv(callsEnv); text != "" {
		var err error
		if calls, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	c := open(t, func(cfg *ivr.Config, _ *ivr.Deps) {
		cfg.RingDelay, cfg.PortRest, cfg.MediaTimeout = 50*time.Millisecond, 10*time.Millisecond, patience
	})
	c.log.set(func() { c.log.unique = true })
	ports, files := c.Stats().FreePorts, openFiles(t)
	c.out.duty["county"] = []ivr.Contact{{Staff: 6, Name: "county duty", Phone: "+8613900000006"}}
	phones := &exchangeCrowd{t: t}
	for _, number := range []string{"119", "120", "+8613900000006", "+8613900000077"} {
		phones.answer(c.out.phone(number))
	}
	var desks []*desk
	for id := range area.StaffID(6) {
		desks = append(desks, c.signOn(10+id, "desk"+strconv.Itoa(int(id)), anHz))
	}
	over := make(chan struct{})
	var work sync.WaitGroup
	for _, d := range desks {
		d.answerAll()
		work.Go(func() { d.fumble(over, desks) })
	}
	callAtRandom(t, c, calls)
	for _, l := range c.log.allEnded(t, calls) {
		if len(l.ended) != 1 {
			t.Errorf("call %s ended %v", l.call.ID, l.ended)
		}
	}
	close(over)
	work.Wait()
	phones.stop()

	await(t, "the places to be given up", func() bool { return len(c.hub.Board().Callers) == 0 })
	for _, d := range desks {
		await(t, d.login+" to be free", func() bool {
			s := d.seat.Agent().State
			return s != acd.StateTalking && s != acd.StateRinging
		})
	}
	for _, tape := range c.tapes.all() {
		if n := tape.ended.Load(); n != 1 {
			t.Errorf("%s of call %s ended %d times", tape.ID(), tape.meta.Call, n)
		}
	}
	await(t, "the ports to be given back", func() bool { s := c.Stats(); return s.Live == 0 && s.FreePorts == ports })
	await(t, "the files to be closed", func() bool { return openFiles(t) <= files })
	if len(c.Live()) != 0 {
		t.Errorf("live calls: %+v", c.Live())
	}
}

// callAtRandom places calls, 25 at once, each of which ends at some moment.
func callAtRandom(t *testing.T, c *centre, calls int) {
	t.Helper()
	turns := make(chan int, calls)
	for n := range calls {
		turns <- n
	}
	close(turns)
	var crowd sync.WaitGroup
	for range 25 {
		crowd.Go(func() {
			for n := range turns {
				o := caller.Options{Target: "12349@" + c.udp().String(), From: "138" + strconv.Itoa(10000000+n), HangupAfter: 1 + rand.N(1500*time.Millisecond)}
				if n%8 == 0 {
					o.CancelAfter = 1 + rand.N(100*time.Millisecond)
				}
				if n%3 == 0 {
					o.Digits = []caller.Press{{After: rand.N(time.Second), Key: rune("1239"[rand.N(4)])}}
				}
				ctx, cancel := context.WithTimeout(context.Background(), patience)
				if _, err := caller.Dial(ctx, o); err != nil {
					t.Errorf("call %d: %v", n, err)
				}
				cancel()
			}
		})
	}
	crowd.Wait()
}

// fumble does whatever a desk can do, until over.
func (d *desk) fumble(over chan struct{}, desks []*desk) {
	verbs := []ivr.AgentVerb{ivr.VerbHold, ivr.VerbResume, ivr.VerbKey, ivr.VerbConsult, ivr.VerbConsult, ivr.VerbConsultEnd, ivr.VerbSwap,
		ivr.VerbTransfer, ivr.VerbConference, ivr.VerbRecordPause, ivr.VerbRecordResume, ivr.VerbHangUp}
	for {
		select {
		case <-over:
			return
		case <-time.After(rand.N(150 * time.Millisecond)):
		}
		d.seat.WrapUpDone()
		other := desks[rand.N(len(desks))]
		targets := []ivr.Target{{Kind: ivr.TargetAgent, Agent: other.id, Login: other.login}, {Kind: ivr.TargetQueue, Queue: "aid"}, {Kind: ivr.TargetStaff, Login: "worker"},
			{Kind: ivr.TargetDuty, Duty: "county"}, {Kind: ivr.TargetEmergency, Name: "120"}, {Kind: ivr.TargetStaff, Login: "nobody"}}
		select {
		case d.commands <- ivr.AgentCommand{Verb: verbs[rand.N(len(verbs))], Key: '5', Target: targets[rand.N(len(targets))]}:
		default: // nobody reads: the desk is free
		}
		select {
		case d.present <- rand.N(4) > 0:
		default:
		}
	}
}

// exchangeCrowd answers telephones and hangs up after a while.
type exchangeCrowd struct {
	t    *testing.T
	work sync.WaitGroup
	over chan struct{}
	once sync.Once
	mu   sync.Mutex
	legs []*phoneLeg
}

func (x *exchangeCrowd) answer(line chan *phoneLeg) {
	x.once.Do(func() { x.over = make(chan struct{}) })
	x.work.Go(func() {
		for {
			leg := newPhoneLeg(x.t, phoneHz)
			select {
			case <-x.over:
				leg.silence()
				return
			case line <- leg:
			}
			x.mu.Lock()
			x.legs = append(x.legs, leg)
			x.mu.Unlock()
			select {
			case <-x.over:
			case <-leg.hungUp:
				leg.silence()
			case <-time.After(rand.N(2 * time.Second)):
				leg.leave()
			}
		}
	})
}

func (x *exchangeCrowd) stop() {
	close(x.over)
	x.work.Wait()
}

// openFiles counts the files and sockets of this process.
func openFiles(t *testing.T) int {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}
