package configs

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.org/hotline/internal/act"
)

// Fault is one thing that is wrong in one place of one file. Its text never
// repeats a value, which may be a password.
type Fault struct {
	File   string // "hotline.yaml", or "HOTLINE_…" for a variable of the environment
	Line   int    // 0 where there is none
	Path   string // "sip.trunks[0].cidrs"
	Detail string // what is wrong and what to write instead
}

func (f *Fault) Error() string {
	at := f.File
	if f.Line > 0 {
		at = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	if f.Path == "" {
		return at + ": " + f.Detail
	}
	return at + ": " + f.Path + ": " + f.Detail
}

// faultList gathers the faults of one file.
type faultList struct {
	file   string
	lines  map[string]int // line of every path that was read
	env    map[string]string
	faults []error
}

// at adds a fault at a path.
func (l *faultList) at(path, format string, args ...any) {
	l.faults = append(l.faults, l.fault(path, format, args...))
}

// fault is what is wrong at a path, with the line of the path or of what holds it.
func (l *faultList) fault(path, format string, args ...any) *Fault {
	fault := &Fault{File: l.file, Line: l.lineOf(path), Path: path, Detail: fmt.Sprintf(format, args...)}
	if variable, ok := l.env[path]; ok {
		fault.File, fault.Line = variable, 0
	}
	return fault
}

// lineOf walks up from a path until something has a line.
func (l *faultList) lineOf(path string) int {
	for path != "" {
		if line, ok := l.lines[path]; ok {
			return line
		}
		path = parentPath(path)
	}
	return l.lines[""]
}

// parentPath cuts the last ".key" or "[index]" off.
func parentPath(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' || path[i] == '[' {
			return path[:i]
		}
	}
	return ""
}

// take gives the faults that a domain type found the place they have in the
// file: every *act.Fault within err, or err itself.
func (l *faultList) take(err error) { l.takeBelow("", err) }

// takeBelow does the same for a type that is only a part of the file, below a path.
func (l *faultList) takeBelow(path string, err error) {
	if err == nil {
		return
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			l.takeBelow(path, one)
		}
		return
	}
	if fault, ok := errors.AsType[*act.Fault](err); ok {
		l.at(strings.Trim(path+"."+fault.Field, "."), "%s", fault.Detail)
		return
	}
	l.at(path, "%s", err)
}

// err is all faults in the order of their lines, nil if there is none.
func (l *faultList) err() error {
	slices.SortStableFunc(l.faults, func(a, b error) int { return cmp.Compare(line(a), line(b)) })
	return errors.Join(l.faults...)
}

func line(err error) int {
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault.Line
	}
	return 0
}
