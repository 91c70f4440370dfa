// Package ivr is the citizen's call: the SIP endpoint that trunks reach, and
// the call from INVITE to hang-up, with everybody who helps in it.
//
//	packet ─▶ gate ─▶ admission ─▶ sipgo ─▶ call
//	          │        │                     one goroutine, one select (loop.go):
//	          │        │                     Open ▶ 180 ▶ ring ▶ 200 ▶ ACK ▶ flow ▶ BYE
//	          │        └ first INVITE? over the cap, draining or not valid: on disk first, then refused
//	          └ listed trunk? within the rate? a message at all? OPTIONS, CANCEL and every
//	            refusal are answered here, without a transaction
//
// The gate stands before sipgo's transaction layer because that layer keeps a
// goroutine and a transaction for half a minute for whatever it is given:
// answering a flood there is what brings the line down.
//
// # The flow
//
// A flow.Machine says what is next, the call does it and tells what came of it
// (flow.go). Each instruction is a plain function that waits in next for what it
// needs and reads from top to bottom:
//
//	flow.go      play, wait        queueing.go  queue, resume      voicemail.go
//	gather.go    digits, secret    ringing.go   duty phones, transfer
//	marks.go     priority, call-back, survey
//
// # The conversation
//
// The citizen, an agent, a third and a supervisor are members of one media.Room
// (conversation.go): arrange alone decides who hears whom, for each state.
//
//	           hold ⇄ resume               consult ─ answered ─▶ consulting
//	  holding ◀────────────▶ talking ─────────────────────────▶     │  ▲
//	                            ▲  ◀──── swap, consult_end, gone ───┘  │ hold
//	                            └──────── third gone ── conferring ◀───┘
//	                                                     conference
//
//	commands.go  what an agent may want      departures.go  who comes late or leaves early
//	supervise.go listen, whisper, barge      member.go, recording.go, ringing.go
//
// Whoever else is gone, the citizen is never left in silence: they hear music, are
// first in the queue again, or the flow goes on. Once the citizen has gone, letGo
// undoes everything at once.
//
// # The rest
//
// diary.go puts the steps on disk away from the loop; live.go shows where calls
// stand; nodes.go joins callers and agents of different nodes; dialogue.go is a SIP
// dialog that is no citizen's. Whatever becomes of a call, CallLog sees one Open
// and one Ended.
package ivr
