package media

import (
	"slices"
	"sync"
	"time"
)

// Role is what a party may say and hear in a Room.
type Role string

// The roles.
const (
	Talker    Role = "talker"    // talks with all who talk
	Coached   Role = "coached"   // a talker who hears the whisperers too
	Listener  Role = "listener"  // hears all, heard by nobody: a supervisor who listens
	Whisperer Role = "whisperer" // hears all, heard by the coached alone
	Apart     Role = "apart"     // hears and says nothing: on hold
)

// hears tells whether one of role r hears another of role other.
func (r Role) hears(other Role) bool {
	switch other {
	case Talker, Coached:
		return r != Apart
	case Whisperer:
		return r == Coached || r == Listener || r == Whisperer
	case Listener, Apart:
	}
	return false
}

// Room is a conversation of a few parties; it is meant for four and takes 64.
// Whoever hears exactly one other gets that party's packets at once and
// untouched, whoever else may listen; who hears several gets a mix of them every
// 20 ms. Between the two the far end's stream goes on without a seam. A Room has
// no goroutine: it works on those of its parties and on the pacer, while there
// is something to mix.
//
// A party is in one Room at a time. The methods may be called from any
// goroutine but not from a party's listener or tap.
type Room struct {
	pacer *Pacer

	mu      sync.Mutex
	members []*member
	mixes   []mix
	paced   bool
	number  uint16 // of the last mixed frame
	pcm     [FrameSamples]int16
	alaw    [FrameSamples]byte
}

// maxMembers is bounded by the bits of a mix's set of sources.
const maxMembers = 64

// member is a party in the room.
type member struct {
	party  Party
	role   Role
	left   bool
	direct []*member // who gets the packets as they come
	mixed  bool      // somebody's mix takes them
	fedBy  *member   // whose packets it got last; nil for a mix or nothing
	fed    bool      // it got anything since its source was last switched
	buffer jitterBuffer
	pcm    [FrameSamples]int16
	sounds bool // pcm holds something in this turn
}

// mix is one set of sources and who hears it.
type mix struct {
	sources uint64 // bits by place in members
	to      []*member
}

// NewRoom returns an empty room. The pacer may be nil for the program's own.
func NewRoom(p *Pacer) *Room { return &Room{pacer: p.orShared()} }

// Join brings a party in. One that is in already gets the role as by Set.
// From then on the room is the one whom the party's Hear tells. Where 64 are in
// already a party stays out.
func (r *Room) Join(p Party, role Role) {
	r.mu.Lock()
	if r.find(p) != nil || len(r.members) == maxMembers {
		r.mu.Unlock()
		r.Set(p, role)
		return
	}
	m := &member{party: p, role: role}
	r.members = append(r.members, m)
	r.plan()
	r.mu.Unlock()
	p.Hear(func(f Frame) { r.heard(m, f) })
}

// Set changes a party's role; who is not in the room stays out. Once it has
// returned, nothing is heard that the role forbids.
func (r *Room) Set(p Party, role Role) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.find(p); m != nil && m.role != role {
		m.role = role
		r.plan()
	}
}

// Leave takes a party out. It is safe to call at any time and again. Nobody is
// told of the party's sound any more once it has returned.
func (r *Room) Leave(p Party) {
	r.mu.Lock()
	m := r.find(p)
	if m != nil {
		m.left = true
		r.members = slices.DeleteFunc(slices.Clone(r.members), func(x *member) bool { return x == m })
		r.plan()
	}
	r.mu.Unlock()
	if m != nil {
		p.Hear(nil)
	}
}

// Close lets everybody leave.
func (r *Room) Close() {
	r.mu.Lock()
	all := slices.Clone(r.members)
	r.mu.Unlock()
	for _, m := range all {
		r.Leave(m.party)
	}
}

// PassKey presses a key, for that long, at those of others who hear the party: for
// a citizen or an agent who is to work a third's menu. A key takes the place of what
// else its hearer would hear; who has no use for it should not be among them. It
// fails with ErrKey.
func (r *Room) PassKey(from Party, key rune, held time.Duration, others ...Party) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	source := r.find(from)
	for _, m := range r.members {
		if source == nil || m == source || !m.role.hears(source.role) || !slices.Contains(others, m.party) {
			continue
		}
		if _, err := m.party.Press(key, held); err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) find(p Party) *member {
	for _, m := range r.members {
		if m.party == p {
			return m
		}
	}
	return nil
}

// plan decides anew who gets what from whom. The lock is held.
func (r *Room) plan() {
	before := map[*member]bool{}
	for _, m := range r.members {
		before[m] = m.mixed
		m.direct, m.mixed = nil, false
	}
	r.mixes = nil
	for _, m := range r.members {
		switch sources := r.sourcesOf(m); len(sources) {
		case 0:
			m.fed, m.fedBy = false, nil
		case 1:
			r.connect(m, sources[0])
		default:
			r.addMix(m, sources)
		}
	}
	for _, m := range r.members {
		if before[m] && !m.mixed {
			m.buffer.empty()
		}
	}
	if len(r.mixes) > 0 && !r.paced {
		r.paced = true
		r.pacer.add(r)
	}
}

func (r *Room) sourcesOf(m *member) (sources []*member) {
	for _, other := range r.members {
		if other != m && m.role.hears(other.role) {
			sources = append(sources, other)
		}
	}
	return sources
}

// connect gives a member one other's packets from now on. What the mixer still
// held of that source goes first, so that no syllable is cut where a conference
// becomes a conversation of two.
func (r *Room) connect(m, source *member) {
	source.direct = append(source.direct, m)
	if m.fedBy == source {
		return
	}
	if m.fed && m.fedBy == nil {
		source.buffer.rest(func(f Frame) { m.give(source, f) })
	}
	m.fedBy, m.fed = source, m.fed && m.fedBy == source
}

func (r *Room) addMix(m *member, sources []*member) {
	var bits uint64
	for _, s := range sources {
		s.mixed = true
		bits |= 1 << slices.Index(r.members, s)
	}
	m.fed = m.fed && m.fedBy == nil
	m.fedBy = nil
	for i := range r.mixes {
		if r.mixes[i].sources == bits {
			r.mixes[i].to = append(r.mixes[i].to, m)
			return
		}
	}
	r.mixes = append(r.mixes, mix{sources: bits, to: []*member{m}})
}

// heard is told each frame of a member, on the goroutine of its media.
func (r *Room) heard(m *member, f Frame) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.left {
		return
	}
	for _, to := range m.direct {
		to.give(m, f)
	}
	if m.mixed {
		m.buffer.push(f)
	} else {
		m.buffer.passed(f)
	}
}

// give passes a frame on, with the marker where the source was switched.
func (m *member) give(source *member, f Frame) {
	f.Marker = f.Marker || !m.fed
	m.fed, m.fedBy = true, source
	m.party.Say(f)
}

// turn mixes 20 ms.
func (r *Room) turn(number uint64, _ time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.paced = len(r.mixes) > 0; !r.paced {
		return false
	}
	for _, m := range r.members {
		m.sounds = m.mixed && m.buffer.pull(&m.pcm)
	}
	r.number++
	for _, x := range r.mixes {
		r.sum(x.sources)
		f := Frame{ALaw: r.alaw[:], Sequence: r.number, Timestamp: uint32(number * FrameSamples)}
		for _, m := range x.to {
			m.give(nil, f)
		}
	}
	return true
}

// sum adds the sources up, saturating, and encodes them.
func (r *Room) sum(sources uint64) {
	clear(r.pcm[:])
	for i, m := range r.members {
		if sources&(1<<i) == 0 || !m.sounds {
			continue
		}
		for n, sample := range m.pcm {
			r.pcm[n] = int16(min(32767, max(-32768, int32(r.pcm[n])+int32(sample))))
		}
	}
	encodeAlaw(r.alaw[:], r.pcm[:])
}
