package faults

import (
	"time"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ivr/softphone"
	"example.org/hotline/test/agent"
)

// meet lets a citizen and agent1 talk until the program dies or the citizen has hung up.
func (h *house) meet() (*agent.Agent, *agent.Citizen) {
	h.T.Helper()
	one := h.sitDown(h.City, "agent1", oneHz, func(o *agent.Options) { o.Answer, o.Quick = true, true })
	citizen := h.citizen(h.City, agent.Tone(citizenHz, 10*time.Minute))
	h.Until("they talk, or the program has died", func() bool { return died(h.Process()) || citizen.Hears(oneHz) && one.Hears(citizenHz) })
	h.part()
	return one, citizen
}

// conversed dies in the middle of what a conversation writes down.
func conversed(pass string) func(*house, failpoint.Name) {
	return func(h *house, step failpoint.Name) {
		var one *agent.Agent
		var citizen *agent.Citizen
		h.killAt(step, pass, func() { one, citizen = h.meet() })
		h.Serve()
		h.Until("the call has its end", func() bool {
			return h.Count(`SELECT count(*) FROM calls WHERE sip_call_id = $1 AND end_reason IS NOT NULL`, citizen.CallID()) == 1
		})
		one.Leave()
	}
}

// recordedAt dies when the recordings of a conversation are closed: they are all
// in the table afterwards, and play.
func recordedAt(h *house, step failpoint.Name) {
	var one *agent.Agent
	var citizen *agent.Citizen
	h.killAt(step, "", func() { one, citizen = h.meet() })
	h.Serve()
	h.Until("both recordings are in the table", func() bool {
		return h.Count(`SELECT count(*) FROM recordings r JOIN calls c ON c.id = r.call_id WHERE c.sip_call_id = $1 AND r.state IN ('complete', 'cut_off')`,
			citizen.CallID()) == 2
	})
	for _, r := range h.recordings(2) {
		if len(r.sides()[0]) == 0 {
			h.T.Errorf("the recording of %s does not play", r.leg)
		}
	}
	one.Leave()
}

// calledBack dies when an agent has claimed a call-back and nobody is rung yet:
// the task is there, not tried, and once only.
func calledBack(h *house, step failpoint.Name) {
	h.running()
	missed := h.phone()
	a := missed.connect()
	missed.hangUp(a.tag)
	var task string
	h.Until("who was missed is to be called back", func() bool {
		return h.TryQuery(`SELECT b.public_id::text FROM callbacks b JOIN calls c ON c.id = b.call_id WHERE c.sip_call_id = $1`, []any{missed.callID}, &task) == nil
	})
	var one *agent.Agent
	h.killAt(step, "", func() {
		one = h.sitDown(h.City, "agent1", oneHz)
		one.TryAsk(softphone.Request{Type: "call_back", Task: task})
	})
	h.Serve()
	if n := h.Count(`SELECT count(*) FROM callbacks WHERE public_id::text = $1 AND state IN ('open', 'claimed') AND tries = 0`, task); n != 1 {
		h.T.Error("the call-back is gone, or counts as tried")
	}
	one.Leave()
}
