package configs

import (
	"io/fs"
	"path"
	"strings"

	"example.org/hotline/ledger/rail/layout"
)

// loadBanks reads the forms of banks' files in bank/, each named after its
// file. A city that pays in cash and goods alone needs none.
func loadBanks(from fs.FS, all *faultList) map[string]*layout.Layout {
	banks := map[string]*layout.Layout{}
	const pattern = "bank/*.yaml"
	if files, _ := fs.Glob(from, pattern); len(files) == 0 { // the pattern is sound
		return banks
	}
	loadVersions(from, pattern, all, func(file string, data []byte) (string, error) {
		l := new(layout.Layout)
		err := parse(file, data, l, l.Validate)
		name := strings.TrimSuffix(path.Base(file), ".yaml")
		banks[l.Name] = l
		if err == nil && l.Name != name {
			err = &Fault{File: file, Line: 1, Path: "name", Detail: "must be the file's name without .yaml"}
		}
		return name, err
	})
	return banks
}
