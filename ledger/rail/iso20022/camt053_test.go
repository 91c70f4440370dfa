package iso20022_test

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.org/hotline/area"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/iso20022"
)

func TestAStatementIsRead(t *testing.T) {
	all, err := iso20022.ReadStatements(strings.NewReader(read(t, "camt053.xml")))
	if err != nil || len(all) != 1 {
		t.Fatalf("%d statements, %v", len(all), err)
	}
	want := rail.Statement{ID: "20261013", Account: "990100200300400", From: "2026-10-13", To: "2026-10-13", Opening: 1_000_000, Closing: 5_909_950,
		Lines: []rail.StatementLine{
			{Line: 15, Date: "2026-10-13", Fen: 5_000_000, Direction: rail.Credit, BankReference: "B-1", Text: "财政拨款"},
			{Line: 23, Date: "2026-10-13", Fen: 90_000, Direction: rail.Debit, Reference: "a1-1"},
			{Line: 24, Date: "2026-10-13", Fen: 100, Direction: rail.Debit, Reference: "a2-1"},
			{Line: 30, Date: "2026-10-13", Fen: 50, Direction: rail.Credit, Reference: "a3-1", Reversal: true, Returned: true, Reason: rail.ReasonAccountClosed, Code: "AC04"},
		}}
	if !reflect.DeepEqual(all[0], want) {
		t.Errorf("read other lines: %+v", all[0])
	}
}

func TestADebitBalance(t *testing.T) {
	file := read(t, "camt053.xml")
	overdrawn := swap(t, swap(t, swap(t, file, "<Amt Ccy=\"CNY\">10000.00</Amt><CdtDbtInd>CRDT", "<Amt Ccy=\"CNY\">60000.00</Amt><CdtDbtInd>DBIT"),
		"59099.5", "10900.5"), "10900.5</Amt><CdtDbtInd>CRDT", "10900.50</Amt><CdtDbtInd>DBIT")
	all, err := iso20022.ReadStatements(strings.NewReader(overdrawn))
	if err != nil || all[0].Opening != -6_000_000 || all[0].Closing != -1_090_050 {
		t.Errorf("%v", err)
	}
}

func TestBadStatementsByLine(t *testing.T) {
	file := read(t, "camt053.xml")
	for _, test := range []struct {
		name, file, code string
		line             int
	}{
		{"one fen off the closing balance", swap(t, file, "59099.5<", "59099.51<"), "balance_differs", 5},
		{"one fen off an entry", swap(t, file, ">50000.00<", ">50000.01<"), "sum_differs", 12},
		{"one fen off a part", swap(t, file, ">900.00<", ">900.01<"), "parts_differ", 19},
		{"a part without amount", swap(t, file, "<Amt Ccy=\"CNY\">1.00</Amt>", ""), "xml_missing", 24},
		{"an entry miscounted", swap(t, file, "<NbOfNtries>3", "<NbOfNtries>4"), "count_differs", 11},
		{"no closing balance", swap(t, file, "CLBD", "CLAV"), "balance_missing", 5},
		{"two opening balances", swap(t, file, "CLBD", "OPBD"), "balance_missing", 5},
		{"a page of several", swap(t, file, "<LastPgInd>true", "<LastPgInd>false"), "pages", 4},
		{"the second page", swap(t, file, "<PgNb>1", "<PgNb>2"), "pages", 4},
		{"not booked", swap(t, file, "<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>"), "not_booked", 15},
		{"neither way", swap(t, file, "<CdtDbtInd>DBIT", "<CdtDbtInd>BOTH"), "status_unknown", 20},
		{"dollars", swap(t, file, "Ccy=\"CNY\">0.50", "Ccy=\"USD\">0.50"), "currency", 28},
		{"an account in dollars", swap(t, file, "<Ccy>CNY", "<Ccy>USD"), "currency", 7},
		{"nothing", swap(t, file, ">0.50<", ">0.00<"), "amount_range", 28},
		{"more than a county has", swap(t, file, ">50000.00<", ">9999999999999999.99<"), "amount_range", 16},
		{"no date", swap(t, file, "<BookgDt><Dt>2026-10-13", "<BookgDt><Dt>2026-13-13"), "date_form", 16},
		{"no code of the kind", swap(t, file, "<BkTxCd><Prtry><Cd>RET</Cd></Prtry></BkTxCd>", ""), "xml_missing", 27},
		{"cut", file[:1500], "xml_broken", 24},
		{"another message", read(t, "pain002.xml"), "xml_other", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := iso20022.ReadStatements(strings.NewReader(test.file))
			refused, _ := errors.AsType[rail.Refused](err)
			if !slices.ContainsFunc(refused, func(f area.LineFault) bool { return f.Code == test.code && f.Line == test.line }) || got != nil {
				t.Errorf("%v, want %s on line %d", err, test.code, test.line)
			}
			for _, private := range []string{"990100200300400", "财政", "a3-1"} {
				if err != nil && strings.Contains(err.Error(), private) {
					t.Errorf("the error tells %q: %v", private, err)
				}
			}
		})
	}
}

// FuzzCamt053: whatever comes is refused with words, or adds up to the fen.
func FuzzCamt053(f *testing.F) {
	f.Add([]byte(read(f, "camt053.xml")))
	f.Add([]byte(read(f, "pain002.xml")))
	f.Fuzz(func(t *testing.T, file []byte) {
		all, err := iso20022.ReadStatements(bytes.NewReader(file))
		if err != nil {
			if refused, ok := errors.AsType[rail.Refused](err); !ok || len(refused) == 0 || refused[0].What == "" || all != nil {
				t.Fatalf("refused with %v, and yet %v", err, all)
			}
			return
		}
		for _, s := range all {
			if !s.Balanced() {
				t.Fatal("read, and does not add up")
			}
			for _, l := range s.Lines {
				if l.Fen <= 0 || l.Fen > rail.MostFen || l.Date == "" || l.Direction != rail.Credit && l.Direction != rail.Debit {
					t.Fatal("a line that is no movement")
				}
			}
		}
	})
}
