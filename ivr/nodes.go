package ivr

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// A caller on one node and an agent on another are joined by a SIP call between
// the nodes: the caller's node calls, the agent's node joins the call to the
// agent's standing leg.
//
//	caller's node (nodeLeg)                        agent's node (nodeDesk)
//	  INVITE, offer signed     ─────────────────▶    the agent's leg is there?
//	  ◀───────────────── 200, A-law both ways          bridged to it
//	  INFO news                ─────────────────▶    Tell
//	  ◀───────────────── INFO command, presence      Commands, Present
//	  BYE                      ◀────────────────▶    BYE
//
// A node is known by the exact address its SIP comes from, and by its signature.

// Peer is another node of the line.
type Peer struct {
	ID  string         // its NodeID
	SIP netip.AddrPort // its first UDP listener, which its requests come from
}

// Signer makes the authentication code that nodes of one line share.
// seal.Keyring is one.
type Signer interface {
	MAC(purpose string, parts ...[]byte) []byte
}

const (
	joinPurpose = "ivr.join" // of the authentication code
	claimHeader = "Hotline-Offer"
	proofHeader = "Hotline-Signature"
	loginHeader = "Hotline-Login"
	nodeJSON    = "application/hotline+json"
	// claimFresh bounds the difference between two nodes' clocks and the time on the way.
	claimFresh = time.Minute
)

// claims are the Call-IDs of the offers that were used, as long as they are fresh:
// who has overheard one cannot join an agent to themselves with it.
type claims struct {
	mu   sync.Mutex
	used map[string]time.Time
}

// use reports whether an offer is used for the first time.
func (u *claims) use(callID string, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.DeleteFunc(u.used, func(_ string, at time.Time) bool { return now.Sub(at) > 2*claimFresh })
	if _, again := u.used[callID]; again {
		return false
	}
	if u.used == nil {
		u.used = map[string]time.Time{}
	}
	u.used[callID] = now
	return true
}

// claim says what an INVITE between nodes is for.
type claim struct {
	Offer  acd.OfferID   `json:"offer"`
	Call   ticket.CallID `json:"call"`
	Ticket ticket.Number `json:"ticket"`
	Agent  area.StaffID  `json:"agent"`
	From   string        `json:"from"` // nodes
	To     string        `json:"to"`
	SIP    string        `json:"sip"` // Call-ID of the INVITE: good for this one alone
	At     int64         `json:"at"`  // unix seconds
}

// nodeMessage is the body of an INFO between nodes: one of its fields.
type nodeMessage struct {
	News    *AgentNews    `json:"news,omitempty"`
	Command *AgentCommand `json:"command,omitempty"`
	Agent   area.StaffID  `json:"agent,omitempty"` // of Command: its target, which browsers never name
	Present *bool         `json:"present,omitempty"`
}

var (
	errClaim  = errors.New("the offer is not signed by a node of this line, or used before, or too old")
	errNoPeer = errors.New("no such node")
)

// sign writes a claim and its proof.
func sign(s Signer, c claim) (text, proof string, err error) {
	data, err := json.Marshal(c)
	if err != nil {
		return "", "", fmt.Errorf("write an offer: %w", err)
	}
	return base64.StdEncoding.EncodeToString(data), base64.StdEncoding.EncodeToString(s.MAC(joinPurpose, data)), nil
}

// verify reads the claim of an INVITE. It fails with errClaim.
func (e *Endpoint) verify(req *sip.Request, from Peer) (claim, error) {
	if e.deps.Signer == nil {
		return claim{}, errClaim
	}
	data, bad := base64.StdEncoding.DecodeString(headerValue(req, claimHeader))
	proof, worse := base64.StdEncoding.DecodeString(headerValue(req, proofHeader))
	if bad != nil || worse != nil || !hmac.Equal(proof, e.deps.Signer.MAC(joinPurpose, data)) {
		return claim{}, errClaim
	}
	var c claim
	if err := json.Unmarshal(data, &c); err != nil {
		return claim{}, errClaim
	}
	age := time.Since(time.Unix(c.At, 0)).Abs()
	if c.From != from.ID || c.To != e.cfg.NodeID || c.SIP != req.CallID().Value() || age > claimFresh || !e.claims.use(c.SIP, time.Now()) {
		return claim{}, errClaim
	}
	return c, nil
}

func headerValue(req *sip.Request, name string) string {
	if h := req.GetHeader(name); h != nil {
		return h.Value()
	}
	return ""
}

// peer finds a node by its id.
func (e *Endpoint) peer(id string) (*Trunk, error) {
	for i := range e.gate.peers {
		if e.gate.peers[i].peer.ID == id {
			return &e.gate.peers[i], nil
		}
	}
	return nil, fmt.Errorf("node %q: %w", id, errNoPeer)
}

// peersAsTrunks lets the nodes through the gate: each from its one address.
func peersAsTrunks(cfg Config) []Trunk {
	var all []Trunk
	for _, p := range cfg.Peers {
		if p.ID != cfg.NodeID {
			all = append(all, Trunk{Name: "node:" + p.ID, peer: &p})
		}
	}
	return all
}

// trunkAt finds who may send from an address: a node by its one address, else a trunk.
func (g *gate) trunkAt(src netip.AddrPort) *Trunk {
	if i := slices.IndexFunc(g.peers, func(t Trunk) bool { return t.peer.SIP == src }); i >= 0 {
		return &g.peers[i]
	}
	return g.trunkOf(src.Addr())
}

// admitNode decides about an INVITE of another node: it is no citizen's call and
// makes no ticket.
func (e *Endpoint) admitNode(fault *refusal) verdict {
	switch {
	case fault != nil:
		return answered(fault)
	case e.deps.Signer == nil || e.deps.Legs == nil:
		return answered(refuse(404, "Not Found"))
	}
	return passOn
}
