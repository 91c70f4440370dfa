package duty

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Board holds the schedules of a whole city in memory and answers for any of its
// areas without asking anybody. Reading never waits: who changes the board
// writes a new one beside it. Safe for concurrent use.
type Board struct {
	now     atomic.Pointer[map[Key]*Schedule]
	writing sync.Mutex
}

// NewBoard is an empty board.
func NewBoard() *Board {
	b := &Board{}
	b.now.Store(&map[Key]*Schedule{})
	return b
}

// Replace takes schedules for all there are.
func (b *Board) Replace(schedules []*Schedule) {
	fresh := make(map[Key]*Schedule, len(schedules))
	for _, s := range schedules {
		fresh[s.key] = s
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	b.now.Store(&fresh)
}

// Put adds a schedule or takes it for the one that was there.
func (b *Board) Put(s *Schedule) {
	b.writing.Lock()
	defer b.writing.Unlock()
	fresh := maps.Clone(*b.now.Load())
	fresh[s.key] = s
	b.now.Store(&fresh)
}

// Schedule is the one of a roster; false where the area has none for the role.
func (b *Board) Schedule(k Key) (*Schedule, bool) {
	s, ok := (*b.now.Load())[k]
	return s, ok
}

// Who answers q; nobody where there is no such roster.
func (b *Board) Who(q Question) Answer {
	s, ok := b.Schedule(Key{Area: q.Area, Role: q.Role})
	if !ok {
		return Answer{}
	}
	return s.Who(q.At, q.Position)
}

// HoleOf is a hole and the roster it is in.
type HoleOf struct {
	Key
	Hole
}

// Holes lists the holes of all rosters, in the order of their keys.
func (b *Board) Holes(from, to time.Time) []HoleOf {
	all := *b.now.Load()
	var holes []HoleOf
	for _, k := range slices.SortedFunc(maps.Keys(all), Key.compare) {
		for _, h := range all[k].Holes(from, to) {
			holes = append(holes, HoleOf{Key: k, Hole: h})
		}
	}
	return holes
}

func (k Key) compare(other Key) int {
	return cmp.Or(cmp.Compare(k.Area, other.Area), cmp.Compare(k.Role, other.Role))
}
