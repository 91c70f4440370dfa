package ivr

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
)

const (
	// nodePatience is how long a node may take to join an agent.
	nodePatience = 3 * time.Second
	// nodeSilence is how long media of another node may be missing: it always
	// sends, so silence is its death.
	nodeSilence = 3 * time.Second
)

// nodeLeg is an agent of another node, at the caller's node: an AgentLeg whose
// audio and words travel in a SIP call between the two.
type nodeLeg struct {
	*media.Session
	d        *dialogue
	agent    area.StaffID
	login    string
	commands chan AgentCommand
	present  chan bool
	gone     chan struct{}
	news     chan AgentNews
	leaving  chan struct{}
	once     sync.Once
}

// Agent implements AgentLeg.
func (l *nodeLeg) Agent() area.StaffID { return l.agent }

// Login implements AgentLeg.
func (l *nodeLeg) Login() string { return l.login }

// Commands implements AgentLeg.
func (l *nodeLeg) Commands() <-chan AgentCommand { return l.commands }

// Present implements AgentLeg.
func (l *nodeLeg) Present() <-chan bool { return l.present }

// Gone implements AgentLeg: the other node has hung up, or died.
func (l *nodeLeg) Gone() <-chan struct{} { return l.gone }

// Tell implements AgentLeg. News that the network cannot take any more is dropped:
// the next says how things stand.
func (l *nodeLeg) Tell(n AgentNews) {
	select {
	case l.news <- n:
	default:
	}
}

// Release implements AgentLeg: it ends the call between the nodes.
func (l *nodeLeg) Release() { l.once.Do(func() { close(l.leaving) }) }

// dialNode calls an agent on another node. It returns once the two are joined.
func (c *call) dialNode(ctx context.Context, agent area.StaffID, node string, offer acd.OfferID) (*nodeLeg, error) {
	e := c.endpoint
	to, err := e.peer(node)
	if err != nil {
		return nil, err
	}
	if e.deps.Signer == nil || len(e.udp) == 0 {
		return nil, fmt.Errorf("node %q: nothing to sign or to send with: %w", node, errNoPeer)
	}
	audio, err := media.Open(e.ports, media.Limits{Timeout: nodeSilence})
	if err != nil {
		return nil, err
	}
	l := &nodeLeg{Session: audio, agent: agent, commands: make(chan AgentCommand, 16), present: make(chan bool, 1), gone: make(chan struct{}),
		news: make(chan AgentNews, 32), leaving: make(chan struct{})}
	l.d = e.dialogueTo(to, agent)
	l.d.media = media.Local{Addr: e.cfg.MediaIP, Port: audio.Port(), ID: 1, Version: 1}
	e.dialogues.add(l.d)
	if err := l.invite(ctx, claim{Offer: offer, Call: c.record.ID, Ticket: c.record.Number, Agent: agent, From: e.cfg.NodeID, To: node,
		SIP: string(l.d.callID), At: time.Now().Unix()}); err != nil {
		l.d.end()
		_ = audio.Close() // the first error tells more
		return nil, fmt.Errorf("join agent %d on node %q: %w", agent, node, err)
	}
	e.work.start(l.run)
	return l, nil
}

// dialogueTo is a dialog with another node, before its INVITE.
func (e *Endpoint) dialogueTo(node *Trunk, agent area.StaffID) *dialogue {
	h := hop{transport: "UDP", src: node.peer.SIP, local: e.udp[0].local, trunk: node}
	tag := sip.GenerateTagN(16)
	target := sip.Uri{Scheme: "sip", User: fmt.Sprintf("agent-%d", agent), Host: uriHost(node.peer.SIP.Addr()), Port: int(node.peer.SIP.Port())}
	from := sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: e.cfg.NodeID, Host: uriHost(e.addressOf(h.local))}}
	from.Params.Add("tag", tag)
	d := e.newDialogue(h, uuid.NewString(), from, sip.ToHeader{Address: target}, tag)
	d.side.target = target
	return d
}

// invite calls, takes the answer and acknowledges it.
func (l *nodeLeg) invite(ctx context.Context, c claim) error {
	d := l.d
	offer, err := media.Offer(d.media)
	if err != nil {
		return err
	}
	text, proof, err := sign(d.endpoint.deps.Signer, c)
	if err != nil {
		return err
	}
	req := d.request(sip.INVITE, "application/sdp", offer)
	req.AppendHeader(sip.NewHeader(claimHeader, text))
	req.AppendHeader(sip.NewHeader(proofHeader, proof))
	tx, err := d.endpoint.client.TransactionRequest(context.WithoutCancel(ctx), req, asBuilt)
	if err != nil {
		return fmt.Errorf("send INVITE: %w", err)
	}
	wait, cancel := context.WithTimeout(ctx, nodePatience)
	defer cancel()
	for {
		select {
		case res := <-tx.Responses():
			switch {
			case res == nil || res.StatusCode >= 300:
				return errUnanswered
			case res.IsSuccess():
				return l.accept(tx, res) //nolint:contextcheck // an answer is acknowledged, whoever has left
			}
		case <-tx.Done():
			return errUnanswered
		case <-wait.Done():
			tx.Terminate() // the other node finds out by its silence
			return wait.Err()
		}
	}
}

// accept acknowledges the 200, each time it comes, and starts the audio.
func (l *nodeLeg) accept(tx sip.ClientTransaction, res *sip.Response) error {
	d := l.d
	d.confirmed(res)
	ack := d.request(sip.ACK, "", nil)
	tx.OnRetransmission(func(*sip.Response) { _ = d.endpoint.client.WriteRequest(ack.Clone(), asBuilt) })
	if err := d.endpoint.client.WriteRequest(ack, asBuilt); err != nil {
		return fmt.Errorf("send ACK: %w", err)
	}
	peer, err := d.endpoint.rules.Accept(res.Body(), d.media)
	if err != nil {
		d.bye()
		return err
	}
	if h := res.GetHeader(loginHeader); h != nil {
		l.login = h.Value()
	}
	l.Start(peer)
	return nil
}

// run is the leg's loop until one side hangs up.
func (l *nodeLeg) run() {
	d := l.d
	theirs, closed := false, false
	lose := func() {
		if !closed {
			closed = true
			close(l.gone)
		}
	}
	post := d.startPost()
	defer func() {
		if p := recover(); p != nil {
			d.endpoint.log.Error("an agent of another node: panic", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			lose()
		}
		post.stop()
		d.end()
		if !theirs {
			d.bye()
		}
		_ = l.Close() // nothing is left to be told
	}()
	for {
		select {
		case in := <-d.inbox:
			if in.req.Method == sip.BYE {
				theirs = true
				respond(in.tx, in.req, 200, "OK")
				close(in.done)
				lose()
				continue
			}
			l.take(in)
		case <-d.acks:
		case n := <-l.news:
			post.send(nodeMessage{News: &n})
		case <-post.failed:
			lose()
		case <-l.Lost():
			lose()
		case <-l.leaving:
			l.lastNews(post)
			return
		}
		if closed {
			<-l.leaving // the call lets go of a leg that is gone
			return
		}
	}
}

// lastNews sends what was told just before the leg was released.
func (l *nodeLeg) lastNews(post *post) {
	for {
		select {
		case n := <-l.news:
			post.send(nodeMessage{News: &n})
		default:
			return
		}
	}
}

// take reads what the agent wants.
func (l *nodeLeg) take(in *inbound) {
	defer close(in.done)
	m, ok := readNode(l.d, in)
	if !ok {
		return
	}
	if m.Command != nil {
		m.Command.Target.Agent = m.Agent
		select {
		case l.commands <- *m.Command:
		default: // as many as that wait already
		}
	}
	if m.Present != nil {
		select {
		case <-l.present: // only the latest word counts
		default:
		}
		l.present <- *m.Present
	}
}

// readNode answers a request of the other node and reads its message.
func readNode(d *dialogue, in *inbound) (m nodeMessage, ok bool) {
	switch {
	case !d.inOrder(in.req):
		respond(in.tx, in.req, 500, "Server Internal Error", retryAfter(1))
	case in.req.Method == sip.INFO && contentType(in.req) == nodeJSON && json.Unmarshal(in.req.Body(), &m) == nil:
		respond(in.tx, in.req, 200, "OK")
		return m, true
	case in.req.Method == sip.INFO:
		respond(in.tx, in.req, 415, "Unsupported Media Type", sip.NewHeader("Accept", nodeJSON))
	case in.req.Method == sip.OPTIONS:
		respond(in.tx, in.req, 200, "OK", allowHeader())
	default:
		respond(in.tx, in.req, 488, "Not Acceptable Here")
	}
	return nodeMessage{}, false
}

// post sends messages to the other node one after the other, so that they arrive
// in their order.
type post struct {
	d      *dialogue
	out    chan nodeMessage
	failed chan struct{} // closed when the other node does not answer any more
	done   chan struct{}
}

func (d *dialogue) startPost() *post {
	p := &post{d: d, out: make(chan nodeMessage, 64), failed: make(chan struct{}), done: make(chan struct{})}
	d.endpoint.work.start(p.run)
	return p
}

func (p *post) run() {
	defer close(p.done)
	failed := false
	defer func() {
		if fault := recover(); fault != nil {
			p.d.endpoint.log.Error("between nodes: panic", slog.Any("panic", fault), slog.String("stack", string(debug.Stack())))
			if !failed {
				close(p.failed)
			}
		}
	}()
	for m := range p.out {
		if failed {
			continue
		}
		body, err := json.Marshal(m)
		if err == nil {
			ctx, cancel := context.WithTimeout(context.Background(), nodePatience)
			err = p.d.ask(ctx, sip.INFO, nodeJSON, body)
			cancel()
		}
		if err != nil {
			p.d.endpoint.log.Warn("another node does not take what it is told", slog.String("node", p.d.hop.trunk.Name), slog.Any("error", err))
			failed = true
			close(p.failed)
		}
	}
}

// send queues a message; the loop never waits for the other node.
func (p *post) send(m nodeMessage) {
	select {
	case p.out <- m:
	default:
	}
}

// stop waits until what was queued is sent, or has failed.
func (p *post) stop() {
	close(p.out)
	<-p.done
}
