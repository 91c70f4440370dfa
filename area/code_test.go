package area

import (
	"errors"
	"testing"
)

func TestCodeLevelsAndScope(t *testing.T) {
	tests := []struct {
		code   Code
		level  Level
		prefix string
	}{
		{"990000000000", LevelProvince, "99"}, {"990100000000", LevelCity, "9901"}, {"990101000000", LevelCounty, "990101"},
		{"990101101000", LevelTownship, "990101101"}, {"990101101201", LevelVillage, "990101101201"}, {"9901", 0, "9901"},
	}
	for _, tt := range tests {
		if got := tt.code.Level(); got != tt.level {
			t.Errorf("%s stands at level %d, want %d", tt.code, got, tt.level)
		}
		if got := tt.code.Prefix(); got != tt.prefix {
			t.Errorf("%s shares the prefix %q, want %q", tt.code, got, tt.prefix)
		}
	}
	if got := Code("990101101201").At(LevelCounty); got != "990101000000" {
		t.Errorf("the village's county is %s", got)
	}
	if county := Code("990101000000"); !county.Contains("990101101201") || !county.Contains(county) || county.Contains("990102101000") || Code("").Contains("990101000000") {
		t.Error("a county holds its own villages and no other's")
	}
	for _, bad := range []string{"", "9901", "99010110100x", "000101101000", "9901011010000"} {
		if _, err := ParseCode(bad); !errors.Is(err, ErrBadCode) {
			t.Errorf("ParseCode takes %q", bad)
		}
	}
}

func TestEveryRoleIsKnown(t *testing.T) {
	for _, r := range Roles() {
		if !r.Valid() {
			t.Errorf("%s is no role", r)
		}
	}
	if Role("").Valid() || Role("king").Valid() {
		t.Error("an unknown role is valid")
	}
}
