package duty

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"
	"github.com/teambition/rrule-go"

	"example.org/hotline/area"
)

// Properties of our own (RFC 5545 section 3.8.8.2), so that what was written is
// read back as it was.
const (
	propPerson   = "X-HOTLINE-PERSON"
	propPosition = "X-HOTLINE-POSITION"
)

// Feed is a calendar that people subscribe to: of one roster or of one person.
type Feed struct {
	Name  string                   // of the calendar
	At    time.Time                // now
	Parts []FeedPart               // a roster each
	Login func(area.PostID) string // for reading it back; may be nil
}

// FeedPart is what a calendar shows of one roster.
type FeedPart struct {
	Key
	Spans   []Span            // see Schedule.Shifts
	Summary func(Span) string // what the calendar shows of one
}

// WriteICal writes a calendar by RFC 5545. The same span has the same UID each
// time, so that a subscriber's program replaces it.
func WriteICal(w io.Writer, f Feed) error {
	cal := ical.NewCalendar()
	cal.Props.SetText(ical.PropVersion, "2.0")
	cal.Props.SetText(ical.PropProductID, "-//hotline//duty//ZH")
	cal.Props.SetText(ical.PropMethod, "PUBLISH")
	cal.Props.SetText("X-WR-CALNAME", f.Name)
	for _, part := range f.Parts {
		for _, s := range part.Spans {
			cal.Children = append(cal.Children, f.event(part, s).Component)
		}
	}
	if len(cal.Children) == 0 { // the library refuses an empty calendar, which is what a subscriber of an empty roster needs
		_, err := io.WriteString(w, "BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nPRODID:-//hotline//duty//ZH\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n")
		return err
	}
	if err := ical.NewEncoder(folder{w}).Encode(cal); err != nil {
		return fmt.Errorf("write a calendar: %w", err)
	}
	return nil
}

// event is one span as a calendar's entry.
func (f Feed) event(part FeedPart, s Span) *ical.Event {
	e := ical.NewEvent()
	e.Props.SetText(ical.PropUID, fmt.Sprintf("%s-%s-%d-%d-%d@duty.hotline", part.Area, part.Role, s.Position, s.Post, s.Starts.Unix()))
	e.Props.SetDateTime(ical.PropDateTimeStamp, f.At.UTC())
	e.Props.SetDateTime(ical.PropDateTimeStart, s.Starts.UTC())
	e.Props.SetDateTime(ical.PropDateTimeEnd, s.Ends.UTC())
	e.Props.SetText(ical.PropSummary, part.Summary(s))
	e.Props.SetText(propPosition, strconv.Itoa(s.Position))
	if f.Login != nil {
		e.Props.SetText(propPerson, f.Login(s.Post))
	}
	return e
}

// folder breaks lines after 75 octets, never within a character (RFC 5545
// section 3.1). The encoder hands it one line at a time.
type folder struct{ w io.Writer }

func (f folder) Write(line []byte) (int, error) {
	var out bytes.Buffer
	width := 0
	for rest := bytes.TrimSuffix(line, []byte("\r\n")); len(rest) > 0; {
		_, size := utf8.DecodeRune(rest)
		if width+size > 75 {
			out.WriteString("\r\n ")
			width = 1
		}
		out.Write(rest[:size])
		rest, width = rest[size:], width+size
	}
	out.WriteString("\r\n")
	if _, err := f.w.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(line), nil
}

// Bounds of a calendar that is read.
const (
	mostEvents = 2000
	mostPlaces = 5000
)

// ReadICal reads who serves when from a calendar: events of a person each, by
// our own property, the name of an attendee, or the summary. Repeated events are
// laid out between from and to. It is all or nothing; a fault's Line is the
// number of the event.
func ReadICal(raw []byte, in Import, from, to time.Time) (places []Place, faults []area.LineFault) {
	unreadable := []area.LineFault{area.NewLineFault(0, "", "not_ical", "It is no calendar that can be read.", "Export it again as iCalendar (.ics).", nil)}
	defer func() {
		if recover() != nil { // the library reads past the end of lines that are cut off
			places, faults = nil, unreadable
		}
	}()
	cal, err := ical.NewDecoder(bytes.NewReader(raw)).Decode()
	if err != nil {
		return nil, unreadable
	}
	events := cal.Events()
	if len(events) == 0 || len(events) > mostEvents {
		return nil, []area.LineFault{area.NewLineFault(0, "", "event_count", fmt.Sprintf("It holds %d events.", len(events)),
			fmt.Sprintf("It must hold 1 to %d; export a shorter time.", mostEvents), map[string]any{"got": len(events), "most": mostEvents})}
	}
	for i, e := range events {
		found, err := in.event(e, from, to)
		if fault, ok := errors.AsType[area.LineFault](err); ok {
			fault.Line = i + 1
			faults = append(faults, fault)
		}
		places = append(places, found...)
		if len(places) > mostPlaces {
			faults = append(faults, area.NewLineFault(i+1, "", "too_many", "It repeats too often.", "Choose a shorter time.", nil))
			break
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return places, nil
}

// event lays one event out.
func (in Import) event(e ical.Event, from, to time.Time) ([]Place, error) {
	fault := func(column, code, what, remedy string) error {
		return area.NewLineFault(0, column, code, what, remedy, nil)
	}
	if status, err := e.Status(); err == nil && status == ical.EventCancelled {
		return nil, nil
	}
	post, known := in.personOf(e)
	if !known {
		return nil, fault("summary", "unknown_person", "Nobody is known by its attendee or its summary.", "Write the login or the name of one person into the summary.")
	}
	position := 1
	if p := e.Props.Get(propPosition); p != nil {
		n, err := strconv.Atoi(p.Value)
		if err != nil || n < 1 || n > maxPosition {
			return nil, fault("position", "bad_position", "It is no position.", "Positions are 1 to 9.")
		}
		position = n
	}
	starts, err := e.DateTimeStart(in.Zone)
	ends, endErr := e.DateTimeEnd(in.Zone)
	if err != nil || endErr != nil || !starts.Before(ends) {
		return nil, fault("dtstart", "time_form", "Its beginning or its end is missing, or in a time zone without an IANA name.", "Give it both, in UTC or a zone such as Asia/Shanghai.")
	}
	begins, err := in.repeated(e, starts, from.Add(starts.Sub(ends)), to)
	if err != nil {
		return nil, err
	}
	var places []Place
	for _, b := range begins {
		// The length is measured by the clock, as the beginnings are.
		end := (wallOf(b, in.Zone) + wallOf(ends, in.Zone) - wallOf(starts, in.Zone)).in(in.Zone)
		if p := (Place{Position: position, Post: post, Starts: b.UTC(), Ends: end.UTC()}); p.Starts.Before(to) && p.Ends.After(from) {
			p.Starts, p.Ends = within(p.Starts, p.Ends, from.UTC(), to.UTC())
			places = append(places, p)
		}
	}
	return places, nil
}

// repeated lists when an event begins between two times. A rule that would be
// walked for very long is refused, not walked.
func (in Import) repeated(e ical.Event, starts, from, to time.Time) ([]time.Time, error) {
	fault := area.NewLineFault(0, "rrule", "bad_repetition", "Its repetition cannot be read.", "Let it repeat daily, weekly or monthly, by nothing but days of the week or of the month, from at most ten years ago, or write each day as an event of its own.", nil)
	rule, err := e.Props.RecurrenceRule()
	if err != nil {
		return nil, fault
	}
	if rule == nil && e.Props.Get(ical.PropRecurrenceDates) == nil {
		return []time.Time{starts}, nil
	}
	if rule != nil && !keepsComing(rule) || from.Sub(starts) > 10*366*24*time.Hour {
		return nil, fault
	}
	set, err := e.RecurrenceSet(in.Zone)
	if err != nil || set == nil {
		return nil, fault
	}
	return set.Between(from, to, true), nil
}

// keepsComing holds of rules whose days come again and again. One that no day
// fulfils (the 31st of each February) would be looked for until the year 9999.
func keepsComing(r *rrule.ROption) bool {
	if len(r.Bysetpos)+len(r.Bymonth)+len(r.Byyearday)+len(r.Byweekno)+len(r.Byhour)+len(r.Byminute)+len(r.Bysecond)+len(r.Byeaster) > 0 || r.Interval > 366 {
		return false
	}
	ordinal := slices.ContainsFunc(r.Byweekday, func(d rrule.Weekday) bool { return d.N() != 0 })
	late := slices.ContainsFunc(r.Bymonthday, func(d int) bool { return d > 28 || d < -28 })
	switch r.Freq {
	case rrule.DAILY:
		return len(r.Bymonthday) == 0 && !ordinal && (len(r.Byweekday) == 0 || r.Interval <= 1)
	case rrule.WEEKLY:
		return len(r.Bymonthday) == 0 && !ordinal
	case rrule.MONTHLY:
		return len(r.Bymonthday) == 0 && (!ordinal || r.Interval <= 1) || len(r.Byweekday) == 0 && (!late || r.Interval <= 1)
	case rrule.YEARLY:
		return len(r.Bymonthday)+len(r.Byweekday) == 0
	default:
		return false
	}
}

// personOf finds whom an event is about.
func (in Import) personOf(e ical.Event) (area.PostID, bool) {
	var texts []string
	if p := e.Props.Get(propPerson); p != nil {
		texts = append(texts, p.Value)
	}
	for _, attendee := range e.Props.Values(ical.PropAttendee) {
		texts = append(texts, attendee.Params.Get(ical.ParamCommonName))
	}
	if summary, err := e.Props.Text(ical.PropSummary); err == nil {
		texts = append(texts, summary)
	}
	for _, text := range texts {
		if post, known := in.Person(text); text != "" && known {
			return post, true
		}
	}
	return 0, false
}
