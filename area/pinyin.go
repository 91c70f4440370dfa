package area

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/width"
)

// syllable is one character of a name with all the ways to read it. A letter
// or a digit reads as itself.
type syllable struct {
	char     rune
	readings []string
	initials uint32 // bit 0 for a to bit 25 for z: how a reading may begin
}

var allReadings = func() pinyin.Args {
	a := pinyin.NewArgs()
	a.Heteronym = true // 重庆 and 重阳, 乐陵 and 乐山
	return a
}()

// ofPlaces are readings that names of places have kept and dictionaries leave out:
// 乐陵 laoling, 费县 bixian, 崖头 aitou.
var ofPlaces = map[rune]string{'乐': "lao", '费': "bi", '崖': "ai"}

// syllables reads a name.
func syllables(name string) []syllable {
	list := make([]syllable, 0, len(name)/3)
	for _, r := range name {
		s := syllable{char: r}
		if unicode.Is(unicode.Han, r) {
			for _, reading := range pinyin.SinglePinyin(r, allReadings) {
				s.add(plainPinyin(reading))
			}
			s.add(ofPlaces[r])
		} else if plain := plainPinyin(string(r)); plain != "" {
			s.add(plain)
		}
		list = append(list, s)
	}
	return list
}

func (s *syllable) add(reading string) {
	for _, known := range s.readings {
		if known == reading {
			return
		}
	}
	if reading == "" {
		return
	}
	s.readings = append(s.readings, reading)
	if c := reading[0]; c >= 'a' && c <= 'z' {
		s.initials |= 1 << (c - 'a')
	}
}

// toneless takes the tones off vowels and writes ü as keyboards do.
var toneless = strings.NewReplacer("ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ī", "i", "í", "i", "ǐ", "i", "ì", "i",
	"ō", "o", "ó", "o", "ǒ", "o", "ò", "o", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u", "ü", "v", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v", "u:", "v", "ḿ", "m", "ń", "n", "ň", "n", "ǹ", "n")

// plainPinyin brings letters into the one form that is compared: narrow, small,
// without tones, and nothing between them.
func plainPinyin(s string) string {
	s = toneless.Replace(strings.ToLower(width.Narrow.String(s)))
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
