package configs

import (
	"encoding/json"
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

// LoadAid reads one file of the policy of aid, wherever it lies.
func LoadAid(file string, data []byte) (*rule.Version, error) {
	v := new(rule.Version)
	return v, parse(file, data, v, v.Validate)
}

// SampleFamily is an invented household, as versions are compared by.
func SampleFamily() (rule.Inputs, error) {
	var in rule.Inputs
	data, err := builtIn.ReadFile("demo/family.json")
	if err == nil {
		err = json.Unmarshal(data, &in)
	}
	return in, err
}
