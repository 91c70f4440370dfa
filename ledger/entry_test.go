package ledger

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

const town area.Code = "990101101000"

func TestAmounts(t *testing.T) {
	for fen, ok := range map[int64]bool{1: true, MaxFen: true, 0: false, -1: false, MaxFen + 1: false} {
		if err := CheckAmount("amount_fen", fen); (err == nil) != ok {
			t.Errorf("CheckAmount(%d) = %v", fen, err)
		}
	}
	for fen, want := range map[int64]string{0: "0.00", 5: "0.05", 80_000: "800.00", 123_456: "1234.56", -7: "-0.07"} {
		if got := Yuan(fen); got != want {
			t.Errorf("Yuan(%d) = %s, want %s", fen, got, want)
		}
	}
	for id, ok := range map[string]bool{"0e6b9d5c-4cf1-4a3e-9a5e-1d2c3b4a5968": true, "0e6b9d5c4cf14a3e9a5e1d2c3b4a5968": false, "1": false, "": false} {
		if err := CheckID("id", id); (err == nil) != ok {
			t.Errorf("CheckID(%q) = %v", id, err)
		}
	}
}

func TestEntryCheck(t *testing.T) {
	good := func() Entry {
		return entry("k", EventCashIssued, town, CashOf(town, 7), AccountRef{Kind: Float, Area: town}, 100)
	}
	for name, spoil := range map[string]func(*Entry){
		"off by one":     func(e *Entry) { e.Postings[0].Fen++ },
		"one line":       func(e *Entry) { e.Postings = e.Postings[:1] },
		"a line of zero": func(e *Entry) { e.Postings[0].Fen = 0 },
		"mixed layers":   func(e *Entry) { e.Postings[0].Layer = Pending },
		"far too much":   func(e *Entry) { e.Postings[0].Fen, e.Postings[1].Fen = MaxFen+1, -MaxFen-1 },
	} {
		e := good()
		spoil(&e)
		if e.check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := good().check(); err != nil {
		t.Error(err)
	}
}

// An entry between the wrong kinds of account is a mistake of ours and cannot be built.
func TestEntryKinds(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("built an entry that pays out of an expense")
		}
	}()
	entry("k", EventCashIssued, town, AccountRef{Kind: Expense, Area: town}, AccountRef{Kind: Float, Area: town}, 1)
}

// TestAccountAgainstModel applies random holds, releases and movements to one
// float and to a model that keeps each hold by itself.
func TestAccountAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Account{AccountRef: AccountRef{Kind: Float, Area: town}}
		var cash int64
		var holds []int64
		held := func() (sum int64) {
			for _, h := range holds {
				sum += h
			}
			return sum
		}
		for range rapid.IntRange(1, 60).Draw(t, "acts") {
			fen := rapid.Int64Range(1, 1000).Draw(t, "fen")
			p, apply, fits := Posting{}, func() {}, true
			switch rapid.SampledFrom([]string{"fill", "hold", "release", "pay"}).Draw(t, "act") {
			case "fill":
				p, apply = Posting{Fen: fen, Layer: Posted}, func() { cash += fen }
			case "hold":
				p, apply, fits = Posting{Fen: -fen, Layer: Pending}, func() { holds = append(holds, fen) }, cash-held() >= fen
			case "pay":
				p, apply, fits = Posting{Fen: -fen, Layer: Posted}, func() { cash -= fen }, cash-held() >= fen
			case "release":
				if len(holds) == 0 {
					continue
				}
				last := holds[len(holds)-1]
				p, apply = Posting{Fen: last, Layer: Released}, func() { holds = holds[:len(holds)-1] }
			}
			after, err := a.with(p)
			if (err == nil) != fits {
				t.Fatalf("%+v on %+v: %v, the model says %v", p, a, err, fits)
			}
			if err == nil {
				apply()
				a = after
			}
			if a.Posted != cash || a.PendingOut != held() || a.Available() != cash-held() || a.Available() < 0 {
				t.Fatalf("account %+v, the model says %d with %d held", a, cash, held())
			}
		}
	})
}

// Nothing is paid that was not approved.
func TestPayable(t *testing.T) {
	a := Account{AccountRef: AccountRef{Kind: Payable, Area: town}}
	if _, err := a.with(Posting{Fen: 1, Layer: Pending}); err == nil {
		t.Error("a hold before the approval")
	}
	a, err := a.with(Posting{Fen: -100, Layer: Posted})
	if err != nil {
		t.Fatal(err)
	}
	if a, err = a.with(Posting{Fen: 100, Layer: Pending}); err != nil {
		t.Fatal(err)
	}
	if _, err = a.with(Posting{Fen: 1, Layer: Posted}); err == nil {
		t.Error("paid more than approved")
	}
}

// TestDuties is promise 7 as a table: who may do what with a payout.
func TestDuties(t *testing.T) {
	who := func(id area.StaffID, role area.Role) act.Actor { return act.Actor{StaffID: id, Role: role, Area: town} }
	d := Disbursement{State: StateSubmitted, Level: LevelTownship, Maker: 1, MakerRole: area.RoleWorker, CallTaker: 9}
	now := d.CountyMayCheckAt
	later := d
	later.CountyMayCheckAt = now.AddDate(0, 0, 1)
	county := d
	county.Level = LevelCounty
	headMade := later
	headMade.Maker, headMade.MakerRole = 5, area.RoleTownshipHead
	reserved := d
	reserved.State, reserved.Checker = StateReserved, 5
	solo := Disbursement{State: StateReserved, Level: LevelSolo, Maker: 1, CallTaker: 9}
	signedSolo := solo
	signedSolo.Second = 5
	for _, tt := range []struct {
		name string
		err  error
		want string // code, empty for allowed
	}{
		{"head checks", d.mayCheck(who(5, area.RoleTownshipHead), now), ""},
		{"worker checks", d.mayCheck(who(2, area.RoleWorker), now), "not_found"},
		{"auditor checks", d.mayCheck(who(2, area.RoleAuditor), now), "not_found"},
		{"system checks", d.mayCheck(act.SystemDispatch, now), "not_found"},
		{"maker with the head's role checks", d.mayCheck(who(1, area.RoleTownshipHead), now), "maker_is_checker"},
		{"call taker checks", d.mayCheck(who(9, area.RoleTownshipHead), now), "call_taker_checks"},
		{"county too early", later.mayCheck(who(6, area.RoleCountyDuty), now), "head_first"},
		{"county in time", d.mayCheck(who(6, area.RoleCountyDuty), now), ""},
		{"county where the head is the maker", headMade.mayCheck(who(6, area.RoleCountyDuty), now), ""},
		{"head above the township's limit", county.mayCheck(who(5, area.RoleTownshipHead), now), "county_must_check"},
		{"county above the township's limit", county.mayCheck(who(6, area.RoleCountyDuty), now), ""},
		{"check of a solo payout", Disbursement{State: StateSubmitted, Level: LevelSolo, Maker: 1}.mayCheck(who(5, area.RoleTownshipHead), now), "no_check_needed"},
		{"maker pays a large sum", reserved.mayPay(who(1, area.RoleWorker)), "maker_is_payer"},
		{"checker pays", reserved.mayPay(who(5, area.RoleTownshipHead)), "checker_is_payer"},
		{"call taker pays", reserved.mayPay(who(9, area.RoleWorker)), "call_taker_pays"},
		{"agent pays", reserved.mayPay(who(3, area.RoleAgent)), "not_found"},
		{"third person pays", reserved.mayPay(who(2, area.RoleWorker)), ""},
		{"maker pays a small sum", solo.mayPay(who(1, area.RoleWorker)), ""},
		{"second signer pays", signedSolo.mayPay(who(5, area.RoleTownshipHead)), "signer_is_payer"},
		{"maker signs", solo.maySecondSign(who(1, area.RoleTownshipHead)), "own_payout"},
		{"call taker signs", solo.maySecondSign(who(9, area.RoleCountyDuty)), "call_taker_checks"},
		{"head signs", solo.maySecondSign(who(5, area.RoleTownshipHead)), ""},
		{"large payout signed", d.maySecondSign(who(5, area.RoleTownshipHead)), "no_signature_needed"},
		{"stranger cancels", solo.mayCancel(who(2, area.RoleWorker)), "not_found"},
		{"head cancels", solo.mayCancel(who(5, area.RoleTownshipHead)), ""},
		{"worker reverses", Disbursement{State: StateReceipted}.mayReverse(who(2, area.RoleWorker)), "not_found"},
		{"finance reverses", Disbursement{State: StateReceipted}.mayReverse(who(7, area.RoleCountyFinance)), ""},
	} {
		code := ""
		if fault, ok := errors.AsType[*act.Fault](tt.err); ok {
			code = fault.Code
		}
		if code != tt.want || (tt.want == "") != (tt.err == nil) {
			t.Errorf("%s: %v, want %q", tt.name, tt.err, tt.want)
		}
	}
}

func TestLevels(t *testing.T) {
	l := Limits{SoloFen: 100_000, TownshipFen: 500_000}
	for fen, want := range map[int64]Level{1: LevelSolo, 100_000: LevelSolo, 100_001: LevelTownship, 500_000: LevelTownship, 500_001: LevelCounty} {
		if got := l.LevelOf(fen); got != want {
			t.Errorf("%d fen need %s, want %s", fen, got, want)
		}
	}
}

// The hash that a checker signs changes with everything that is paid.
func TestContentHash(t *testing.T) {
	base := Disbursement{PublicID: "a", Case: 1, Decision: 2, AidKind: "urgent", Channel: ChannelCash, Area: town, Fen: 100, Payee: []byte{1}, Household: []byte{2}, Policy: "p"}
	seen := map[string]string{}
	for name, change := range map[string]func(*Disbursement){
		"as it is": func(*Disbursement) {}, "id": func(d *Disbursement) { d.PublicID = "b" }, "case": func(d *Disbursement) { d.Case = 9 },
		"decision": func(d *Disbursement) { d.Decision = 9 }, "kind": func(d *Disbursement) { d.AidKind = "other" }, "channel": func(d *Disbursement) { d.Channel = "bank" },
		"area": func(d *Disbursement) { d.Area = "990101102000" }, "amount": func(d *Disbursement) { d.Fen++ }, "payee": func(d *Disbursement) { d.Payee = []byte{9} },
		"household": func(d *Disbursement) { d.Household = []byte{9} }, "policy": func(d *Disbursement) { d.Policy = "q" },
	} {
		d := base
		change(&d)
		hash, err := d.contentHash()
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[string(hash)]; ok {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		seen[string(hash)] = name
	}
}
