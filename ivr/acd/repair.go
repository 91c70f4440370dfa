package acd

import "slices"

// Reap removes what a dead node held: its callers leave, its agents are signed
// off, and agents elsewhere who were in its calls go into wrap-up.
func (tx *Tx) Reap(node string) {
	for _, c := range tx.callersThat(func(c Caller) bool { return c.Node == node }) {
		tx.Leave(c.Call, LeftNodeLost)
	}
	for _, a := range tx.agentsThat(func(a Agent) bool { return a.Node == node }) {
		if a, ok := tx.Agent(a.ID); ok {
			tx.Drop(a)
		}
	}
	for _, a := range tx.agentsThat(func(a Agent) bool { return a.CallNode == node && a.Call != "" }) {
		tx.part(a, EndedCallerLeft)
	}
}

// Drop removes an agent with their node, or one whose node knows no seat of
// theirs. A caller they were rung for waits on; one they talked with is put back
// by the call's own node when the leg breaks.
func (tx *Tx) Drop(a Agent) {
	if a.State == StateRinging {
		tx.stopRinging(a, SeatWithdraw, EndedAway, 0)
		known, ok := tx.Agent(a.ID)
		if !ok {
			return
		}
		a = known
	}
	tx.dropAgent(a)
}

// Repair mends what does not fit together after the state was rebuilt from the
// nodes, or by whatever fault. The caller's word counts more than the agent's: it
// is their call. Nothing is mended that belongs to a node which has not spoken yet.
func (tx *Tx) Repair(heard func(node string) bool) {
	for _, a := range tx.agentsThat(func(a Agent) bool { return a.Call != "" && heard(a.Node) && heard(a.CallNode) }) {
		if a, ok := tx.Agent(a.ID); ok {
			tx.repairAgent(a)
		}
	}
	for _, c := range tx.callersThat(func(c Caller) bool { return heard(c.Node) }) {
		tx.repairCaller(c, heard)
	}
}

// repairAgent frees an agent from a call that does not know them.
func (tx *Tx) repairAgent(a Agent) {
	if a.Seized || a.State == StateWrapUp || a.State == StateDelayed {
		return // whoever seized them frees them; the rest ends by time
	}
	c, ok := tx.Caller(a.Call)
	switch {
	case a.State == StateRinging && (!ok || !c.Waiting() || c.Offer != a.Offer):
		tx.part(a, EndedCallerLeft)
	case a.State == StateTalking && ok && c.Waiting() && c.Offer == a.Offer && a.Offer != "":
		tx.connect(c, a.ID) // the answer was lost before the caller's node had heard of it
	case a.State != StateRinging && (!ok || c.Waiting()):
		tx.part(a, EndedCallerLeft)
	}
}

// repairCaller frees a caller from an offer that rings nowhere, and seats the
// agent they talk with where the agent's own record had not heard of it.
func (tx *Tx) repairCaller(c Caller, heard func(node string) bool) {
	if c.Waiting() {
		rings := slices.ContainsFunc(tx.agentsOf(c.Call), func(a Agent) bool { return a.State == StateRinging && a.Offer == c.Offer })
		if c.Offer != "" && !rings {
			c.Offer, c.Agent = "", 0
			tx.putCaller(c)
		}
		return
	}
	a, ok := tx.Agent(c.Agent)
	taken := a.State == StateWrapUp && a.Call == c.Call // others took the call's node for dead
	if !ok || !heard(a.Node) || a.State != StateIdle && !taken {
		return
	}
	a.State = StateTalking
	a.release()
	a.Call, a.Queue, a.Offer, a.CallNode = c.Call, c.Queue, c.Offer, c.Node
	tx.putAgent(a)
}

// Isolate leaves what a node holds itself, for as long as the others are out of
// reach: offers across nodes are over, conversations across nodes go on.
func (tx *Tx) Isolate(node string) {
	for _, a := range tx.agentsThat(func(a Agent) bool { return a.State == StateRinging && (a.Node != node) != (a.CallNode != node) }) {
		tx.stopRinging(a, SeatWithdraw, EndedLost, 0)
	}
	for _, c := range tx.callersThat(func(c Caller) bool { return c.Node != node }) {
		tx.dropCaller(c.Call)
	}
	for _, a := range tx.agentsThat(func(a Agent) bool { return a.Node != node }) {
		tx.agents[a.ID] = nil // not signed off: only out of sight
	}
}

// Restore puts a caller back whom others had taken for dead, in their old place.
func (tx *Tx) Restore(c Caller) {
	if _, ok := tx.Caller(c.Call); ok {
		return
	}
	if !c.Answered.IsZero() {
		tx.putCaller(c)
		return
	}
	c.Offer, c.Agent, c.Again = "", 0, true
	tx.wait(c)
}

// RestoreAgent puts an agent back whom others had taken for dead. What rang is over.
func (tx *Tx) RestoreAgent(a Agent) {
	if _, ok := tx.Agent(a.ID); ok {
		return
	}
	if a.State == StateRinging {
		_ = move(&a, SeatWithdraw)
		a.release()
		a.Ended = EndedLost
	}
	a.SpanFrom = tx.now
	tx.putAgent(a)
}
