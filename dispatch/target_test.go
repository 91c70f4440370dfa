package dispatch

import (
	"testing"

	"example.org/hotline/area"
)

func TestTargetReadsWhatItWrites(t *testing.T) {
	tests := map[string]Target{
		"duty worker 1":    {Kind: TargetDuty, Role: area.RoleWorker, Position: 1, Level: area.LevelTownship},
		"duty worker":      {Kind: TargetDuty, Role: area.RoleWorker, Level: area.LevelTownship},
		"duty county_duty": {Kind: TargetDuty, Role: area.RoleCountyDuty, Level: area.LevelCounty},
		"duty city_head 9": {Kind: TargetDuty, Role: area.RoleCityHead, Position: 9, Level: area.LevelCity},
		"desk township":    {Kind: TargetDesk, Role: area.RoleWorker, Level: area.LevelTownship},
		"desk county":      {Kind: TargetDesk, Role: area.RoleCountyDuty, Level: area.LevelCounty},
		"desk city":        {Kind: TargetDesk, Role: area.RoleCityDuty, Level: area.LevelCity},
		"owner":            {Kind: TargetOwner},
		"above":            {Kind: TargetAbove},
		"offeree":          {Kind: TargetOfferee},
	}
	for text, want := range tests {
		got, err := ParseTarget(text)
		if err != nil || got != want {
			t.Errorf("ParseTarget(%q) = %+v, %v; want %+v", text, got, err, want)
		}
		if got.String() != text {
			t.Errorf("String of %q is %q", text, got.String())
		}
	}
	for _, bad := range []string{"", "duty", "duty agent 1", "duty worker 0", "duty worker 10", "duty worker x", "desk", "desk village", "owner 1", "boss"} {
		if _, err := ParseTarget(bad); err == nil {
			t.Errorf("ParseTarget(%q) succeeded", bad)
		}
	}
}
