package softphone

import (
	"slices"

	"example.org/hotline/ivr/acd"
)

// DeskOf fills what the queue's configuration knows of a Desk: the keys a page
// may send, and the city's words for them. The emergency list is not in it,
// nor whether the line rings citizens.
func DeskOf(c acd.Config) Desk {
	d := Desk{Words: slices.Concat(c.Pauses, c.Dispositions, c.Skills)}
	for _, q := range c.Queues {
		d.Queues = append(d.Queues, q.Key)
		d.Words = append(d.Words, acd.Term{Key: q.Key, Zh: q.Zh, En: q.En})
		d.WrapUp = max(d.WrapUp, q.WrapUp)
	}
	for _, p := range c.Pauses {
		d.PauseReasons = append(d.PauseReasons, acd.PauseReason(p.Key))
	}
	for _, t := range c.Dispositions {
		d.Dispositions = append(d.Dispositions, t.Key)
	}
	return d
}
