package ticket

import (
	"strings"
	"testing"
)

func TestParsePhone(t *testing.T) {
	for _, c := range []struct {
		raw, e164 string
		mobile    bool
	}{
		{"13800000001", "+8613800000001", true},
		{"013800000001", "+8613800000001", true},
		{"8613800000001", "+8613800000001", true},
		{"+8613800000001", "+8613800000001", true},
		{"008613800000001", "+8613800000001", true},
		{" 138 0000-0001 ", "+8613800000001", true},
		{"１３８０００００００１", "+8613800000001", true},
		{"19900000001", "+8619900000001", true},
		{"0537-2000001", "+865372000001", false},
		{"0537/2000001", "+865372000001", false},
		{"(0537) 200 0001", "+865372000001", false},
		{"05372000001", "+865372000001", false},
		{"865372000001", "+865372000001", false},
		{"+86 537 2000001", "+865372000001", false},
		{"+8605372000001", "+865372000001", false},
		{"0531-80000001", "+8653180000001", false},
		{"01080000001", "+861080000001", false},
		{"+861080000001", "+861080000001", false},
		{"02180000001", "+862180000001", false},
		{"4000000001", "", false},
		{"+864000000001", "+864000000001", false},
		{"+85220000001", "+85220000001", false},
		{"0085220000001", "+85220000001", false},
		{"anonymous", "", false},
		{"Anonymous", "", false},
		{"unavailable", "", false},
		{"", "", false},
		{"2000001", "", false},     // a local number: the area is not told
		{"80000001", "", false},    // the same, eight digits
		{"12000000001", "", false}, // no such mobile block
		{"0537-1000001", "", false},
		{"+0000000000", "", false},
		{"+1234567890123456", "", false},
		{"13800000001;ext=2", "", false},
		{"1+3800000001", "", false},
	} {
		p := ParsePhone(c.raw)
		if p.E164 != c.e164 || p.Mobile != c.mobile {
			t.Errorf("ParsePhone(%q) = %+v, want %q, mobile %v", c.raw, p, c.e164, c.mobile)
		}
	}
}

// A town's own telephones come without area code; the trunk's completes them, and nothing else.
func TestALocalNumberIsCompleted(t *testing.T) {
	for _, c := range []struct{ raw, area, want string }{
		{"2000001", "0537", "+865372000001"},
		{"200-0001", "0537", "+865372000001"},
		{"80000001", "0531", "+8653180000001"},
		{"86200001", "0531", "+8653186200001"}, // no country code: nothing would be left of it
		{"80000001", "010", "+861080000001"},
		{"80000001", "021", "+862180000001"},
		{"2000001", "010", ""}, // eight digits there
		{"2000001", "", ""},
		{"1000001", "0537", ""}, // no subscriber's number begins so
		{"0200001", "0537", ""},
		{"200001", "0537", ""},
		{"200000001", "0537", ""},
		{"+2000001", "0537", ""},
		{"+20000001", "0537", "+20000001"}, // abroad, as without an area code
		{"12349", "0537", ""},
		{"anonymous", "0537", ""},
		{"", "0537", ""},
		{"05312000001", "0537", "+865312000001"}, // it tells its own
		{"19900000001", "0537", "+8619900000001"},
	} {
		if p := ParseLocalPhone(c.raw, c.area); p.E164 != c.want || p.Raw != ParsePhone(c.raw).Raw {
			t.Errorf("ParseLocalPhone(%q, %q) = %+v, want %q", c.raw, c.area, p, c.want)
		}
	}
	for code, want := range map[string]bool{"0537": true, "010": true, "021": true, "": false, "537": false, "0210": false, "0100": false, "0137": false,
		"05370": false, "05-7": false, "０537": false, "053a": false, "0": false} {
		if ValidAreaCode(code) != want {
			t.Errorf("ValidAreaCode(%q) = %v", code, !want)
		}
	}
}

func TestParsePhoneKeepsBoundedRawText(t *testing.T) {
	p := ParsePhone("\x00evil\r\nname\x7f" + strings.Repeat("长", 500))
	if strings.ContainsAny(p.Raw, "\x00\r\n\x7f") || len([]rune(p.Raw)) != maxPhone {
		t.Errorf("kept %q", p.Raw)
	}
}

func FuzzParsePhone(f *testing.F) {
	f.Add("+86 138-0000/0001")
	f.Add("0537 2000001")
	f.Add("anonymous")
	f.Fuzz(func(t *testing.T, raw string) {
		p := ParsePhone(raw)
		if p.E164 == "" {
			return
		}
		if again := ParsePhone(p.E164); again.E164 != p.E164 || len(p.E164) > 16 || len(p.E164) < 9 {
			t.Fatalf("%q became %+v, then %+v", raw, p, again)
		}
	})
}
