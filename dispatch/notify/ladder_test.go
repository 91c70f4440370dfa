package notify_test

import (
	"slices"
	"testing"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/ticket"
)

func contactPolicy(t *testing.T) *notify.Policy {
	t.Helper()
	policies, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	return policies.Contacts["contact-2026"]
}

var (
	all     = []ticket.Contact{{Channel: "sms"}, {Channel: "voice"}, {Channel: "wecom", Method: 1}, {Channel: "webpush", Method: 2}}
	noon    = time.Date(2026, 10, 1, 12, 0, 0, 0, ticket.Shanghai)
	evening = time.Date(2026, 10, 1, 23, 40, 0, 0, ticket.Shanghai)
	early   = time.Date(2026, 10, 2, 6, 59, 0, 0, ticket.Shanghai)
)

// Who is told how soon: every row of DOMAIN 0a.4 and DISPATCH 3.5, and what
// follows from somebody lacking a contact.
func TestTheLadderOfContact(t *testing.T) {
	p := contactPolicy(t)
	soon := 10 * time.Second
	offer := func(priority ticket.Priority, at time.Time) ticket.Bringing {
		return ticket.Bringing{Priority: priority, Urgent: priority.Urgent(), Offer: true, At: at}
	}
	plain := ticket.Bringing{Priority: ticket.P3, At: noon}
	for _, c := range []struct {
		name     string
		about    ticket.Bringing
		contacts []ticket.Contact
		want     map[string]time.Duration
	}{
		{"P1: everything at once, also at night", offer(ticket.P1, evening), all, map[string]time.Duration{"sms": 0, "voice": 0, "wecom": 0, "webpush": 0}},
		{"P2: WeCom, then SMS, then voice", offer(ticket.P2, evening), all, map[string]time.Duration{"wecom": 0, "webpush": 0, "sms": time.Minute, "voice": 3 * time.Minute}},
		{"without WeCom the SMS comes at once", offer(ticket.P2, noon), all[:2], map[string]time.Duration{"sms": 0, "voice": 2 * time.Minute}},
		{"a web push alone does not count as told", offer(ticket.P2, noon), []ticket.Contact{all[0], all[3]}, map[string]time.Duration{"sms": 0, "webpush": 0}},
		{"only a telephone", offer(ticket.P2, noon), all[1:2], map[string]time.Duration{"voice": 0}},
		{"what is no offer does not ring", plain, all, map[string]time.Duration{"wecom": 0, "webpush": 0, "sms": time.Minute}},
		{"a delay of one's own", plain, []ticket.Contact{{Channel: "sms", Delay: &soon}, all[2]}, map[string]time.Duration{"wecom": 0, "sms": soon}},
		{"which P1 does not heed", offer(ticket.P1, noon), []ticket.Contact{{Channel: "sms", Delay: &soon}}, map[string]time.Duration{"sms": 0}},
		{"quiet hours, until seven", ticket.Bringing{Priority: ticket.P3, At: evening}, all[:1], map[string]time.Duration{"sms": 7*time.Hour + 20*time.Minute}},
		{"they end", ticket.Bringing{Priority: ticket.P3, At: early}, []ticket.Contact{all[0], all[2]}, map[string]time.Duration{"wecom": time.Minute, "sms": time.Minute}},
		{"the first of a ticket does not wait", ticket.Bringing{Priority: ticket.P3, First: true, At: evening}, all[:1], map[string]time.Duration{"sms": 0}},
		{"about no ticket, urgent", ticket.Bringing{Urgent: true, At: evening}, all[:1], map[string]time.Duration{"sms": 0}},
		{"about no ticket", ticket.Bringing{At: noon}, []ticket.Contact{all[0], all[2]}, map[string]time.Duration{"wecom": 0, "sms": time.Minute}},
		{"nobody to tell", offer(ticket.P1, noon), nil, map[string]time.Duration{}},
	} {
		got := map[string]time.Duration{}
		rungs := p.Plan(c.about, c.contacts)
		for _, r := range rungs {
			got[r.Channel] = r.After
		}
		if len(got) != len(c.want) || len(got) != len(rungs) {
			t.Errorf("%s: %+v", c.name, rungs)
		}
		for channel, after := range c.want {
			if at, ok := got[channel]; !ok || at != after {
				t.Errorf("%s: %s after %v, want %v", c.name, channel, at, after)
			}
		}
		if !slices.IsSortedFunc(rungs, func(a, b ticket.Rung) int { return int(a.After - b.After) }) {
			t.Errorf("%s: not in order: %+v", c.name, rungs)
		}
	}
}

// A ladder that would leave somebody untold is refused when it is loaded.
func TestABadLadderIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*notify.Policy){
		"P1 without voice":  func(p *notify.Policy) { p.Ladders[ticket.P1] = p.Ladders[ticket.P1][1:] },
		"P1 too late":       func(p *notify.Policy) { p.Ladders[ticket.P1][1].After = time.Minute },
		"web push alone":    func(p *notify.Policy) { p.Ladders[ticket.P3] = []notify.Rung{{Channel: "webpush"}} },
		"no ladder":         func(p *notify.Policy) { delete(p.Ladders, ticket.PInfo) },
		"unknown channel":   func(p *notify.Policy) { p.Ladders[ticket.P2][0].Channel = "pigeon" },
		"out of order":      func(p *notify.Policy) { p.Ladders[ticket.P2][0].After = time.Hour },
		"redial too soon":   func(p *notify.Policy) { p.Redial = []time.Duration{time.Second} },
		"throttle of zero":  func(p *notify.Policy) { p.Throttle["sms"] = notify.Throttle{Person: notify.Pace{Every: time.Second}} },
		"quiet all the day": func(p *notify.Policy) { p.Quiet.To = p.Quiet.From },
	} {
		p := contactPolicy(t)
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		spoil(p)
		if err := p.Validate(); err == nil {
			t.Errorf("%s: nobody noticed", name)
		}
	}
}

// What people write on a telephone, and what is not meant.
func TestRepliesAreUnderstood(t *testing.T) {
	for text, want := range map[string]string{
		"1": "1|", "2": "2|", " 1 ": "1|", "1 0424": "1|0424", "10424": "1|0424", "２　０４２４": "2|0424", "1，0424。": "1|0424", "“1 0424”": "1|0424",
		"1 2610010000424": "1|2610010000424", "1#0424": "1|0424", "2.": "2|",
		"": "", "3": "", "1 042": "", "好的": "", "1 hour": "", "2610010000424": "", "19900000001": "", "11": "", "1 1 0424": "", "1\n0424\n1": "",
	} {
		command, tail, ok := notify.ParseReply(text)
		got := ""
		if ok {
			got = string(command) + "|" + tail
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
