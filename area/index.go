package area

import (
	"strings"
	"unicode/utf8"
)

// Index finds places by name in a Tree: by characters, by pinyin and by the
// first letters of pinyin. Like the tree it does not change.
type Index struct {
	*Tree
	entries []entry // in the order of the codes
	at      map[Code]int
}

// entry is one place as the search reads it.
type entry struct {
	Division
	name []syllable
	core int // how many characters are left without the kind of place
}

// NewIndex reads every name of a tree.
func NewIndex(t *Tree) *Index {
	x := &Index{Tree: t, entries: make([]entry, 0, len(t.sorted)), at: make(map[Code]int, len(t.sorted))}
	for _, code := range t.sorted {
		d := t.places[code]
		x.at[code] = len(x.entries)
		x.entries = append(x.entries, entry{Division: d, name: syllables(d.Name), core: utf8.RuneCountInString(Core(d.Name))})
	}
	return x
}

// placeKinds are what a name may end with, the longer before what it ends with
// itself.
var placeKinds = []string{"村民委员会", "居民委员会", "街道办事处", "自治县", "村委会", "居委会", "办事处", "街道", "社区", "新村", "村", "镇", "乡", "县", "区", "市", "省"}

// Core is a name without the kind of place at its end, which callers leave out
// or get wrong. What would be left with less than two characters stays whole:
// 东区 is no 东.
func Core(name string) string {
	for _, kind := range placeKinds {
		if core, cut := strings.CutSuffix(name, kind); cut && utf8.RuneCountInString(core) >= 2 {
			return core
		}
	}
	return name
}

// heard is how far the letters of a query agree with a name.
type heard struct {
	end      int // the character after the last
	initials int // characters given by their first letter only
}

// hear reads a query of letters, or of characters and letters, along the
// syllables from one on. Every character may be given by itself, by one of its
// readings, by the first letter or letters of one, and the last of them by a
// reading that is not typed to its end.
func hear(q string, name []syllable) (best heard, ok bool) {
	const never = 1 << 10
	var a, b [maxQuery*utf8.UTFMax + 1]int
	now, next := a[:len(q)+1], b[:len(q)+1]
	for i := range now {
		now[i] = never
	}
	now[0] = 0
	for i, s := range name {
		alive := false
		for p := range next {
			next[p] = never
		}
		for p, initials := range now[:len(q)] {
			if initials == never {
				continue
			}
			for _, n := range s.steps(q[p:]) {
				if n.length == 0 {
					break
				}
				alive = true
				next[p+n.length] = min(next[p+n.length], initials+n.initials)
			}
		}
		if whole := next[len(q)]; whole < never && (!ok || whole < best.initials) {
			best, ok = heard{end: i + 1, initials: whole}, true
		}
		if !alive {
			break
		}
		now, next = next, now
	}
	return best, ok
}

// begins tells at a glance whether a query may begin with this character.
func (s *syllable) begins(q string) bool {
	if q[0] >= utf8.RuneSelf {
		r, _ := utf8.DecodeRuneInString(q)
		return r == s.char
	}
	if c := q[0]; c >= 'a' && c <= 'z' {
		return s.initials&(1<<(c-'a')) != 0
	}
	return true
}

// step is how much of a query one character takes.
type step struct{ length, initials int }

// steps lists the ways in which a query may begin with this character; those of
// length zero are none.
func (s *syllable) steps(q string) (ways [8]step) {
	n := 0
	add := func(length, initials int) {
		if n < len(ways) {
			ways[n] = step{length, initials}
			n++
		}
	}
	if !s.begins(q) {
		return ways
	}
	if q[0] >= utf8.RuneSelf {
		add(utf8.RuneLen(s.char), 0)
		return ways
	}
	initial := 0
	for _, reading := range s.readings {
		switch {
		case reading[0] != q[0]:
			continue
		case strings.HasPrefix(q, reading):
			add(len(reading), 0)
		case len(q) > 1 && strings.HasPrefix(reading, q) && q != "zh" && q != "ch" && q != "sh":
			add(len(q), 0)
		}
		initial = max(initial, 1)
		if len(q) > 1 && q[1] == 'h' && strings.HasPrefix(reading, q[:2]) {
			initial = 2
		}
	}
	if initial > 0 {
		add(1, 1)
	}
	if initial > 1 {
		add(2, 1)
	}
	return ways
}

// spell writes out the readings by which a query was heard: "shi qiao". The
// query is known to agree.
func spell(q string, name []syllable, h heard) string {
	var read func(q string, i, initials int) []string
	read = func(q string, i, initials int) []string {
		if q == "" || i == h.end {
			if q == "" && i == h.end && initials == h.initials {
				return []string{}
			}
			return nil
		}
		for _, n := range name[i].steps(q) {
			if n.length == 0 {
				break
			}
			if rest := read(q[n.length:], i+1, initials+n.initials); rest != nil {
				return append([]string{name[i].readingOf(q[:n.length])}, rest...)
			}
		}
		return nil
	}
	return strings.Join(read(q, 0, 0), " ")
}

// readingOf is the reading that begins with what was typed.
func (s *syllable) readingOf(typed string) string {
	for _, reading := range s.readings {
		if reading == typed {
			return reading
		}
	}
	for _, reading := range s.readings {
		if strings.HasPrefix(reading, typed) {
			return reading
		}
	}
	if len(s.readings) > 0 {
		return s.readings[0]
	}
	return typed
}
