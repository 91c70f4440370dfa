package area

import "time"

// Place is a division as pickers show it.
type Place struct {
	Code   Code   `json:"code"`
	Name   string `json:"name"`
	Level  Level  `json:"level" doc:"1 province, 2 city, 3 county, 4 township, 5 village"`
	Parent Code   `json:"parent"`
}

// PlaceOf is a division as pickers show it.
func PlaceOf(d Division) Place {
	return Place{Code: d.Code, Name: d.Name, Level: d.Code.Level(), Parent: d.Code.Parent()}
}

// Serving is a desk or a person that may take a ticket of an area.
type Serving struct {
	Kind        PostKind   `json:"kind" enum:"desk,person"`
	Area        Code       `json:"area"`
	AreaName    string     `json:"area_name"`
	Role        Role       `json:"role"`
	Name        string     `json:"name"`
	Login       string     `json:"login,omitempty" doc:"A person's; a desk is named by area and role"`
	AbsentUntil *time.Time `json:"absent_until,omitempty" doc:"Away now, until then"`
}
