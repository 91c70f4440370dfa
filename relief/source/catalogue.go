package source

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.org/hotline/internal/act"
)

// Catalogue is which data sources a city has, how each is asked and how its
// answers are read: a file of configs/catalogue.
type Catalogue struct {
	Version         string        `yaml:"version"`
	Counts          Counts        `yaml:"counts"`
	Limit           time.Duration `yaml:"limit"`            // of a whole check
	ConsentDays     int           `yaml:"consent_days"`     // how long a consent counts
	GuardianUnder   int           `yaml:"guardian_under"`   // age in years below which a guardian consents
	Tries           int           `yaml:"tries"`            // requests for one question at most
	BreakerFailures int           `yaml:"breaker_failures"` // in a row, after which a source is left alone
	BreakerRest     time.Duration `yaml:"breaker_rest"`     // for how long
	Parallel        int           `yaml:"parallel"`         // questions to one source at a time
	Differs         Differs       `yaml:"differs"`
	Departments     []Department  `yaml:"departments"`
	Sources         []Source      `yaml:"sources"`
}

// Counts are how many of each the city has agreed on; the lists must hold as many.
type Counts struct {
	Departments int `yaml:"departments"`
	Sources     int `yaml:"sources"`
}

// Differs is from where on two sums differ.
type Differs struct {
	Fen int64 `yaml:"fen"` // smaller differences are not told
}

// Department is whose data it is.
type Department struct {
	Code string `yaml:"code" json:"code"`
	Zh   string `yaml:"zh" json:"zh"`
	En   string `yaml:"en" json:"en"`
}

// Source is one data source.
type Source struct {
	Code       string        `yaml:"code"`
	Number     int           `yaml:"number"` // 1 to the count
	Department string        `yaml:"department"`
	Zh         string        `yaml:"zh"`
	En         string        `yaml:"en"`
	Kind       string        `yaml:"kind"`       // of its records: one of Kinds
	FromAge    int           `yaml:"from_age"`   // nobody younger is asked about
	FreshDays  int           `yaml:"fresh_days"` // how old its data may be, and how long its answer counts
	Timeout    time.Duration `yaml:"timeout"`    // of one question, tries included
	Request    Request       `yaml:"request"`
	Answer     AnswerForm    `yaml:"answer"`
}

// Request is what is sent: JSON with values at pointers (RFC 6901). {id_number},
// {name} and {request} stand for what is asked by; nothing else of a person leaves.
type Request struct {
	Method string            `yaml:"method"`
	Path   string            `yaml:"path"`
	Body   map[string]string `yaml:"body"`
}

// AnswerForm is how an answer is read.
type AnswerForm struct {
	OK      Means                `yaml:"ok"`      // says that the question was understood
	Empty   Means                `yaml:"empty"`   // says that there is nothing; without it an empty list does
	Echo    string               `yaml:"echo"`    // where the answer repeats the identity number; empty: nowhere
	AsOf    FieldForm            `yaml:"as_of"`   // the day that the data is of
	Records string               `yaml:"records"` // where the list, or the one record, is
	Fields  map[string]FieldForm `yaml:"fields"`  // by the names of the kind's fields
}

// Means is a place in an answer and the values of it that mean something.
type Means struct {
	At string   `yaml:"at"`
	Is []string `yaml:"is"`
}

// FieldForm is where a field is, in what form, and what its values mean.
type FieldForm struct {
	At     string            `yaml:"at"`
	Form   string            `yaml:"form"`   // of a date, a month or a sum
	Values map[string]string `yaml:"values"` // theirs to ours; "*" for any other
}

// The forms of dates, months and sums.
var (
	dateForms  = map[string]string{"YYYY-MM-DD": "2006-01-02", "YYYYMMDD": "20060102", "YYYY/MM/DD": "2006/01/02", "YYYY年MM月DD日": "2006年01月02日", "YYYY-MM-DD hh:mm:ss": "2006-01-02 15:04:05"}
	monthForms = map[string]string{"YYYY-MM": "2006-01", "YYYYMM": "200601"}
	moneyForms = map[string]int{"yuan": 2, "fen": 0, "wan": 6} // decimal places to a fen
)

// Source finds a source by its code.
func (c *Catalogue) Source(code string) (Source, bool) {
	i := slices.IndexFunc(c.Sources, func(s Source) bool { return s.Code == code })
	if i < 0 {
		return Source{}, false
	}
	return c.Sources[i], true
}

var (
	plainCode = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	pathForm  = regexp.MustCompile(`^/[0-9A-Za-z/_.~-]*$`)
	slot      = regexp.MustCompile(`\{[^}]*\}`)
)

// Check reports every fault, each an *act.Fault with its place.
func (c *Catalogue) Check() error {
	f := &faults{}
	f.that(c.Version != "", "version", "must be the file's name without .yaml")
	f.that(c.Limit >= time.Second && c.Limit <= 30*time.Second, "limit", "must lie between 1s and 30s: that is promised for all sources together")
	f.that(c.ConsentDays >= 1 && c.ConsentDays <= 366, "consent_days", "must lie between 1 and 366")
	f.that(c.GuardianUnder >= 0 && c.GuardianUnder <= 30, "guardian_under", "must lie between 0 and 30 years")
	f.that(c.Tries >= 1 && c.Tries <= 5, "tries", "must lie between 1 and 5")
	f.that(c.BreakerFailures >= 1 && c.BreakerFailures <= 100, "breaker_failures", "must lie between 1 and 100")
	f.that(c.BreakerRest >= time.Second && c.BreakerRest <= time.Hour, "breaker_rest", "must lie between 1s and 1h")
	f.that(c.Parallel >= 1 && c.Parallel <= 20, "parallel", "must lie between 1 and 20")
	f.that(c.Differs.Fen >= 0, "differs.fen", "must not be below 0")
	f.that(len(c.Departments) == c.Counts.Departments, "departments", fmt.Sprintf("holds %d, and counts.departments says %d: correct one of the two", len(c.Departments), c.Counts.Departments))
	f.that(len(c.Sources) == c.Counts.Sources, "sources", fmt.Sprintf("holds %d, and counts.sources says %d: correct one of the two", len(c.Sources), c.Counts.Sources))
	departments := map[string]int{}
	for i, d := range c.Departments {
		at := fmt.Sprintf("departments[%d]", i)
		_, twice := departments[d.Code]
		f.that(plainCode.MatchString(d.Code) && !twice, at+".code", "must be 1 to 40 of a-z, 0-9 and _, begin with a letter, and be no other department's")
		f.that(d.Zh != "" && d.En != "", at, "needs a name in zh and in en")
		departments[d.Code] = 0
	}
	codes, numbers := map[string]bool{}, map[int]bool{}
	for i, s := range c.Sources {
		at := fmt.Sprintf("sources[%d]", i)
		f.that(plainCode.MatchString(s.Code) && !codes[s.Code], at+".code", "must be 1 to 40 of a-z, 0-9 and _, begin with a letter, and be no other source's")
		f.that(s.Number >= 1 && s.Number <= c.Counts.Sources && !numbers[s.Number], at+".number", fmt.Sprintf("must lie between 1 and %d, and be no other source's", c.Counts.Sources))
		_, known := departments[s.Department]
		f.that(known, at+".department", "must be the code of one of the departments")
		departments[s.Department]++
		codes[s.Code], numbers[s.Number] = true, true
		s.check(f, at, c.Limit)
	}
	for i, d := range c.Departments {
		f.that(departments[d.Code] > 0, fmt.Sprintf("departments[%d]", i), "has no source: give it one, or leave it out")
	}
	return f.err()
}

func (s Source) check(f *faults, at string, limit time.Duration) {
	f.that(s.Zh != "" && s.En != "", at, "needs a name in zh and in en")
	f.that(s.FreshDays >= 1 && s.FreshDays <= 3660, at+".fresh_days", "must lie between 1 and 3660")
	f.that(s.FromAge >= 0 && s.FromAge <= 100, at+".from_age", "must lie between 0 and 100 years")
	f.that(s.Timeout >= 100*time.Millisecond && s.Timeout <= limit, at+".timeout", "must lie between 100ms and the limit of the whole check")
	s.Request.check(f, at+".request")
	if _, known := schema[s.Kind]; !known {
		f.that(false, at+".kind", "must be one of "+strings.Join(Kinds(), ", "))
		return
	}
	s.Answer.check(f, at+".answer", schema[s.Kind])
}

// slots are what a request may hold of a person.
var slots = []string{"{id_number}", "{name}", "{request}"}

func (r Request) check(f *faults, at string) {
	f.that(r.Method == "POST" || r.Method == "PUT", at+".method", "must be POST or PUT: what is asked by must not stand in an address") //nolint:usestdlibvars // this room reaches no network, not even for its words
	f.that(pathForm.MatchString(r.Path), at+".path", "must begin with / and hold letters, digits and / _ . ~ - alone")
	asks := false
	for _, p := range slices.Sorted(maps.Keys(r.Body)) {
		f.pointer(p, at+".body."+p)
		f.that(p != "", at+".body", "must hold pointers such as /request/id")
		for _, found := range slot.FindAllString(r.Body[p], -1) {
			f.that(slices.Contains(slots, found), at+".body."+p, "knows "+strings.Join(slots, ", ")+" alone")
			asks = asks || found == "{id_number}"
		}
	}
	f.that(asks, at+".body", "must hold {id_number}: nobody is told apart by a name alone")
	if _, err := r.Write(Question{}); err != nil {
		f.that(false, at+".body", "has two pointers of which one lies within the other: leave one out")
	}
}

func (a AnswerForm) check(f *faults, at string, fields []field) {
	f.pointer(a.OK.At, at+".ok.at")
	f.that(len(a.OK.Is) > 0, at+".ok.is", "must list the values that mean that the question was understood")
	f.pointer(a.Empty.At, at+".empty.at")
	f.that((a.Empty.At == "") == (len(a.Empty.Is) == 0), at+".empty", "needs at and is, or neither")
	f.pointer(a.Echo, at+".echo")
	f.pointer(a.AsOf.At, at+".as_of.at")
	f.that(a.AsOf.At == "" || dateForms[a.AsOf.Form] != "", at+".as_of.form", "must be one of "+strings.Join(slices.Sorted(maps.Keys(dateForms)), ", "))
	f.pointer(a.Records, at+".records")
	f.that(a.Records != "", at+".records", "must be a pointer to the list of records, such as /data/list")
	names := map[string]bool{}
	for _, one := range fields {
		names[one.name] = true
		form, given := a.Fields[one.name]
		if !given {
			f.that(!one.required, at+".fields", one.name+" is missing: every record of this kind has one")
			continue
		}
		one.check(f, at+".fields."+one.name, form)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Fields)) {
		f.that(names[name], at+".fields."+name, "is no field of this kind; known here: "+strings.Join(slices.Sorted(maps.Keys(names)), ", "))
	}
}

func (one field) check(f *faults, at string, form FieldForm) {
	f.pointer(form.At, at+".at")
	f.that(form.At != "", at+".at", "must be a pointer within the record, such as /plate")
	switch one.kind {
	case typeDate:
		f.that(dateForms[form.Form] != "", at+".form", "must be one of "+strings.Join(slices.Sorted(maps.Keys(dateForms)), ", "))
	case typeMonth:
		f.that(monthForms[form.Form] != "", at+".form", "must be one of "+strings.Join(slices.Sorted(maps.Keys(monthForms)), ", "))
	case typeMoney:
		_, known := moneyForms[form.Form]
		f.that(known, at+".form", "must be yuan, fen or wan (10,000 yuan)")
	default:
		f.that(form.Form == "", at+".form", "is for dates, months and sums alone")
	}
	for _, theirs := range slices.Sorted(maps.Keys(form.Values)) {
		ours := form.Values[theirs]
		f.that(len(one.choices) == 0 || slices.Contains(one.choices, ours), at+".values."+theirs, "must mean one of "+strings.Join(one.choices, ", "))
	}
}

// faults gathers what is wrong.
type faults struct{ all []error }

func (f *faults) that(ok bool, at, detail string) {
	if !ok {
		f.all = append(f.all, act.Invalid(at, "source_setting", detail))
	}
}

func (f *faults) pointer(p, at string) {
	f.that(p == "" || strings.HasPrefix(p, "/"), at, "must begin with /, as JSON pointers do (RFC 6901)")
}

func (f *faults) err() error { return joined(f.all) }
