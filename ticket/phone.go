package ticket

import (
	"strings"
)

// Phone is a telephone number as it came in and what it was understood to be.
type Phone struct {
	Raw    string // as sent, trimmed; never more than 64 characters, no control characters
	E164   string // "+86…"; empty where withheld, local without an area code, or not a number
	Mobile bool   // a mobile number of China (1[3-9]…); such a number takes SMS
}

// maxPhone bounds what is kept of a number as sent: it is hostile text.
const maxPhone = 64

// ParsePhone understands a number as it stands in a SIP header, in a form or in
// a file: with spaces, hyphens, slashes, dots or brackets, full-width digits,
// and any of the prefixes 0, 86, 0086 and +86. It never fails: what is not
// understood keeps its Raw and has no E164. Numbering follows YD/T 1131 and the
// area codes of the fixed network: 010 and 02x with eight digits, 0xxx with
// seven or eight.
func ParsePhone(raw string) Phone {
	p := Phone{Raw: cleanText(raw)}
	digits, ok := dialString(p.Raw)
	if !ok {
		return p
	}
	switch {
	case strings.HasPrefix(digits, "+86"):
		p.E164 = chinese(digits[3:])
	case strings.HasPrefix(digits, "0086"):
		p.E164 = chinese(digits[4:])
	case strings.HasPrefix(digits, "+"):
		p.E164 = foreign(digits[1:])
	case strings.HasPrefix(digits, "00"):
		p.E164 = foreign(digits[2:])
	case mobile(digits) || strings.HasPrefix(digits, "0"):
		p.E164 = chinese(digits)
	case strings.HasPrefix(digits, "86"):
		p.E164 = chinese(digits[2:])
	}
	p.Mobile = strings.HasPrefix(p.E164, "+86") && mobile(p.E164[3:])
	return p
}

// ParseLocalPhone is ParsePhone for a trunk that delivers the telephones of its
// own town without their area code: seven or eight digits are completed with
// areaCode ("0537", as ValidAreaCode takes it). With an empty one it is ParsePhone.
func ParseLocalPhone(raw, areaCode string) Phone {
	p := ParsePhone(raw)
	if p.E164 != "" || areaCode == "" {
		return p
	}
	digits, ok := plainDigits(p.Raw)
	national := strings.TrimPrefix(areaCode, "0") + digits
	if ok && (len(digits) == 7 || len(digits) == 8) && !strings.HasPrefix(digits, "+") && landline(national) {
		p.E164 = "+86" + national
	}
	return p
}

// ValidAreaCode reports whether code is an area code of the fixed network, as
// dialled within the country: 010, 02x, or 0 with three digits from 3 on.
func ValidAreaCode(code string) bool {
	digits, ok := plainDigits(code)
	if !ok || digits != code || len(code) < 3 || code[0] != '0' {
		return false
	}
	if code == "010" || code[1] == '2' {
		return len(code) == 3
	}
	return len(code) == 4 && code[1] >= '3'
}

// chinese makes E.164 of a number of China without its country code; the trunk
// prefix 0 may be there or not. It returns "" for anything else.
func chinese(number string) string {
	national := strings.TrimPrefix(number, "0")
	switch {
	case mobile(national), landline(national), freephone(national):
		return "+86" + national
	}
	return ""
}

func mobile(n string) bool {
	return len(n) == 11 && n[0] == '1' && n[1] >= '3' && n[1] <= '9'
}

// landline takes a number with its area code, without the 0. A subscriber's
// number never begins with 0 or 1.
func landline(n string) bool {
	if len(n) < 10 {
		return false
	}
	area := 3
	if n[:2] == "10" || n[0] == '2' {
		area = 2
	}
	subscriber := n[area:]
	if subscriber[0] < '2' {
		return false
	}
	if area == 2 {
		return len(subscriber) == 8
	}
	return n[0] >= '3' && (len(subscriber) == 7 || len(subscriber) == 8)
}

func freephone(n string) bool {
	return len(n) == 10 && (strings.HasPrefix(n, "400") || strings.HasPrefix(n, "800"))
}

// foreign takes a number with another country's code: at most 15 digits (E.164
// section 6.2), none begins with 0.
func foreign(n string) string {
	if len(n) < 8 || len(n) > 15 || n[0] == '0' {
		return ""
	}
	return "+" + n
}

// dialString is plainDigits of what is long enough to name a telephone anywhere.
func dialString(s string) (string, bool) {
	digits, ok := plainDigits(s)
	return digits, ok && len(digits) >= 8 // "+" and seven digits, or eight digits
}

// plainDigits drops the separators and reports false where anything but digits
// and a leading + remains: a name, "anonymous", an extension.
func plainDigits(s string) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		case (r == '+' || r == '＋') && b.Len() == 0:
			b.WriteByte('+')
		case strings.ContainsRune(" \u00a0\u3000-‐‑–—/.()（）", r):
		default:
			return "", false
		}
	}
	return b.String(), true
}

// cleanText bounds hostile text and takes its control characters out.
func cleanText(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(s) {
		if n == maxPhone {
			break
		}
		if r < 0x20 || r >= 0x7F && r < 0xA0 || r == '\uFFFD' {
			continue
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
