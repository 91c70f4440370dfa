package pulse

import "strconv"

// KeyPrefix begins every key and channel. The application's Redis user can
// touch no other.
const KeyPrefix = "hl:"

// Shards is into how many parts timers are split. It is part of the data: the
// rows of timers carry their shard.
const Shards = 16

// The wake-up channels. Their payloads are hints that may be lost, doubled or
// late; whoever listens looks for himself.
const (
	WakeTimers  = KeyPrefix + "wake:timers"  // payload: the shard in which a timer was armed
	WakeEvents  = KeyPrefix + "wake:events"  // the event log has grown
	WakeNotices = KeyPrefix + "wake:notices" // a notice or a delivery is due
	WakeOutbox  = KeyPrefix + "wake:outbox"  // this process has committed events; not sent to others
	WakePlaces  = KeyPrefix + "wake:places"  // the area tree has changed
	WakeQueue   = KeyPrefix + "wake:acd"     // the slate "acd" was written on: see Slate
)

// shardKeys builds the keys of one shard. They share a hash tag, hence a slot
// in a Redis Cluster, so that a script may use them together.
type shardKeys int16

func (s shardKeys) tag() string { return KeyPrefix + "{s" + strconv.Itoa(int(s)) + "}:" }

// due is the index: a sorted set of timer ids by due time in milliseconds.
func (s shardKeys) due() string { return s.tag() + "due" }

// flight holds claimed ids by the end of their lease.
func (s shardKeys) flight() string { return s.tag() + "flight" }

// meta holds the generation: gone or changed means the index was lost.
func (s shardKeys) meta() string { return s.tag() + "meta" }
