package configs

import (
	"io/fs"

	"example.org/hotline/relief/rule"
)

// loadAids reads the versions of the policy of aid.
func (p *Policies) loadAids(from fs.FS, all *faultList) {
	files := loadDated(from, "policy/aid-*.yaml", all, func() *rule.Version { return new(rule.Version) })
	for _, f := range files {
		p.Aids = append(p.Aids, f.rules)
	}
	if len(files) > 0 {
		p.firstAid = files[0]
	}
}
