package rule

import (
	"strconv"

	"example.org/hotline/ledger"
)

// divide rounds half up to the fen; both are not below 0.
func divide(sum, by int64) int64 { return (sum + by/2) / by }

// percentOf rounds half up to the fen; fen is not below 0.
func percentOf(fen, percent int64) int64 { return divide(fen*percent, 100) }

// orHundred reads a share that was left out.
func orHundred(percent int64) int64 {
	if percent == 0 {
		return 100
	}
	return percent
}

func yuan(fen int64) string { return ledger.Yuan(fen) }

func number(n int64) string { return strconv.FormatInt(n, 10) }
