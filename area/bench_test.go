package area_test

import (
	"testing"

	"example.org/hotline/area"
	"example.org/hotline/test/places"
)

func wholeCity() []area.Division {
	return places.Generate(places.Counties, places.Townships, places.Villages)
}

func TestTheGeneratedCityIsAsLargeAsTheRealOne(t *testing.T) {
	tree := area.NewTree(wholeCity())
	if f := tree.Figures("990100000000", "2026-11-30"); f != (area.Figures{Cities: 1, Counties: 11, Townships: 156, Villages: 4401}) {
		t.Errorf("the city has %+v", f)
	}
	p := area.PlanDivisions(places.CSV(wholeCity()), area.Bounds{Tree: area.NewTree(nil), Today: "2026-11-30"})
	if len(p.Faults) > 0 || p.Counts.New != 4569 {
		t.Errorf("its file: %+v, %d faults", p.Counts, len(p.Faults))
	}
}

func BenchmarkIndex(b *testing.B) {
	tree := area.NewTree(wholeCity())
	for b.Loop() {
		area.NewIndex(tree)
	}
}

func BenchmarkPlan(b *testing.B) {
	csv, tree := places.CSV(wholeCity()), area.NewTree(nil)
	b.SetBytes(int64(len(csv)))
	for b.Loop() {
		area.PlanDivisions(csv, area.Bounds{Tree: tree, Today: "2026-11-30"})
	}
}

func BenchmarkSearch(b *testing.B) {
	x := area.NewIndex(area.NewTree(wholeCity()))
	for name, text := range map[string]string{"characters": "石桥", "pinyin": "shiqiao", "initials": "sqz", "letter": "s", "wrong": "石侨镇", "path": "石桥镇东坡村", "nothing": "qqqq"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				x.Search(area.Query{Text: text, Near: "990101101000", On: "2026-11-30"})
			}
		})
	}
}

func BenchmarkResolve(b *testing.B) {
	tree := area.NewTree(append(wholeCity(), area.Division{Code: "990101999000", Name: "旧镇", ValidTo: "2026-01-01", MergedInto: "990101101000"}))
	for b.Loop() {
		tree.Resolve("990101999000", "2026-11-30")
	}
}
