package rule

import "slices"

// Group is a group of people whom the city keeps in view.
type Group string

// The groups of the three tiers (DOMAIN 15–18).
const (
	GroupDibao      Group = "dibao"
	GroupTekun      Group = "tekun"
	GroupOrphan     Group = "orphan"             // 孤儿
	GroupChild      Group = "child_in_need"      // 重点困境儿童
	GroupDisability Group = "disability_subsidy" // 两项补贴
	GroupEdge       Group = "edge"               // 低保边缘家庭
	GroupAtRisk     Group = "at_risk"            // 易返贫致贫人口
	GroupHardship   Group = "hardship"           // 刚性支出困难家庭
	GroupEmergency  Group = "emergency"          // whoever met with an emergency
)

// Groups lists every Group.
func Groups() []Group {
	return []Group{GroupDibao, GroupTekun, GroupOrphan, GroupChild, GroupDisability, GroupEdge, GroupAtRisk, GroupHardship, GroupEmergency}
}

// TierRule says which groups make a tier.
type TierRule struct {
	Tier         int     `yaml:"tier"` // 1, 2 or 3
	Groups       []Group `yaml:"groups"`
	ReviewMonths int     `yaml:"review_months"` // looked at again after so many months; 0: not by plan
}

// TierOf is the tier of a group, 0 where the version puts it nowhere.
func (v *Version) TierOf(g Group) int {
	for _, t := range v.Tiers {
		if slices.Contains(t.Groups, g) {
			return t.Tier
		}
	}
	return 0
}

// ReviewMonths is after how many months a household of a tier is looked at again.
func (v *Version) ReviewMonths(tier int) int {
	for _, t := range v.Tiers {
		if t.Tier == tier {
			return t.ReviewMonths
		}
	}
	return 0
}

// tier gathers the groups of the household; the narrowest tier of any of them is its own.
func (s *sheet) tier(a *Assessment, in Inputs) {
	has := map[Group]bool{
		GroupDibao: a.Due(AidDibao).Fen > 0 || a.Dibao, GroupTekun: len(a.Tekun) > 0, GroupEdge: a.Edge, GroupHardship: a.Hardship, GroupEmergency: in.Emergency,
	}
	for _, m := range in.Members {
		for _, code := range m.Classes {
			if c, _ := s.v.class(code); c.Group != "" {
				has[c.Group] = true
			}
		}
	}
	a.Groups = []Group{}
	for _, g := range Groups() {
		if !has[g] {
			continue
		}
		a.Groups = append(a.Groups, g)
		if tier := s.v.TierOf(g); tier > 0 && (a.Tier == 0 || tier < a.Tier) {
			a.Tier = tier
		}
	}
	if a.Tier > 0 {
		s.line(LineTier, 0, "tier", number(int64(a.Tier)))
	} else {
		s.line(LineNoTier, 0)
	}
}
