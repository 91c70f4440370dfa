// Package ivr is the citizen's call: the SIP endpoint that trunks reach, and
// the call from INVITE to hang-up.
//
//	packet ─▶ gate ─▶ admission ─▶ sipgo ─▶ call
//	          │        │                     one goroutine, one select:
//	          │        │                     Open ▶ 180 ▶ ring ▶ 200 ▶ ACK ▶ greeting, key ▶ number ▶ BYE
//	          │        └ first INVITE? over the cap, draining or not valid: on disk first, then refused
//	          └ listed trunk? within the rate? a message at all? OPTIONS, CANCEL and every
//	            refusal are answered here, without a transaction
//
// The gate stands before sipgo's transaction layer because that layer keeps a
// goroutine and a transaction for half a minute for whatever it is given:
// answering a flood there is what brings the line down.
//
// What a call does is in flow.go and reads from top to bottom. Whatever becomes
// of it, CallLog sees one Open and one Ended.
package ivr
