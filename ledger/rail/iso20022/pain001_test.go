package iso20022_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/iso20022"
)

var update = flag.Bool("update", false, "write the golden file anew")

func batch() rail.Batch {
	return rail.Batch{ID: "20261012-0001", Unit: "9901001", UnitName: "示例县民政局", DebitAccount: "990100200300400", AgentBank: "990100000017",
		Execute: "2026-10-12", Created: time.Date(2026, 10, 11, 9, 0, 0, 0, time.FixedZone("", 8*3600)), Items: []rail.Item{
			{Seq: 1, Reference: "0192f3a1b2c37d4e8f90a1b2c3d4e5f6-1", Account: "6200000000000000017", Holder: "张示例", Fen: 90_000,
				Memo: "急难救助 2026-10", IDType: rail.IDResident, IDNumber: "990101199001010010"},
			{Seq: 2, Reference: "a2-1", Account: "0062000000000025", Holder: "阿依·示例", Bank: "990100000025", Fen: 1, Memo: "临时救助 2026-10"},
			{Seq: 3, Reference: "a3-2", Account: "62000000", Holder: "𠮷例", Fen: ledger.MaxFen, Memo: "急难救助 2026-10", IDType: rail.IDOther, IDNumber: "E00000001"},
		}}
}

func TestGoldenBatch(t *testing.T) {
	got, err := iso20022.WriteBatch(batch())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/pain001.xml", got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, "pain001.xml"); want != string(got) {
		t.Errorf("the file differs:\n%s", got)
	}
}

func TestBatchesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := batch()
		b.ID = rapid.StringMatching(`[0-9A-Za-z][0-9A-Za-z-]{0,34}`).Draw(t, "id")
		b.UnitName = "县" + rapid.StringOf(rapid.SampledFrom([]rune("示例&<>\"']]>"))).Draw(t, "unit") + "局"
		b.Created = time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "created"), 0)
		for i := range b.Items {
			b.Items[i].Fen = rapid.Int64Range(1, ledger.MaxFen).Draw(t, "fen")
			b.Items[i].Account = rail.Private(rapid.StringMatching(`[0-9]{8,32}`).Draw(t, "account"))
			b.Items[i].Holder = rail.Private(rapid.StringOfN(rapid.SampledFrom([]rune("张李𠮷𡋾aZ")), 2, 70, -1).Draw(t, "holder"))
		}
		file, err := iso20022.WriteBatch(b)
		if err != nil {
			t.Fatal(err)
		}
		got, err := iso20022.ReadBatch(bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		if !got.Created.Equal(b.Created) {
			t.Fatalf("made %s, came back as %s", b.Created, got.Created)
		}
		if got.Created = b.Created; !reflect.DeepEqual(got, b) {
			t.Fatal("the batch came back otherwise")
		}
	})
}

func TestAnUnsoundBatchIsNotWritten(t *testing.T) {
	b := batch()
	b.Items[0].Fen = 0
	if got, err := iso20022.WriteBatch(b); got != nil || !errors.Is(err, act.ErrInvalid) {
		t.Errorf("%v", err)
	}
}

func TestADamagedBatchIsRefused(t *testing.T) {
	file := read(t, "pain001.xml")
	for _, test := range []struct{ from, to, code string }{
		{"<CtrlSum>100000900.01<", "<CtrlSum>100000900.02<", "sum_differs"},
		{"<NbOfTxs>3<", "<NbOfTxs>2<", "count_differs"},
		{"Ccy=\"CNY\"", "Ccy=\"USD\"", "currency"},
	} {
		_, err := iso20022.ReadBatch(strings.NewReader(swap(t, file, test.from, test.to)))
		if refused, _ := errors.AsType[rail.Refused](err); len(refused) != 1 || refused[0].Code != test.code || refused[0].Line == 0 {
			t.Errorf("%s: %v", test.code, err)
		}
	}
}

func read(t testing.TB, name string) string {
	t.Helper()
	file, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// swap replaces what must be there, once.
func swap(t *testing.T, text, from, to string) string {
	t.Helper()
	if !strings.Contains(text, from) {
		t.Fatalf("nothing to replace: %s", from)
	}
	return strings.Replace(text, from, to, 1)
}

// FuzzPain001: whatever a bank is given is read whole or refused with words; what
// is sound is written and read again the same.
func FuzzPain001(f *testing.F) {
	f.Add([]byte(read(f, "pain001.xml")))
	f.Add([]byte(read(f, "pain002.xml")))
	f.Fuzz(func(t *testing.T, file []byte) {
		b, err := iso20022.ReadBatch(bytes.NewReader(file))
		if err != nil {
			if refused, ok := errors.AsType[rail.Refused](err); !ok || len(refused) == 0 || refused[0].What == "" || !reflect.DeepEqual(b, rail.Batch{}) {
				t.Fatalf("refused with %v, and yet %v", err, b.ID)
			}
			return
		}
		if b.Validate() != nil {
			return
		}
		again, err := iso20022.WriteBatch(b)
		if err != nil {
			t.Fatalf("a sound batch was read and cannot be written: %v", err)
		}
		back, err := iso20022.ReadBatch(bytes.NewReader(again))
		if err != nil {
			t.Fatalf("written and not read: %v", err)
		}
		if back.Created.Unix() != b.Created.Unix() {
			t.Fatalf("made at %s, read as %s", b.Created, back.Created)
		}
		if back.Created = b.Created; !reflect.DeepEqual(back, b) { // only the zone may differ
			t.Fatal("written and read otherwise")
		}
	})
}
