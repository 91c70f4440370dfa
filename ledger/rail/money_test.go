package rail_test

import (
	"testing"

	"pgregory.net/rapid"

	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
)

func TestParseYuan(t *testing.T) {
	for text, want := range map[string]int64{"0.01": 1, "1": 100, "1.5": 150, "1.50": 150, "900.00": 90_000, "1.50000": 150, "0": 0,
		"9999999999999999.99": 999_999_999_999_999_999} {
		if fen, ok := rail.ParseYuan(text); !ok || fen != want {
			t.Errorf("%q = %d, %v, want %d", text, fen, ok, want)
		}
	}
	for _, text := range []string{"", ".", "1.", ".5", "-1", "+1", "1,000.00", "1.005", "1.001", "1e3", " 1", "1 ", "１", "0x10", "NaN", "1.2.3", "1._0",
		"99999999999999999.99", "1.0\x00"} {
		if fen, ok := rail.ParseYuan(text); ok {
			t.Errorf("%q was read as %d", text, fen)
		}
	}
}

func TestYuanComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(0, rail.MostFen).Draw(t, "fen")
		if got, ok := rail.ParseYuan(ledger.Yuan(fen)); !ok || got != fen {
			t.Fatalf("%d came back as %d, %v", fen, got, ok)
		}
	})
}
