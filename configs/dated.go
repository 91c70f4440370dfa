package configs

import (
	"cmp"
	"io/fs"
	"slices"

	"example.org/hotline/ticket"
)

// dated is a version of rules that is in force from its day on.
type dated interface {
	Validate() error
	ticket.Dated
}

// datedFile is one version with the lines of its file.
type datedFile[T dated] struct {
	rules       T
	version     string
	from, until ticket.Date
	lines       *faultList
}

// loadDated reads the versions of a pattern and puts them in the order of their days. No two
// begin on one day, and where a version names its last day the next one begins on the day
// after.
func loadDated[T dated](from fs.FS, pattern string, all *faultList, fresh func() T) []datedFile[T] {
	var files []datedFile[T]
	loadVersions(from, pattern, all, func(file string, data []byte) (string, error) {
		f := datedFile[T]{rules: fresh()}
		f.lines = decode(file, data, f.rules)
		if len(f.lines.faults) == 0 {
			f.lines.take(f.rules.Validate())
		}
		if f.version, f.from, f.until = f.rules.Term(); f.from != "" {
			files = append(files, f)
		}
		return f.version, f.lines.err()
	})
	slices.SortStableFunc(files, func(a, b datedFile[T]) int { return cmp.Compare(a.from, b.from) })
	for i, f := range files[min(1, len(files)):] {
		all.keep(f.succeeds(files[i]))
	}
	return files
}

// succeeds says what is wrong between a version and the one before.
func (f datedFile[T]) succeeds(before datedFile[T]) error {
	eve := f.from.Before()
	switch {
	case before.from == f.from:
		return f.lines.fault("valid_from", "%s is in force from %s as well: give one of the two another day, or remove it", before.version, f.from)
	case before.until == "" || before.until == eve:
		return nil
	case before.until < eve:
		return before.lines.fault("valid_until", "leaves a gap: %s begins only on %s; write %s, or leave the key out", f.version, f.from, eve)
	default:
		return before.lines.fault("valid_until", "lies after %s, when %s begins; write %s, or leave the key out", f.from, f.version, eve)
	}
}

// startsBy reports where no version is in force on a day yet.
func (f datedFile[T]) startsBy(today ticket.Date, what string) error {
	if f.from <= today {
		return nil
	}
	return f.lines.fault("valid_from", "no %s are in force on %s: the first begin on %s; add a file with an earlier day", what, today, f.from)
}
