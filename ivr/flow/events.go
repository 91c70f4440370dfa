package flow

import (
	"fmt"
	"strings"
)

// events lists everything that can come of a place's instruction, a caller who
// presses every key included.
func (f *Flow) events(at *place) []Event {
	var all []Event
	add := func(kinds ...EventKind) {
		for _, k := range kinds {
			all = append(all, Event{Kind: k})
		}
	}
	keys := func(choices string) {
		for _, k := range choices {
			all = append(all, Event{Kind: EventKey, Key: k})
		}
	}
	switch ins := at.ins.(type) {
	case Play:
		add(EventDone)
		if ins.Keys != "" {
			keys(f.someKeys(at.node))
		}
	case Wait:
		add(EventTimeout)
		keys(f.someKeys(at.node))
	case Gather:
		add(EventTimeout)
		all = append(all, Event{Kind: EventDigits, Digits: strings.Repeat("1", ins.Min)}, Event{Kind: EventDigits})
	case Queue, Resume:
		add(EventAnswered, EventTimeout, EventNoAgent, EventFailed)
		keys(f.queue(at.held).Keys.keys())
	case Ring, Transfer:
		add(EventAnswered, EventFailed)
	case Voicemail, Callback:
		add(EventDone, EventFailed)
	case Mark, Survey:
		add(EventDone)
	case Hangup:
		return nil
	}
	if _, queueing := at.ins.(Queue); at.held != "" && !queueing && !possible(at.ins) {
		add(EventAnswered)
	}
	return all
}

// someKeys are the choices of a menu and one key that is none.
func (f *Flow) someKeys(node string) string {
	choices := ""
	if menu := f.src.Nodes[node].Menu; menu != nil {
		choices = menu.Choices.keys()
	}
	for _, k := range telephoneKeys {
		if !strings.ContainsRune(choices, k) {
			return choices + string(k)
		}
	}
	return choices
}

// chooses reports whether an event is a choice that the flow knows.
func (p *proof) chooses(at *place, e Event) bool {
	switch e.Kind {
	case EventDigits:
		return e.Digits != ""
	case EventKey:
		n := p.flow.src.Nodes[at.node]
		if n.Menu != nil {
			_, ok := n.Menu.Choices[Key(e.Key)]
			return ok
		}
		return n.Queue != nil
	default:
		return false
	}
}

// words tells what came of an instruction.
func (p *proof) words(at *place, e Event) string {
	text := string(e.Kind)
	switch e.Kind {
	case EventKey:
		text = fmt.Sprintf("the caller presses %c", e.Key)
		if !p.chooses(at, e) {
			text += ", which is no choice"
		}
	case EventDigits:
		text = "the caller keys in enough digits"
		if e.Digits == "" {
			text = "the caller keys in too few digits"
		}
	case EventTimeout:
		text = "the caller presses nothing"
		if possible(at.ins) {
			text = "the longest wait is over"
		}
	case EventNoAgent:
		text = "no agent is signed on"
	case EventFailed:
		text = "nobody answers"
		switch at.ins.(type) {
		case Queue, Resume:
			text = "the queue fails"
		case Callback:
			text = "the call-back cannot be kept"
		}
	case EventDone, EventAnswered:
	}
	return at.node + ": " + text
}

// callerWords tells what is known of the present caller, where the flow asks.
func (p *proof) callerWords() string {
	var words []string
	for _, w := range []struct {
		is   bool
		word string
	}{{p.who.Known, "known"}, {p.who.Withheld, "with a withheld number"}, {p.who.OpenTicket, "with an open ticket"},
		{p.who.CallbackDue, "who is owed a call-back"}, {p.who.CallsToday > 1, fmt.Sprintf("at the %d. call of the day", p.who.CallsToday)}} {
		if w.is {
			words = append(words, w.word)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "(a caller " + strings.Join(words, ", ") + ") "
}
