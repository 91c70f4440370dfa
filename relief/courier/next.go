package courier

import (
	"time"

	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief"
)

// Pace is how long the courier waits between requests, in real time.
type Pace struct {
	First time.Duration // before the second of several; it doubles
	Most  time.Duration // up to this
	Watch time.Duration // between looks at a batch of which everything is said
	Until time.Duration // after the release, when nobody looks any more
}

// DefaultPace asks a bank after 5 s, then ever less often down to every ten
// minutes, and looks every six hours for five days whether it has changed its mind.
func DefaultPace() Pace {
	return Pace{First: 5 * time.Second, Most: 10 * time.Minute, Watch: 6 * time.Hour, Until: 5 * 24 * time.Hour}
}

// after is the wait before the next of several requests.
func (p Pace) after(tries int) time.Duration {
	wait := p.First
	for ; tries > 1 && wait < p.Most; tries-- {
		wait *= 2
	}
	return min(wait, p.Most)
}

// said is an answer as it is kept: never what the bank wrote in its own words.
func said(a bankhttp.Answer) string {
	if a.Code == "" {
		return string(a.Outcome)
	}
	return string(a.Outcome) + " " + a.Code
}

// again is the same step once more, later; of what is as old as that nobody
// looks any more, seldom.
func (p Pace) again(e relief.Errand, a bankhttp.Answer) relief.ErrandNext {
	wait := p.after(e.Tries)
	if e.Since >= p.Until {
		wait = p.Watch
	}
	return relief.ErrandNext{Step: e.Step, Again: true, Wait: wait, Said: said(a)}
}

// afterSending is how an errand goes on when its batch was sent.
func (p Pace) afterSending(e relief.Errand, a bankhttp.Answer) relief.ErrandNext {
	switch a.Outcome {
	case bankhttp.Accepted:
		return relief.ErrandNext{Step: relief.ErrandFetch, Wait: p.First, Said: said(a)}
	case bankhttp.Refused:
		return relief.ErrandNext{Step: relief.ErrandDone, Said: said(a)}
	case bankhttp.NotSent:
		return relief.ErrandNext{Step: relief.ErrandSend, Again: true, Wait: p.after(e.Tries), Said: said(a)}
	default:
		return relief.ErrandNext{Step: relief.ErrandAsk, Wait: p.First, Said: said(a)}
	}
}

// leastAsked is how often a bank must say that it does not know a batch before it
// is sent again: it may have been on its way.
const leastAsked = 3

// afterAsking is how an errand goes on when the bank was asked about its batch.
func (p Pace) afterAsking(e relief.Errand, a bankhttp.Answer, countsOnce bool) relief.ErrandNext {
	switch {
	case a.Outcome == bankhttp.Accepted, a.Outcome == bankhttp.Refused:
		return p.afterSending(e, a)
	case a.Code == bankhttp.WhyNotThere && countsOnce && e.Tries >= leastAsked:
		return relief.ErrandNext{Step: relief.ErrandSend, Said: said(a)}
	default:
		return p.again(e, a)
	}
}

// afterLoading is how an errand goes on when a return was loaded; open: how
// many payouts the bank has not said anything final of.
func (p Pace) afterLoading(e relief.Errand, a bankhttp.Answer, open int) relief.ErrandNext {
	switch {
	case open > 0 && e.Step == relief.ErrandFetch:
		return p.again(e, a)
	case open > 0: // it has changed its mind
		return relief.ErrandNext{Step: relief.ErrandFetch, Wait: p.First, Said: said(a)}
	default:
		return p.watching(e, a)
	}
}

// watching looks again later, until nobody looks any more.
func (p Pace) watching(e relief.Errand, a bankhttp.Answer) relief.ErrandNext {
	if e.Since >= p.Until {
		return relief.ErrandNext{Step: relief.ErrandDone, Said: said(a)}
	}
	return relief.ErrandNext{Step: relief.ErrandWatch, Again: e.Step == relief.ErrandWatch, Wait: p.Watch, Said: said(a)}
}
