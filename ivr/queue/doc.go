// Package queue keeps the state of the automatic call distribution: who waits,
// who is there to answer, who is rung for whom. What is decided is decided by
// package acd; this package makes it one truth for all nodes.
//
// # One owner, one order
//
// Each node has one Hub, and in it one goroutine that decides. Calls and seats
// put their wishes into its inbox; it takes all that have gathered, decides on
// its copy of the room, and commits the outcome as one write on a slate in
// Redis (pulse.Slate), which is made only if nobody has written meanwhile. If
// somebody has, the node takes over what they wrote and decides again. So all
// decisions of all nodes stand in one order, and each was made on what the one
// before it left: no caller is offered twice, no agent has two callers, and of
// a caller who leaves and an agent who answers exactly one is first.
//
// What a node tells its calls and seats is derived from what has changed in the
// room, never from a message on its own. A message can get lost; a difference
// is there at the next look.
//
// # Without Redis
//
//	         Redis does not answer
//	sharing ───────────────────────▶ alone: the node distributes its own callers
//	   ▲  ▲                            │    among its own agents
//	   │  └──── slate lost: join ──┐   │ Redis is back
//	   └────────── join ◀──────────┴───┘
//
// A caller's truth is at the node that holds the call, a seat's at the node
// that holds the leg. To join, a node writes its own part on the slate and takes
// the others' from it. Until those it knew have done the same (3 s at most), it
// offers nobody, so that the order of entering holds over FLUSHALL; then what
// does not fit together is mended (acd.Tx.Repair), the caller's word first.
// A node whose beat stands still for 5 s is dead: any other removes what it held.
// If it was not dead after all, it finds the note of its own death and joins anew.
//
// # What watches
//
// The reconciler compares the room each second with the calls and seats that
// are really there. The watchdog, on a goroutine of its own, raises an alarm when
// a caller waits for 3 s beside a fitting free agent, and makes the node join anew.
package queue
