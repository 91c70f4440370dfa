package configs

import (
	"io/fs"

	"example.org/hotline/relief/discovery"
)

// loadDiscoveries reads the versions of how people in need are found.
func (p *Policies) loadDiscoveries(from fs.FS, all *faultList) {
	for _, f := range loadDated(from, "policy/discovery-*.yaml", all, func() *discovery.Rules { return new(discovery.Rules) }) {
		p.Discovery = append(p.Discovery, f.rules)
	}
}
