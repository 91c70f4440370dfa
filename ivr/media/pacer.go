package media

import (
	"sync"
	"time"
)

// A Pacer's wheel: everything paced takes one of these slots of a 20 ms turn,
// the emptiest, so that packets leave evenly and not in one burst (ADR 13).
const (
	slotCount = 10
	slotTime  = FrameTime / slotCount
)

// lateAt is how far behind its schedule the pacer may fall, on a machine that
// stood still, before it skips time instead of sending a burst.
const lateAt = 200 * time.Millisecond

// Pacer is the clock of many streams: one goroutine on an operating-system
// thread of its own, which sleeps until an absolute time and gives each stream
// its turn every 20 ms. It runs while anything is paced and leaves no goroutine
// behind. The zero Pacer is ready; NewPacer makes one.
type Pacer struct {
	mu      sync.Mutex
	slots   [slotCount][]paced
	count   int
	running bool
}

// paced is what has a turn every 20 ms.
type paced interface {
	// turn is told the number of the pacer's turn, from 1 and with skipped ones
	// counted; it returns false when it wants no more.
	turn(number uint64, now time.Time) bool
}

// NewPacer returns a pacer of its own, for measurements; a program needs no
// more than the one that is used where none is named.
func NewPacer() *Pacer { return &Pacer{} }

// shared is the pacer of all that name none.
var shared Pacer

func (p *Pacer) orShared() *Pacer {
	if p == nil {
		return &shared
	}
	return p
}

// add gives something a turn from now on. It may be called from a turn.
func (p *Pacer) add(x paced) {
	p.mu.Lock()
	defer p.mu.Unlock()
	emptiest := 0
	for i := range p.slots {
		if len(p.slots[i]) < len(p.slots[emptiest]) {
			emptiest = i
		}
	}
	p.slots[emptiest] = append(p.slots[emptiest], x)
	p.count++
	if !p.running {
		p.running = true
		go p.run()
	}
}

// run is the pacer's goroutine. Each deadline is counted from the first one,
// never from the moment of waking, so that no stream drifts. The thread is
// never unlocked: it dies with the goroutine, and its timer slack with it.
func (p *Pacer) run() {
	alarm := newAlarm()
	var leaving []int
	for slot := uint64(0); ; slot++ {
		late := alarm.wait(time.Duration(slot) * slotTime)
		if late > lateAt {
			slot += uint64(late/FrameTime) * slotCount
		}
		items := p.slot(slot)
		now := time.Now()
		leaving = leaving[:0]
		for i, x := range items {
			if takeTurn(x, slot/slotCount+1, now) {
				leaving = append(leaving, i)
			}
		}
		if !p.drop(slot, leaving) {
			return
		}
	}
}

// takeTurn gives a turn and reports whether it was the last. A panic in it costs
// that turn alone (leaves is false then): whoever panicked has the next all the
// same, for a call must not fall silent over one frame.
func takeTurn(x paced, number uint64, now time.Time) (leaves bool) {
	defer survive("a turn")
	return !x.turn(number, now)
}

// slot returns who has a turn now. Only run takes anything out, and add only
// appends, so the slice holds while it is read without the lock.
func (p *Pacer) slot(number uint64) []paced {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.slots[number%slotCount]
}

// drop takes the leaving out of their slot, and reports false when the pacer
// has nothing left to do.
func (p *Pacer) drop(number uint64, leaving []int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	items := p.slots[number%slotCount]
	for n := len(leaving) - 1; n >= 0; n-- {
		end := len(items) - 1
		items[leaving[n]] = items[end]
		items[end] = nil
		items = items[:end]
	}
	p.slots[number%slotCount] = items
	p.count -= len(leaving)
	p.running = p.count > 0
	return p.running
}
