package rail

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Memo is what a payee reads on the passbook: the kind of aid and the month it
// is for, "急难救助 2026-10". Its words are few and fixed, so that no illness, no
// misfortune and no place can ever stand on a bank's line.
type Memo string

// memoWords are the words for each kind of aid.
var memoWords = map[string]string{
	"urgent":             "急难救助",
	"temporary":          "临时救助",
	"temporary_spending": "临时救助",
	"living":             "基本生活救助",
	"special":            "专项救助",
}

// NewMemo is the memo for a kind of aid in a month; a kind that has no word of
// its own is called 社会救助.
func NewMemo(aidKind string, month time.Time) Memo {
	word, ok := memoWords[aidKind]
	if !ok {
		word = otherAid
	}
	return Memo(word + " " + month.Format("2006-01"))
}

const otherAid = "社会救助"

// sound reports whether the memo could have been made by NewMemo.
func (m Memo) sound() bool {
	word, month, ok := strings.Cut(string(m), " ")
	if _, err := time.Parse("2006-01", month); err != nil || !ok {
		return false
	}
	return word == otherAid || slices.Contains(slices.Collect(maps.Values(memoWords)), word)
}
