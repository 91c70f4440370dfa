package flow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/hotline/ticket"
)

// spoken joins fragments as they would be heard.
func spoken(names []string) string {
	words := map[string]string{fragPause: "…", fragTwo: "两", fragHundred: "百", fragThousand: "千", fragMyriad: "万", fragYear: "年", fragMonth: "月",
		fragDay: "日", fragOClock: "点", fragMinute: "分", fragSharp: "整", fragYuan: "元", fragJiao: "角", fragFen: "分", fragNext: "下一位",
		fragAhead: "前面还有", fragCallers: "位", fragWait: "约", fragMinutes: "分钟", fragWaitLong: "超过三十分钟", fragUnderMinute: "一分钟内"}
	digits := []rune("零一二三四五六七八九十")
	var b strings.Builder
	for _, name := range names {
		switch {
		case words[name] != "":
			b.WriteString(words[name])
		case name == "digit_1":
			b.WriteString("幺")
		case name == "num_10":
			b.WriteString("十")
		default:
			b.WriteRune(digits[name[len(name)-1]-'0'])
		}
	}
	return b.String()
}

func TestNumbersAreSpokenAsPeopleSayThem(t *testing.T) {
	for n, want := range map[int64]string{0: "零", 1: "一", 2: "二", 10: "十", 11: "十一", 15: "十五", 20: "二十", 22: "二十二", 99: "九十九",
		100: "一百", 101: "一百零一", 110: "一百一十", 111: "一百一十一", 200: "二百", 305: "三百零五", 1000: "一千", 1001: "一千零一",
		1010: "一千零一十", 1100: "一千一百", 2026: "二千零二十六", 9999: "九千九百九十九", 10000: "一万", 10010: "一万零一十", 12345: "一万二千三百四十五",
		100000: "十万", 110000: "十一万", 110001: "十一万零一", 20304050: "二千零三十万四千零五十", 99999999: "九千九百九十九万九千九百九十九"} {
		if got := spoken(SayNumber(n)); got != want {
			t.Errorf("%d is spoken %s, want %s", n, got, want)
		}
	}
}

func TestTicketNumbersAreSpokenInGroups(t *testing.T) {
	if got, want := spoken(SayTicket(ticket.Number("2611250000018"))), "二六幺…幺二五…零零零…零零幺八"; got != want {
		t.Errorf("spoken %s, want %s", got, want)
	}
	if got := SayDigits("A12"); len(got) != 2 {
		t.Errorf("without groups: %v", got)
	}
}

func TestDatesTimesAndMoney(t *testing.T) {
	at := time.Date(2026, 11, 25, 6, 5, 0, 0, time.UTC) // 14:05 in Shanghai
	for got, want := range map[string]string{
		spoken(SayDate(at)):                              "十一月二十五日",
		spoken(SayFullDate(at)):                          "二零二六年十一月二十五日",
		spoken(SayTime(at)):                              "十四点零五分",
		spoken(SayTime(at.Add(-5 * time.Minute))):        "十四点整",
		spoken(SayTime(at.Add(-11*time.Hour - 35*60e9))): "两点三十分",
		spoken(SayMoney(100_000)):                        "一千元",
		spoken(SayMoney(90_050)):                         "九百元五角",
		spoken(SayMoney(1_005)):                          "十元零五分",
		spoken(SayMoney(7)):                              "七分",
		spoken(SayMoney(0)):                              "零元",
		spoken(SayPosition(0)):                           "下一位",
		spoken(SayPosition(2)):                           "前面还有两位",
		spoken(SayPosition(12)):                          "前面还有十二位",
		spoken(SayWait(-1)):                              "",
		spoken(SayWait(40 * time.Second)):                "一分钟内",
		spoken(SayWait(61 * time.Second)):                "约两分钟",
		spoken(SayWait(45 * time.Minute)):                "超过三十分钟",
	} {
		if got != want {
			t.Errorf("spoken %s, want %s", got, want)
		}
	}
}

func TestEveryFragmentThatIsSpokenIsListed(t *testing.T) {
	known := Fragments()
	for n := range int64(10_000) {
		for _, name := range append(SayNumber(n*9_999), SayMoney(n*7)...) {
			if !slices.Contains(known, name) {
				t.Fatalf("%s is missing in Fragments", name)
			}
		}
	}
}
