package form

import "strings"

// Capitals writes a sum of fen as Chinese vouchers do, so that nobody can add a
// stroke: 1,440.00 yuan is 壹仟肆佰肆拾元整 (支付结算办法, annex 1). Below zero, or above
// 999,999,999,999.99 yuan, is no sum of a form and gives "".
func Capitals(fen int64) string {
	const most = 99_999_999_999_999
	if fen < 0 || fen > most {
		return ""
	}
	yuan, jiao, rest := fen/100, fen/10%10, fen%10
	var b strings.Builder
	if yuan > 0 || fen == 0 {
		b.WriteString(capitalInteger(yuan) + "元")
	}
	switch {
	case jiao == 0 && rest == 0:
		b.WriteString("整")
	case rest == 0:
		b.WriteString(digit(jiao) + "角整")
	case jiao == 0:
		if yuan > 0 {
			b.WriteString("零")
		}
		b.WriteString(digit(rest) + "分")
	default:
		b.WriteString(digit(jiao) + "角" + digit(rest) + "分")
	}
	return b.String()
}

func digit(n int64) string { return string([]rune("零壹贰叁肆伍陆柒捌玖")[n]) }

// capitalInteger groups by ten thousands; an empty place between others is one 零.
func capitalInteger(n int64) string {
	if n == 0 {
		return "零"
	}
	var text string
	for i, unit := range []string{"", "万", "亿"} {
		group := n / pow(10_000, i) % 10_000
		if group == 0 {
			continue
		}
		part := capitalGroup(group) + unit
		if text != "" && gap(n, i) {
			part += "零"
		}
		text = part + text
	}
	return text
}

// gap reports whether what stands below a group begins with an empty place, or a whole group is empty.
func gap(n int64, group int) bool { return n%pow(10_000, group) < pow(10_000, group)/10 }

func capitalGroup(n int64) (text string) {
	for i, unit := range []string{"", "拾", "佰", "仟"} {
		d := n / pow(10, i) % 10
		switch {
		case d != 0:
			text = digit(d) + unit + text
		case text != "" && !strings.HasPrefix(text, "零"):
			text = "零" + text
		}
	}
	return strings.TrimPrefix(text, "零")
}

func pow(base int64, n int) int64 {
	p := int64(1)
	for range n {
		p *= base
	}
	return p
}
