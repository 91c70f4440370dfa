package ticket

import (
	"regexp"
	"strings"

	"example.org/hotline/internal/act"
)

// A mobile number, with or without +86, and an identity number (GB 11643) by its
// birth date. Ticket and voucher numbers of the same length are neither.
var (
	mobileForm   = regexp.MustCompile(`(?:^|[^0-9])(?:86)?1[3-9][0-9]{9}(?:[^0-9]|$)`)
	identityForm = regexp.MustCompile(`(?:^|[^0-9])[0-9]{6}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?:[^0-9]|$)`)
)

// PlainText refuses a text that holds an identity or mobile number where it
// goes into timeline, audit chain or notices, which are read by many and never
// changed. The numbers themselves have sealed places of their own. field names
// what was typed; the value is never repeated.
func PlainText(field, text string) error {
	narrow := strings.Map(narrowDigit, text)
	squeezed := strings.NewReplacer(" ", "", "-", "", "\u3000", "").Replace(narrow)
	for _, form := range []*regexp.Regexp{mobileForm, identityForm} {
		if form.MatchString(narrow) || form.MatchString(squeezed) {
			return act.Invalid(field, "personal_number", "Leave identity and phone numbers out of this text: it is kept where many can read it and nobody can take it back. They have fields of their own.")
		}
	}
	return nil
}

// narrowDigit writes a full-width digit, as Chinese keyboards make them, as a plain one.
func narrowDigit(r rune) rune {
	if r >= '０' && r <= '９' {
		return r - '０' + '0'
	}
	return r
}
