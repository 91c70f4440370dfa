package configs

import (
	"io/fs"

	"example.org/hotline/relief/statistics"
)

// loadStages reads the versions of how long something usually stays where it stands.
func (p *Policies) loadStages(from fs.FS, all *faultList) {
	for _, f := range loadDated(from, "policy/stages-*.yaml", all, func() *statistics.StageRules { return new(statistics.StageRules) }) {
		p.Stages = append(p.Stages, f.rules)
	}
}
