package rail

import (
	"strings"

	"example.org/hotline/ledger"
)

// MostFen bounds one line of a statement, 100 billion yuan: the county's fund is
// filled by larger sums than a payout, and no sum over a file's lines may come
// near the end of int64. A payout is bounded by ledger.MaxFen.
const MostFen = 1000 * ledger.MaxFen

// ParseFen reads a whole number of fen, digits only.
func ParseFen(text string) (int64, bool) {
	if text == "" || len(text) > 18 {
		return 0, false
	}
	var fen int64
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		fen = fen*10 + int64(c-'0')
	}
	return fen, true
}

// ParseYuan reads a decimal number of yuan exactly: 1, 1.5, 1.50 and 1.50000,
// but nothing below a fen, no sign, no separators. Nothing is rounded.
func ParseYuan(text string) (int64, bool) {
	whole, cents, point := strings.Cut(text, ".")
	if point && cents == "" || len(whole) > 16 {
		return 0, false
	}
	if len(cents) > 2 {
		if strings.Trim(cents[2:], "0") != "" {
			return 0, false
		}
		cents = cents[:2]
	}
	if whole == "" {
		return 0, false
	}
	return ParseFen(whole + cents + "00"[len(cents):])
}
