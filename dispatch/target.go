package dispatch

import (
	"fmt"
	"strings"

	"example.org/hotline/area"
)

// TargetKind tells how a Target is turned into posts.
type TargetKind string

// The kinds of target.
const (
	TargetDuty    TargetKind = "duty"    // whoever the roster has on duty for Role at Position
	TargetDesk    TargetKind = "desk"    // the shared desk of the ticket's area at Level
	TargetOwner   TargetKind = "owner"   // the ticket's owner now
	TargetAbove   TargetKind = "above"   // whoever is on duty at the next level above the owner
	TargetOfferee TargetKind = "offeree" // whoever holds the newest offer
)

// Target names who is offered or told. It is resolved when the timer fires.
// In files: "duty worker 1", "duty county_duty", "desk county", "owner", "above", "offeree".
type Target struct {
	Kind     TargetKind
	Role     area.Role  // of the roster or of the desk
	Position int        // TargetDuty: 1 is first on duty, 2 the second; 0 everybody on duty
	Level    area.Level // where the roster or desk stands: the ticket's area lifted to it
}

// dutyLevels is where each role that can be on duty stands.
var dutyLevels = map[area.Role]area.Level{
	area.RoleWorker: area.LevelTownship, area.RoleTownshipHead: area.LevelTownship,
	area.RoleCountyDuty: area.LevelCounty, area.RoleCountyFinance: area.LevelCounty,
	area.RoleCityDuty: area.LevelCity, area.RoleCityHead: area.LevelCity, area.RoleSupervisor: area.LevelCity,
}

// desks are the shared desks: one of each in every area of its level.
var desks = map[string]Target{
	"township": {Kind: TargetDesk, Role: area.RoleWorker, Level: area.LevelTownship},
	"county":   {Kind: TargetDesk, Role: area.RoleCountyDuty, Level: area.LevelCounty},
	"city":     {Kind: TargetDesk, Role: area.RoleCityDuty, Level: area.LevelCity},
}

// ParseTarget reads the form a file writes.
func ParseTarget(s string) (Target, error) {
	bad := fmt.Errorf(`target %q: write "duty ROLE", "duty ROLE POSITION", "desk township|county|city", "owner", "above" or "offeree"`, s)
	words := strings.Fields(s)
	switch {
	case len(words) == 1 && (words[0] == "owner" || words[0] == "above" || words[0] == "offeree"):
		return Target{Kind: TargetKind(words[0])}, nil
	case len(words) == 2 && words[0] == "desk" && desks[words[1]].Kind != "":
		return desks[words[1]], nil
	case (len(words) == 2 || len(words) == 3) && words[0] == "duty" && dutyLevels[area.Role(words[1])] != 0:
		t := Target{Kind: TargetDuty, Role: area.Role(words[1]), Level: dutyLevels[area.Role(words[1])]}
		if len(words) == 3 {
			if len(words[2]) != 1 || words[2] < "1" || words[2] > "9" {
				return Target{}, bad
			}
			t.Position = int(words[2][0] - '0')
		}
		return t, nil
	}
	return Target{}, bad
}

// String is the form ParseTarget reads.
func (t Target) String() string {
	switch t.Kind {
	case TargetDuty:
		if t.Position > 0 {
			return fmt.Sprintf("duty %s %d", t.Role, t.Position)
		}
		return "duty " + string(t.Role)
	case TargetDesk:
		for name, desk := range desks {
			if desk == t {
				return "desk " + name
			}
		}
	case TargetOwner, TargetAbove, TargetOfferee: // the kind alone says who
	}
	return string(t.Kind)
}

// MarshalText writes the form ParseTarget reads.
func (t Target) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads a Target from a file.
func (t *Target) UnmarshalText(text []byte) error {
	parsed, err := ParseTarget(string(text))
	*t = parsed
	return err
}
