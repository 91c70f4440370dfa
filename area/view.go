package area

// Place is a division as pickers show it.
type Place struct {
	Code   Code   `json:"code"`
	Name   string `json:"name"`
	Level  Level  `json:"level" doc:"1 province, 2 city, 3 county, 4 township, 5 village"`
	Parent Code   `json:"parent"`
}
