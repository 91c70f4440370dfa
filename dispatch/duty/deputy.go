package duty

import (
	"time"

	"example.org/hotline/area"
)

// StandsIn is the kind under which Why tells that somebody is on duty as
// another's deputy. Nobody writes it into a roster: it follows from who is away.
const StandsIn Kind = "deputy"

// Deputy stands in for somebody who is away, wherever that one has a place.
type Deputy struct {
	ID       int64
	Of, Post area.PostID
	Position int // of several the lowest who is there is taken
	Starts   time.Time
	Ends     time.Time // zero: until it is said otherwise
}

// standIn puts the first deputy who is there, and has no place of their own at
// that time, into the place of somebody who is away. false where there is none.
func (a *asking) standIn(p *place, away Skipped) bool {
	if !away.Reason.Away() || away.Reason == SkipLeft {
		return false
	}
	for _, d := range a.s.deputies[p.post] {
		ends := earlier(away.Until, d.Ends)
		if a.at.Before(d.Starts) || !d.Ends.IsZero() && !a.at.Before(d.Ends) || a.has(d.Post) {
			continue
		}
		if _, alsoAway := a.away(d.Post); alsoAway {
			continue
		}
		away.By = a.s.people[d.Post].Name
		a.skip(*p, away)
		p.why.Overrides = append(p.why.Overrides[:len(p.why.Overrides):len(p.why.Overrides)], Applied{ID: d.ID, Kind: StandsIn, Instead: a.s.people[p.post].Name})
		p.starts, p.ends = within(p.starts, p.ends, d.Starts, ends)
		p.post = d.Post
		return true
	}
	return false
}
