package gateway_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/gateway"
	"example.org/hotline/ledger/rail/iso20022"
)

const paying = "990100200300400"

func settings() gateway.Settings {
	return gateway.Settings{ID: "rural-1", County: "990101000000", Statements: gateway.FormISO20022, Unit: "9901001", UnitName: "示例县民政局", Debit: paying,
		AgentBank: "990100000017", AnswerLimit: time.Hour, Runs: []time.Duration{10 * time.Hour, 15*time.Hour + 30*time.Minute}}
}

// banks are one of each form.
func banks(t testing.TB) map[string]*gateway.Bank {
	t.Helper()
	p, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*gateway.Bank{}
	for _, form := range []string{"demo_rural", "demo_city", gateway.FormISO20022} {
		s := settings()
		s.Layout = p.Banks[form]
		if all[form], err = gateway.New(s); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func batch(bank *gateway.Bank) rail.Batch {
	return bank.Debit(rail.Batch{ID: "20261012-0001", Execute: "2026-10-12", Created: time.Date(2026, 10, 11, 9, 0, 0, 0, time.UTC), Items: []rail.Item{
		{Seq: 1, Reference: "a1-1", Account: "6200000000000000017", Holder: "张示例", Fen: 90_000, Memo: "急难救助 2026-10"},
		{Seq: 2, Reference: "a2-1", Account: "0062000000000025", Holder: "阿依·示例", Bank: "990100000025", Fen: 1, Memo: "临时救助 2026-10"},
	}})
}

// The same batch goes out in each bank's form, and each bank's return comes back as the same.
func TestABatchAndItsReturnInEveryForm(t *testing.T) {
	for form, name := range map[string]string{"demo_rural": "DF_9901001_20261012_20261012-0001.txt", "demo_city": "PAY990100120261012-20261012-0001.dat",
		gateway.FormISO20022: "pain001-9901001-20261012-20261012-0001.xml"} {
		bank := banks(t)[form]
		file, err := bank.File(batch(bank))
		if err != nil {
			t.Fatal(err)
		}
		if file.Name != name || file.Batch != "20261012-0001" || file.Type == "" || !bytes.Contains(file.Body, []byte(paying)) {
			t.Errorf("%s: %v of type %s", form, file, file.Type)
		}
		if shown := fmt.Sprintf("%v %+v", file, &file); strings.Contains(shown, paying) || strings.Contains(shown, "张") {
			t.Errorf("%s: the file shows what is in it: %s", form, shown)
		}
		told, err := bank.ReadReturn(bytes.NewReader(returnOf(t, bank)))
		if err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		results, err := told.Results(batch(bank), bank.AbsentMeansAccepted())
		if err != nil || results[0].Status != rail.Succeeded || results[1].Reason != rail.ReasonNameMismatch {
			t.Errorf("%s: %v, %v", form, results, err)
		}
	}
}

func returnOf(t testing.TB, bank *gateway.Bank) []byte {
	t.Helper()
	r := rail.Return{Batch: "20261012-0001", Unit: "9901001", Made: "2026-10-13", Items: []rail.ReturnItem{
		{Seq: 1, Reference: "a1-1", Account: "6200000000000000017", Holder: "张示例", Fen: 90_000, Status: rail.Succeeded},
		{Seq: 2, Reference: "a2-1", Account: "0062000000000025", Holder: "阿依·示例", Fen: 1, Status: rail.Failed, Reason: rail.ReasonNameMismatch, Code: "户名不符"},
	}}
	if l := bank.Settings.Layout; l != nil {
		if l.Name == "demo_city" {
			r.Items[1].Code = "E002"
		}
		file, err := l.WriteReturn(r)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	file, err := iso20022.WriteStatus(r, time.Date(2026, 10, 13, 9, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestStatements(t *testing.T) {
	file, err := os.ReadFile("../iso20022/testdata/camt053.xml")
	if err != nil {
		t.Fatal(err)
	}
	bank := banks(t)["demo_rural"]
	all, err := bank.ReadStatements(bytes.NewReader(file))
	if err != nil || len(all) != 1 || all[0].Closing != 5_909_950 {
		t.Errorf("%v, %v", all, err)
	}
	for name, change := range map[string]func(*gateway.Settings){
		"other_account":           func(s *gateway.Settings) { s.Debit = "990100200300401" },
		"bank_without_statements": func(s *gateway.Settings) { s.Statements = gateway.StatementsNone },
	} {
		s := settings()
		change(&s)
		other, err := gateway.New(s)
		if err != nil {
			t.Fatal(err)
		}
		_, err = other.ReadStatements(bytes.NewReader(file))
		var code string
		if refused, ok := errors.AsType[rail.Refused](err); ok {
			code = refused[0].Code
		} else if fault, ok := errors.AsType[*act.Fault](err); ok {
			code = fault.Code
		}
		if code != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A bank runs on working days: what is handed over after its last run of a
// Friday is credited on Monday morning.
func TestNextRun(t *testing.T) {
	bank := banks(t)["demo_rural"]
	weekday := func(day area.Date) bool {
		at, err := time.Parse(time.DateOnly, string(day))
		return err == nil && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
	}
	for from, want := range map[string]string{
		"2026-11-27T09:59:59+08:00": "2026-11-27T10:00:00+08:00",
		"2026-11-27T10:00:00+08:00": "2026-11-27T15:30:00+08:00", // a Friday
		"2026-11-27T15:30:00+08:00": "2026-11-30T10:00:00+08:00",
		"2026-11-29T23:00:00Z":      "2026-11-30T10:00:00+08:00",
	} {
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := bank.NextRun(at, weekday); !ok || got.Format(time.RFC3339) != want {
			t.Errorf("from %s: %s %v, want %s", from, got, ok, want)
		}
	}
	if at, ok := bank.NextRun(time.Now(), func(area.Date) bool { return false }); ok {
		t.Errorf("a bank that never works runs at %s", at)
	}
	s := settings()
	s.Runs = nil
	none, err := gateway.New(s)
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := none.NextRun(time.Now(), weekday); ok {
		t.Errorf("a bank without runs runs at %s", at)
	}
}

func TestABankShowsNoAccount(t *testing.T) {
	bank := banks(t)["demo_rural"]
	if shown := fmt.Sprintf("%v %+v %#v %s", bank, *bank, bank, gateway.Banks{bank}); strings.Contains(shown, paying) {
		t.Errorf("the account showed: %s", shown)
	}
}

// FuzzBank: whatever a bank of any form gives, is used whole or refused with
// words that repeat nothing of it; money has arrived only where it says so.
func FuzzBank(f *testing.F) {
	all := banks(f)
	forms := []string{"demo_rural", "demo_city", gateway.FormISO20022}
	for n, form := range forms {
		f.Add(n, returnOf(f, all[form]))
	}
	statement, err := os.ReadFile("../iso20022/testdata/camt053.xml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(2, statement)
	f.Fuzz(func(t *testing.T, n int, file []byte) {
		bank := all[forms[uint(n)%uint(len(forms))]]
		sent := batch(bank)
		told, err := bank.ReadReturn(bytes.NewReader(file))
		refusedWithWords(t, err)
		if err == nil {
			results, err := told.Results(sent, bank.AbsentMeansAccepted())
			refusedWithWords(t, err)
			for _, r := range results {
				if r.Status == rail.Succeeded && !bytes.Contains(file, []byte(r.Item.Reference)) && !bytes.ContainsAny(file, "&!") { // XML may write it otherwise
					t.Fatalf("%s succeeded, and the file does not name it", r.Item.Reference)
				}
			}
		}
		statements, err := bank.ReadStatements(bytes.NewReader(file))
		refusedWithWords(t, err)
		for _, s := range statements {
			if s.Account != paying || !s.Balanced() {
				t.Fatal("a statement of another account, or one that does not add up")
			}
		}
	})
}

// refusedWithWords holds an error of a reader to what it may say.
func refusedWithWords(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	refused, ok := errors.AsType[rail.Refused](err)
	if !ok || len(refused) == 0 || refused[0].What == "" || refused[0].Remedy == "" {
		t.Fatalf("refused with %v", err)
	}
	for _, private := range []string{paying, "6200000000000000017", "0062000000000025", "张示例", "阿依"} {
		if strings.Contains(err.Error(), private) {
			t.Fatal("a fault repeats what stands in the file")
		}
	}
}
