package notify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// The channels by name, as in deliveries.channel.
const (
	ChannelLive    = "live"
	ChannelSMS     = "sms"
	ChannelVoice   = "voice"
	ChannelWeCom   = "wecom"
	ChannelGroup   = "wecom_group"
	ChannelEmail   = "email"
	ChannelWebPush = "webpush"
)

// laddered are the channels that a ladder of contact is made of. The screen is
// told in any case, a group chat where the city has one.
var laddered = []string{ChannelSMS, ChannelVoice, ChannelWeCom, ChannelEmail, ChannelWebPush}

// Policy is one dated version of how a person is told (configs/policy/contact-*.yaml).
type Policy struct {
	Version  string                     `yaml:"version"`
	Source   string                     `yaml:"source"`  // where the numbers come from
	Ladders  map[ticket.Priority][]Rung `yaml:"ladders"` // one for every priority, soonest rung first
	Redial   []time.Duration            `yaml:"redial"`  // a telephone that nobody answered is rung again, from its first ringing on
	Quiet    Quiet                      `yaml:"quiet"`
	Throttle map[string]Throttle        `yaml:"throttle"` // by channel; a channel that is not there has none
}

// Rung is a channel with its time on the ladder, from the notice.
type Rung struct {
	Channel string        `yaml:"channel"`
	After   time.Duration `yaml:"after"`
}

// Quiet is the hours, by the clock of Shanghai, in which nobody is disturbed for
// what is neither urgent nor the first word of a ticket: it waits for their end.
type Quiet struct {
	From     Clock    `yaml:"from"`
	To       Clock    `yaml:"to"`
	Channels []string `yaml:"channels"`
}

// Clock is a time of day, "22:00".
type Clock time.Duration

// UnmarshalText reads HH:MM.
func (c *Clock) UnmarshalText(text []byte) error {
	at, err := time.Parse("15:04", string(text))
	if err != nil {
		return errors.New("write a time of day such as 22:00")
	}
	*c = Clock(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
	return nil
}

// Throttle bounds how fast messages follow one another. Urgent ones and the
// first of a ticket to its reader pass at once, and others wait for them.
type Throttle struct {
	Person  Pace `yaml:"person"`
	Account Pace `yaml:"account"`
}

// Pace is Burst messages at once, then one in each Every.
type Pace struct {
	Every time.Duration `yaml:"every"`
	Burst int           `yaml:"burst"`
}

func (p Pace) rate() ticket.Rate { return ticket.Rate{Every: p.Every, Burst: p.Burst} }

// longestRung is the latest that a rung may lie: a person who is told by then
// has not been told in time.
const longestRung = time.Hour

// Validate reports every fault of the policy, each an *act.Fault with its path.
func (p *Policy) Validate() error {
	var faults []error
	fault := func(path, format string, args ...any) {
		faults = append(faults, act.Invalid(path, "contact_policy", fmt.Sprintf(format, args...)))
	}
	if p.Version == "" {
		fault("version", "name the version")
	}
	for priority := range p.Ladders {
		if !priority.Valid() {
			fault("ladders."+string(priority), "priorities are P1, P2, P3 and INFO")
		}
	}
	for _, priority := range ticket.Priorities() {
		p.checkLadder(priority, fault)
	}
	last := time.Duration(0)
	for i, after := range p.Redial {
		if after < last+time.Minute || after > longestRung {
			fault(fmt.Sprintf("redial[%d]", i), "must follow the one before by at least 1m, and lie within 1h")
		}
		last = after
	}
	for i, channel := range p.Quiet.Channels {
		if !slices.Contains(laddered, channel) {
			fault(fmt.Sprintf("quiet.channels[%d]", i), "must be one of %s", strings.Join(laddered, ", "))
		}
	}
	if len(p.Quiet.Channels) > 0 && p.Quiet.From == p.Quiet.To {
		fault("quiet", "from and to are the same: name the hours, or no channels")
	}
	for channel, t := range p.Throttle {
		at := "throttle." + channel
		if !slices.Contains(laddered, channel) && channel != ChannelGroup {
			fault(at, "must be one of %s, %s", strings.Join(laddered, ", "), ChannelGroup)
		}
		for who, pace := range map[string]Pace{"person": t.Person, "account": t.Account} {
			if pace != (Pace{}) && (pace.Every <= 0 || pace.Every > longestRung || pace.Burst < 1 || pace.Burst > 10_000) {
				fault(at+"."+who, "every must lie above 0 and within 1h, burst between 1 and 10000")
			}
		}
	}
	return errors.Join(faults...)
}

func (p *Policy) checkLadder(priority ticket.Priority, fault func(path, format string, args ...any)) {
	at := "ladders." + string(priority)
	rungs, ok := p.Ladders[priority]
	if !ok {
		fault("ladders", "no ladder for %s", priority)
		return
	}
	seen := map[string]time.Duration{}
	for i, r := range rungs {
		path := fmt.Sprintf("%s[%d]", at, i)
		if !slices.Contains(laddered, r.Channel) {
			fault(path+".channel", "must be one of %s", strings.Join(laddered, ", "))
		}
		if _, twice := seen[r.Channel]; twice {
			fault(path+".channel", "is on this ladder already")
		}
		seen[r.Channel] = r.After
		if r.After < 0 || r.After > longestRung {
			fault(path+".after", "must lie between 0s and 1h")
		}
		if i > 0 && r.After < rungs[i-1].After {
			fault(path+".after", "comes before the rung above it: the soonest stands first")
		}
	}
	_, sms := seen[ChannelSMS]
	_, voice := seen[ChannelVoice]
	switch {
	case !sms && !voice:
		fault(at, "holds neither sms nor voice: a web push or an e-mail alone is not being told")
	case priority == ticket.P1 && (!sms || !voice || seen[ChannelSMS] > 0 || seen[ChannelVoice] > 0):
		fault(at, "P1 rings and writes at once: sms and voice must stand at 0s")
	}
}

// Plan lays out the deliveries to a reader with these contacts. A rung for
// which they have no contact is skipped at once: what follows moves up. A
// person's own delay counts for all but P1.
func (p *Policy) Plan(b ticket.Bringing, contacts []ticket.Contact) []ticket.Rung {
	var rungs []ticket.Rung
	for _, r := range p.ladder(b) {
		for _, c := range contacts {
			if c.Channel != r.Channel || r.Channel == ChannelVoice && !b.Offer {
				continue
			}
			after := r.After
			if c.Delay != nil && b.Priority != ticket.P1 {
				after = *c.Delay
			}
			rungs = append(rungs, ticket.Rung{Channel: c.Channel, Method: c.Method, After: after})
		}
	}
	moveUp(rungs)
	if !b.Urgent && !b.First {
		for i, r := range rungs {
			if slices.Contains(p.Quiet.Channels, r.Channel) {
				rungs[i].After = p.Quiet.over(b.At, r.After)
			}
		}
	}
	slices.SortStableFunc(rungs, func(a, b ticket.Rung) int { return int(a.After - b.After) })
	return rungs
}

// ladder is the one of the ticket's priority; what is about no ticket goes as
// P2 where it is urgent, else as INFO.
func (p *Policy) ladder(b ticket.Bringing) []Rung {
	switch {
	case b.Priority != "":
		return p.Ladders[b.Priority]
	case b.Urgent:
		return p.Ladders[ticket.P2]
	}
	return p.Ladders[ticket.PInfo]
}

// moveUp lets the first rung that really tells somebody begin at once. A web
// push does not count as such: it may lie on a device that is switched off.
func moveUp(rungs []ticket.Rung) {
	first := time.Duration(-1)
	for _, r := range rungs {
		if r.Channel != ChannelWebPush && (first < 0 || r.After < first) {
			first = r.After
		}
	}
	for i := range rungs {
		rungs[i].After = max(0, rungs[i].After-max(first, 0))
	}
}

// over is when, counted from an instant, something may come that was to come after so long.
func (q Quiet) over(from time.Time, after time.Duration) time.Duration {
	at := from.Add(after).In(ticket.Shanghai)
	y, m, d := at.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, ticket.Shanghai)
	clock := Clock(at.Sub(midnight))
	end := midnight.Add(time.Duration(q.To))
	switch {
	case q.From < q.To && clock >= q.From && clock < q.To:
	case q.From > q.To && clock >= q.From:
		end = time.Date(y, m, d+1, 0, 0, 0, 0, ticket.Shanghai).Add(time.Duration(q.To))
	case q.From > q.To && clock < q.To:
	default:
		return after
	}
	return end.Sub(from)
}

// Pacing is the throttles by channel, as New takes them.
func (p *Policy) Pacing() map[string]Throttle { return p.Throttle }

// Telephone is the voice channel at the policy's pace.
func (p *Policy) Telephone(phone Phone) Voice { return Voice{Phone: phone, Redial: p.Redial} }
