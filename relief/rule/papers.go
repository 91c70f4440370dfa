package rule

import "slices"

// Paper is a paper that an application for some aids rests on, and what makes it unnecessary
// (DOMAIN 46, 社会救助法 Art 62).
type Paper struct {
	Code    string   `yaml:"code" json:"code"`
	Zh      string   `yaml:"zh" json:"zh"`
	En      string   `yaml:"en" json:"en"`
	Aids    []string `yaml:"aids" json:"aids"`
	Classes []string `yaml:"classes" json:"classes,omitempty"` // asked for only where a member is of one of these; empty: always
	Sources []string `yaml:"sources" json:"sources,omitempty"` // data sources that prove the same, by code
	OnFile  bool     `yaml:"on_file" json:"on_file"`           // not asked for again while an earlier one is on file
	Online  bool     `yaml:"online" json:"online"`             // a form that may be filled on a screen: no paper then
}

// Known is what is known of a case when papers are asked for.
type Known struct {
	Classes []string // of any member
	Failed  []string // sources that were asked and gave no answer
	OnFile  []string // papers of the household that are on file, by code
	Filled  []string // forms that were filled on a screen, by code
}

// Because says why a paper need not be brought.
type Because string

// The reasons.
const (
	BecauseSource Because = "source" // a data source proves it, or is being asked
	BecauseOnFile Because = "on_file"
	BecauseFilled Because = "filled" // filled on a screen
)

// PaperNeed is a paper and whether it may be asked for.
type PaperNeed struct {
	Code    string  `json:"code"`
	Zh      string  `json:"zh"`
	En      string  `json:"en"`
	Needed  bool    `json:"needed" doc:"It may be asked for"`
	Because Because `json:"because,omitempty" enum:"source,on_file,filled" doc:"Why it is not needed"`
	Source  string  `json:"source,omitempty" doc:"The data source that proves it"`
}

// Papers lists what an application for an aid rests on. What a data source covers is not
// asked for while one of its sources can still answer, only once all of them failed: a
// source that was not heard is no reason to send a citizen for a paper.
func (v *Version) Papers(aid string, known Known) []PaperNeed {
	list := []PaperNeed{}
	for _, p := range v.PaperKinds {
		if slices.Contains(p.Aids, aid) && p.concerns(known.Classes) {
			list = append(list, p.need(known))
		}
	}
	return list
}

// MayAsk says whether a paper may be asked for, for an aid; false too where the aid knows no
// such paper.
func (v *Version) MayAsk(aid, paper string, known Known) (PaperNeed, bool) {
	for _, n := range v.Papers(aid, known) {
		if n.Code == paper {
			return n, n.Needed
		}
	}
	return PaperNeed{Code: paper}, false
}

func (p Paper) concerns(classes []string) bool {
	return len(p.Classes) == 0 || slices.ContainsFunc(p.Classes, func(c string) bool { return slices.Contains(classes, c) })
}

func (p Paper) need(known Known) PaperNeed {
	n := PaperNeed{Code: p.Code, Zh: p.Zh, En: p.En}
	for _, source := range p.Sources {
		if !slices.Contains(known.Failed, source) {
			n.Because, n.Source = BecauseSource, source
			return n
		}
	}
	switch {
	case p.OnFile && slices.Contains(known.OnFile, p.Code):
		n.Because = BecauseOnFile
	case p.Online && slices.Contains(known.Filled, p.Code):
		n.Because = BecauseFilled
	default:
		n.Needed = true
	}
	return n
}
