package configs

import (
	"io/fs"

	"example.org/hotline/relief/integrity"
)

// loadIntegrities reads the versions of the rules of the integrity file.
func (p *Policies) loadIntegrities(from fs.FS, all *faultList) {
	for _, f := range loadDated(from, "policy/integrity-*.yaml", all, func() *integrity.Rules { return new(integrity.Rules) }) {
		p.Integrity = append(p.Integrity, f.rules)
	}
}
