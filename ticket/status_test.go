package ticket

import (
	"errors"
	"testing"

	"example.org/hotline/internal/act"
)

// The table as a person would read it: each status with what it takes.
var allowed = map[Status][]Event{
	StatusNew:          {EventConnect, EventTriage, EventOffer, EventAccept, EventAssign, EventMerge},
	StatusTriaged:      {EventConnect, EventTriage, EventOffer, EventAccept, EventAssign, EventMerge},
	StatusOffered:      {EventConnect, EventTriage, EventOffer, EventAccept, EventAssign, EventMerge},
	StatusAccepted:     {EventReturn, EventTriage, EventPlace, EventOffer, EventAccept, EventAssign, EventArrive, EventFind, EventMerge},
	StatusOnSite:       {EventReturn, EventTriage, EventAccept, EventAssign, EventArrive, EventFind, EventMerge},
	StatusFindings:     {EventAccept, EventAssign, EventArrive, EventFind, EventDecide, EventReject, EventRefer, EventMerge},
	StatusAidDecided:   {EventAccept, EventAssign, EventArrive, EventFind, EventDecide, EventConfirmAid, EventReject},
	StatusAidConfirmed: {EventAccept, EventAssign, EventConfirmAid, EventFollowUp},
	StatusRejected:     {EventAccept, EventAssign, EventFind, EventFollowUp},
	StatusReferred:     {EventAccept, EventAssign, EventFind, EventDecide, EventReject, EventFollowUp},
	StatusFollowUp:     {EventAccept, EventAssign, EventArrive, EventFind, EventDecide, EventConfirmAid, EventFollowUp, EventClose},
	StatusReopened:     {EventConnect, EventTriage, EventOffer, EventAccept, EventAssign, EventMerge},
	StatusDuplicate:    {},
	StatusClosed:       {EventReopen},
}

func TestEveryStatusTimesEveryEvent(t *testing.T) {
	for _, s := range Statuses() {
		takes := map[Event]bool{}
		for _, ev := range allowed[s] {
			takes[ev] = true
		}
		for _, ev := range Events() {
			next, err := s.Next(ev)
			switch {
			case takes[ev] && (err != nil || next == ""):
				t.Errorf("%s × %s is refused: %v", s, ev, err)
			case !takes[ev] && !errors.Is(err, act.ErrRefused):
				t.Errorf("%s × %s leads to %q, %v; want a refusal", s, ev, next, err)
			}
		}
	}
	if _, err := Status("").Next(EventAccept); err == nil {
		t.Error("the zero status takes an event")
	}
}

// Every open status reaches closed, so that no ticket can be stuck for ever.
func TestEveryOpenStatusCanClose(t *testing.T) {
	for _, start := range Statuses() {
		if !start.Open() {
			continue
		}
		seen, queue := map[Status]bool{start: true}, []Status{start}
		for len(queue) > 0 {
			s := queue[0]
			queue = queue[1:]
			for _, next := range transitions[s] {
				if !seen[next] {
					seen[next] = true
					queue = append(queue, next)
				}
			}
		}
		if !seen[StatusClosed] {
			t.Errorf("%s never reaches closed", start)
		}
	}
}
