package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/ticket"
)

const expandBatch = 200

// Run sends until ctx ends, then lets the calls that are under way come to an
// end. It returns nil: whatever fails is tried again.
func (n *Notifier) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { n.expand(ctx) })
	for _, c := range n.o.Channels {
		wg.Go(func() { n.runChannel(ctx, c) })
	}
	wg.Wait()
	return nil
}

// rest waits for a wake-up, the next look, or the end; it reports false at the end.
func (n *Notifier) rest(ctx context.Context, wake *pulse.Listener, freed <-chan struct{}) bool {
	wait := time.NewTimer(n.o.Poll)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wake.C:
		wake.Take()
	case <-freed:
	case <-wait.C:
	}
	return true
}

// expand turns notices into deliveries and wakes the channels.
func (n *Notifier) expand(ctx context.Context) {
	wake := n.redis.Listen(pulse.WakeNotices)
	defer wake.Close()
	for {
		taken, err := n.store.ExpandNotices(ctx, n.channels, n.o.AlarmNumber != "", expandBatch)
		if err != nil && ctx.Err() == nil {
			n.log.Warn("notices wait to be sent", "error", err)
		}
		if taken > 0 {
			n.redis.WakeLocal(wakeDeliveries, "")
		}
		if taken < expandBatch && !n.rest(ctx, wake, nil) {
			return
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// wakeDeliveries stays within the process: who expanded a notice sends it, as a rule.
const wakeDeliveries = pulse.KeyPrefix + "wake:deliveries"

// runChannel sends what is due on one channel. Each channel has its own
// workers, so that a provider that hangs holds up no other.
func (n *Notifier) runChannel(ctx context.Context, c Channel) {
	wake := n.redis.Listen(wakeDeliveries)
	defer wake.Close()
	slots, freed := make(chan struct{}, n.o.Workers), make(chan struct{}, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		free := n.o.Workers - len(slots)
		var list []ticket.Delivery
		if free > 0 {
			var err error
			// The claim outlasts the call, so that nobody else takes it for lost meanwhile.
			if list, err = n.store.ClaimDeliveries(ctx, c.Name(), n.o.AlarmNumber, free, n.timeout(c)+5*time.Second); err != nil && ctx.Err() == nil {
				n.log.Warn("deliveries wait to be sent", "channel", c.Name(), "error", err)
			}
		}
		for _, d := range list {
			slots <- struct{}{}
			wg.Go(func() {
				n.deliver(context.WithoutCancel(ctx), c, d)
				<-slots
				select {
				case freed <- struct{}{}:
				default:
				}
			})
		}
		more := freed
		if len(list) < free {
			more = nil // all that is due is under way: a free slot alone is no reason to look
		}
		if !n.rest(ctx, wake, more) {
			return
		}
	}
}

// timeout is how long a call of a channel's provider may take.
func (n *Notifier) timeout(c Channel) time.Duration {
	if p, ok := c.(Paced); ok {
		return p.Timeout()
	}
	return n.o.Timeout
}

// deliver brings one delivery a step further and records it.
func (n *Notifier) deliver(ctx context.Context, c Channel, d ticket.Delivery) {
	calling, cancel := context.WithTimeout(ctx, n.timeout(c))
	defer cancel()
	var result ticket.DeliveryResult
	if d.Unknown {
		result = n.find(calling, c, d)
	} else {
		result = n.send(calling, c, d)
	}
	n.ended.WithLabelValues(c.Name(), string(result.State)).Inc()
	if result.State == ticket.DeliveryFailed || result.State == ticket.DeliveryDead {
		n.log.Error("a notice did not reach its reader", "alarm", d.Urgent, "channel", c.Name(), "template", d.Template, "to", d.Login, "ticket", d.Ticket,
			"attempts", d.Attempt, "error", result.Error)
	}
	settling, done := context.WithTimeout(ctx, 5*time.Second)
	defer done()
	if err := n.store.SettleDelivery(settling, d, result); err != nil {
		n.log.Warn("a delivery's result was not recorded; it counts as unknown", "channel", c.Name(), "error", err)
	}
}

// send gives a message to the provider.
func (n *Notifier) send(ctx context.Context, c Channel, d ticket.Delivery) ticket.DeliveryResult {
	text, missing, ok := n.o.Texts(d.Template, n.o.Language, d.Fields)
	switch {
	case !ok:
		return ticket.DeliveryResult{State: ticket.DeliveryFailed, Error: "no template " + d.Template}
	case len(missing) > 0: // an incomplete message is better than none
		n.log.Warn("a notice lacks fields of its template", "template", d.Template, "missing", missing)
	}
	failpoint.Hit(failpoint.NoticeBeforeSend)
	begun := time.Now() //nolint:forbidigo // how long the provider really took
	id, err := c.Send(ctx, Message{Ref: d.Ref, Address: d.Address, Login: d.Login, Text: text, Template: d.Template, Fields: d.Fields,
		Ticket: d.Ticket, Area: d.Area, Urgent: d.Urgent})
	failpoint.Hit(failpoint.NoticeAfterSend)
	switch {
	case err == nil:
		return ticket.DeliveryResult{State: ticket.DeliverySent, ProviderID: id}
	case errors.Is(err, ErrRejected):
		return ticket.DeliveryResult{State: ticket.DeliveryFailed, Error: err.Error()}
	case errors.Is(err, ErrNotSent):
		return n.again(c, d, err.Error(), time.Since(begun))
	default:
		return ticket.DeliveryResult{State: ticket.DeliveryUnknown, Error: err.Error(), After: n.o.Backoff}
	}
}

// again queues a delivery that certainly did not go out; took is how long the
// attempt lasted.
func (n *Notifier) again(c Channel, d ticket.Delivery, why string, took time.Duration) ticket.DeliveryResult {
	after, more := backoff(n.o.Backoff, d.Attempt), d.Attempt < n.o.Most
	if p, ok := c.(Paced); ok {
		after, more = p.Again(d.Attempt)
		after = max(0, after-took)
	}
	if !more {
		return ticket.DeliveryResult{State: ticket.DeliveryDead, Error: fmt.Sprintf("given up after %d attempts: %s", d.Attempt, why)}
	}
	return ticket.DeliveryResult{State: ticket.DeliveryQueued, Error: why, After: after}
}

// find asks the provider what became of a message that may have gone out. One
// that never arrived is sent once more; twice lost without a trace is dead.
func (n *Notifier) find(ctx context.Context, c Channel, d ticket.Delivery) ticket.DeliveryResult {
	never := ticket.DeliveryResult{State: ticket.DeliveryQueued, Error: "it had not arrived at the provider", Queried: true, Resend: true}
	switch {
	case d.Void:
		never = ticket.DeliveryResult{State: ticket.DeliveryVoid, Queried: true}
	case d.Resent:
		never = ticket.DeliveryResult{State: ticket.DeliveryDead, Queried: true, Error: "sent twice and the provider knows of neither"}
	}
	finder, ok := c.(Finder)
	if !ok { // nobody to ask, and no harm in a second one
		return never
	}
	id, found, err := finder.Find(ctx, d.Ref)
	switch {
	case err == nil && found:
		return ticket.DeliveryResult{State: ticket.DeliverySent, ProviderID: id, Queried: true}
	case err == nil:
		return never
	case d.Queries+1 >= n.o.Most:
		return ticket.DeliveryResult{State: ticket.DeliveryDead, Queried: true, Error: fmt.Sprintf("nobody knows whether it was sent: %v", err)}
	default:
		return ticket.DeliveryResult{State: ticket.DeliveryUnknown, Queried: true, Error: err.Error(), After: backoff(n.o.Backoff, d.Queries+1)}
	}
}

// backoff doubles with every attempt, up to a minute.
func backoff(first time.Duration, attempt int) time.Duration {
	return min(time.Minute, first<<min(max(attempt-1, 0), 10))
}
