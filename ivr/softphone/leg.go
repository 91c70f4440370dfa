package softphone

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"example.org/hotline/area"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/media"
)

// commandRoom is how many commands may wait for a call that is busy.
const commandRoom = 16

// newsRoom is how much news of a call may wait for the desk; older of it is
// dropped, since the last tells how things stand.
const newsRoom = 32

// leg is an agent's end of conversations. Its stream goes on while browsers
// come and go: numbers, taps and listeners outlive a reload of the page.
type leg struct {
	*media.Stream
	agent    area.StaffID
	login    string
	commands chan ivr.AgentCommand
	present  chan bool
	gone     chan struct{}
	poke     func() // tells the desk that there is something to look at; never blocks

	peer  atomic.Pointer[peer] // whose audio counts
	heard atomic.Int64         // unix nanoseconds of its last packet; 0 none yet

	mu   sync.Mutex
	news []ivr.AgentNews
	end  sync.Once
}

var _ ivr.AgentLeg = (*leg)(nil)

func newLeg(agent area.StaffID, login string, poke func()) *leg {
	l := &leg{agent: agent, login: login, commands: make(chan ivr.AgentCommand, commandRoom), present: make(chan bool, 1),
		gone: make(chan struct{}), poke: poke}
	l.Stream = media.NewStream(media.StreamOptions{Write: l.write})
	l.Start(media.Peer{Codec: media.PCMA, AudioType: typeALaw, EventType: typeEvents, Send: true, Receive: true})
	return l
}

// Agent tells whose leg it is.
func (l *leg) Agent() area.StaffID { return l.agent }

// Login is the agent's login.
func (l *leg) Login() string { return l.login }

// Commands gives what the agent wants done with the present call.
func (l *leg) Commands() <-chan ivr.AgentCommand { return l.commands }

// Present tells that the browser has dropped out, or is back.
func (l *leg) Present() <-chan bool { return l.present }

// Gone is closed when the browser has not come back within the grace, or the
// agent has left.
func (l *leg) Gone() <-chan struct{} { return l.gone }

// Digits gives nothing: a key of the page is a command (ivr.VerbKey), whether it
// came as a message or as an event in its audio.
func (l *leg) Digits() <-chan media.Digit { return nil }

// Lost is Gone: a browser that falls silent for a while is away, not lost.
func (l *leg) Lost() <-chan struct{} { return l.gone }

// Tell shows the agent what has become of the call.
func (l *leg) Tell(n ivr.AgentNews) {
	l.mu.Lock()
	l.news = append(l.news, n)
	if len(l.news) > newsRoom {
		l.news = l.news[1:]
	}
	l.mu.Unlock()
	l.poke()
}

// takeNews empties what Tell has kept.
func (l *leg) takeNews() []ivr.AgentNews {
	l.mu.Lock()
	defer l.mu.Unlock()
	news := l.news
	l.news = nil
	return news
}

// Release gives the leg back: nobody listens, records or commands any more. A
// call that forgot to say that it has ended has ended now.
func (l *leg) Release() {
	l.Hear(nil)
	l.Tap(nil)
	for len(l.commands) > 0 {
		<-l.commands // nobody else reads any more
	}
	l.Tell(ivr.AgentNews{State: released})
}

// released is the news by which Release tells the desk; it goes no further.
const released ivr.CallState = "released"

// tellPresent tells the call that the agent is away or back. Only the latest
// word is kept; the desk alone writes.
func (l *leg) tellPresent(here bool) {
	l.forgetPresent()
	l.present <- here
}

// forgetPresent takes back a word that was not read.
func (l *leg) forgetPresent() {
	select {
	case <-l.present:
	default:
	}
}

// close ends the leg for good.
func (l *leg) close() {
	l.end.Do(func() {
		close(l.gone)
		l.Close()
	})
}

// use makes a new peer the one whose audio counts.
func (l *leg) use(p *peer) {
	l.heard.Store(0)
	l.peer.Store(p)
}

// hears reports whether audio of the present peer came within the last while.
func (l *leg) hears(now time.Time, within time.Duration) bool {
	p, at := l.peer.Load(), l.heard.Load()
	return p != nil && p.connected.Load() && at != 0 && now.Sub(time.Unix(0, at)) < within
}

// write sends one packet of the stream to the present browser. Events are left
// out: a page has no use for them.
func (l *leg) write(packet []byte) error {
	p := l.peer.Load()
	if p == nil || !p.connected.Load() {
		return errNotConnected
	}
	return p.track.send(packet)
}

// packet takes one packet of the browser.
func (l *leg) packet(p *peer, packet *rtp.Packet, event bool) {
	if l.peer.Load() != p {
		return
	}
	now := time.Now()
	if packet.PayloadType = typeALaw; event {
		packet.PayloadType = typeEvents
	}
	if l.heard.Swap(now.UnixNano()) == 0 {
		l.poke() // the first of this peer: the agent is here
	}
	l.Receive(packet, now)
}

// reports takes what the browser says of our stream. It knows the stream by the
// peer's SSRC.
func (l *leg) reports(p *peer, packets []rtcp.Packet) {
	if l.peer.Load() != p {
		return
	}
	own := p.track.own.Load()
	for _, packet := range packets {
		switch r := packet.(type) {
		case *rtcp.ReceiverReport:
			renumber(r.Reports, own)
		case *rtcp.SenderReport:
			renumber(r.Reports, own)
		}
	}
	if data, err := rtcp.Marshal(packets); err == nil {
		l.ReceiveReport(data, time.Now())
	}
}

func renumber(reports []rtcp.ReceptionReport, ssrc uint32) {
	for i := range reports {
		reports[i].SSRC = ssrc
	}
}
