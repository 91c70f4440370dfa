// Package knowledge is what an agent reads out to somebody who asks how aid works
// (DOMAIN 0a.5): articles that are data, each in force from its day until its last, found by
// characters, pinyin and first letters. Sums and terms in an answer are not written down a
// second time: they come from the rules that are in force in the caller's place.
package knowledge

import (
	"errors"
	"fmt"
	"strings"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Topic is one file of articles.
type Topic struct {
	Topic    string    `yaml:"topic"`
	Zh       string    `yaml:"zh"`
	En       string    `yaml:"en"`
	Articles []Article `yaml:"articles"`
}

// Article is one question and its answer, in one version. Several versions share a code and
// follow one another by their days.
type Article struct {
	Code       string      `yaml:"code"`
	ValidFrom  ticket.Date `yaml:"valid_from"`
	ValidUntil ticket.Date `yaml:"valid_until"` // the last day; empty: no end is known
	Zh         Said        `yaml:"zh"`
	En         Said        `yaml:"en"`
	Tags       []string    `yaml:"tags"`   // other words that people ask with, in both languages
	Source     string      `yaml:"source"` // the article of the law, the document
}

// Said is an article in one language.
type Said struct {
	Question string `yaml:"question" json:"question"`
	Answer   string `yaml:"answer" json:"answer"`
}

// on reports whether the version is in force on a day.
func (a Article) on(day ticket.Date) bool {
	return a.ValidFrom <= day && (a.ValidUntil == "" || day <= a.ValidUntil)
}

// Validate reports every fault of the file at once, joined, each with its path.
func (t *Topic) Validate() error {
	var faults []error
	check := func(ok bool, path, format string, args ...any) {
		if !ok {
			faults = append(faults, act.Invalid(path, "out_of_range", fmt.Sprintf(format, args...)))
		}
	}
	check(t.Topic != "", "topic", "name the topic; it is the file's name without .yaml")
	check(t.Zh != "" && t.En != "", "topic", "needs its words: zh and en")
	check(len(t.Articles) > 0, "articles", "write at least one article")
	for i, a := range t.Articles {
		at := fmt.Sprintf("articles[%d]", i)
		check(a.Code != "" && strings.Trim(a.Code, "abcdefghijklmnopqrstuvwxyz0123456789_") == "", at+".code", "needs a code of small letters, digits and _")
		check(a.ValidFrom != "", at+".valid_from", "give the first day on which the answer is right, as 2026-07-01")
		check(a.ValidUntil == "" || a.ValidUntil >= a.ValidFrom, at+".valid_until", "must not lie before valid_from")
		for lang, s := range map[string]Said{"zh": a.Zh, "en": a.En} {
			check(s.Question != "" && s.Answer != "", at+"."+lang, "needs a question and an answer")
			for _, name := range holes(s.Question + s.Answer) {
				check(facts[name] != nil, at+"."+lang, "knows no {%s}; known are %s", name, factNames())
			}
		}
		check(len(a.Tags) > 0, at+".tags", "name at least one other word that people ask with")
		check(a.Source != "", at+".source", "name what the answer rests on")
		for j, other := range t.Articles[:i] {
			apart := a.ValidFrom > other.ValidUntil && other.ValidUntil != "" || a.ValidUntil < other.ValidFrom && a.ValidUntil != ""
			check(other.Code != a.Code || apart, at+".valid_from", "articles[%d] has the same code and is in force on a day of this one: end it on the day before, or give this one another code", j)
		}
	}
	return errors.Join(faults...)
}
