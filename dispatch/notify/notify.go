// Package notify tells people: it turns notices into deliveries, one for each
// person and channel, and brings each to its end. A crash between the call of
// a provider and its result leaves a delivery unknown, never failed: the
// provider is asked before anything is sent twice.
package notify

import (
	"context"
	"errors"
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
)

// Message is what a channel sends. Ref stays the same when it is sent again,
// so that a provider that knows it does not send it twice.
type Message struct {
	Ref      string
	Address  string // E.164 for SMS. Never log it
	Login    string // member of staff, for the live channel; empty for citizens
	Text     string
	Template string
	Fields   map[string]string
	Ticket   string // public id, empty where it is about none
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

// Finder is a Channel whose provider can be asked about a message by our Ref.
type Finder interface {
	// Find tells whether the provider has the message.
	Find(ctx context.Context, ref string) (providerID string, found bool, err error)
}

// Store is what the notifier needs of the database.
type Store interface {
	// ExpandNotices turns notices into deliveries on the channels, and tells how many it took. alarm: there is an alarm number.
	ExpandNotices(ctx context.Context, channels []string, alarm bool, limit int) (int, error)
	// ClaimDeliveries takes deliveries of a channel for length of real time; what nobody came back with is Unknown.
	ClaimDeliveries(ctx context.Context, channel, alarmNumber string, limit int, length time.Duration) ([]ticket.Delivery, error)
	// SettleDelivery records how an attempt ended.
	SettleDelivery(ctx context.Context, d ticket.Delivery, r ticket.DeliveryResult) error
}

// Texts fills in the template of a message in a language. missing lists fields
// without a value, whose places stay empty; ok is false for an unknown template.
type Texts func(template, language string, fields map[string]string) (text string, missing []string, ok bool)

// Options of New. Zero values mean the default named beside them.
type Options struct {
	Channels    []Channel
	Expand      []string // channels that there are on any node: notices become deliveries on these; nil: those of Channels
	Texts       Texts
	Language    string // zh
	AlarmNumber string // E.164; empty: nobody is told by SMS that a ladder came to its end
	Logger      *slog.Logger
	Registerer  prometheus.Registerer // nil: no metrics are kept

	Poll    time.Duration // 1 s: how often it looks without being woken
	Timeout time.Duration // 10 s: longest call of a provider
	Backoff time.Duration // 2 s: wait before the first repetition; it doubles up to a minute
	Workers int           // 8: calls of one channel's provider at a time
	Most    int           // 8: sendings, or questions about one, after which a delivery is dead
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
