package configs

import (
	"io/fs"

	"example.org/hotline/relief"
)

// loadReliefs reads the versions of amounts and limits of urgent aid.
func (p *Policies) loadReliefs(from fs.FS, all *faultList) {
	files := loadDated(from, "policy/relief-*.yaml", all, func() *relief.Policy { return new(relief.Policy) })
	for _, f := range files {
		p.Reliefs = append(p.Reliefs, f.rules)
	}
	if len(files) > 0 {
		p.firstRelief = files[0]
	}
}
