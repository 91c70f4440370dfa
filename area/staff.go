package area

// StaffID is the internal number of a member of staff.
type StaffID int64

// PostID is the internal number of a post. A post owns tickets and accepts
// offers; people come and go, posts stay.
type PostID int64

// PostKind tells a shared desk from one person's own post.
type PostKind string

// The kinds of post.
const (
	PostDesk   PostKind = "desk"   // a county's or township's duty desk, shared by whoever sits there
	PostPerson PostKind = "person" // the post of exactly one member of staff
)

// Role is what a member of staff may do. The last three exclude each other and
// everything else (the separation of administrators, GB/T 22239-2019).
type Role string

// The roles.
const (
	RoleAgent            Role = "agent"             // answers the line
	RoleSupervisor       Role = "supervisor"        // leads the agents
	RoleWorker           Role = "worker"            // township civil-affairs worker
	RoleTownshipHead     Role = "township_head"     // head of the township office
	RoleCountyDuty       Role = "county_duty"       // county bureau's duty officer
	RoleCountyFinance    Role = "county_finance"    // county bureau's finance officer
	RoleCityDuty         Role = "city_duty"         // city bureau's duty officer
	RoleCityHead         Role = "city_head"         // head of the city bureau
	RoleVillageAssistant Role = "village_assistant" // finds and reports households
	RoleVolunteer        Role = "volunteer"         // may only report
	RoleAgency           Role = "agency"            // of an outside agency: sees the tickets that were opened to them, for a time
	RoleAuditor          Role = "auditor"           // reads everything in scope, changes nothing
	RoleSystemAdmin      Role = "system_admin"
	RoleSecurityAdmin    Role = "security_admin"
	RoleAuditAdmin       Role = "audit_admin"
)

// Roles lists every role, in the order above.
func Roles() []Role {
	return []Role{RoleAgent, RoleSupervisor, RoleWorker, RoleTownshipHead, RoleCountyDuty, RoleCountyFinance,
		RoleCityDuty, RoleCityHead, RoleVillageAssistant, RoleVolunteer, RoleAgency, RoleAuditor, RoleSystemAdmin, RoleSecurityAdmin, RoleAuditAdmin}
}

// Valid reports whether r is one of Roles.
func (r Role) Valid() bool {
	for _, known := range Roles() {
		if r == known {
			return true
		}
	}
	return false
}

// Staff is one person who works with the system.
type Staff struct {
	ID     StaffID `json:"-"`
	Login  string  `json:"login"`
	Name   string  `json:"name"`
	Role   Role    `json:"role"`
	Area   Code    `json:"area"`
	PostID PostID  `json:"-"` // the person's own post
	Phone  string  `json:"-"` // E.164, for notices; never shown
	Active bool    `json:"-"`
}

// Post is a desk or a person's post within an area.
type Post struct {
	ID      PostID   `json:"-"`
	Kind    PostKind `json:"kind"`
	Area    Code     `json:"area"`
	Role    Role     `json:"role"`
	Name    string   `json:"name"`
	StaffID StaffID  `json:"-"` // zero for a desk
}
