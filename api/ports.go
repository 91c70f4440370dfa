package api

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail/gateway"
	"example.org/hotline/relief"
	"example.org/hotline/relief/care"
	"example.org/hotline/relief/discovery"
	"example.org/hotline/relief/form"
	"example.org/hotline/relief/integrity"
	"example.org/hotline/relief/knowledge"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/referral"
	"example.org/hotline/relief/rule"
	"example.org/hotline/relief/source"
	"example.org/hotline/relief/statistics"
	"example.org/hotline/ticket"
)

// Tx is one transaction as the handlers see it: the commands' own, the read
// models of the pages, and the keys that make a retry harmless.
type Tx interface {
	relief.Tx // with it ticket.Tx and ledger.Tx
	ticket.MoveTx
	ticket.DispositionTx
	Reads
	MoneyReads
	RecordingRows
	QueueRows
	PlaceRows
	StaffRows
	RelativeRows
	AgencyRows
	LimitRows
	BankRows
	RunRows
	AdvanceRows
	ClosingRows
	GoodsRows
	ReportRows
	VillageRows
	PeopleRows
	ApplicationRows
	IntegrityRows
	SourceRows
	StatisticsRows
	FormRows
	ReferralRows
	loop.ClosingTx
	ticket.TakeInTx
	ticket.DataAlertTx
	CareRows
	RosterRows
	NoticeRows
	ContactRows
	Keys
}

// Reads are the read models, each within the actor's scope.
type Reads interface {
	// TicketRows lists tickets newest first; the zero Cursor ends the list.
	TicketRows(ctx context.Context, f ticket.Filter) ([]ticket.Row, ticket.Cursor, error)
	// TicketView loads a ticket's page; act.ErrNotFound outside the scope.
	TicketView(ctx context.Context, id ticket.ID) (ticket.View, error)
	// HouseholdArea is where somebody was last found in need under the number that called; act.ErrNotFound for nowhere.
	HouseholdArea(ctx context.Context, id ticket.ID) (area.Division, ticket.Number, error)
	// Timeline reads a ticket's history on from an entry, in the order of writing.
	Timeline(ctx context.Context, id ticket.ID, after int64, limit int) ([]ticket.EntryView, error)
	// CallRows lists calls newest first; mineSince not zero: those that the actor has spoken in since.
	CallRows(ctx context.Context, mineSince time.Time, before ticket.Cursor, limit int) ([]ticket.CallRow, ticket.Cursor, error)
	// CallPop is what an agent sees of a call that was put to them; it leaves a record.
	CallPop(ctx context.Context, call ticket.CallID) (ticket.Pop, error)
	// Callbacks lists call-backs, urgent ones first, then by the place in the queue.
	Callbacks(ctx context.Context, view ticket.CallbackList, limit int) ([]ticket.CallbackView, error)
	// CallbackView loads one call-back as lists show it.
	CallbackView(ctx context.Context, id ticket.CallbackID) (ticket.CallbackView, error)
	// Places lists the divisions at or below one.
	Places(ctx context.Context, under area.Code) ([]area.Place, error)
	// Serving lists the desks and people of some roles that serve an area, the nearest first.
	Serving(ctx context.Context, where area.Code, roles []area.Role) ([]area.Serving, error)
	// RostersAt lists which areas at or below one have a roster for which roles at an instant.
	RostersAt(ctx context.Context, under area.Code, at time.Time, limit int) ([]duty.Question, error)
	// DutyAt tells who is on duty, and who was passed over. Position zero asks for everybody.
	DutyAt(ctx context.Context, where area.Code, role area.Role, position int, at time.Time) (duty.Answer, error)
	// AuditRows reads the audit chain newest first, before a place in it.
	AuditRows(ctx context.Context, before time.Time, lane int16, seq int64, limit int) ([]act.AuditRow, error)
	// AppClock tells how fast the application's clock runs; 1 in production.
	AppClock(ctx context.Context) (scale float64, err error)
	// LogSpan tells the numbers of the oldest event still in the log and of the newest that ever was.
	LogSpan(ctx context.Context) (oldest, newest int64, err error)
	// EventsAfter reads the event log on from a number.
	EventsAfter(ctx context.Context, seq int64, limit int) ([]act.Logged, error)
}

// MoneyReads are the read models of aid and money, within the actor's scope and
// with what the actor may do next. Lists of a ticket come newest first.
type MoneyReads interface {
	// TicketVisits lists the visits of a ticket.
	TicketVisits(ctx context.Context, id ticket.ID) ([]relief.VisitView, error)
	// TicketFindings lists what was found, identities masked.
	TicketFindings(ctx context.Context, id ticket.ID) ([]relief.FindingsView, error)
	// TicketDecisions lists the decisions of a ticket.
	TicketDecisions(ctx context.Context, id ticket.ID) ([]relief.DecisionView, error)
	// TicketDisbursements lists the payouts of a ticket.
	TicketDisbursements(ctx context.Context, id ticket.ID) ([]ledger.View, error)
	// TicketReceipts lists the receipts of a ticket.
	TicketReceipts(ctx context.Context, id ticket.ID) ([]relief.ReceiptView, error)
	// TicketPaperViews lists the papers of a ticket, oldest first.
	TicketPaperViews(ctx context.Context, id ticket.ID) ([]relief.PaperView, error)
	// UploadView tells which parts of a photo are there.
	UploadView(ctx context.Context, id string) (relief.UploadView, error)
	// Approvals lists what waits for the actor's word, oldest first.
	Approvals(ctx context.Context) ([]ledger.InboxItem, error)
	// TrialBalance lists the accounts as they were just before a moment; the zero time is now.
	TrialBalance(ctx context.Context, before time.Time) (ledger.TrialBalance, error)
	// Float shows a township's float against what a full one holds.
	Float(ctx context.Context, township area.Code, fullFen int64, lowPercent int) (ledger.FloatView, error)
	// AccountStatement reads an account's postings of a stretch of time, newest first.
	AccountStatement(ctx context.Context, account string, f ledger.StatementFilter) (ledger.Statement, error)
}

// Keys keep the answers of acts, in the transaction of the act itself.
type Keys interface {
	// Replay finds the answer a key was given and holds the key until the transaction ends.
	// act.ErrKeyReused where the key was used for another route or body.
	Replay(ctx context.Context, key act.IdempotencyKey, route string, bodyHash []byte) (answer []byte, found bool, err error)
	// KeepAnswer stores what a key is answered.
	KeepAnswer(ctx context.Context, key act.IdempotencyKey, route string, bodyHash []byte, status int, answer []byte) error
}

// Sessions keeps who is signed in. Its clock is the real one.
type Sessions interface {
	// BeginSignIn counts an attempt and hands out the account's password hash, empty for an unknown login.
	// wait above zero: the login is locked out for that long.
	BeginSignIn(ctx context.Context, login string, failures int, window time.Duration) (staff area.Staff, passwordHash string, wait time.Duration, err error)
	// OpenSession ends a sign-in that succeeded.
	OpenSession(ctx context.Context, staff area.Staff, tokenHash []byte) error
	// RefuseSession writes down that somebody did not get into a known account.
	RefuseSession(ctx context.Context, staff area.Staff) error
	// Session finds who holds a token, and how long ago they gave their password; act.ErrSignIn where nobody does. With seen the idle time begins anew.
	Session(ctx context.Context, tokenHash []byte, idle time.Duration, seen bool) (staff area.Staff, proved time.Duration, err error)
	// ProveSession notes that whoever holds a session has given their password again.
	ProveSession(ctx context.Context, staff area.Staff, tokenHash []byte) error
	// Invited finds whom a code of an invitation is for; act.ErrSignIn where it is good for nothing.
	Invited(ctx context.Context, codeHash []byte) (area.Staff, error)
	// AcceptInvitation gives the person of a code a password, once.
	AcceptInvitation(ctx context.Context, codeHash []byte, passwordHash string) error
	// Claim signs that somebody is signed in on a device now.
	Claim(staff area.Staff, at time.Time) string
	// Claimed is who a claim was given to, as they were then, and when; act.ErrInvalid where it is none of ours.
	Claimed(ctx context.Context, claim string) (staff area.Staff, issued time.Time, err error)
	// CloseSession signs out.
	CloseSession(ctx context.Context, staff area.Staff, tokenHash []byte) error
	// Tidy forgets sessions long idle and kept answers older than keep.
	Tidy(ctx context.Context, idle, keep time.Duration) error
}

// Check is one dependency as /readyz shows it.
type Check struct {
	Name     string
	Required bool // without it this node cannot serve the API
	// Probe tells how things stand in a few words, which the whole network may read; the error goes to the log only.
	Probe func(ctx context.Context) (detail string, err error)
}

// SMS is a message that the development sink has kept.
type SMS struct {
	At      time.Time `json:"at"`
	Channel string    `json:"channel" doc:"sms, wecom, wecom_group, email or webpush"`
	To      string    `json:"to"`
	Text    string    `json:"text"`
}

// Rules is the policy that acts are decided by and pages explain.
type Rules struct {
	Terms     ticket.Terms
	Calendar  ticket.Calendar
	Relief    relief.Versions // at least one
	Aids      rule.Versions   // of welfare policy, at least one
	Moves     ticket.MoveRules
	Report    ticket.ReportRules  // what a reported household's ticket is born by
	Referrals referral.Catalogues // at least one

	Care      care.Catalogues // of what is done beside money, at least one
	Integrity integrity.Versions
	Discovery discovery.Versions
	Stages    statistics.StageVersions
	Sources   *source.Catalogue // data sources that households are checked at

	Knowledge    *knowledge.Index // what people look up
	Callback     ticket.CallbackRules
	Queues       []acd.Queue // whose figures are shown
	Skills       []acd.Term  // that people may have
	RingBack     []string    // the dispositions after which the caller is rung back
	Dispositions []acd.Term  // how a conversation may end, for agents to say; none: any code is taken
}

// Forms are the texts of what is printed, and the font.
type Forms struct {
	Set  *form.Set
	Font form.Font
}

// Deps is what the API needs of the rest of the program. All but Wakes,
// Console, SMS and Softphone are required.
type Deps struct {
	// Run runs fn in one transaction as the actor; fn's error rolls it back.
	Run        func(ctx context.Context, actor act.Actor, fn func(Tx) error) error
	Sessions   Sessions
	Rules      Rules
	Banks      gateway.Banks                                            // through which counties pay; empty: none does
	Ladder     func(t ticket.Ticket, now time.Time) dispatch.LadderView // how far a ticket's ladder is; nil: it is not shown
	Wakes      <-chan struct{}                                          // something was added to the event log; nil: it is only looked at every second
	Checks     []Check
	Metrics    *prometheus.Registry
	Places     Places                                   // the area tree of this node
	Forms      Forms                                    // what is printed
	Recordings Recordings                               // the audio of calls; nil: none can be heard
	Internal   map[string]http.Handler                  // what other nodes ask, by path prefix; each authenticates by itself
	Inbound    map[string]http.Handler                  // what providers tell us, likewise
	Alerts     map[string]AlertSender                   // systems that tell of people, by the name they sign with
	Telling    Telling                                  // how people are told
	Console    fs.FS                                    // the built console; nil: none
	SMS        func(ctx context.Context) ([]SMS, error) // nil outside development
	// Softphone takes the agents' WebSockets; nil on a node without the role phone.
	Softphone Softphone
	Logger    *slog.Logger
}

// Config is what a city sets. Zero durations and sizes take their defaults.
type Config struct {
	Origin  string // public origin, "https://hotline.example"; empty only with Dev
	Dev     bool   // loopback origins are trusted, and the SMS sink is shown
	Version string

	SessionIdle    time.Duration // default 12 h
	KeepAnswers    time.Duration // how long an Idempotency-Key is remembered; default 72 h
	RequestTimeout time.Duration // whole time of one act or read; default 15 s
	ReadTimeout    time.Duration // to read a request, slow clients are cut; default 10 s
	WriteTimeout   time.Duration // to write an answer; event streams end shortly before; default 30 s
	IdleTimeout    time.Duration // of a kept-alive connection; default 60 s
	Heartbeat      time.Duration // of event streams; default 15 s
	SocketPing     time.Duration // between two pings of a softphone's socket, and two looks at its session; default 10 s
	SocketIdle     time.Duration // a socket that answers nothing for so long is closed; default 30 s
	TrustedProxies []string      // addresses that may set X-Forwarded-For; empty: nobody may
}

// The limits of the server that no city needs to change.
const (
	bodyLimit      = 256 << 10 // bytes; photos come in parts of at most 200 kB
	readBuffer     = 8 << 10   // bytes; also the longest header
	maxConnections = 2000
)

func (c Config) withDefaults() Config {
	set := func(d *time.Duration, fallback time.Duration) {
		if *d == 0 {
			*d = fallback
		}
	}
	set(&c.SessionIdle, 12*time.Hour)
	set(&c.KeepAnswers, 72*time.Hour)
	set(&c.RequestTimeout, 15*time.Second)
	set(&c.ReadTimeout, 10*time.Second)
	set(&c.WriteTimeout, 30*time.Second)
	set(&c.IdleTimeout, 60*time.Second)
	set(&c.Heartbeat, 15*time.Second)
	set(&c.SocketPing, 10*time.Second)
	set(&c.SocketIdle, 30*time.Second)
	return c
}
