// Package courier carries released batches to the banks that have an interface,
// asks what became of them and loads their returns. Any number of nodes may run
// one: each errand is claimed by one of them for a while, and what it does is
// written down before and after. A crash leaves a batch that may have left as one
// to be asked about, never as one to be sent under another id.
package courier

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief"
)

// Bank is a bank that the program speaks to itself.
type Bank interface {
	relief.Bank
	// Wire is its interface.
	Wire() bankhttp.Bank
	// Patience bounds one request.
	Patience() time.Duration
	// CountsOnce is whether it has agreed that the same batch under the same id counts once.
	CountsOnce() bool
}

// Store is what the courier needs of the database.
type Store interface {
	// ClaimErrand takes the errand for a bank that has been due longest, for a
	// length of real time; false where none is due. One to be sent is written
	// down as being sent; one that was being sent when its claim ran out is to
	// be asked about.
	ClaimErrand(ctx context.Context, bank string, lease time.Duration) (relief.Errand, bool, error)
	// BatchFile is the file that was released.
	BatchFile(ctx context.Context, batch string) (rail.File, error)
	// SettleErrand does an act, which may be nil, and says how the errand goes
	// on, both or neither. next is told how many payouts of the batch the bank
	// has then said nothing of. act.ErrConflict: somebody else has claimed it since.
	SettleErrand(ctx context.Context, e relief.Errand, do func(context.Context, relief.Tx) error, next func(open int) relief.ErrandNext) error
}

// Options of New. Zero values mean the default named beside them.
type Options struct {
	Banks      []Bank
	Rules      func(now time.Time) relief.Rules // in force at a moment
	Pace       Pace                             // DefaultPace
	Poll       time.Duration                    // 2 s: how often it looks without being woken
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics are kept
}

// Courier carries what is due.
type Courier struct {
	store    Store
	o        Options
	answered *prometheus.CounterVec
}

// New is a courier; Run starts it.
func New(store Store, o Options) *Courier {
	if o.Pace == (Pace{}) {
		o.Pace = DefaultPace()
	}
	if o.Poll == 0 {
		o.Poll = 2 * time.Second
	}
	c := &Courier{store: store, o: o, answered: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hotline_bank_requests_total",
		Help: "Requests to banks about batches, by bank, step and outcome."}, []string{"bank", "step", "outcome"})}
	if o.Registerer != nil {
		o.Registerer.MustRegister(c.answered)
	}
	return c
}

// Run carries until ctx ends. A bank that is slow holds no other one up.
func (c *Courier) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, bank := range c.o.Banks {
		wg.Go(func() { c.serve(ctx, bank) })
	}
	wg.Wait()
	return nil
}

// serve carries for one bank.
func (c *Courier) serve(ctx context.Context, bank Bank) {
	tick := time.NewTicker(c.o.Poll)
	defer tick.Stop()
	for {
		more, err := true, error(nil)
		for more && err == nil && ctx.Err() == nil {
			more, err = c.Carry(ctx, bank)
		}
		if err != nil && ctx.Err() == nil {
			c.o.Logger.Warn("the courier could not go on; it tries again", "bank", bank.ID(), "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// afterTheRequest is how long the result of a request may take to be written down.
const afterTheRequest = 5 * time.Second

// Carry takes what has been due longest for a bank one step on; false where
// nothing was due.
func (c *Courier) Carry(ctx context.Context, bank Bank) (carried bool, err error) {
	e, due, err := c.store.ClaimErrand(ctx, bank.ID(), bank.Patience()+afterTheRequest)
	if err != nil || !due {
		return false, err
	}
	switch e.Step {
	case relief.ErrandSending:
		err = c.send(ctx, bank, e)
	case relief.ErrandAsk:
		err = c.ask(ctx, bank, e)
	default:
		err = c.fetch(ctx, bank, e)
	}
	if errors.Is(err, act.ErrConflict) {
		c.o.Logger.Warn("another node has taken over while a bank was slow", "bank", bank.ID(), "batch", e.Batch, "step", e.Step)
		err = nil
	}
	return true, err
}

// send gives the bank the file that was released, byte for byte.
func (c *Courier) send(ctx context.Context, bank Bank, e relief.Errand) error {
	file, err := c.store.BatchFile(ctx, e.Batch)
	if err != nil {
		return err
	}
	failpoint.Hit(failpoint.BankBeforeSend)
	a := bank.Wire().Send(ctx, file)
	failpoint.Hit(failpoint.BankAfterSend)
	c.note(bank, e, a)
	return c.settle(ctx, e, c.booking(e, a), c.o.Pace.afterSending(e, a))
}

// ask asks what the bank knows of a batch that may have reached it.
func (c *Courier) ask(ctx context.Context, bank Bank, e relief.Errand) error {
	a := bank.Wire().Query(ctx, e.Batch)
	failpoint.Hit(failpoint.BankAfterAsk)
	c.note(bank, e, a)
	return c.settle(ctx, e, c.booking(e, a), c.o.Pace.afterAsking(e, a, bank.CountsOnce()))
}

// booking is what an answer about a whole batch means for the books; nil: nothing.
func (c *Courier) booking(e relief.Errand, a bankhttp.Answer) func(context.Context, relief.Tx) error {
	switch a.Outcome {
	case bankhttp.Accepted:
		return func(ctx context.Context, tx relief.Tx) error { return relief.AckBatch(ctx, tx, e.Batch) }
	case bankhttp.Refused:
		return func(ctx context.Context, tx relief.Tx) error {
			return relief.RefuseBatch(ctx, tx, e.Batch, a.Code, c.o.Rules(tx.Now()))
		}
	default:
		return nil
	}
}

// fetch loads the bank's return where there is one.
func (c *Courier) fetch(ctx context.Context, bank Bank, e relief.Errand) error {
	a := bank.Wire().Returns(ctx, e.Batch)
	failpoint.Hit(failpoint.BankAfterFetch)
	c.note(bank, e, a)
	switch {
	case a.Outcome == bankhttp.Accepted:
		return c.load(ctx, bank, e, a)
	case e.Step == relief.ErrandWatch:
		return c.settle(ctx, e, nil, c.o.Pace.watching(e, a))
	default:
		return c.settle(ctx, e, nil, c.o.Pace.again(e, a))
	}
}

// load books a return. One that is refused changes nothing; people see why, and
// the bank is asked for another one.
func (c *Courier) load(ctx context.Context, bank Bank, e relief.Errand, a bankhttp.Answer) error {
	file := relief.BankFile{Name: nameOf(e.Batch, a.Body), Type: "application/octet-stream", Body: a.Body}
	err := c.store.SettleErrand(context.WithoutCancel(ctx), e, func(ctx context.Context, tx relief.Tx) error {
		_, err := relief.LoadReturn(ctx, tx, bank, e.Batch, file, c.o.Rules(tx.Now()))
		return err
	}, func(open int) relief.ErrandNext { return c.o.Pace.afterLoading(e, a, open) })
	if why, refused := refusal(err); refused {
		c.o.Logger.Warn("a bank's return was refused; nothing of it was used", "bank", bank.ID(), "batch", e.Batch, "why", why)
		a.Code = why
		return c.settle(ctx, e, nil, c.o.Pace.again(e, a))
	}
	return err
}

// refusal is the code of the first thing that is wrong with a return, which
// repeats nothing that stands in it.
func refusal(err error) (string, bool) {
	if refused, ok := errors.AsType[rail.Refused](err); ok {
		return refused[0].Code, true
	}
	if fault, ok := errors.AsType[*act.Fault](err); ok && !errors.Is(err, act.ErrConflict) && !errors.Is(err, act.ErrUnavailable) {
		return fault.Code, true
	}
	return "", false
}

// nameOf is a name for a return, another one for every content.
func nameOf(batch string, body []byte) string {
	sum := sha256.Sum256(body)
	return batch + "-" + hex.EncodeToString(sum[:6]) + ".return"
}

// settle writes down what came of a request, also when the program is stopping: the bank has answered.
func (c *Courier) settle(ctx context.Context, e relief.Errand, do func(context.Context, relief.Tx) error, next relief.ErrandNext) error {
	return c.store.SettleErrand(context.WithoutCancel(ctx), e, do, func(int) relief.ErrandNext { return next })
}

func (c *Courier) note(bank Bank, e relief.Errand, a bankhttp.Answer) {
	c.answered.WithLabelValues(bank.ID(), string(e.Step), string(a.Outcome)).Inc()
	if a.Outcome == bankhttp.Unknown && a.Code != bankhttp.WhyNoReturn {
		c.o.Logger.Warn("a bank's answer leaves open what became of a batch; it is asked again", "bank", bank.ID(), "batch", e.Batch, "step", e.Step, "why", a.Code)
	}
}
