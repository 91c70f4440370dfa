package rule

import (
	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// GrantLevel is a level that may approve.
type GrantLevel string

// The levels, the lowest first.
const (
	GrantTownship GrantLevel = "township"
	GrantCounty   GrantLevel = "county"
	GrantCity     GrantLevel = "city"
)

// GrantLevels lists every GrantLevel, the lowest first.
func GrantLevels() []GrantLevel { return []GrantLevel{GrantTownship, GrantCounty, GrantCity} }

// Area is the level in the tree of areas.
func (g GrantLevel) Area() area.Level {
	switch g {
	case GrantTownship:
		return area.LevelTownship
	case GrantCounty:
		return area.LevelCounty
	case GrantCity:
		return area.LevelCity
	default:
		return 0
	}
}

// Grant is one line of who may approve what (DOMAIN 40): an aid, a level, up to a sum, from a
// day on until a later line of the same aid and level.
type Grant struct {
	Aid     string      `yaml:"aid" json:"aid"`
	Level   GrantLevel  `yaml:"level" json:"level" enum:"township,county,city"`
	UpToFen int64       `yaml:"up_to_fen" json:"up_to_fen,omitempty"` // a month where the aid is monthly; 0: whatever the sum
	From    ticket.Date `yaml:"from" json:"from"`
	Until   ticket.Date `yaml:"until" json:"until,omitempty"` // the last day; empty: no end
}

func (g Grant) holds(aid string, level GrantLevel, on ticket.Date) bool {
	return g.Aid == aid && g.Level == level && g.From <= on && (g.Until == "" || on <= g.Until)
}

// Authority is the lowest level that may approve an aid of a sum on a day: the power that was
// handed down stays there. act.ErrRefused where nobody may.
func (v *Version) Authority(aid string, fen int64, on ticket.Date) (area.Level, error) {
	for _, level := range GrantLevels() {
		var newest Grant
		for _, g := range v.AuthorityTable {
			if g.holds(aid, level, on) && g.From >= newest.From {
				newest = g
			}
		}
		if newest.Aid != "" && (newest.UpToFen == 0 || fen <= newest.UpToFen) {
			return level.Area(), nil
		}
	}
	return 0, act.Refused("nobody_may_approve", "The rules let nobody approve this aid of this sum on this day; ask the city to correct the policy file.")
}
