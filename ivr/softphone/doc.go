// Package softphone connects an agent's browser: a standing WebRTC leg that
// carries A-law untouched, and small JSON messages over the application's
// WebSocket.
//
//	browser ──WebSocket──▶ api (a pipe) ──▶ socket ──▶ desk ──▶ Seats (the queue)
//	   │                                                │
//	   └──WebRTC, one UDP port for all──▶ peer ──▶ leg ─┴──▶ the call loop (ivr.AgentLeg)
//
// There is one desk for each agent who is here. It is a goroutine that owns all
// that is known of the agent; sockets and peers come and go under it:
//
//	socket  one tab; the one that leads is obeyed, the others are told "taken"
//	peer    one PeerConnection; a reload of the page makes a new one
//	leg     what a call holds; it outlives peers, and is gone only when the
//	        agent has not come back within the grace
//
// While the agent is away the citizen hears music (leg.Present tells the call),
// and no call is offered. After the grace the leg is Gone and the seat given up.
package softphone
