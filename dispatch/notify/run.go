package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"example.org/hotline/area"
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
		if p, ok := c.(Poller); ok && p.Polls() {
			wg.Go(func() { n.poll(ctx, c, p) })
		}
	}
	if n.o.Replies != nil {
		wg.Go(func() { n.answer(ctx) })
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
	reach := ticket.Reach{Channels: n.channels, Alarm: n.o.AlarmNumber != "", Plan: n.o.Plan, Group: n.o.Group}
	for {
		taken, err := n.store.ExpandNotices(ctx, reach, expandBatch)
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
const (
	wakeDeliveries = pulse.KeyPrefix + "wake:deliveries"
	wakePolls      = pulse.KeyPrefix + "wake:polls" // nobody sends it: a minute is not to be hastened
)

// runChannel sends what is due on one channel. Each channel has its own
// workers, so that a provider that hangs holds up no other; and one reader has
// a quarter of them at most, so that an address that hangs holds up no other reader.
func (n *Notifier) runChannel(ctx context.Context, c Channel) {
	wake := n.redis.Listen(wakeDeliveries)
	defer wake.Close()
	throttle := n.o.Throttle[c.Name()]
	claim := ticket.Claim{Channel: c.Name(), Alarm: n.o.AlarmNumber, Person: throttle.Person.rate(), Account: throttle.Account.rate(),
		Length: n.timeout(c) + 5*time.Second, // it outlasts the call, so that nobody else takes it for lost meanwhile
		Each:   max(1, n.o.Workers/4)}
	slots, freed := make(chan struct{}, n.o.Workers), make(chan struct{}, 1)
	var under underway
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		free := n.o.Workers - len(slots)
		var list []ticket.Delivery
		if free > 0 {
			var err error
			claim.Limit, claim.Under = free, under.copy()
			if list, err = n.store.ClaimDeliveries(ctx, claim); err != nil && ctx.Err() == nil {
				n.log.Warn("deliveries wait to be sent", "channel", c.Name(), "error", err)
			}
		}
		for _, d := range list {
			slots <- struct{}{}
			under.add(d.Staff, 1)
			wg.Go(func() {
				n.deliver(context.WithoutCancel(ctx), c, d)
				under.add(d.Staff, -1)
				<-slots
				select {
				case freed <- struct{}{}:
				default:
				}
			})
		}
		more := freed
		if len(list) < free && !under.anyFull(claim.Each) {
			more = nil // all that is due is under way: a free slot alone is no reason to look
		}
		if !n.rest(ctx, wake, more) {
			return
		}
	}
}

// underway counts what each reader has under way on a channel of this node.
type underway struct {
	mu sync.Mutex
	by map[area.StaffID]int
}

func (u *underway) add(staff area.StaffID, n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.by == nil {
		u.by = map[area.StaffID]int{}
	}
	if u.by[staff] += n; u.by[staff] == 0 {
		delete(u.by, staff)
	}
}

func (u *underway) copy() map[area.StaffID]int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.by)
}

// anyFull reports whether a reader has as much under way as one may: more of theirs may wait.
func (u *underway) anyFull(each int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	for staff, n := range u.by {
		if staff != 0 && n >= each {
			return true
		}
	}
	return false
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

// language is the one a delivery's reader is written to in.
func (n *Notifier) language(d ticket.Delivery) string { return cmp.Or(d.Language, n.o.Language) }

// message is what a channel is given of a delivery.
func (n *Notifier) message(d ticket.Delivery, text Text) Message {
	return Message{Ref: d.Ref, Provider: d.Provider, Begun: d.Begun, Address: d.Address, Login: d.Login, Language: n.language(d), Text: text.Body, Template: d.Template, Fields: text.Fields, Order: text.Order,
		Ticket: d.Ticket, Area: d.Area, Urgent: d.Urgent}
}

// send gives a message to the provider.
func (n *Notifier) send(ctx context.Context, c Channel, d ticket.Delivery) ticket.DeliveryResult {
	text, ok := n.o.Texts(d.Template, n.language(d), d.Fields)
	if !ok {
		return ticket.DeliveryResult{State: ticket.DeliveryFailed, Error: "no template " + d.Template}
	}
	n.complain(d, text)
	failpoint.Hit(failpoint.NoticeBeforeSend)
	begun := time.Now() //nolint:forbidigo // how long the provider really took
	id, err := c.Send(ctx, n.message(d, text))
	failpoint.Hit(failpoint.NoticeAfterSend)
	switch {
	case err == nil:
		result := ticket.DeliveryResult{State: ticket.DeliverySent, ProviderID: id}
		if p, ok := c.(Poller); ok && p.Polls() {
			result.Poll = n.o.Silence
		}
		return result
	case errors.Is(err, ErrRejected):
		return ticket.DeliveryResult{State: ticket.DeliveryFailed, Error: err.Error(), Gone: errors.Is(err, ErrGone)}
	case errors.Is(err, ErrNotSent):
		return n.again(c, d, err.Error(), time.Since(begun))
	}
	after := n.o.Backoff
	if p, ok := c.(Paced); ok { // nobody is rung twice within a minute, whatever became of the first call
		pause, _ := p.Again(d.Attempt - d.Forgiven)
		after = max(after, pause-time.Since(begun))
	}
	return ticket.DeliveryResult{State: ticket.DeliveryUnknown, Error: err.Error(), After: after}
}

// complain logs what is wrong with a text that goes out all the same: an
// incomplete or a long message is better than none.
func (n *Notifier) complain(d ticket.Delivery, text Text) {
	if len(text.Missing) > 0 {
		n.log.Warn("a notice lacks fields of its template", "template", d.Template, "missing", text.Missing)
	}
	if len(text.Hidden) > 0 {
		n.log.Error("a notice held personal data that its template does not declare; it was left out", "alarm", true, "template", d.Template, "fields", text.Hidden)
	}
	if d.Channel == ChannelSMS && text.Most > 0 && text.Parts > text.Most {
		n.log.Warn("a notice takes more short messages than its template allows", "template", d.Template, "parts", text.Parts, "most", text.Most)
	}
}

// again queues a delivery that certainly did not go out; took is how long the
// attempt lasted.
func (n *Notifier) again(c Channel, d ticket.Delivery, why string, took time.Duration) ticket.DeliveryResult {
	tries := d.Attempt - d.Forgiven
	after, more := backoff(n.o.Backoff, tries), tries < n.o.Most
	if p, ok := c.(Paced); ok {
		after, more = p.Again(tries)
		after = max(0, after-took)
	}
	if !more {
		return ticket.DeliveryResult{State: ticket.DeliveryDead, Error: fmt.Sprintf("given up after %d attempts: %s", tries, why)}
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
	if p, polls := c.(Poller); !ok || polls && !p.Polls() { // nobody to ask, and no harm in a second one
		return never
	}
	found, err := finder.Find(ctx, n.message(d, Text{}))
	switch {
	case err == nil && found.Known && found.Status == ticket.DeliveryFailed:
		return ticket.DeliveryResult{State: ticket.DeliveryFailed, ProviderID: found.Provider, Queried: true, Error: "the provider could not deliver it: " + found.Detail}
	case err == nil && found.Known:
		return ticket.DeliveryResult{State: ticket.DeliverySent, ProviderID: found.Provider, Queried: true, Poll: n.o.Silence}
	case err == nil:
		return never
	case d.Queries+1 >= n.o.Most:
		return ticket.DeliveryResult{State: ticket.DeliveryDead, Queried: true, Error: fmt.Sprintf("nobody knows whether it was sent: %v", err)}
	default:
		return ticket.DeliveryResult{State: ticket.DeliveryUnknown, Queried: true, Error: err.Error(), After: backoff(n.o.Backoff, d.Queries+1)}
	}
}

// poll asks a provider about sent messages of which nothing was heard.
func (n *Notifier) poll(ctx context.Context, c Channel, p Poller) {
	wake := n.redis.Listen(wakePolls)
	defer wake.Close()
	for n.rest(ctx, wake, nil) {
		list, err := n.store.ClaimPolls(ctx, c.Name(), n.o.Workers, n.o.Most, n.o.Silence)
		if err != nil && ctx.Err() == nil {
			n.log.Warn("sent messages wait to be asked about", "channel", c.Name(), "error", err)
		}
		for _, d := range list {
			n.ask(ctx, c, p, d)
		}
	}
}

// ask brings what the provider knows of a sent message into its delivery.
func (n *Notifier) ask(ctx context.Context, c Channel, p Poller, d ticket.Delivery) {
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), n.timeout(c))
	defer cancel()
	found, err := p.Find(asking, n.message(d, Text{}))
	if err != nil || !found.Known || found.Status == "" {
		return // it is asked again
	}
	r := ticket.Receipt{Channel: c.Name(), Message: found.Provider, Ref: d.Ref, Status: found.Status, Detail: found.Detail}
	if _, err := n.store.KeepReceipt(asking, r); err != nil {
		n.log.Warn("what a provider told of a message was not recorded; it is asked again", "channel", c.Name(), "error", err)
	}
}

// answer does what people ask for by SMS.
func (n *Notifier) answer(ctx context.Context) {
	wake := n.redis.Listen(pulse.WakeNotices)
	defer wake.Close()
	for {
		done, err := n.o.Replies.AnswerReplies(ctx, expandBatch)
		if err != nil && ctx.Err() == nil {
			n.log.Warn("replies wait to be answered", "error", err)
		}
		if done < expandBatch && !n.rest(ctx, wake, nil) || ctx.Err() != nil {
			return
		}
	}
}

// backoff doubles with every attempt, up to a minute.
func backoff(first time.Duration, attempt int) time.Duration {
	return min(time.Minute, first<<min(max(attempt-1, 0), 10))
}
