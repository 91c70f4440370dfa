package main

import (
	"context"
	"net/http"
	"time"

	"example.org/hotline/configs"
)

const (
	lostTries   = 4               // a node that answers one of them lives
	lostSpacing = 3 * time.Second // between two
	lostWithin  = 3 * time.Second // for an answer
)

// lostNodes ends the calls of nodes that the queue has taken out for their
// silence, once nothing else speaks for their being alive either. Who waited
// there is then rung back, and need not wait for that node's next start.
type lostNodes struct {
	silent chan silentNode
	n      *node
}

type silentNode struct {
	id string
	at time.Time // on the line's clock; what comes in later is not a dead node's
}

func newLostNodes(n *node) *lostNodes {
	return &lostNodes{silent: make(chan silentNode, 16), n: n}
}

// buried is told by the queue, and never blocks it: it is told again while the node is silent.
func (l *lostNodes) buried(id string) {
	select {
	case l.silent <- silentNode{id: id, at: l.n.clock.Now()}:
	default:
	}
}

// run looks after silent nodes until ctx ends.
func (l *lostNodes) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case s := <-l.silent:
			if l.dead(ctx, s.id) {
				l.end(ctx, s)
			}
		}
	}
}

// dead asks a node's API until it answers. A node without a known API is dead
// when the queue says so.
func (l *lostNodes) dead(ctx context.Context, id string) bool {
	url := nodeURL(l.n.cfg.Nodes, id)
	for range lostTries {
		if url != "" && alive(ctx, url) {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(lostSpacing):
		}
	}
	return true
}

func (l *lostNodes) end(ctx context.Context, s silentNode) {
	within, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	ended, err := l.n.calls.EndLostOf(within, s.id, s.at)
	switch {
	case err != nil:
		l.n.log.WarnContext(ctx, "a dead node's calls cannot be ended yet; it does so itself when it starts again", "dead_node", s.id, "error", err)
	case ended > 0:
		l.n.log.WarnContext(ctx, "a node died; its calls are ended, and who waited there is rung back", "dead_node", s.id, "calls", ended)
	}
}

func nodeURL(nodes []configs.PeerConfig, id string) string {
	for _, n := range nodes {
		if n.ID == id {
			return n.URL
		}
	}
	return ""
}

func alive(ctx context.Context, url string) bool {
	within, cancel := context.WithTimeout(ctx, lostWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(within, http.MethodGet, url+"/healthz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil
}
