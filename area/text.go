package area

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Text is any short text that is searched as names of places are: by characters, by pinyin,
// by first letters, by sound. One without characters is searched by how its words begin: two
// letters stand within too many of them.
type Text struct {
	entry entry
	words []string // of a text without characters
}

// NewText reads a text.
func NewText(s string) Text {
	plain := strings.ToLower(width.Narrow.String(s))
	if !strings.ContainsFunc(plain, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return Text{words: strings.FieldsFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })}
	}
	return Text{entry: entry{Division: Division{Name: plain}, name: syllables(plain), core: utf8.RuneCountInString(plain)}}
}

// Word is one word of a query.
type Word struct{ wanted wanted }

// Words are the words of a query, at most so many; of each the first characters count.
func Words(query string, most int) []Word {
	list := []Word{}
	for _, part := range strings.FieldsFunc(query, separates) {
		if runes := []rune(part); len(runes) > maxQuery {
			part = string(runes[:maxQuery])
		}
		if w, ok := wantedOf(part); ok && len(list) < most {
			list = append(list, Word{w})
		}
	}
	return list
}

// Score is how well the text agrees with a word, 0 the best; false where it does not.
func (t Text) Score(w Word) (score int, ok bool) {
	if t.words == nil {
		m, ok := t.entry.agree(&w.wanted)
		return m.score, ok
	}
	for _, word := range t.words {
		if word == w.wanted.text {
			return scoreExact, true
		}
		ok = ok || strings.HasPrefix(word, w.wanted.text)
	}
	return scorePrefix, ok
}

// Within reports whether the word stands in the text as it is written.
func (w Word) Within(text string) bool {
	return strings.Contains(plainPinyin(text), w.wanted.text)
}
