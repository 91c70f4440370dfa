package act

import "time"

// Lease is one shard of the timers in the care of one process. The fence rises
// with every change of owner, so that one who was paused and comes back writes nothing.
type Lease struct {
	Shard int16
	Owner string
	Fence int64
}

// Fired is what became of a batch of timers in one transaction.
type Fired struct {
	At    time.Time // application time of the transaction
	Fired []Timer   // ended here, with their effects
	Gone  []int64   // had ended before, or wait for a retry that the index need not know of
	Later []Timer   // not due yet: whoever thought so saw a wrong time
	// Whatever was asked for and is in none of these is held by someone else; it comes back.
}
