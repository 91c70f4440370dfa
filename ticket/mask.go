package ticket

import "strings"

// MaskPhone is all that a list or a timeline shows of a number: 138****5678 for
// a mobile number, the last four digits of any other. Empty (withheld) stays empty.
func MaskPhone(e164 string) string {
	if e164 == "" {
		return ""
	}
	national := strings.TrimPrefix(e164, "+86")
	if mobile(national) {
		return national[:3] + "****" + national[7:]
	}
	return "****" + national[max(0, len(national)-4):]
}
