// Package form is what a citizen or an office holds in the hand: the commitment, the
// public notice, the refusal, the receipt. Their texts are data, in dated versions;
// this package fills them in and writes them as PDF.
package form

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"example.org/hotline/internal/act"
)

// Kind is which form it is.
type Kind string

// The forms.
const (
	Receipt Kind = "receipt" // what a payee signs for (领取凭据)
	Refusal Kind = "refusal" // that no aid is due, why, and where to have it reviewed (不予救助告知书)

	Commitment      Kind = "commitment"       // what who applies promises (诚信承诺书)
	IntegrityNotice Kind = "integrity_notice" // what promises kept and broken bring (诚信告知书)
	IntegrityRecord Kind = "integrity_record" // which were kept and broken (守信和失信行为记录表)
	PublicNotice    Kind = "public_notice"    // what hangs on the village's board (公示), with a square code to its page
	NameConsent     Kind = "name_consent"     // that somebody may be named in the press, and in what (公开宣传同意书)
)

// fields are the places that a form may fill, by kind: what the program knows at that point.
var fields = map[Kind][]string{
	Receipt: {"number", "name", "identity", "amount", "capitals", "aid", "day", "payer", "office"},
	Refusal: {"number", "name", "reason", "day", "office"},

	Commitment:      {"number", "name", "identity", "day", "office"},
	IntegrityNotice: {"number", "name", "identity", "broken", "incentives", "sanctions", "answer_days", "appeal_days", "day", "office"},
	IntegrityRecord: {"number", "name", "identity", "kept", "broken", "day", "office"},
	PublicNotice:    {"village", "head", "people", "aid", "amount", "from", "until", "phone", "day"},
	NameConsent:     {"number", "name", "identity", "day", "office"},
}

// Kinds lists every form, in order.
func Kinds() []Kind { return slices.Sorted(maps.Keys(fields)) }

// Fields lists what a form may fill in.
func Fields(k Kind) []string { return fields[k] }

// Template is the text of one form in one version.
type Template struct {
	Title   string   `yaml:"title"`
	Body    []string `yaml:"body"`    // paragraphs, with {field} where something is filled in
	Signers []string `yaml:"signers"` // who signs, each on a line with the day
	Foot    string   `yaml:"foot"`    // small, at the end: which law, where to complain
}

// Set is every form in one version (configs/forms/*.yaml).
type Set struct {
	Version string            `yaml:"version"` // printed on each form
	Source  string            `yaml:"source"`  // where the texts come from, for those who check the file
	Forms   map[Kind]Template `yaml:"forms"`
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// Validate reports every fault of the set at once, as act.Fault with the path in the file.
func (s *Set) Validate() error {
	var faults []error
	if s.Version == "" {
		faults = append(faults, act.Invalid("version", "required", "name the version; it is printed on each form"))
	}
	for _, kind := range Kinds() {
		if _, ok := s.Forms[kind]; !ok {
			faults = append(faults, act.Invalid("forms", "missing", fmt.Sprintf("the form %s is missing: write its title and body", kind)))
		}
	}
	for kind, t := range s.Forms {
		faults = append(faults, t.faults(kind)...)
	}
	return errors.Join(faults...)
}

func (t Template) faults(kind Kind) (faults []error) {
	at := "forms." + string(kind)
	known, ok := fields[kind]
	if !ok {
		return []error{act.Invalid(at, "unknown_form", fmt.Sprintf("there is no such form; take one of %v", Kinds()))}
	}
	if t.Title == "" || len(t.Body) == 0 {
		faults = append(faults, act.Invalid(at, "required", "write a title and at least one paragraph"))
	}
	for i, text := range append(slices.Clone(t.Body), t.Foot) {
		for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(known, found[1]) {
				path := fmt.Sprintf("%s.body[%d]", at, i)
				if i == len(t.Body) {
					path = at + ".foot"
				}
				faults = append(faults, act.Invalid(path, "unknown_field", fmt.Sprintf("{%s} cannot be filled in here; take one of %v", found[1], known)))
			}
		}
	}
	return faults
}

// Document is a form that is filled in.
type Document struct {
	Template
	Version string
	Code    string // what a square code at the end says, such as the address of a page; empty for none
}

// Fill writes values into a form. A value that is missing is a mistake of the
// program: nobody is handed a form with a hole.
func (s *Set) Fill(kind Kind, values map[string]string) (Document, error) {
	t, ok := s.Forms[kind]
	if !ok {
		return Document{}, fmt.Errorf("fill in the form %s: it is not in version %s", kind, s.Version)
	}
	for _, field := range fields[kind] {
		if _, ok := values[field]; !ok {
			return Document{}, fmt.Errorf("fill in the form %s: nothing for {%s}", kind, field)
		}
	}
	fill := func(text string) string {
		return placeholder.ReplaceAllStringFunc(text, func(found string) string { return values[strings.Trim(found, "{}")] })
	}
	d := Document{Template: Template{Title: t.Title, Signers: t.Signers, Foot: fill(t.Foot)}, Version: s.Version}
	for _, paragraph := range t.Body {
		d.Body = append(d.Body, fill(paragraph))
	}
	return d, nil
}
