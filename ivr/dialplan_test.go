package ivr

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"example.org/hotline/area"
)

// SECURITY T2: what may be dialled, and in what form.
func TestDialPlanAllowsWhatItNamesAlone(t *testing.T) {
	plan := OutboundConfig{National: true, Allow: []string{"+861", "+86537", "+8610"}, Emergency: map[string]string{"ambulance": "120"}}
	for to, want := range map[string]string{
		"+8619900000001": "19900000001", "19900000001": "19900000001", "0086 199-0000-0001": "19900000001",
		"+865372345678": "05372345678", "0537-2345678": "05372345678", "120": "120",
		"010-62345678":  "01062345678", // an allowed prefix of its own
		"0532-82345678": "",            // another city's
		"110":           "", "119": "", // on no list
		"4001234567": "", "8001234567": "", "+864001234567": "", "95588": "", "12349": "", "16895123": "", "1900": "",
		"+19005550123": "", "0019005550123": "", "+85221234567": "", "+881612345678": "",
		"": "", "+86": "", "sip:120@evil.example": "", "120;isub=1": "", "120@evil.example": "", "120 ": "", "19900000001;phone-context=x": "",
		"１２０": "", "+8619900000001,,9": "",
	} {
		got, emergency, err := plan.dialable(to)
		if got != want || (err == nil) != (want != "") || emergency != (want == "120") || err != nil && !errors.Is(err, ErrForbidden) {
			t.Errorf("%q is dialled as %q (%v), want %q", to, got, err, want)
		}
		if err != nil && to != "" && strings.Contains(err.Error(), to) {
			t.Errorf("the error names the number %q", to)
		}
	}
	plan.National = false
	if got, _, _ := plan.dialable("19900000001"); got != "+8619900000001" {
		t.Errorf("dialled as %q", got)
	}
}

func TestDialBookCapsCalls(t *testing.T) {
	now := time.Now()
	b := newDialBook(OutboundConfig{PerPurpose: map[string]int{"callback": 3}, PerAgent: 2, PerDay: 6, AtOnce: 4})
	enter := func(purpose string, by area.StaffID, emergency bool) (func(), error) {
		return b.enter(OutboundCall{Purpose: purpose, By: by}, emergency, now)
	}
	capped := func(what, purpose string, by area.StaffID, emergency bool) {
		t.Helper()
		if _, err := enter(purpose, by, emergency); !errors.Is(err, ErrCapped) {
			t.Errorf("%s: %v", what, err)
		}
	}
	entered := func(purpose string, by area.StaffID, emergency bool) func() {
		t.Helper()
		leave, err := enter(purpose, by, emergency)
		if err != nil {
			t.Fatal(err)
		}
		return leave
	}
	first := entered("callback", 1, false)
	entered("callback", 1, false)()
	capped("an agent's third call in an hour", "transfer", 1, false)
	capped("an agent's third call, to 120", "transfer", 1, true)
	entered("callback", 2, false)()
	capped("the fourth call-back in an hour", "callback", 3, false)
	var rest []func()
	for range 3 {
		rest = append(rest, entered("notice", 0, false))
	}
	capped("the fifth at once", "notice", 0, false)
	for _, leave := range append(rest, first, first) { // one of them twice: it counts once
		leave()
	}
	capped("the seventh in a day", "notice", 0, false)
	entered("transfer", 2, true)() // for help, whatever else goes on
	now = now.Add(61 * time.Minute)
	capped("the day's cap an hour later", "callback", 1, false)
	now = now.Add(24 * time.Hour)
	entered("callback", 1, false)
}

func TestOutboundTrunkIsChecked(t *testing.T) {
	trunks := []Trunk{{Name: "a", CIDRs: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}}
	good := OutboundConfig{Trunk: "a", Proxy: netip.MustParseAddrPort("192.0.2.1:5060"), From: "12349"}
	if err := errors.Join(good.validate(trunks), OutboundConfig{}.validate(trunks)); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*OutboundConfig){
		"unknown trunk":   func(c *OutboundConfig) { c.Trunk = "b" },
		"proxy elsewhere": func(c *OutboundConfig) { c.Proxy = netip.MustParseAddrPort("198.51.100.1:5060") },
		"no proxy":        func(c *OutboundConfig) { c.Proxy = netip.AddrPort{} },
		"no number":       func(c *OutboundConfig) { c.From = "" },
	} {
		bad := good
		change(&bad)
		if bad.validate(trunks) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
