package area

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// MostSkill is the best that somebody can be at something.
const MostSkill = 10

// Skills are what somebody speaks or knows, from 1 (some) to MostSkill (best), by
// the line's own keys ("dialect:local", "field:medical"); or what a matter asks for,
// with the least levels.
type Skills map[string]int

// Meets reports whether the skills are all that is asked for, none of it asked for
// above most.
func (s Skills) Meets(wants Skills, most int) bool {
	for skill, least := range wants {
		if s[skill] < min(least, most) {
			return false
		}
	}
	return true
}

// Of are those of the skills that are asked for.
func (s Skills) Of(wants Skills) Skills {
	of := Skills{}
	for skill := range wants {
		if level := s[skill]; level > 0 {
			of[skill] = level
		}
	}
	return of
}

// KnownSkills are the skills that the line knows: by every name that they have, the key.
type KnownSkills map[string]string

// keys are the skills themselves, in order.
func (k KnownSkills) keys() []string {
	return slices.Compact(slices.Sorted(maps.Values(k)))
}

// check finds what is wrong with somebody's skills.
func (k KnownSkills) check(line int, s Skills) []LineFault {
	var faults []LineFault
	for _, skill := range slices.Sorted(maps.Keys(s)) {
		switch level := s[skill]; {
		case k[skill] != skill:
			faults = append(faults, fault(line, "skills", "skill_unknown", map[string]any{"known": strings.Join(k.keys(), ", ")}))
		case level < 1 || level > MostSkill:
			faults = append(faults, fault(line, "skills", "skill_level", map[string]any{"most": MostSkill}))
		}
	}
	return faults
}

// skillForm is one skill of a cell, by any of its names, with its level.
var skillForm = regexp.MustCompile(`^(.+?)[\s=＝]+(\d{1,2})$`)

// skillsCell reads "field:medical=8; 本地方言 6".
func skillsCell(line Line, known KnownSkills) (Skills, *LineFault) {
	skills := Skills{}
	for _, text := range strings.FieldsFunc(line.Cell("skills"), func(r rune) bool { return strings.ContainsRune(",;，；、", r) }) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		m := skillForm.FindStringSubmatch(text)
		if m == nil {
			f := fault(line.Number, "skills", "skill_form", nil)
			return nil, &f
		}
		key := known[m[1]]
		if key == "" {
			key = m[1] // which the check of the person tells of
		}
		if _, twice := skills[key]; twice {
			f := fault(line.Number, "skills", "skill_twice", nil)
			return nil, &f
		}
		skills[key], _ = strconv.Atoi(m[2]) // two digits at most
	}
	return skills, nil
}
