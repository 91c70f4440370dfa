package relief

import (
	"testing"
	"time"

	"example.org/hotline/ticket"
)

func version(name string, from ticket.Date, change func(*Policy)) *Policy {
	p := &Policy{Version: name, ValidFrom: from, Basis: Basis{Zh: name, En: name}, Limits: Limits{SoloFen: 100_000, TownshipFen: 500_000, HouseholdFen: 1_000_000, HouseholdMonths: 12,
		AidKindFen: map[string]int64{AidUrgent: 900_000}}, Fast: FastTrack{DibaoMonthFen: 90_000, CapPer: CapPerPerson}}
	change(p)
	return p
}

// dated finds one limit of a list; the zero value where it is not shown.
func dated(list []DatedLimit, name LimitName) DatedLimit {
	for _, d := range list {
		if d.Name == name {
			return d
		}
	}
	return DatedLimit{}
}

var history = Versions{
	version("old", "2021-01-01", func(*Policy) {}),
	version("law", "2026-07-01", func(p *Policy) { p.Fast.CapMonths = 1 }),
	version("raised", "2027-01-01", func(p *Policy) {
		p.Fast.CapMonths, p.Limits.SoloFen, p.Limits.AidKindFen, p.ValidUntil = 1, 150_000, nil, "2028-12-31"
	}),
}

// The newest version whose day has come in Shanghai is in force, to the second.
func TestVersionInForce(t *testing.T) {
	midnight := ticket.Date("2027-01-01").At(0)
	for at, want := range map[time.Time]string{
		midnight: "raised", midnight.Add(-time.Second): "law", midnight.AddDate(9, 0, 0): "raised",
		ticket.Date("2026-07-01").At(0): "law", ticket.Date("2026-06-30").At(24*time.Hour - time.Nanosecond): "old",
		time.Date(2026, 6, 30, 15, 59, 59, 0, time.UTC): "old", time.Date(2026, 6, 30, 16, 0, 0, 0, time.UTC): "law",
		time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC): "old",
	} {
		if got := history.At(at).Version; got != want {
			t.Errorf("at %s %s is in force, want %s", at.In(ticket.Shanghai), got, want)
		}
	}
	if next, is := history.Next(midnight); is {
		t.Errorf("after the last version comes %s", next.Version)
	}
}

// A limit has the days for which its amount holds, whatever else changes in between.
func TestDatedLimits(t *testing.T) {
	list := history.Dated(ticket.Date("2026-11-30").At(time.Hour))
	if d := dated(list, LimitSolo); d.Value != 100_000 || d.From != "2021-01-01" || d.Until != "2026-12-31" || d.Policy != "old" || d.Next == nil ||
		d.Next.Value != 150_000 || d.Next.From != "2027-01-01" || d.Next.Policy != "raised" || d.Next.Basis.Zh != "raised" {
		t.Errorf("the solo limit: %+v, next %+v", d, d.Next)
	}
	if d := dated(list, LimitTownship); d.From != "2021-01-01" || d.Next != nil || d.Until != "2028-12-31" {
		t.Errorf("the township's: %+v", d)
	}
	if d := dated(list, LimitFastPerson); d.Value != 90_000 || d.From != "2026-07-01" || d.Policy != "law" {
		t.Errorf("the cap that came with the law: %+v", d)
	}
	if d := dated(list, LimitAidKind); d.AidKind != AidUrgent || d.Next == nil || d.Next.Value != 0 {
		t.Errorf("a cap that will end: %+v", d)
	}
	before := history.Dated(ticket.Date("2026-06-30").At(time.Hour))
	if d := dated(before, LimitFastPerson); d.Value != 0 || d.Next == nil || d.Next.Value != 90_000 || d.From != "2021-01-01" || d.Until != "2026-06-30" {
		t.Errorf("a cap that is to come: %+v", d)
	}
	after := history.Dated(ticket.Date("2027-01-01").At(0))
	if d := dated(after, LimitSolo); d.Value != 150_000 || d.Next != nil || d.From != "2027-01-01" {
		t.Errorf("after midnight: %+v", d)
	}
	if d := dated(after, LimitAidKind); d.Name != "" {
		t.Errorf("a cap that has ended is still shown: %+v", d)
	}
}
