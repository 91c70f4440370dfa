package notify_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"example.org/hotline/dispatch/notify"
	"example.org/hotline/ticket"
)

// exchange is the line's own calls: who was rung, and how each call ends.
type exchange struct {
	mu   sync.Mutex
	rang []notify.Message
	ends func(nth int) (notify.VoiceOutcome, error)
}

func (x *exchange) Ring(_ context.Context, m notify.Message) (notify.VoiceOutcome, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.rang = append(x.rang, m)
	return x.ends(len(x.rang))
}

func (x *exchange) numbers() (list []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, m := range x.rang {
		list = append(list, m.Address)
	}
	slices.Sort(list)
	return list
}

// hasty is the channel with its minutes made short.
type hasty struct{ notify.Voice }

func (h hasty) Again(attempt int) (time.Duration, bool) {
	after, more := h.Voice.Again(attempt)
	return after / 1000, more
}

func answers(outcome notify.VoiceOutcome, err error) func(int) (notify.VoiceOutcome, error) {
	return func(int) (notify.VoiceOutcome, error) { return outcome, err }
}

// newP1 is the house with its ticket raised to P1.
func newP1(t *testing.T, caller string) *house {
	h := newHouse(t, caller)
	h.exec(`UPDATE tickets SET priority = 'P1'`)
	return h
}

// An offer rings, beside its message, and the alarm number does; nothing else: no
// telling, no citizen.
func TestOnlyOffersRing(t *testing.T) {
	h := newP1(t, "13812345678")
	x := &exchange{ends: answers(notify.VoiceAccepted, nil)}
	_, sms := newGateway(t, takes)
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Urgent: true, Epoch: 1, Voidable: true})
	h.notice(ticket.Notice{Post: h.post("county1"), Template: "breach", Urgent: true})
	h.notice(ticket.Notice{Citizen: true, Template: "accepted_citizen", Urgent: true})
	h.notice(ticket.Notice{Alarm: true, Template: "loop_alarm", Urgent: true, Epoch: 1, Voidable: true})
	h.notifier(sms, hasty{notify.Voice{Phone: x}})
	h.ends(ticket.DeliverySent, 7) // five messages, two of them to the citizen, and two calls
	if got := x.numbers(); !slices.Equal(got, []string{"+8619900000001", alarm}) {
		t.Errorf("rang %q", got)
	}
	if n := h.count(`SELECT count(*) FROM deliveries WHERE channel = 'voice' AND provider_id = 'accepted'`); n != 2 {
		t.Error("how the call ended is not on its delivery")
	}
	for _, m := range x.rang {
		if (m.Login == "worker1") == (m.Address == alarm) || m.Ticket == "" || m.Fields["number"] != "77" {
			t.Errorf("rang with %+v", m)
		}
	}
}

// DOMAIN 0a.4: who does not answer is rung three times, and then it is known.
func TestATelephoneIsRungThreeTimes(t *testing.T) {
	for name, c := range map[string]struct {
		ends  func(int) (notify.VoiceOutcome, error)
		state ticket.DeliveryState
		rings int
	}{
		"never answered": {answers("", fmt.Errorf("nobody: %w", notify.ErrNotSent)), ticket.DeliveryDead, 3},
		"at the second ring": {func(nth int) (notify.VoiceOutcome, error) {
			if nth < 2 {
				return "", notify.ErrNotSent
			}
			return notify.VoiceDeclined, nil
		}, ticket.DeliverySent, 2},
		"no number of ours": {answers("", notify.ErrRejected), ticket.DeliveryFailed, 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := newP1(t, "")
			x := &exchange{ends: c.ends}
			h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Urgent: true, Epoch: 1, Voidable: true})
			h.notifier(hasty{notify.Voice{Phone: x}})
			h.ends(c.state, 1)
			if n := len(x.numbers()); n != c.rings {
				t.Errorf("rang %d times, want %d", n, c.rings)
			}
		})
	}
	for attempt, want := range map[int]bool{1: true, 2: true, 3: false} {
		if after, more := (notify.Voice{}).Again(attempt); more != want || after != time.Minute {
			t.Errorf("after ring %d: %v, %v", attempt, after, more)
		}
	}
}

// Somebody has accepted after the first ring: the rest of the ringing is void.
func TestNobodyIsRungForWhatIsAccepted(t *testing.T) {
	h := newP1(t, "")
	x := &exchange{ends: func(int) (notify.VoiceOutcome, error) {
		h.exec(`UPDATE tickets SET epoch = 9`)
		return "", notify.ErrNotSent
	}}
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Urgent: true, Epoch: 1, Voidable: true})
	h.notifier(hasty{notify.Voice{Phone: x}})
	h.ends(ticket.DeliveryVoid, 1)
	if n := len(x.numbers()); n != 1 {
		t.Errorf("rang %d times", n)
	}
}

// A node that has no telephone makes the deliveries all the same: another rings.
func TestAnotherNodeRings(t *testing.T) {
	h := newP1(t, "")
	x := &exchange{ends: answers(notify.VoiceTaken, nil)}
	_, sms := newGateway(t, func(string, int) (int, bool) { return http.StatusOK, true })
	both := []string{"sms", "voice"}
	h.notice(ticket.Notice{Post: h.post("worker1"), Template: "offer", Urgent: true, Epoch: 1, Voidable: true})
	if n, err := h.db.ExpandNotices(t.Context(), ticket.Reach{Channels: both}, 10); err != nil || n != 1 {
		t.Fatalf("expanded %d (%v)", n, err)
	}
	h.notifier(sms)
	h.notifier(hasty{notify.Voice{Phone: x}})
	h.ends(ticket.DeliverySent, 2)
	if len(x.numbers()) != 1 {
		t.Error("nobody was rung")
	}
}
