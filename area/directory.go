package area

import "time"

// Directory is a city's places, desks, people and duty, as an import file or
// the demo city gives them. Logins and (area, role) pairs name things, since
// numbers are given by the database.
type Directory struct {
	Divisions []Division
	Desks     []Desk
	Agencies  []Agency
	Stations  []Station
	Staff     []NewStaff
	Shifts    []NewShift
	Absences  []NewAbsence
	Deputies  map[string][]string // of a login, the first to be asked first
	Trusts    []Household         // of Area, Reference and Login
}

// Desk is a shared post.
type Desk struct {
	Area Code
	Role Role
	Name string
}

// NewStaff is one person with an account.
type NewStaff struct {
	Login        string
	Name         string
	Role         Role
	Area         Code
	Phone        string // E.164, for notices
	PasswordHash string // argon2id, in its encoded form
	Skills       Skills
	Agency       string // name of the one they are of; only with RoleAgency
}

// NewShift puts a person on duty. Position 1 is the first to be asked.
type NewShift struct {
	Area     Code
	Role     Role
	Position int
	Login    string
	From, To time.Time
}

// NewAbsence takes a person out of duty.
type NewAbsence struct {
	Login    string
	Reason   string
	From, To time.Time
}
