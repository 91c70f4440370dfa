package rail

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
)

// File is what a bank is given.
type File struct {
	Batch string // public id of the batch in it
	Name  string // its file name: it names no account and nobody
	Type  string // its media type
	Body  []byte // names accounts and people: it goes to the bank and nowhere else
}

// String says how large the file is, and nothing of what is in it.
func (f File) String() string { return fmt.Sprintf("%s (%d bytes)", f.Name, len(f.Body)) }

// LogValue says the same to slog.
func (f File) LogValue() slog.Value { return slog.StringValue(f.String()) }

// FileName is how a batch's file is called: letters, digits, . _ - and {batch},
// {unit}, {date}, the day of payment as YYYYMMDD.
type FileName string

var fileName = regexp.MustCompile(`^([0-9A-Za-z_-]|\{batch\}|\{unit\}|\{date\})([0-9A-Za-z._-]|\{batch\}|\{unit\}|\{date\})*$`)

// Sound reports whether the rule gives every batch a name of its own.
func (n FileName) Sound() bool {
	return fileName.MatchString(string(n)) && strings.Contains(string(n), "{batch}")
}

// FileNameRule is what a sound rule looks like, in words.
const FileNameRule = "must hold {batch}, so that no two batches have one name, and otherwise letters, digits, . _ - and {unit}, {date}"

// Of is the name for a batch: without an account, a person or anything that
// changes when the file is made anew.
func (n FileName) Of(b Batch) string {
	return strings.NewReplacer("{batch}", b.ID, "{unit}", b.Unit, "{date}", strings.ReplaceAll(string(b.Execute), "-", "")).Replace(string(n))
}
