// Package area knows where things happen and who serves there: the area tree
// by 12-digit code, staff, posts, roles and the data scope that follows from
// them. It is pure: no I/O, no framework, nothing else of ours.
package area

import (
	"errors"
	"fmt"
	"strings"
)

// Code is a 12-digit division code: six digits of GB/T 2260 (province, city,
// county), three for the township and three for the village. A division above
// village level is padded with zeros, so the city 3799 is "379900000000".
type Code string

// Level says how deep in the tree a Code stands.
type Level int

// The levels of the tree, top down. Zero is never a valid level.
const (
	LevelProvince Level = iota + 1
	LevelCity
	LevelCounty
	LevelTownship
	LevelVillage
)

// ErrBadCode marks a string that is not a 12-digit division code.
var ErrBadCode = errors.New("area code must be 12 digits")

// prefixLen is how many leading digits name a division of each level.
var prefixLen = map[Level]int{LevelProvince: 2, LevelCity: 4, LevelCounty: 6, LevelTownship: 9, LevelVillage: 12}

// ParseCode checks the form of s. It does not know whether the place exists.
func ParseCode(s string) (Code, error) {
	if len(s) != 12 || strings.Trim(s, "0123456789") != "" || s[:2] == "00" {
		return "", fmt.Errorf("%w: got %d characters", ErrBadCode, len(s))
	}
	return Code(s), nil
}

// Level is read off the trailing zeros.
func (c Code) Level() Level {
	switch {
	case len(c) != 12:
		return 0
	case c[9:] != "000":
		return LevelVillage
	case c[6:9] != "000":
		return LevelTownship
	case c[4:6] != "00":
		return LevelCounty
	case c[2:4] != "00":
		return LevelCity
	default:
		return LevelProvince
	}
}

// Prefix is the part of the code that every division below it shares. It is
// what row level security compares.
func (c Code) Prefix() string {
	n, ok := prefixLen[c.Level()]
	if !ok {
		return string(c)
	}
	return string(c[:n])
}

// At lifts the code to a level above its own: the county of a village, say.
// A code that already stands above level is returned as it is.
func (c Code) At(level Level) Code {
	if c.Level() <= level {
		return c
	}
	n := prefixLen[level]
	return c[:n] + Code(strings.Repeat("0", 12-n))
}

// Contains reports whether other is c itself or lies below it.
func (c Code) Contains(other Code) bool {
	return len(c) == 12 && strings.HasPrefix(string(other), c.Prefix())
}

// Division is one node of the tree. Names are data and never part of a key.
// It counts from its first day until before its last; where another place has
// taken it in, MergedInto says which.
type Division struct {
	Code       Code   `json:"code"`
	Name       string `json:"name"`
	ValidFrom  Date   `json:"valid_from,omitempty"`
	ValidTo    Date   `json:"valid_to,omitempty" doc:"First day on which it is no place any more; absent while it is one"`
	MergedInto Code   `json:"merged_into,omitempty" doc:"The place that took it in"`
}

// On reports whether the place is one on a day.
func (d Division) On(day Date) bool {
	return d.ValidFrom <= day && (d.ValidTo == "" || day < d.ValidTo)
}

// Proper reports whether each level of the code that lies above its own is
// filled in: the code of a village without a township hangs in the air.
func (c Code) Proper() bool {
	return c.Level() == LevelProvince || c.Level() != 0 && c.Parent().Level() == c.Level()-1
}

// Parent is the code of the place it lies in; empty for a province.
func (c Code) Parent() Code {
	if c.Level() <= LevelProvince {
		return ""
	}
	return c.At(c.Level() - 1)
}
