// Package act is what every act carries, whichever room it happens in: who
// does it, the key that makes a retry harmless, the audit record, the event it
// emits, the timers it arms, and the kinds of error it may end with.
package act

import "example.org/hotline/area"

// Actor is who acts. The database scope of a transaction follows from it: an
// Actor without a scope sees no rows at all.
type Actor struct {
	StaffID area.StaffID
	PostID  area.PostID
	Name    string // shown in timelines
	Role    area.Role
	Area    area.Code // everything at or below it is in scope
	System  string    // name of a system actor ("ivr", "dispatch"); empty for people
}

// The system actors. They see every area, since a call or a timer has none
// until it has been looked at.
var (
	SystemIVR      = Actor{System: "ivr", Name: "ivr"}
	SystemDispatch = Actor{System: "dispatch", Name: "dispatch"}
	SystemBank     = Actor{System: "bank", Name: "bank"}       // speaks to banks that have an interface
	SystemRuns     = Actor{System: "runs", Name: "runs"}       // carries out lists of payouts that people have signed
	SystemPublic   = Actor{System: "public", Name: "public"}   // somebody before a notice board, of whom nothing is known
	SystemSource   = Actor{System: "source", Name: "source"}   // asks other departments' data sources
	SystemAlerts   = Actor{System: "alerts", Name: "alerts"}   // takes what other departments' data tells
	SystemConsole  = Actor{System: "sign_in", Name: "sign_in"} // looks up accounts before anyone has signed in
)

// NoArea is the scope of somebody who acts, and to whom no area is open: people
// of agencies see what was opened to them one by one.
const NoArea = "-"

// Scope is the area prefix that row level security compares, "*" for a system
// actor, and empty (no rows) for nobody.
func (a Actor) Scope() string {
	switch {
	case a.System != "":
		return "*"
	case a.StaffID == 0 || a.Area == "":
		return ""
	case a.Role == area.RoleAgency:
		return NoArea
	default:
		return a.Area.Prefix()
	}
}

// May reports whether the actor holds one of the roles.
func (a Actor) May(roles ...area.Role) bool {
	for _, r := range roles {
		if a.Role == r && a.System == "" {
			return true
		}
	}
	return false
}
