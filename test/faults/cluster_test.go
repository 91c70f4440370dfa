package faults

import (
	"slices"
	"testing"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/softphone"
	"example.org/hotline/test/agent"
	"example.org/hotline/test/city"
)

// cluster is a city of two nodes that know one another.
func cluster(t *testing.T, options ...city.Option) (h *house, b *city.City) {
	t.Helper()
	h = newHouse(t, append([]city.Option{city.Pair(), realFlow(t)}, options...)...)
	h.Serve()
	b = h.Twin()
	b.Serve()
	return h, b
}

// The caller is on one node, the agent at the other: both hear one another, the
// agent holds, consults and transfers to a colleague at the caller's node, who
// transfers back; a supervisor of the other node listens.
func TestClusterConversation(t *testing.T) {
	t.Parallel()
	h, b := cluster(t)
	one := h.sitDown(b, "agent1", oneHz)
	citizen := h.citizen(h.City, agent.Tone(citizenHz, 10*time.Minute))
	call := one.Accept()
	h.hears("the citizen", &citizen.Ears, oneHz)
	h.hears("the agent", &one.Ears, citizenHz)
	one.Do(ivr.VerbHold)
	one.Told(ivr.CallHolding)
	h.hearsMusic(&citizen.Ears)
	one.Do(ivr.VerbResume)
	h.hears("the citizen", &citizen.Ears, oneHz)
	h.hears("the agent", &one.Ears, citizenHz)

	boss := h.sitDown(b, "supervisor", bossHz)
	boss.Ask(softphone.Request{Type: "supervise", Call: string(call.Call), Mode: acd.JoinListen})
	h.Until("the supervisor hears both", func() bool { return boss.HearsBoth(citizenHz, oneHz) })
	h.hears("the citizen", &citizen.Ears, oneHz) // and not the supervisor
	boss.Ask(softphone.Request{Type: "supervise", Call: string(call.Call), Mode: acd.JoinLeave})

	two := h.sitDown(h.City, "agent2", twoHz)
	boss.Ask(softphone.Request{Type: "watch", On: true})
	boss.SeesSeat("agent2", "is known at the other node", func(a acd.Agent) bool { return a.Node == h.NodeID() && a.State == acd.StateIdle })
	one.Do(ivr.VerbConsult, ivr.Target{Kind: ivr.TargetAgent, Login: "agent2"})
	two.Accept()
	h.hears("the colleague", &two.Ears, oneHz)
	h.hearsMusic(&citizen.Ears)
	one.Do(ivr.VerbTransfer)
	h.hears("the citizen", &citizen.Ears, twoHz)
	h.hears("the colleague", &two.Ears, citizenHz)
	one.WriteUp()

	two.Do(ivr.VerbTransfer, ivr.Target{Kind: ivr.TargetAgent, Login: "agent1"})
	one.Accept()
	h.hears("the citizen", &citizen.Ears, oneHz)
	h.hears("the agent", &one.Ears, citizenHz)
	two.WriteUp()
	if _, err := citizen.HangUp(); err != nil {
		t.Error(err)
	}
	one.WriteUp()
	h.part()
	h.promises()
}

// kill -9 of the node that has the callers: the other's calls live on, the
// agents of the dead one come back by themselves at the other, and its waiting
// callers have tickets and call-backs.
func TestClusterCallersNodeKilled(t *testing.T) {
	t.Parallel()
	front := newBalancer(t)
	h, b := cluster(t, city.Origin(front.url()))
	front.prefer(h.City, b)
	voice := agent.Tone(citizenHz, 10*time.Minute)
	n, _ := rounds(t)
	for range max(1, n/3) {
		two := h.sitDown(b, "agent2", twoHz, func(o *agent.Options) { o.Origin = front.url() })
		alive := h.citizen(b, voice)
		two.Accept()
		one := h.sitDown(h.City, "agent1", oneHz, func(o *agent.Options) { o.URL = front.url() })
		before := h.Count(`SELECT count(*) FROM callbacks`)
		lost := h.citizen(h.City, voice)
		one.Accept()
		h.hears("the citizen of the node that dies", &lost.Ears, oneHz)
		waiting := h.inQueue(h.City, 3)
		ids := h.callIDs(waiting)

		h.kill()
		h.hears("the other node's citizen", &alive.Ears, twoHz)
		h.hears("the other node's agent", &two.Ears, citizenHz)
		one.SitsAt(b.NodeID())
		next := h.citizen(b, voice)
		one.Accept()
		h.hears("the next citizen", &next.Ears, oneHz)
		h.hears("the agent who came back", &one.Ears, citizenHz)
		h.hears("the other node's citizen", &alive.Ears, twoHz)

		for _, id := range ids {
			h.Until("a caller who was waiting has a ticket, an end and a call-back", func() bool {
				return h.Count(`SELECT count(*) FROM calls c JOIN tickets t ON t.call_id = c.id JOIN callbacks b ON b.call_id = c.id
					WHERE c.id::text = $1 AND c.end_reason = 'node_lost' AND b.origin = 'missed' AND b.state = 'open'`, id) == 1
			})
		}
		if n := h.Count(`SELECT count(*) FROM callbacks`) - before; n != len(waiting) {
			t.Errorf("%d call-backs for %d callers who waited", n, len(waiting))
		}
		h.Serve()
		h.part()
		one.WriteUp()
		two.WriteUp()
		one.Leave()
		two.Leave()
		h.promises()
	}
}

// kill -9 of the node that has the agent: the citizen of the other hears music,
// is the first in the queue and answered by a colleague; the agent is back when
// the node is, and serves whoever is next.
func TestClusterAgentsNodeKilled(t *testing.T) {
	t.Parallel()
	h, b := cluster(t)
	boss := h.watcher(h.City)
	voice := agent.Tone(citizenHz, 10*time.Minute)
	n, _ := rounds(t)
	for range max(1, n/3) {
		two := h.sitDown(b, "agent2", twoHz)
		first := h.citizen(h.City, voice)
		call := two.Accept()
		h.hears("the citizen", &first.Ears, twoHz)
		one := h.sitDown(h.City, "agent1", oneHz)
		other := h.citizen(h.City, nil)
		one.Accept()
		next := h.inQueue(h.City, 1)[0]

		b.Process().Kill()
		h.hearsMusic(&first.Ears)
		h.Until("the agent is given up", func() bool {
			return h.Count(`SELECT count(*) FROM call_events WHERE call_id::text = $1 AND kind = 'agent_lost'`, string(call.Call)) > 0
		})
		// A citizen is kept some seconds for an agent who may come back; one whose node is dead does not.
		boss.Sees("that the agent is gone", func(b acd.Board) bool {
			return !slices.ContainsFunc(b.Agents, func(a acd.Agent) bool { return a.Login == "agent2" })
		})
		h.hangUp(other)
		one.Is(acd.StateWrapUp)
		one.Ask(softphone.Request{Type: "wrap_up_done"})
		if o := one.Rings(); o.Call != call.Call {
			t.Errorf("offered %+v before the citizen who lost their agent, call %s", o, call.Call)
		}
		one.Accept()
		h.hears("the citizen", &first.Ears, oneHz)
		h.hears("the colleague", &one.Ears, citizenHz)
		h.hearsMusic(&next.Ears)

		b.Serve()
		two.Accept()
		h.hears("the next citizen", &next.Ears, twoHz)
		h.hears("the citizen", &first.Ears, oneHz)
		h.part()
		one.WriteUp()
		two.WriteUp()
		one.Leave()
		two.Leave()
		h.promises()
	}
}
