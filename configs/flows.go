package configs

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"example.org/hotline/ivr/flow"
)

// anyNumber in a flow's numbers stands for every number that no other flow names.
const anyNumber = "*"

// Flows is the call flow of every service number.
type Flows struct {
	all    []loadedFlow
	byLine map[string]*flow.Flow
	known  map[string][sha256.Size]byte // every version this node has run, by what its file held
}

// loadedFlow is a flow with the lines of its file.
type loadedFlow struct {
	*flow.Flow
	lines  *faultList
	digest [sha256.Size]byte // of the file
}

// For returns the flow of a service number, nil if none serves it.
func (f Flows) For(number string) *flow.Flow {
	if own, ok := f.byLine[number]; ok {
		return own
	}
	return f.byLine[anyNumber]
}

// All lists the flows in the order of their files' names.
func (f Flows) All() []*flow.Flow {
	all := make([]*flow.Flow, len(f.all))
	for i, each := range f.all {
		all[i] = each.Flow
	}
	return all
}

// Prove fails with the ways on which a caller reaches neither a person nor a
// voicemail; see flow.Prove. A line runs proven flows only.
func (f Flows) Prove() error {
	var all []error
	for _, each := range f.all {
		l := &faultList{file: each.lines.file, lines: each.lines.lines}
		l.take(each.Prove())
		all = append(all, l.err())
	}
	return errors.Join(all...)
}

// LoadFlow reads one flow; file is what its faults are told by.
func LoadFlow(file string, data []byte, env flow.Environment) (*flow.Flow, error) {
	f, err := loadFlow(file, data, env)
	return f.Flow, err
}

func loadFlow(file string, data []byte, env flow.Environment) (loadedFlow, error) {
	var src flow.Source
	l := decode(file, data, &src)
	if l.isSyntax() {
		return loadedFlow{}, l.err()
	}
	misread := slices.Clone(l.faults)
	f, err := flow.New(src, env)
	l.take(err)
	l.faults = slices.DeleteFunc(l.faults, func(fault error) bool { return !slices.Contains(misread, fault) && follows(fault, misread) })
	return loadedFlow{f, l, sha256.Sum256(data)}, l.err()
}

// isSyntax reports whether the file is no YAML at all.
func (l *faultList) isSyntax() bool {
	return slices.ContainsFunc(l.faults, func(err error) bool {
		fault, ok := errors.AsType[*Fault](err)
		return ok && strings.HasPrefix(fault.Detail, "not YAML")
	})
}

// follows reports whether a fault is told of a place that could not be read
// anyway: what is missing there was only misread.
func follows(fault error, misread []error) bool {
	f, ok := errors.AsType[*Fault](fault)
	return ok && slices.ContainsFunc(misread, func(err error) bool {
		m, ok := errors.AsType[*Fault](err)
		return ok && (below(f.Path, m.Path) || below(m.Path, f.Path))
	})
}

// below reports whether a path is another or lies below it.
func below(path, other string) bool {
	rest, ok := strings.CutPrefix(path, other)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// LoadFlows reads every .yaml file in dir, or the built-in flows if dir is empty.
// The error lists every fault of every file; each is a *Fault.
func LoadFlows(dir string, env flow.Environment) (Flows, error) {
	from, err := flowFiles(dir)
	if err != nil {
		return Flows{}, err
	}
	files, err := fs.Glob(from, "*.yaml")
	if err == nil && len(files) == 0 {
		err = &Fault{File: cmp.Or(dir, "flow"), Detail: "no call flow: at least one .yaml file is needed"}
	}
	faults := []error{err}
	loaded := Flows{byLine: map[string]*flow.Flow{}, known: map[string][sha256.Size]byte{}}
	for _, file := range files {
		data, err := fs.ReadFile(from, file)
		if err != nil {
			faults = append(faults, &Fault{File: file, Detail: err.Error()})
			continue
		}
		f, err := loadFlow(file, data, env)
		if err == nil {
			err = loaded.add(file, f)
		}
		faults = append(faults, err)
	}
	return loaded, errors.Join(faults...)
}

// add refuses a flow whose version or number another file has.
func (f *Flows) add(file string, added loadedFlow) error {
	for _, other := range f.all {
		if other.Version() == added.Version() {
			return &Fault{File: file, Line: 1, Path: "version", Detail: "another file has the same version: every flow needs its own"}
		}
	}
	for i, number := range added.Numbers() {
		if _, twice := f.byLine[number]; twice {
			return &Fault{File: file, Line: 1, Path: fmt.Sprintf("numbers[%d]", i), Detail: "another file serves this number: let one of them go"}
		}
	}
	for _, number := range added.Numbers() {
		f.byLine[number] = added.Flow
	}
	f.all = append(f.all, added)
	f.known[added.Version()] = added.digest
	return nil
}

// Replacing takes over what is known of the flows before these. It fails where a
// file has changed and its version has not: calls tell their flow by its version.
func (f Flows) Replacing(old Flows) error {
	var all faultList
	for _, each := range f.all {
		if before, ok := old.known[each.Version()]; ok && before != each.digest {
			all.keep(&Fault{File: each.lines.file, Line: each.lines.lineOf("version"), Path: "version",
				Detail: "has run with other contents: give the changed flow another version"})
		}
	}
	for version, digest := range old.known {
		if _, ok := f.known[version]; !ok {
			f.known[version] = digest
		}
	}
	return all.err()
}

// Unserved lists the service numbers that no flow serves.
func (f Flows) Unserved(lines []LineConfig) (numbers []string) {
	for _, line := range lines {
		if f.For(line.Number) == nil {
			numbers = append(numbers, line.Number)
		}
	}
	return numbers
}

// flowFiles is the folder of the flows.
func flowFiles(dir string) (fs.FS, error) {
	if dir != "" {
		return os.DirFS(dir), nil
	}
	return fs.Sub(builtIn, "flow")
}
