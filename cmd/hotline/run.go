package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/relief/paymaster"
)

// stage is a set of loops that start and stop together.
type stage struct {
	cancel context.CancelFunc
	ctx    context.Context // a stage is its context
	wg     sync.WaitGroup
	fail   func(error)
}

func newStage(parent context.Context, fail func(error)) *stage {
	ctx, cancel := context.WithCancel(context.WithoutCancel(parent))
	return &stage{ctx: ctx, cancel: cancel, fail: fail}
}

// start runs a loop until the stage stops; its error brings the whole node down.
func (s *stage) start(name string, run func(context.Context) error) {
	s.wg.Go(func() {
		if err := run(s.ctx); err != nil && s.ctx.Err() == nil {
			s.fail(fmt.Errorf("%s: %w", name, err))
		}
	})
}

// stop ends the loops and waits for them.
func (s *stage) stop() {
	s.cancel()
	s.wg.Wait()
}

// run serves until ctx ends or a room fails. It stops in this order: refuse new
// work and let calls end, then dispatch, then what writes, then the stores. A
// second signal ends the process at once (see main).
func (n *node) run(ctx context.Context, ready func(context.Context) error) error {
	failed := make(chan error, 16)
	fail := func(err error) {
		select {
		case failed <- err:
		default: // the node is on its way down already
		}
	}
	base, dispatching, front := newStage(ctx, fail), newStage(ctx, fail), newStage(ctx, fail)

	base.start("redis", n.redis.Run)
	base.start("clock", n.runClock)
	base.start("numbers", func(ctx context.Context) error { n.numbers.Run(ctx); return nil })
	base.start("intake", n.intake.Run)
	base.start("journal", n.calls.Run)
	base.start("audit anchors", func(ctx context.Context) error { return keepAnchors(ctx, n.db, n.cfg.Node.DataDir, n.log) })
	base.start("relay", n.relay.Run)
	base.start("watch over timers", n.watch.Run)
	base.start("places", n.places.Run)
	if n.has(configs.RoleDispatch) {
		dispatching.start("timers", n.engine.Run)
		dispatching.start("rosters", n.watchHoles)
		dispatching.start("open items", n.watchOpenItems)
		dispatching.start("visits of villages", n.watchVisits)
		dispatching.start("payment runs", paymaster.New(n.db, paymaster.Options{Rules: n.reliefRules, Logger: n.log}).Run)
	} else {
		dispatching.start("timers", n.engine.RunArming)
	}
	if n.asker != nil {
		dispatching.start("data checks", n.asker.Run)
	}
	if n.courier != nil {
		dispatching.start("courier", n.courier.Run)
	}
	if n.notifier != nil {
		dispatching.start("notices", n.notifier.Run)
	}
	base.start("recordings", n.recordings.Local.Run)
	if n.phone != nil {
		base.start("queue", n.queue.Run)
		base.start("lost nodes", n.lost.run)
		base.start("softphones", n.softphone.Run)
		front.start("flows and prompts", n.line.Run)
		front.start("phone", n.phone.Run)
	}
	if n.api != nil {
		front.start("api", func(ctx context.Context) error { return n.api.Run(ctx, n.listener) })
	}
	err := ready(ctx)
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-failed:
			n.log.Error("a room failed, the node stops", "error", err)
		}
	}
	n.log.Info("stopping: new calls are refused, live calls may end")
	n.drain(ctx)
	front.stop()
	dispatching.stop()
	base.stop()
	return errors.Join(err, n.journal.Close(), n.redis.Close(), n.db.Close())
}

// drain lets live calls end by themselves for as long as the settings allow.
func (n *node) drain(ctx context.Context) {
	if n.phone == nil {
		return
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(n.cfg.Drain.Timeout, time.Millisecond))
	defer cancel()
	if err := n.queue.Drain(); err != nil {
		n.log.Warn("agents here may still be offered to callers of other nodes", "error", err)
	}
	if err := n.phone.Drain(grace); err != nil {
		n.log.Warn("calls are ended now", "error", err)
	}
}

// runClock keeps the node's view of app_now() and wakes whoever sleeps by it when it is moved.
func (n *node) runClock(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-n.clock.Moved():
				n.engine.ClockMoved()
			}
		}
	})
	err := n.clock.Run(ctx, n.cfg.Demo.Enabled)
	wg.Wait()
	return err
}
