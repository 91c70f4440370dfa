package configs

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"example.org/hotline/dispatch/notify"
	"example.org/hotline/ticket"
)

// Audience is who reads a notice.
type Audience string

// The audiences.
const (
	ForStaff   Audience = "staff"
	ForCitizen Audience = "citizen"
)

// Notice is the text of one kind of message, with its placeholders in braces:
// "{number}". Fields is the complete list of those a sender must fill in.
type Notice struct {
	For      Audience `yaml:"for"`
	Fields   []string `yaml:"fields"`
	Personal []string `yaml:"personal"` // those of Fields that name a person or their telephone
	Parts    int      `yaml:"parts"`    // most SMS parts the text may take; 1 if absent
	Zh       string   `yaml:"zh"`
	En       string   `yaml:"en"`
}

// Notices are the texts by template name, as ticket.Notice names it.
type Notices map[string]Notice

// Write puts values into a text of the notice, "zh" or "en" ("zh" for any
// other). A value that looks like an identity number or a mobile number, in a
// field that is not declared personal, does not go out: *** stands in its place.
func (n Notice) Write(language string, values map[string]string) notify.Text {
	t := notify.Text{Body: n.Zh, Fields: make(map[string]string, len(n.Fields)), Order: n.Fields, Most: max(n.Parts, 1)}
	if language == "en" {
		t.Body, t.Most = n.En, longerInEnglish*t.Most
	}
	filled := make([]string, 0, 2*len(n.Fields))
	for _, field := range n.Fields {
		value, ok := values[field]
		if !ok {
			t.Missing = append(t.Missing, field)
		}
		if !slices.Contains(n.Personal, field) && personalData.MatchString(value) {
			value, t.Hidden = "***", append(t.Hidden, field)
		}
		if language == "en" {
			value = ticket.InEnglish(value)
		}
		if ok {
			t.Fields[field] = value
		}
		filled = append(filled, "{"+field+"}", value)
	}
	t.Body = strings.NewReplacer(filled...).Replace(t.Body)
	t.Parts = SMSParts(t.Body)
	return t
}

// longerInEnglish is how many short messages an English text may take for each
// of the Chinese one, which says as much in half the characters.
const longerInEnglish = 3

// personalData is an identity number of 18 characters or a mobile number, with
// nothing that would make it part of a longer number.
var personalData = regexp.MustCompile(`(^|[^0-9])([1-9][0-9]{16}[0-9Xx]|(\+?86)?1[3-9][0-9]{9})([^0-9]|$)`)

// personalFields are those whose value is about a person.
var personalFields = []string{"phone", "worker", "reason"}

// SMSParts is how many short messages a text takes: 70 UCS-2 characters in one,
// 67 in each of several (3GPP TS 23.040 9.2.3.24.1: six octets of each are the
// concatenation header). A text of plain ASCII would fit more; it is counted the
// same, since the signature the gateway adds is Chinese.
func SMSParts(text string) int {
	units := len(utf16.Encode([]rune(text)))
	if units <= 70 {
		return 1
	}
	return (units + 66) / 67
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// typical stands for a field's value when a text's length is checked.
var typical = map[string]string{
	"number": "2610010000424", "code": "042424", "area": "某某某某街道某某社区", "phone": "+8619900000001", "amount": "10,000.00",
	"worker": "某某某某", "due": "10月1日 23:40", "at": "10月1日 23:40", "priority": "P1", "percent": "90", "year": "2027", "count": "500", "left": "500", "days": "7", "reason": "某某某某某某某某某某",
}

func loadNotices(from fs.FS) (Notices, error) {
	const file = "templates/notices.yaml"
	data, err := fs.ReadFile(from, file)
	if err != nil {
		return nil, &Fault{File: file, Detail: err.Error()}
	}
	all := Notices{}
	l := decode(file, data, &all)
	for name, n := range all {
		n.check(l, name)
	}
	return all, l.err()
}

func (n Notice) check(l *faultList, name string) {
	if n.For != ForStaff && n.For != ForCitizen {
		l.at(name+".for", "must be staff or citizen")
	}
	for language, text := range map[string]string{"zh": n.Zh, "en": n.En} {
		at := name + "." + language
		if text == "" {
			l.at(name, "%s is missing", language)
		}
		for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(n.Fields, found[1]) {
				l.at(at, "uses {%s}, which is not among its fields", found[1])
			}
		}
	}
	values := map[string]string{}
	for _, field := range n.Fields {
		if !strings.Contains(n.Zh, "{"+field+"}") {
			l.at(name+".fields", "%s is not used in zh: remove it, or the citizen misses it", field)
		}
		value, known := typical[field]
		if !known {
			l.at(name+".fields", "%s is an unknown field; known are %s", field, strings.Join(knownFields(), ", "))
		}
		if slices.Contains(personalFields, field) && !slices.Contains(n.Personal, field) {
			l.at(name+".fields", "%s is about a person: list it under personal too, or leave it out", field)
		}
		values[field] = value
	}
	for _, field := range n.Personal {
		if !slices.Contains(n.Fields, field) {
			l.at(name+".personal", "%s is not among the fields", field)
		}
	}
	for _, language := range []string{"zh", "en"} {
		if t := n.Write(language, values); t.Parts > t.Most {
			l.at(name+"."+language, "takes %d SMS parts with typical values, %d are allowed: shorten it or raise parts", t.Parts, t.Most)
		}
	}
}

// Sample is the notice with typical values, for whoever words it.
func (n Notice) Sample(language string) notify.Text {
	values := map[string]string{}
	for _, field := range n.Fields {
		values[field] = typical[field]
	}
	return n.Write(language, values)
}

func knownFields() []string {
	var names []string
	for name := range typical {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// String names the notice's shape in faults and logs, never its values.
func (n Notice) String() string { return fmt.Sprintf("notice for %s with fields %v", n.For, n.Fields) }
