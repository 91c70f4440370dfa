package duty

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// A PlanFault is one thing that is wrong with a plan. Detail never repeats what
// was entered, but for names within the plan.
type PlanFault struct { //nolint:errname // a fault with its place, like act.Fault
	Path   string // "rules[2].start"
	Detail string // what it must be
}

func (f *PlanFault) Error() string { return f.Path + ": " + f.Detail }

// Bounds of a plan: far above what a county needs, and small enough that one
// question stays cheap.
const (
	maxRules     = 100
	maxRotations = 50
	maxMembers   = 100
	maxLength    = 366
	maxPosition  = 9
	maxName      = 60
)

// Check lists everything that is wrong with a plan as PlanFaults, joined; nil
// where nothing is. Whether its people exist, the caller must find out.
func (p Plan) Check() error {
	var faults []error
	fault := func(path, format string, args ...any) {
		faults = append(faults, &PlanFault{Path: path, Detail: fmt.Sprintf(format, args...)})
	}
	if _, err := zone(p.Zone); err != nil {
		fault("zone", "must be an IANA time zone, such as Asia/Shanghai")
	}
	for i, position := range p.Required {
		if position < 1 || position > maxPosition || slices.Contains(p.Required[:i], position) {
			fault(fmt.Sprintf("required[%d]", i), "must be a position from 1 to %d, each once", maxPosition)
		}
	}
	if len(p.Rules) > maxRules || len(p.Rotations) > maxRotations {
		fault("rules", "are too many: at most %d rules and %d rotations", maxRules, maxRotations)
		return errors.Join(faults...)
	}
	names := map[string]bool{}
	for i, r := range p.Rotations {
		at := fmt.Sprintf("rotations[%d]", i)
		if !goodName(r.Name) || names[r.Name] {
			fault(at+".name", "must be a name of its own of at most %d characters", maxName)
		}
		names[r.Name] = true
		r.check(at, fault)
	}
	rules := map[string]bool{}
	for i, r := range p.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		if !goodName(r.Name) || rules[r.Name] {
			fault(at+".name", "must be a name of its own of at most %d characters", maxName)
		}
		rules[r.Name] = true
		r.check(at, names, fault)
	}
	return errors.Join(faults...)
}

func goodName(s string) bool { n := utf8.RuneCountInString(s); return n > 0 && n <= maxName }

func (r Rotation) check(at string, fault func(path, format string, args ...any)) {
	if !slices.Contains([]Unit{Hourly, Daily, Weekly, Monthly}, r.Unit) {
		fault(at+".unit", "must be hourly, daily, weekly or monthly")
	}
	if r.Length < 1 || r.Length > maxLength {
		fault(at+".length", "must be from 1 to %d", maxLength)
	}
	if r.Anchor.Date < "1970-01-01" || r.Anchor.Date > "2200-01-01" || !r.Anchor.Clock.valid() || wallAt(r.Anchor) == 0 && r.Anchor.Date != "1970-01-01" {
		fault(at+".anchor", "must be a local time from 1970 to 2199, written YYYY-MM-DDTHH:MM")
	}
	if len(r.Members) == 0 || len(r.Members) > maxMembers {
		fault(at+".members", "must be 1 to %d people", maxMembers)
	}
	for i, m := range r.Members {
		if m <= 0 {
			fault(fmt.Sprintf("%s.members[%d]", at, i), "must be a person")
		}
	}
}

func (r Rule) check(at string, rotations map[string]bool, fault func(path, format string, args ...any)) {
	if r.Position < 1 || r.Position > maxPosition {
		fault(at+".position", "must be from 1 (asked first) to %d", maxPosition)
	}
	if !slices.Contains([]DayClass{"", AnyDay, Workday, RestDay, Holiday}, r.Class) {
		fault(at+".class", "must be any, workday, rest_day or holiday")
	}
	if r.Days >= 1<<7 {
		fault(at+".days", "must be days of the week")
	}
	if !r.Start.valid() || !r.End.valid() {
		fault(at+".start", "and end must be times of day from 00:00 to 23:59")
	}
	switch {
	case (r.Post != 0) == (r.Rotation != ""):
		fault(at, "must name a person or a rotation, one of the two")
	case r.Rotation != "" && !rotations[r.Rotation]:
		fault(at+".rotation", "is not among the rotations of this plan: add it there or correct the name")
	case r.Ahead < 0 || r.Ahead >= maxMembers || r.Ahead > 0 && r.Rotation == "":
		fault(at+".ahead", "must be from 0 to %d, and needs a rotation", maxMembers-1)
	}
}

func (c Clock) valid() bool { return c >= 0 && c < dayMinutes }
