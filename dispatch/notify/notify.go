// Package notify tells people: it turns notices into deliveries, one for each
// person and channel, and brings each to its end. A crash between the call of
// a provider and its result leaves a delivery unknown, never failed: the
// provider is asked before anything is sent twice.
package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/area"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/ticket"
)

// The ways a Channel's Send can fail. Any other error means that nobody knows
// whether the message went out.
var (
	ErrRejected = errors.New("the provider refused the message") // for good: a wrong number, a text it does not take
	ErrNotSent  = errors.New("the message was not sent")         // for now: no connection, throttled
	// ErrGone is an ErrRejected of an address that takes nothing any more.
	ErrGone = fmt.Errorf("%w: the address is gone", ErrRejected)
)

// Message is what a channel sends. Ref stays the same when it is sent again,
// so that a provider that knows it does not send it twice.
type Message struct {
	Ref      string
	Provider string    // the provider's id, where it is known: for asking what became of it
	Begun    time.Time // when it was sent, for asking about it; zero where nobody noted that
	Address  string    // E.164 for SMS and voice, or what the channel takes in its place. Never log it
	Login    string    // member of staff, for the live channel; empty for citizens
	Language string    // of the text, "zh" or "en"
	Text     string
	Template string
	Fields   map[string]string // those that the template declares, as its text shows them
	Order    []string          // their names, in the template's order
	Ticket   string            // public id, empty where it is about none
	Area     area.Code
	Urgent   bool
}

// Channel is one way to reach people. Safe for concurrent use.
type Channel interface {
	// Name is as in deliveries.channel.
	Name() string
	// Send gives the message to the provider and returns the provider's own id for it, if any.
	Send(ctx context.Context, m Message) (providerID string, err error)
}

// Paced is a Channel with a pace of its own: a telephone rings for longer than a
// gateway takes, and is not rung again within a second.
type Paced interface {
	// Timeout bounds one Send.
	Timeout() time.Duration
	// Again tells how long after the beginning of an attempt, counted from 1, that was ErrNotSent the next one comes; false: none.
	Again(attempt int) (time.Duration, bool)
}

// Found is what a provider knows of a message.
type Found struct {
	Known    bool
	Provider string               // its own id
	Status   ticket.DeliveryState // sent, delivered, read or failed; empty: it does not say
	Detail   string               // its code for that
}

// Finder is a Channel whose provider can be asked about a message.
type Finder interface {
	// Find asks for a message by its Ref or Provider id.
	Find(ctx context.Context, m Message) (Found, error)
}

// Poller is a Finder that tells what became of a message, so that it is asked
// where no receipt comes.
type Poller interface {
	Finder
	Polls() bool
}

// Store is what the notifier needs of the database.
type Store interface {
	// ExpandNotices turns notices into deliveries by the ways that exist, and tells how many it took.
	ExpandNotices(ctx context.Context, reach ticket.Reach, limit int) (int, error)
	// ClaimDeliveries takes deliveries of a channel for a length of real time; what nobody came back with is Unknown.
	ClaimDeliveries(ctx context.Context, c ticket.Claim) ([]ticket.Delivery, error)
	// SettleDelivery records how an attempt ended.
	SettleDelivery(ctx context.Context, d ticket.Delivery, r ticket.DeliveryResult) error
	// ClaimPolls takes sent deliveries of which nothing was heard; the next time is after again, at most so often.
	ClaimPolls(ctx context.Context, channel string, limit, most int, again time.Duration) ([]ticket.Delivery, error)
	// KeepReceipt records what a provider told, and reports whether it took a delivery further.
	KeepReceipt(ctx context.Context, r ticket.Receipt) (moved bool, err error)
}

// Answerer does what people ask for by SMS.
type Answerer interface {
	// AnswerReplies looks at replies that wait and tells how many there were.
	AnswerReplies(ctx context.Context, limit int) (int, error)
}

// Text is a filled-in template.
type Text struct {
	Body    string
	Fields  map[string]string // what stands in it, by field: a provider that has the words itself is given these and no others
	Order   []string          // its fields, as declared
	Missing []string          // declared fields without a value, whose places stay empty
	Hidden  []string          // fields whose value was personal data that the template does not declare; *** stands there
	Parts   int               // how many short messages it takes
	Most    int               // how many it may take
}

// Texts fills in the template of a message in a language; ok is false for an unknown template.
type Texts func(template, language string, fields map[string]string) (text Text, ok bool)

// Options of New. Zero values mean the default named beside them.
type Options struct {
	Channels    []Channel
	Expand      []string // channels that there are on any node: notices become deliveries on these; nil: those of Channels
	Texts       Texts
	Plan        ticket.ContactPlan     // nil: every contact at once
	Group       func(area string) bool // whether a group chat serves an area; nil: there is none
	Throttle    map[string]Throttle    // by channel
	Replies     Answerer               // nil: replies are kept, and nobody looks at them here
	Language    string                 // zh
	AlarmNumber string                 // E.164; empty: nobody is rung and written to when a ladder came to its end
	Logger      *slog.Logger
	Registerer  prometheus.Registerer // nil: no metrics are kept

	Poll    time.Duration // 1 s: how often it looks without being woken
	Timeout time.Duration // 10 s: longest call of a provider
	Backoff time.Duration // 2 s: wait before the first repetition; it doubles up to a minute
	Workers int           // 8: calls of one channel's provider at a time
	Most    int           // 8: sendings, or questions about one, after which a delivery is dead
	Silence time.Duration // 1 m: a sent message of which nothing was heard is asked about
}

// Notifier sends what is due. Any number of nodes may run one.
type Notifier struct {
	store    Store
	redis    *pulse.Client
	o        Options
	log      *slog.Logger
	channels []string
	ended    *prometheus.CounterVec
}

// New prepares a notifier.
func New(store Store, redis *pulse.Client, o Options) *Notifier {
	fill := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	fill(&o.Poll, time.Second)
	fill(&o.Timeout, 10*time.Second)
	fill(&o.Backoff, 2*time.Second)
	fill(&o.Silence, time.Minute)
	if o.Workers <= 0 {
		o.Workers = 8
	}
	if o.Most <= 0 {
		o.Most = 8
	}
	if o.Language == "" {
		o.Language = "zh"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	n := &Notifier{store: store, redis: redis, o: o, log: o.Logger,
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "hotline", Subsystem: "notify", Name: "deliveries_total",
			Help: "Attempts to deliver a notice, by channel and how they ended."}, []string{"channel", "state"})}
	if n.channels = o.Expand; n.channels == nil {
		for _, c := range o.Channels {
			n.channels = append(n.channels, c.Name())
		}
	}
	if o.Registerer != nil {
		o.Registerer.MustRegister(n.ended)
	}
	return n
}
