package rule

import (
	"regexp"
	"slices"
	"testing"
)

// Every line has its words in both languages, and both name the same arguments.
func TestEveryLineHasItsWords(t *testing.T) {
	hole := regexp.MustCompile(`\{[a-z_]+\}`)
	for code, w := range words {
		zh, en := hole.FindAllString(w.zh, -1), hole.FindAllString(w.en, -1)
		slices.Sort(zh)
		slices.Sort(en)
		if w.zh == "" || w.en == "" || !slices.Equal(zh, en) {
			t.Errorf("%s: %v and %v", code, zh, en)
		}
	}
	for _, c := range []Care{CareAble, CarePartly, CareLost} {
		if careWords[c].zh == "" || careWords[c].en == "" {
			t.Errorf("no words for %s", c)
		}
	}
}
