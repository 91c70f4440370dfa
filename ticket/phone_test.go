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
