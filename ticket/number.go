package ticket

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Sequences are the six digits between the date and the Luhn digit. Blocks of
// the database come from the ordinary ones, round and round; a node that has
// neither a block nor a database counts in its part of the emergency range.
const (
	OrdinarySequences  = 900_000   // 000000–899999
	EmergencySequences = 1_000_000 // 900000–999999, a tenth for each node ordinal 0–9
)

// ErrBadNumber marks a text that is not a ticket number: a digit was misheard,
// or it never was one.
var ErrBadNumber = errors.New("not a ticket number: write all 13 digits as they were told")

// NewNumber is the number of the call whose INVITE came at at: YYMMDD in
// Shanghai, the sequence in six digits, and a Luhn digit that catches any one
// wrong digit and most swaps. A sequence outside 0–999999 is folded into it.
func NewNumber(at time.Time, sequence int) Number {
	sequence %= EmergencySequences
	if sequence < 0 {
		sequence += EmergencySequences
	}
	digits := at.In(Shanghai).Format("060102") + fmt.Sprintf("%06d", sequence)
	return Number(digits + string(luhn(digits)))
}

// ParseNumber checks length, date and Luhn digit. Blanks and hyphens, as people
// write them, are dropped. It does not know whether the ticket exists.
func ParseNumber(s string) (Number, error) {
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	if len(s) != 13 || strings.Trim(s, "0123456789") != "" {
		return "", ErrBadNumber
	}
	if _, err := time.Parse("060102", s[:6]); err != nil {
		return "", ErrBadNumber
	}
	if s[12] != luhn(s[:12]) {
		return "", ErrBadNumber
	}
	return Number(s), nil
}

// luhn is the check digit of ISO/IEC 7812-1 annex B for a payload of digits.
func luhn(digits string) byte {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}
