package rule

import (
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// StandardKind says what a standard is of.
type StandardKind string

// The kinds of standard, each an amount for one person and month unless it says otherwise.
const (
	StandardDibao      StandardKind = "dibao"           // 最低生活保障标准
	StandardTekun      StandardKind = "tekun"           // 特困人员基本生活标准
	StandardCareAble   StandardKind = "care_able"       // 照料护理标准: able to care for oneself
	StandardCarePartly StandardKind = "care_partly"     // … partly lost
	StandardCareLost   StandardKind = "care_lost"       // … fully lost
	StandardDisposable StandardKind = "disposable_year" // last year's local disposable income, for one person and year
)

// StandardKinds lists every StandardKind.
func StandardKinds() []StandardKind {
	return []StandardKind{StandardDibao, StandardTekun, StandardCareAble, StandardCarePartly, StandardCareLost, StandardDisposable}
}

// Standard is an amount that holds in an area from a day on, until a later line of the same
// kind and area.
type Standard struct {
	Kind StandardKind `yaml:"kind"`
	Area string       `yaml:"area"` // a province, city or county by the leading digits of its code; the longest that fits wins
	From ticket.Date  `yaml:"from"`
	Fen  int64        `yaml:"fen"`
}

// Standard is the amount of a kind that holds in a place on a day: of the lines that reach
// so far, the one of the narrowest area, and of those the newest.
func (v *Version) Standard(kind StandardKind, place area.Code, on ticket.Date) (Standard, error) {
	var best Standard
	for _, s := range v.Standards {
		if s.Kind != kind || s.From > on || !strings.HasPrefix(string(place), s.Area) {
			continue
		}
		if best.Kind == "" || len(s.Area) > len(best.Area) || len(s.Area) == len(best.Area) && s.From > best.From {
			best = s
		}
	}
	if best.Kind == "" {
		fault := act.Refused("no_standard", "The rules name no standard of this kind for the place on this day; ask the city to add it to the policy file.")
		fault.Args = map[string]any{"kind": kind, "area": place, "on": on, "version": v.Version}
		return Standard{}, fault
	}
	return best, nil
}

// EdgeRatio says up to how much of the dibao standard a household counts as on its edge
// (低保边缘). The law leaves it to the province (社会救助法 Art 21).
type EdgeRatio struct {
	Area    string `yaml:"area"` // leading digits; empty: everywhere
	Percent int64  `yaml:"percent"`
}

// EdgePercent is the ratio of a place, 0 where the version has none.
func (v *Version) EdgePercent(place area.Code) int64 {
	best := EdgeRatio{}
	for _, e := range v.Edge {
		if strings.HasPrefix(string(place), e.Area) && (best.Percent == 0 || len(e.Area) > len(best.Area)) {
			best = e
		}
	}
	return best.Percent
}
