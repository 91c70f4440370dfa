package ivr

import (
	"log/slog"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ivr/media"
)

// joinNode serves the INVITE of another node: the caller there and the agent here
// are joined until one of them goes.
func (e *Endpoint) joinNode(req *sip.Request, tx sip.ServerTransaction, h hop) {
	c, err := e.verify(req, *h.trunk.peer)
	if err != nil {
		e.log.Error("ALARM: an offer between nodes is not what it should be", slog.String("node", h.trunk.peer.ID), slog.Any("error", err))
		respond(tx, req, 403, "Forbidden")
		return
	}
	leg, ok := e.deps.Legs.Leg(c.Agent)
	if !ok || e.ended() { // while it drains nobody new is offered (Hub.Drain), and who has answered is joined
		respond(tx, req, 480, "Temporarily Unavailable")
		return
	}
	audio, err := media.Open(e.ports, media.Limits{Timeout: nodeSilence})
	if err != nil {
		e.log.Error("no RTP port for a call of another node", slog.Any("error", err))
		respond(tx, req, 503, "Service Unavailable")
		return
	}
	defer func() {
		if err := audio.Close(); err != nil {
			e.log.Warn("close media", slog.Any("error", err))
		}
	}()
	d := e.dialogueFrom(req, h)
	d.media = media.Local{Addr: e.cfg.MediaIP, Port: audio.Port(), ID: 1, Version: 1}
	body, peer, err := e.rules.Answer(req.Body(), d.media)
	if err != nil {
		respond(tx, req, 488, "Not Acceptable Here")
		return
	}
	e.dialogues.add(d)
	e.calls.begin() // a stopping node waits for it
	defer e.calls.finish()
	desk := &nodeDesk{d: d, leg: leg, audio: audio, log: e.log.With(slog.String("call_id", string(c.Call)), slog.String("node", h.trunk.peer.ID), slog.String("agent", leg.Login()))}
	desk.serve(req, tx, body, peer)
}

// dialogueFrom is the dialog that an INVITE begins (RFC 3261 section 12.1.1).
func (e *Endpoint) dialogueFrom(req *sip.Request, h hop) *dialogue {
	tag := sip.GenerateTagN(16)
	from := req.To().AsFrom()
	from.Params.Add("tag", tag)
	h.local = e.udp[0].local
	d := e.newDialogue(h, req.CallID().Value(), from, req.From().AsTo(), tag)
	d.side = newDialogSide(req)
	return d
}

// nodeDesk is an agent of this node who talks with a caller of another.
type nodeDesk struct {
	d     *dialogue
	leg   AgentLeg
	audio *media.Session
	log   *slog.Logger
}

// serve answers, and passes on until the call between the nodes is over. Whatever
// ends it, a panic too, lets go of the agent and of the other node.
func (n *nodeDesk) serve(req *sip.Request, tx sip.ServerTransaction, body []byte, peer media.Peer) {
	theirs := false
	defer func() {
		n.d.end()
		if !theirs {
			n.d.bye()
		}
	}()
	defer n.leg.Release()
	defer n.audio.Hear(nil)
	defer n.leg.Hear(nil)

	e := n.d.endpoint
	res := sip.NewResponseFromRequest(req, 200, "OK", body)
	tagged(res, req, n.d.localTag)
	res.AppendHeader(&sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "hotline", Host: uriHost(e.addressOf(n.d.hop.local)), Port: int(n.d.hop.local.Port())}})
	res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	res.AppendHeader(sip.NewHeader(loginHeader, n.leg.Login()))
	pending := e.repeatUntilACK(tx, res)
	defer pending.timer.Stop()
	n.audio.Start(peer)
	n.audio.Hear(n.leg.Say)
	n.leg.Hear(n.audio.Say)
	n.log.Info("an agent is joined to a caller of another node")

	theirs = n.passOn(pending)
}

// passOn carries words both ways. It reports whether the other node hung up.
func (n *nodeDesk) passOn(pending *untilACK) (theirs bool) {
	post := n.d.startPost()
	defer post.stop()
	for {
		select {
		case in := <-n.d.inbox:
			if in.req.Method == sip.BYE {
				respond(in.tx, in.req, 200, "OK")
				close(in.done)
				return true
			}
			m, ok := readNode(n.d, in)
			close(in.done)
			if ok && m.News != nil {
				n.leg.Tell(*m.News)
			}
		case <-n.d.acks:
			pending.timer.Stop()
			pending = nil
		case <-pending.due():
			if !pending.again(n.d.endpoint.cfg.T2) {
				return false
			}
		case cmd := <-n.leg.Commands():
			post.send(nodeMessage{Command: &cmd, Agent: cmd.Target.Agent})
		case here := <-n.leg.Present():
			post.send(nodeMessage{Present: &here})
		case <-n.leg.Gone():
			return false
		case <-n.audio.Lost():
			n.log.Warn("another node has fallen silent in a call")
			n.leg.Tell(AgentNews{State: CallEnded, Reason: "node_lost", At: n.d.endpoint.now()})
			return false
		case <-post.failed:
			return false
		case <-n.d.endpoint.stopping:
			return false
		}
	}
}
