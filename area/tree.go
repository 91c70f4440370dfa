package area

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Tree is every place that is or was, with who lies in whom. It does not change:
// a new one takes its place.
type Tree struct {
	places   map[Code]Division
	children map[Code][]Code // in the order of their codes
	sorted   []Code
}

// NewTree makes a tree. Of places with the same code the last counts. A place
// whose parent is missing is a top of the tree.
func NewTree(divisions []Division) *Tree {
	t := &Tree{places: make(map[Code]Division, len(divisions)), children: map[Code][]Code{}}
	for _, d := range divisions {
		d.ValidFrom = cmp.Or(d.ValidFrom, Founding)
		t.places[d.Code] = d
	}
	t.sorted = slices.Sorted(maps.Keys(t.places))
	for _, code := range t.sorted {
		if parent := code.Parent(); parent != "" {
			t.children[parent] = append(t.children[parent], code)
		}
	}
	return t
}

// Size is how many places there are, those that have ended among them.
func (t *Tree) Size() int { return len(t.places) }

// Get finds a place, whenever it was one.
func (t *Tree) Get(code Code) (Division, bool) {
	d, found := t.places[code]
	return d, found
}

// On finds a place that is one on a day.
func (t *Tree) On(code Code, day Date) (Division, bool) {
	d, found := t.places[code]
	return d, found && d.On(day)
}

// Children lists the places right below one on a day, by code.
func (t *Tree) Children(of Code, day Date) []Division {
	list := []Division{}
	for _, code := range t.children[of] {
		if d := t.places[code]; d.On(day) {
			list = append(list, d)
		}
	}
	return list
}

// Parents lists the places that one lies in, the widest first, as far as the
// tree knows them.
func (t *Tree) Parents(of Code) []Division {
	list := []Division{}
	for parent := of.Parent(); parent != ""; parent = parent.Parent() {
		if d, found := t.places[parent]; found {
			list = append(list, d)
		}
	}
	slices.Reverse(list)
	return list
}

// Resolve finds the place that answers for a code on a day: the place itself,
// or whoever has taken it in, however often that happened. false where nobody
// does, or where mergers run in a circle.
func (t *Tree) Resolve(code Code, day Date) (Code, bool) {
	for range len(t.places) + 1 { // longer only in a circle
		d, found := t.places[code]
		switch {
		case !found:
			return "", false
		case d.On(day):
			return code, true
		case d.MergedInto == "" || day < d.ValidFrom:
			return "", false
		}
		code = d.MergedInto
	}
	return "", false
}

// below lists a place's code and all below it, as a part of the sorted codes.
func (t *Tree) below(code Code) []Code {
	prefix := Code(code.Prefix())
	from, _ := slices.BinarySearch(t.sorted, prefix)
	to := from
	for to < len(t.sorted) && strings.HasPrefix(string(t.sorted[to]), string(prefix)) {
		to++
	}
	return t.sorted[from:to]
}

// Figures count places by level.
type Figures struct {
	Cities    int `json:"cities"`
	Counties  int `json:"counties"`
	Townships int `json:"townships"`
	Villages  int `json:"villages"`
}

// Figures counts the places at or below one on a day.
func (t *Tree) Figures(under Code, day Date) Figures {
	var f Figures
	for _, code := range t.below(under) {
		if !t.places[code].On(day) {
			continue
		}
		switch code.Level() {
		case LevelCity:
			f.Cities++
		case LevelCounty:
			f.Counties++
		case LevelTownship:
			f.Townships++
		case LevelVillage:
			f.Villages++
		case LevelProvince:
		}
	}
	return f
}
