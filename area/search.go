package area

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Query asks for places by name.
type Query struct {
	Text   string
	Within Code // only places at or below it; empty: all
	Near   Code // places close to it come first where names agree alike
	On     Date // only places that are one on this day
	Limit  int  // zero: 20
}

// maxQuery is how many characters of a query are looked at.
const maxQuery = 32

// MatchKind says by what a name was found.
type MatchKind string

// The kinds of match, the better before the worse.
const (
	MatchCode     MatchKind = "code"     // the digits of its code
	MatchExact    MatchKind = "exact"    // the name, with or without the kind of place
	MatchPrefix   MatchKind = "prefix"   // how the name begins
	MatchPart     MatchKind = "part"     // within the name, or the name of another kind of place
	MatchPinyin   MatchKind = "pinyin"   // how the name is read
	MatchInitials MatchKind = "initials" // the first letters of how it is read
	MatchSound    MatchKind = "sound"    // other characters that sound alike
	MatchNear     MatchKind = "near"     // all but one character
)

// Match says why a place was found.
type Match struct {
	Kind    MatchKind `json:"kind" enum:"code,exact,prefix,part,pinyin,initials,sound,near"`
	From    int       `json:"from" doc:"First character of the name that agrees, from 0"`
	To      int       `json:"to" doc:"The character after the last that agrees"`
	Reading string    `json:"reading,omitempty" doc:"How the agreeing characters are read"`
	score   int
	word    string // the letters that were heard
	heard   heard
}

// Hit is a place that was found.
type Hit struct {
	Place
	Path  []string `json:"path" doc:"Names of the places it lies in, the widest first"`
	Match Match    `json:"match"`
}

// Search lists the places that a text may mean, the likeliest first: as the
// name agrees exactly, from its beginning, in part, as it is read, by first
// letters, by sound, but for one character; then those nearest to a place, and
// of these the level next to it. Several words name places within one another,
// 石桥 东坡 or shiqiao dongpo, and so does 石桥镇东坡村 in one.
func (x *Index) Search(q Query) []Hit {
	texts := readings(q.Text)
	if len(texts) == 0 {
		return []Hit{}
	}
	type found struct {
		*entry
		match  Match
		shared int
		depth  int
	}
	var all []found
	codes := x.sorted
	from := 0
	if q.Within != "" {
		codes = x.below(q.Within)
		if len(codes) > 0 {
			from = x.at[codes[0]]
		}
	}
	for i := range codes {
		e := &x.entries[from+i]
		if !e.On(q.On) {
			continue
		}
		best := Match{score: -1}
		for _, words := range texts {
			if m, ok := x.grade(e, words); ok && (best.score < 0 || m.score < best.score) {
				best = m
			}
		}
		if best.score >= 0 {
			all = append(all, found{e, best, shared(e.Code, q.Near), distance(e.Code.Level(), q.Near.Level())})
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.match.score, b.match.score), cmp.Compare(b.shared, a.shared), cmp.Compare(a.depth, b.depth), cmp.Compare(a.Code, b.Code))
	})
	hits := make([]Hit, 0, min(len(all), cmp.Or(q.Limit, 20)))
	for _, f := range all[:cap(hits)] {
		if f.match.word != "" {
			f.match.Reading = spell(f.match.word, f.name[f.match.From:], f.match.heard)
		}
		hits = append(hits, Hit{Place: PlaceOf(f.Division), Path: x.path(f.Code), Match: f.match})
	}
	return hits
}

// path names what a place lies in.
func (x *Index) path(code Code) []string {
	names := []string{}
	for _, d := range x.Parents(code) {
		names = append(names, d.Name)
	}
	return names
}

// shared is how many levels two places have in common.
func shared(a, b Code) int {
	n := 0
	for level := LevelProvince; level <= min(a.Level(), b.Level()) && a.At(level) == b.At(level); level++ {
		n++
	}
	return n
}

func distance(a, b Level) int { return max(int(a-b), int(b-a)) }

// wanted is one word of a query in the forms that are compared.
type wanted struct {
	text    string // letters small and narrow, nothing between them
	chars   []rune
	core    string     // without the kind of place; of characters only
	han     bool       // characters only
	digits  bool       // digits only
	sounded []syllable // of characters only
}

// readings are the ways to understand a text: as one name, and as names within
// one another, the widest first.
func readings(text string) [][]wanted {
	runes := []rune(text)
	if len(runes) > maxQuery {
		text = string(runes[:maxQuery])
	}
	whole, ok := wantedOf(text)
	if !ok {
		return nil
	}
	all := [][]wanted{{whole}}
	for _, parts := range [][]string{strings.FieldsFunc(text, separates), splitKinds(whole.text)} {
		if len(parts) < 2 {
			continue
		}
		words := make([]wanted, 0, len(parts))
		for _, p := range parts {
			if w, ok := wantedOf(p); ok {
				words = append(words, w)
			}
		}
		if len(words) > 1 {
			all = append(all, words)
		}
	}
	return all
}

func separates(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，、/>·", r) }

// splitKinds cuts 石桥镇东坡村 behind each kind of place.
func splitKinds(text string) []string {
	var parts []string
	from, chars := 0, 0
	for i, r := range text {
		chars++
		end := i + utf8.RuneLen(r)
		wide := strings.ContainsRune("省市县区镇乡", r) && chars > 2 && !strings.HasSuffix(text[from:end], "社区")
		if (wide || strings.HasSuffix(text[from:end], "街道")) && end < len(text) {
			parts, from, chars = append(parts, text[from:end]), end, 0
		}
	}
	return append(parts, text[from:])
}

func wantedOf(text string) (wanted, bool) {
	w := wanted{text: plainPinyin(text), han: true, digits: true}
	for _, r := range w.text {
		w.han = w.han && unicode.Is(unicode.Han, r)
		w.digits = w.digits && r >= '0' && r <= '9'
	}
	w.chars = []rune(w.text)
	if w.han {
		w.core = Core(w.text)
		w.sounded = syllables(w.text)
	}
	return w, w.text != ""
}

// The scores of the kinds of match; within a kind, whole before prefix before part.
const (
	scoreExact    = 0
	scorePrefix   = 10
	scorePart     = 20
	scoreOtherKin = 25 // the name agrees, the kind of place does not
	scorePinyin   = 30
	scoreMixed    = 35 // some characters as they are read, some by first letters
	scoreInitials = 40
	scoreSound    = 50
	scoreNear     = 60
)

// grade says how a place agrees with words: with the last itself, with those
// before it the places it lies in.
func (x *Index) grade(e *entry, words []wanted) (Match, bool) {
	last := len(words) - 1
	m, ok := e.agree(&words[last])
	if !ok {
		return m, false
	}
	for parent := e.Code.Parent(); last > 0 && parent != ""; parent = parent.Parent() {
		if i, there := x.at[parent]; there {
			if above, ok := x.entries[i].agree(&words[last-1]); ok && above.score < scoreNear {
				last--
			}
		}
	}
	return m, last == 0
}

// agree says how one place agrees with one word.
func (e *entry) agree(w *wanted) (Match, bool) {
	switch {
	case w.digits && len(w.text) >= 4 && strings.HasPrefix(string(e.Code), w.text):
		if len(w.text) < 12 && w.text != e.Code.Prefix() {
			return Match{Kind: MatchCode, score: scorePrefix}, true
		}
		return Match{Kind: MatchCode}, true
	case w.han:
		return e.agreeChars(w)
	default:
		return e.agreeLetters(w)
	}
}

// agreeChars compares characters with characters.
func (e *entry) agreeChars(w *wanted) (Match, bool) {
	n, all := len(w.chars), len(e.name)
	if at := strings.Index(e.Name, w.text); at >= 0 {
		from := utf8.RuneCountInString(e.Name[:at])
		m := Match{Kind: MatchPart, From: from, To: from + n, score: scorePart}
		switch {
		case from == 0 && (n == all || n == e.core):
			m.Kind, m.score = MatchExact, scoreExact
		case from == 0:
			m.Kind, m.score = MatchPrefix, scorePrefix
		}
		return m, true
	}
	if core := utf8.RuneCountInString(w.core); core < n && core == e.core && strings.HasPrefix(e.Name, w.core) {
		return Match{Kind: MatchPart, To: core, score: scoreOtherKin}, true
	}
	if from, ok := e.sounds(w.sounded); ok {
		return Match{Kind: MatchSound, From: from, To: from + n, score: scoreSound + place(from, n, e)}, true
	}
	if oneWrong(w.chars, e.name) || oneWrong(w.chars, e.name[:e.core]) || oneWrong([]rune(w.core), e.name[:e.core]) {
		return Match{Kind: MatchNear, To: all, score: scoreNear}, true
	}
	return Match{}, false
}

// place tells whole from prefix from part.
func place(from, n int, e *entry) int {
	switch {
	case from > 0:
		return 2
	case n == len(e.name) || n == e.core:
		return 0
	default:
		return 1
	}
}

// sounds looks for a run of characters that sound like those asked for.
func (e *entry) sounds(asked []syllable) (from int, ok bool) {
	if len(asked) < 2 {
		return 0, false
	}
	for from := 0; from+len(asked) <= len(e.name); from++ {
		if soundAlike(asked, e.name[from:]) {
			return from, true
		}
	}
	return 0, false
}

func soundAlike(asked, name []syllable) bool {
	for i := range asked {
		if asked[i].initials&name[i].initials == 0 || !slices.ContainsFunc(asked[i].readings, func(r string) bool { return slices.Contains(name[i].readings, r) }) {
			return false
		}
	}
	return true
}

// oneWrong reports whether a name of three characters or more differs from what
// was asked by one that is wrong, too many or missing.
func oneWrong(asked []rune, name []syllable) bool {
	if len(name) < 3 || len(asked) < 2 || distance(Level(len(asked)), Level(len(name))) > 1 {
		return false
	}
	i := 0
	for i < len(asked) && i < len(name) && asked[i] == name[i].char {
		i++
	}
	j := 0
	for j < len(asked)-i && j < len(name)-i && asked[len(asked)-1-j] == name[len(name)-1-j].char {
		j++
	}
	return len(asked)-i-j <= 1 && len(name)-i-j <= 1
}

// agreeLetters compares letters, or letters and characters, with how a name is read.
func (e *entry) agreeLetters(w *wanted) (Match, bool) {
	best, ok := Match{}, false
	for from := range e.name {
		if !e.name[from].begins(w.text) {
			continue
		}
		h, agrees := hear(w.text, e.name[from:])
		if !agrees || from > 0 && h.initials > 0 && len(w.text) < 2 {
			continue
		}
		m := Match{Kind: MatchPinyin, From: from, To: from + h.end, score: scorePinyin + place(from, h.end, e), word: w.text, heard: h}
		switch h.initials {
		case 0:
		case h.end:
			m.Kind, m.score = MatchInitials, m.score-scorePinyin+scoreInitials
		default:
			m.score += scoreMixed - scorePinyin
		}
		if !ok || m.score < best.score {
			best, ok = m, true
		}
	}
	return best, ok
}
