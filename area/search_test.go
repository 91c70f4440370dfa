package area

import (
	"slices"
	"strings"
	"testing"
)

// searchPlaces is a small city with names that are easily taken for one another.
func searchPlaces() *Index {
	return NewIndex(NewTree([]Division{
		{Code: "990100000000", Name: "晴川市"}, {Code: "990101000000", Name: "晴东区"}, {Code: "990102000000", Name: "乐陵县"},
		{Code: "990101101000", Name: "石桥镇"}, {Code: "990101101001", Name: "石桥社区"}, {Code: "990101101201", Name: "东坡村"},
		{Code: "990101101202", Name: "上河村"}, {Code: "990101102000", Name: "重阳街道"}, {Code: "990101102201", Name: "长安村"},
		{Code: "990101102202", Name: "西安村"}, {Code: "990101102203", Name: "县前村"}, {Code: "990101102204", Name: "吕家庄村"},
		{Code: "990101201204", Name: "高岭上村"}, {Code: "990101201000", Name: "枫林乡"}, {Code: "990101201205", Name: "石桥头村"},
		{Code: "990102101000", Name: "新石桥镇"}, {Code: "990102101201", Name: "东坡村"}, {Code: "990102101202", Name: "大石桥村"},
		{Code: "990102102000", Name: "旧石桥镇", ValidTo: "2026-01-01", MergedInto: "990102101000"},
	}))
}

func find(t *testing.T, text string, near Code) []Hit {
	t.Helper()
	return searchPlaces().Search(Query{Text: text, Near: near, On: "2026-11-30"})
}

func names(hits []Hit) (list []string) {
	for _, h := range hits {
		list = append(list, h.Name)
	}
	return list
}

func TestTheFirstHitAndWhy(t *testing.T) {
	for _, tt := range []struct {
		text, name string
		kind       MatchKind
		reading    string
	}{
		{"石桥镇", "石桥镇", MatchExact, ""}, {"石桥", "石桥镇", MatchExact, ""}, {"晴东", "晴东区", MatchExact, ""},
		{"晴", "晴东区", MatchPrefix, ""}, {"桥头", "石桥头村", MatchPart, ""}, {"石桥头镇", "石桥头村", MatchPart, ""},
		{"shiqiaozhen", "石桥镇", MatchPinyin, "shi qiao zhen"}, {"shi qiao", "石桥镇", MatchPinyin, "shi qiao"}, {"Shí Qiáo", "石桥镇", MatchPinyin, "shi qiao"},
		{"ｓｈｉｑｉａｏ", "石桥镇", MatchPinyin, "shi qiao"}, {"shiqia", "石桥镇", MatchPinyin, "shi qiao"}, {"石qiao", "石桥镇", MatchPinyin, "shi qiao"},
		{"sqz", "石桥镇", MatchInitials, "shi qiao zhen"}, {"sq", "石桥镇", MatchInitials, "shi qiao"}, {"SQZ", "石桥镇", MatchInitials, "shi qiao zhen"},
		{"shqzh", "石桥镇", MatchInitials, "shi qiao zhen"}, {"shiq", "石桥镇", MatchPinyin, "shi qiao"},
		{"chongyang", "重阳街道", MatchPinyin, "chong yang"}, {"zhongyang", "重阳街道", MatchPinyin, "zhong yang"}, {"cyjd", "重阳街道", MatchInitials, "chong yang jie dao"},
		{"laoling", "乐陵县", MatchPinyin, "lao ling"}, {"leling", "乐陵县", MatchPinyin, "le ling"}, {"changan", "长安村", MatchPinyin, "chang an"},
		{"xi'an", "西安村", MatchPinyin, "xi an"}, {"xianqian", "县前村", MatchPinyin, "xian qian"}, {"lvjiazhuang", "吕家庄村", MatchPinyin, "lv jia zhuang"},
		{"lüjia", "吕家庄村", MatchPinyin, "lv jia"},
		{"石乔", "石桥镇", MatchSound, ""}, {"高玲上村", "高岭上村", MatchSound, ""}, {"高山上村", "高岭上村", MatchNear, ""}, {"高上村", "高岭上村", MatchNear, ""},
		{"高高岭上", "高岭上村", MatchNear, ""},
		{"990101101000", "石桥镇", MatchCode, ""}, {"990101101", "石桥镇", MatchCode, ""},
		{"石桥镇东坡村", "东坡村", MatchExact, ""}, {"石桥 东坡", "东坡村", MatchExact, ""}, {"shiqiao dongpo", "东坡村", MatchPinyin, "dong po"}, {"sq dp", "东坡村", MatchInitials, "dong po"},
	} {
		hits := find(t, tt.text, "990101000000")
		if len(hits) == 0 {
			t.Errorf("%q finds nothing", tt.text)
			continue
		}
		if h := hits[0]; h.Name != tt.name || h.Match.Kind != tt.kind || h.Match.Reading != tt.reading {
			t.Errorf("%q finds %s by %s %q first, want %s by %s %q (%v)", tt.text, h.Name, h.Match.Kind, h.Match.Reading, tt.name, tt.kind, tt.reading, names(hits))
		}
	}
}

func TestHitsAreOrderedByHowTheyMatchThenByNearness(t *testing.T) {
	if got, want := names(find(t, "石桥", "990101000000")), []string{"石桥镇", "石桥社区", "石桥头村", "新石桥镇", "大石桥村"}; !slices.Equal(got, want) {
		t.Errorf("石桥 finds %v, want %v", got, want)
	}
	for near, want := range map[Code]Code{"990101101000": "990101101201", "990102101000": "990102101201", "990102000000": "990102101201"} {
		hits := find(t, "东坡", near)
		if len(hits) != 2 || hits[0].Code != want {
			t.Errorf("near %s: %v", near, hits)
		}
	}
	if h := find(t, "东坡", "990102000000")[0]; !slices.Equal(h.Path, []string{"晴川市", "乐陵县", "新石桥镇"}) || h.Level != LevelVillage || h.Parent != "990102101000" {
		t.Errorf("a hit says where it lies: %+v", h)
	}
}

func TestASearchKeepsToItsBounds(t *testing.T) {
	x := searchPlaces()
	within := x.Search(Query{Text: "石桥", Within: "990102000000", On: "2026-11-30"})
	if got, want := names(within), []string{"新石桥镇", "大石桥村"}; !slices.Equal(got, want) {
		t.Errorf("within one county: %v, want %v", got, want)
	}
	if got := names(x.Search(Query{Text: "旧石桥", On: "2026-11-30"})); slices.Contains(got, "旧石桥镇") {
		t.Errorf("a place that has ended is found: %v", got)
	}
	if got := names(x.Search(Query{Text: "旧石桥", On: "2025-12-31"})); len(got) == 0 || got[0] != "旧石桥镇" {
		t.Errorf("the day before it ended: %v", got)
	}
	if got := x.Search(Query{Text: "s", On: "2026-11-30", Limit: 3}); len(got) != 3 {
		t.Errorf("%d hits of a limit of 3", len(got))
	}
	for _, nothing := range []string{"", "  ", "、", "!?", "没有这个地方", "qqqqqqqq", strings.Repeat("长", 5000), strings.Repeat("a", 5000)} {
		if got := x.Search(Query{Text: nothing, On: "2026-11-30"}); len(got) > 0 {
			t.Errorf("%.20q finds %v", nothing, names(got))
		}
	}
	for _, short := range []string{"石X镇", "东区"} { // two wrong of three, or a kind of place that a name cannot do without
		for _, h := range x.Search(Query{Text: short, On: "2026-11-30"}) {
			if h.Match.Kind == MatchNear && h.Name == "东坡村" {
				t.Errorf("%q finds %s", short, h.Name)
			}
		}
	}
}

func TestCoreLeavesNamesStanding(t *testing.T) {
	for name, want := range map[string]string{"石桥镇": "石桥", "石桥社区": "石桥", "东区": "东区", "重阳街道": "重阳", "新村": "新村", "东新村": "东新", "大杨树村": "大杨树", "上村村委会": "上村", "晴川市": "晴川"} {
		if got := Core(name); got != want {
			t.Errorf("the core of %s is %s, want %s", name, got, want)
		}
	}
}

// Whatever is typed, a search ends and tells characters that exist.
func FuzzSearch(f *testing.F) {
	for _, s := range []string{"石桥", "sqz", "shi qiao", "石qiao", "\xff", "u:u:", "İİİİ", "990101", "石桥镇东坡村"} {
		f.Add(s)
	}
	x := searchPlaces()
	f.Fuzz(func(t *testing.T, text string) {
		for _, h := range x.Search(Query{Text: text, On: "2026-11-30"}) {
			if h.Match.From < 0 || h.Match.From > h.Match.To || h.Match.To > len([]rune(h.Name)) {
				t.Errorf("%q: %+v", text, h)
			}
		}
	})
}
