package layout_test

import (
	"bytes"
	"fmt"
	"testing"

	"example.org/hotline/ledger/rail"
)

// BenchmarkLargestReturn reads the return of the largest batch there is.
func BenchmarkLargestReturn(b *testing.B) {
	r := rail.Return{Batch: "20261012-0001", Unit: "9901001", Made: "2026-10-13"}
	for n := range rail.MostItems {
		r.Items = append(r.Items, rail.ReturnItem{Seq: n + 1, Reference: fmt.Sprintf("0192f3a1b2c37d4e8f90a1b2%08d-1", n), Account: "6200000000000000017", Holder: "张示例",
			Fen: 90_000, Status: rail.Failed, Text: "户名不符"})
	}
	for name, l := range banks(b) {
		b.Run(name, func(b *testing.B) {
			file, err := l.WriteReturn(r)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				if _, err := l.ReadReturn(bytes.NewReader(file)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
