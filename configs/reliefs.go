package configs

import (
	"cmp"
	"io/fs"
	"slices"

	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// reliefFile is one version of amounts and limits with the lines of its file.
type reliefFile struct {
	*relief.Policy
	lines *faultList
}

// loadReliefs reads the versions of amounts and limits and puts them in the order of
// their days. No two begin on one day, and where a version names its last day the next
// one begins on the day after.
func (p *Policies) loadReliefs(from fs.FS, all *faultList) {
	var files []reliefFile
	loadVersions(from, "policy/relief-*.yaml", all, func(file string, data []byte) (string, error) {
		f := reliefFile{Policy: new(relief.Policy)}
		f.lines = decode(file, data, f.Policy)
		if len(f.lines.faults) == 0 {
			f.lines.take(f.Validate())
		}
		if f.ValidFrom != "" {
			files = append(files, f)
		}
		return f.Version, f.lines.err()
	})
	slices.SortStableFunc(files, func(a, b reliefFile) int { return cmp.Compare(a.ValidFrom, b.ValidFrom) })
	for i, f := range files {
		p.Reliefs = append(p.Reliefs, f.Policy)
		if i > 0 {
			all.keep(f.succeeds(files[i-1]))
		}
	}
	if len(files) > 0 {
		p.firstRelief = files[0].lines
	}
}

// succeeds says what is wrong between a version and the one before.
func (f reliefFile) succeeds(before reliefFile) error {
	eve := f.ValidFrom.Before()
	switch {
	case before.ValidFrom == f.ValidFrom:
		return f.lines.fault("valid_from", "%s is in force from %s as well: give one of the two another day, or remove it", before.Version, f.ValidFrom)
	case before.ValidUntil == "" || before.ValidUntil == eve:
		return nil
	case before.ValidUntil < eve:
		return before.lines.fault("valid_until", "leaves a gap: %s begins only on %s; write %s, or leave the key out", f.Version, f.ValidFrom, eve)
	default:
		return before.lines.fault("valid_until", "lies after %s, when %s begins; write %s, or leave the key out", f.ValidFrom, f.Version, eve)
	}
}

// reliefOn reports where no version of amounts and limits is in force on a day.
func (p *Policies) reliefOn(today ticket.Date) error {
	first := p.Reliefs[0]
	if first.ValidFrom <= today {
		return nil
	}
	return p.firstRelief.fault("valid_from", "no amounts and limits are in force on %s: the first begin on %s; add a file with an earlier day", today, first.ValidFrom)
}
