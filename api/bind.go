package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
)

// handler is what a route does within one transaction. O is the answer's body.
type handler[I, O any] func(s *Server, ctx context.Context, tx Tx, in *I) (O, error)

// binder makes a route of a handler.
type binder func(s *Server, r *route)

// answer is the body of an answer, and whether it was given before.
type answer[O any] struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true where the same key was answered before"`
	Body     O
}

// read binds a handler that changes nothing.
func read[I, O any](h handler[I, O]) binder {
	return func(s *Server, r *route) {
		huma.Register(s.api, r.operation(), func(ctx context.Context, in *I) (*answer[O], error) {
			var out answer[O]
			err := s.deps.Run(ctx, requestOf(ctx).actor, func(tx Tx) (err error) {
				out.Body, err = h(s, ctx, tx, in)
				return err
			})
			if err != nil {
				return nil, s.refuse(ctx, r, err)
			}
			return &out, nil
		})
	}
}

// each binds a handler that acts anew each time it is asked, key or no key: a
// look-up that must leave a record each time, or an act that twice is as once.
func each[I, O any](h handler[I, O]) binder { return read(h) }

// errDry rolls back an act that was only tried.
var errDry = errors.New("only tried")

// dry binds an act that is only tried: what it would do is the answer, what it
// would refuse is refused, and nothing of it stays.
func dry[I, O any](h handler[I, O]) binder {
	return func(s *Server, r *route) {
		huma.Register(s.api, r.operation(), func(ctx context.Context, in *I) (*answer[O], error) {
			var out answer[O]
			err := s.deps.Run(ctx, requestOf(ctx).actor, func(tx Tx) (err error) {
				if out.Body, err = h(s, ctx, tx, in); err != nil {
					return err
				}
				return errDry
			})
			if !errors.Is(err, errDry) {
				return nil, s.refuse(ctx, r, err)
			}
			return &out, nil
		})
	}
}

// do binds an act. Its answer is kept under the Idempotency-Key in the act's
// own transaction: either both are there or neither. An error is not kept, so
// that what was refused can be tried again.
func do[I, O any](h handler[I, O]) binder {
	return doAs(h, func(_ *Server, ctx context.Context, _ *I) (act.Actor, error) { return requestOf(ctx).actor, nil })
}

// doAs is do for an act whose actor the request itself proves: who wrote it need not be who is
// signed in. The key counts as the actor's, so that the same act is one whoever sends it.
func doAs[I, O any](h handler[I, O], who func(s *Server, ctx context.Context, in *I) (act.Actor, error)) binder {
	return func(s *Server, r *route) {
		huma.Register(s.api, r.operation(), func(ctx context.Context, in *I) (*answer[O], error) {
			req := requestOf(ctx)
			actor, err := who(s, ctx, in)
			if err != nil {
				return nil, s.refuse(ctx, r, err)
			}
			release, err := s.gate.enter(ctx, fmt.Sprintf("%d|%s", actor.StaffID, req.key))
			if err != nil {
				return nil, s.refuse(ctx, r, err)
			}
			defer release()
			var out answer[O]
			err = s.deps.Run(ctx, actor, func(tx Tx) (err error) {
				if out, err = once(ctx, s, tx, in, h); err == nil {
					failpoint.Hit(r.written)
				}
				return err
			})
			if err != nil {
				return nil, s.refuse(ctx, r, err)
			}
			failpoint.Hit(r.committed)
			return &out, nil
		})
	}
}

// once runs a handler unless its key has been answered.
func once[I, O any](ctx context.Context, s *Server, tx Tx, in *I, h handler[I, O]) (out answer[O], err error) {
	req := requestOf(ctx)
	kept, found, err := tx.Replay(ctx, req.key, req.path, req.body)
	if err != nil {
		return out, err
	}
	if found {
		if err := json.Unmarshal(kept, &out.Body); err != nil {
			return out, fmt.Errorf("read a kept answer: %w", err)
		}
		out.Replayed = "true"
		return out, nil
	}
	if out.Body, err = h(s, ctx, tx, in); err != nil {
		return out, err
	}
	body, err := json.Marshal(out.Body)
	if err != nil {
		return out, fmt.Errorf("write an answer: %w", err)
	}
	return out, tx.KeepAnswer(ctx, req.key, req.path, req.body, http.StatusOK, body)
}

// refuse turns a handler's error into the answer, and logs what is our fault.
func (s *Server) refuse(ctx context.Context, r *route, err error) error {
	p := problemOf(err)
	s.logProblem(ctx, r.method, r.path, p, err)
	return p
}

// keyGate lets one request of a key at a time ask for a database connection:
// a thousand sends of one key must not take every connection to wait for each
// other there. Across nodes the database's own lock decides.
type keyGate struct {
	mu   sync.Mutex
	keys map[string]*keyQueue
}

type keyQueue struct {
	turn    chan struct{} // holds one token while nobody is in
	waiting int
}

// enter waits for its turn; release lets the next one in.
func (g *keyGate) enter(ctx context.Context, key string) (release func(), err error) {
	g.mu.Lock()
	if g.keys == nil {
		g.keys = map[string]*keyQueue{}
	}
	q := g.keys[key]
	if q == nil {
		q = &keyQueue{turn: make(chan struct{}, 1)}
		q.turn <- struct{}{}
		g.keys[key] = q
	}
	q.waiting++
	g.mu.Unlock()
	select {
	case <-q.turn:
		return func() { q.turn <- struct{}{}; g.leave(key, q) }, nil
	case <-ctx.Done():
		g.leave(key, q)
		p := newProblem(http.StatusConflict, "in_flight", "The same request is still being worked on; ask again with the same Idempotency-Key.")
		p.retryAfter = time.Second
		return nil, p
	}
}

func (g *keyGate) leave(key string, q *keyQueue) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if q.waiting--; q.waiting == 0 {
		delete(g.keys, key)
	}
}
