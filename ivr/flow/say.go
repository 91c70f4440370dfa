package flow

import (
	"fmt"
	"time"

	"example.org/hotline/ticket"
)

// MaxNumber is the largest number that can be spoken as such.
const MaxNumber = 99_999_999

// The fragments that numbers, dates and places in a queue are put together from.
const (
	fragPause     = "pause"      // 0.3 s
	fragLongPause = "pause_long" // 0.8 s
	fragDigit     = "digit_"     // 0 to 9 as a telephone says them: 1 is yāo
	fragNum       = "num_"       // 0 to 10 as a count says them: 1 is yī
	fragTwo       = "num_two"    // 两, two of something
	fragHundred   = "num_hundred"
	fragThousand  = "num_thousand"
	fragMyriad    = "num_myriad" // 万
	fragYear      = "date_year"
	fragMonth     = "date_month"
	fragDay       = "date_day"
	fragOClock    = "time_oclock"
	fragMinute    = "time_minute"
	fragSharp     = "time_sharp"
	fragYuan      = "money_yuan"
	fragJiao      = "money_jiao"
	fragFen       = "money_fen"

	fragNext        = "position_next"    // you are next
	fragAhead       = "position_ahead"   // before you are
	fragCallers     = "position_callers" // callers
	fragWait        = "wait_about"       // the wait is about
	fragMinutes     = "wait_minutes"     // minutes
	fragWaitLong    = "wait_long"        // more than half an hour
	fragUnderMinute = "wait_under_minute"
)

// Fragments lists every prompt that the Say functions may name.
func Fragments() []string {
	names := []string{fragPause, fragLongPause, fragTwo, fragHundred, fragThousand, fragMyriad, fragYear, fragMonth, fragDay,
		fragOClock, fragMinute, fragSharp, fragYuan, fragJiao, fragFen, fragNext, fragAhead, fragCallers, fragWait, fragMinutes,
		fragWaitLong, fragUnderMinute}
	for n := range 11 {
		names = append(names, num(n))
		if n < 10 {
			names = append(names, fmt.Sprint(fragDigit, n))
		}
	}
	return names
}

func num(n int) string { return fmt.Sprint(fragNum, n) }

// SayDigits speaks digits one by one with a short pause after each group of the
// given sizes; the last size goes on for ever. What is no digit is left out.
func SayDigits(text string, groups ...int) []string {
	var names []string
	left := 0
	for _, r := range text {
		if r < '0' || r > '9' {
			continue
		}
		if left == 0 {
			if len(names) > 0 && len(groups) > 0 {
				names = append(names, fragPause)
			}
			switch {
			case len(groups) > 1:
				left, groups = groups[0], groups[1:]
			case len(groups) == 1:
				left = groups[0]
			default:
				left = len(text)
			}
		}
		left--
		names = append(names, fragDigit+string(r))
	}
	return names
}

// SayTicket speaks a ticket number to be written down: the day's six digits by
// threes, then three and four.
func SayTicket(n ticket.Number) []string { return SayDigits(string(n), 3, 3, 3, 4) }

// SayNumber speaks 0 to MaxNumber as a Mandarin cardinal, 105 as 一百零五.
func SayNumber(n int64) []string {
	n = min(max(n, 0), MaxNumber)
	high, low := int(n/10_000), int(n%10_000)
	if high == 0 {
		return below10000(low, false)
	}
	names := append(below10000(high, false), fragMyriad)
	switch {
	case low == 0:
		return names
	case low < 1000:
		names = append(names, num(0))
	}
	return append(names, below10000(low, true)...)
}

// below10000 speaks 0 to 9999. Within a larger number ten is 一十, by itself 十.
func below10000(n int, within bool) []string {
	if n <= 10 && !within {
		return []string{num(n)}
	}
	var names []string
	gap := false
	for _, place := range []struct {
		of   int
		name string
	}{{1000, fragThousand}, {100, fragHundred}, {10, num(10)}, {1, ""}} {
		digit := n / place.of % 10
		switch {
		case digit == 0:
			gap = len(names) > 0
			continue
		case gap:
			names, gap = append(names, num(0)), false
		}
		if place.of != 10 || digit != 1 || len(names) > 0 || within {
			names = append(names, num(digit))
		}
		if place.name != "" {
			names = append(names, place.name)
		}
	}
	return names
}

// SayCount speaks how many there are of something: 2 is 两.
func SayCount(n int) []string {
	if n == 2 {
		return []string{fragTwo}
	}
	return SayNumber(int64(n))
}

// SayDate speaks month and day in Shanghai.
func SayDate(at time.Time) []string {
	at = at.In(ticket.Shanghai)
	names := append(SayNumber(int64(at.Month())), fragMonth)
	return append(append(names, SayNumber(int64(at.Day()))...), fragDay)
}

// SayFullDate speaks year, digit by digit, month and day in Shanghai.
func SayFullDate(at time.Time) []string {
	var names []string
	for _, r := range at.In(ticket.Shanghai).Format("2006") {
		names = append(names, fragNum+string(r)) // a year is said with yī
	}
	return append(append(names, fragYear), SayDate(at)...)
}

// SayTime speaks the time of the day in Shanghai.
func SayTime(at time.Time) []string {
	at = at.In(ticket.Shanghai)
	names := append(SayCount(at.Hour()), fragOClock)
	switch minute := at.Minute(); {
	case minute == 0:
		return append(names, fragSharp)
	case minute < 10:
		return append(names, num(0), num(minute), fragMinute)
	default:
		return append(append(names, SayNumber(int64(minute))...), fragMinute)
	}
}

// SayMoney speaks an amount of fen in yuan, jiao and fen.
func SayMoney(fen int64) []string {
	fen = max(fen, 0)
	yuan, jiao, cent := fen/100, fen/10%10, fen%10
	var names []string
	if yuan > 0 || fen == 0 {
		names = append(SayNumber(yuan), fragYuan)
	}
	if jiao > 0 {
		names = append(names, num(int(jiao)), fragJiao)
	} else if cent > 0 && yuan > 0 {
		names = append(names, num(0))
	}
	if cent > 0 {
		names = append(names, num(int(cent)), fragFen)
	}
	return names
}

// SayPosition tells a waiting caller how many are before them: 您前面还有 N 位.
func SayPosition(ahead int) []string {
	if ahead <= 0 {
		return []string{fragNext}
	}
	return append(append([]string{fragAhead}, SayCount(ahead)...), fragCallers)
}

// SayWait tells the expected wait in whole minutes, rounded up, and says nothing
// where it is not known (negative).
func SayWait(d time.Duration) []string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	switch {
	case d < 0:
		return nil
	case minutes <= 1:
		return []string{fragUnderMinute}
	case minutes > 30:
		return []string{fragWaitLong}
	default:
		return append(append([]string{fragWait}, SayCount(minutes)...), fragMinutes)
	}
}
