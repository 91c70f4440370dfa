package configs

import (
	"io/fs"
	"path"
	"strings"

	"example.org/hotline/dispatch/notify"
)

// loadGateways reads the request shapes of gateways/, each named after its file.
func loadGateways(from fs.FS, all *faultList) map[string]*notify.GatewaySpec {
	specs := map[string]*notify.GatewaySpec{}
	loadVersions(from, "gateways/*.yaml", all, func(file string, data []byte) (string, error) {
		spec := new(notify.GatewaySpec)
		err := parse(file, data, spec, spec.Validate)
		name := strings.TrimSuffix(path.Base(file), ".yaml")
		specs[spec.Name] = spec
		if err == nil && spec.Name != name {
			err = &Fault{File: file, Line: 1, Path: "name", Detail: "must be the file's name without .yaml"}
		}
		return name, err
	})
	return specs
}

// loadContacts reads the versions of how people are told.
func loadContacts(from fs.FS, all *faultList) map[string]*notify.Policy {
	policies := map[string]*notify.Policy{}
	loadVersions(from, "policy/contact-*.yaml", all, func(file string, data []byte) (string, error) {
		policy := new(notify.Policy)
		err := parse(file, data, policy, policy.Validate)
		policies[policy.Version] = policy
		return policy.Version, err
	})
	return policies
}
