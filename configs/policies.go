package configs

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/ledger/rail/layout"
	"example.org/hotline/relief"
	"example.org/hotline/relief/care"
	"example.org/hotline/relief/discovery"
	"example.org/hotline/relief/form"
	"example.org/hotline/relief/integrity"
	"example.org/hotline/relief/knowledge"
	"example.org/hotline/relief/referral"
	"example.org/hotline/relief/rule"
	"example.org/hotline/relief/source"
	"example.org/hotline/relief/statistics"
	"example.org/hotline/ticket"
)

//go:embed knowledge policy calendar catalogue templates gateways bank demo prompts flow
var builtIn embed.FS

// Policies is every rule that is data, by version. It is loaded once and never
// changed.
type Policies struct {
	Ladders   map[string]*dispatch.Policy
	Reliefs   relief.Versions     // by their days
	Aids      rule.Versions       // likewise
	Referrals referral.Catalogues // likewise
	Care      care.Catalogues     // likewise
	Calendar  ticket.Calendar
	Notices   Notices
	Contacts  map[string]*notify.Policy
	Gateways  map[string]*notify.GatewaySpec
	Banks     map[string]*layout.Layout
	Forms     *form.Set         // what is printed
	Sources   *source.Catalogue // that are asked about households

	Integrity integrity.Versions
	Discovery discovery.Versions
	Stages    statistics.StageVersions // how long is usual
	Knowledge *knowledge.Index         // what agents look things up in

	firstRelief    datedFile[*relief.Policy]
	firstAid       datedFile[*rule.Version]
	firstCatalogue datedFile[*referral.Catalogue]
	firstCare      datedFile[*care.Catalogue]
}

// LoadPolicies reads policy/, knowledge/, calendar/, catalogue/, templates/, gateways/ and bank/ below dir, or the built-in
// ones if dir is empty. The error lists every fault of every file.
func LoadPolicies(dir string) (*Policies, error) {
	var from fs.FS = builtIn
	if dir != "" {
		from = os.DirFS(dir)
	}
	p := &Policies{Ladders: map[string]*dispatch.Policy{}}
	var all faultList
	loadVersions(from, "policy/ladder-*.yaml", &all, func(file string, data []byte) (string, error) {
		policy := new(dispatch.Policy)
		err := parse(file, data, policy, policy.Validate)
		p.Ladders[policy.Version] = policy
		return policy.Version, err
	})
	p.loadReliefs(from, &all)
	p.loadAids(from, &all)
	p.loadIntegrities(from, &all)
	p.loadDiscoveries(from, &all)
	p.loadStages(from, &all)
	p.Knowledge = loadKnowledge(from, &all)
	p.loadReferrals(from, &all)
	p.loadCare(from, &all)
	var err error
	p.Calendar, err = loadCalendar(from)
	all.keep(err)
	p.Notices, err = loadNotices(from)
	all.keep(err)
	p.Forms, err = loadForms(from)
	all.keep(err)
	p.Contacts, p.Gateways = loadContacts(from, &all), loadGateways(from, &all)
	p.Banks = loadBanks(from, &all)
	p.Sources = loadSources(from, &all)
	p.checkPaperSources(&all)
	if err := all.err(); err != nil {
		return nil, err
	}
	return p, nil
}

// Pick returns the ladder that hotline.yaml names for new tickets, and asks that amounts
// and limits are in force on a day.
func (p *Policies) Pick(names PolicyConfig, today ticket.Date) (*dispatch.Policy, error) {
	l := &faultList{file: "hotline.yaml"}
	ladder, ok := p.Ladders[names.Ladder]
	if !ok {
		l.at("policy.ladder", "no file policy/%s.yaml was loaded", names.Ladder)
	}
	l.keep(p.firstRelief.startsBy(today, "amounts and limits"))
	l.keep(p.firstAid.startsBy(today, "rules of aid"))
	l.keep(p.firstCatalogue.startsBy(today, "departments and items to refer to"))
	l.keep(p.firstCare.startsBy(today, "reasons to look again and services of a station"))
	return ladder, l.err()
}

// CheckSkills reports the skills that a ladder asks for and the line does not know.
func (p *Policies) CheckSkills(known area.KnownSkills) error {
	var all faultList
	for _, version := range slices.Sorted(maps.Keys(p.Ladders)) {
		l := &faultList{file: "policy/" + version + ".yaml"}
		for cause, wants := range p.Ladders[version].Skills {
			for skill := range wants {
				if known[skill] != skill {
					l.at("skills."+string(cause), "queues.yaml knows no skill %s", skill)
				}
			}
		}
		all.keep(l.err())
	}
	return all.err()
}

// Telling returns how people are told, and the shape of the SMS gateway, that hotline.yaml names.
func (p *Policies) Telling(names PolicyConfig, gateway string) (*notify.Policy, *notify.GatewaySpec, error) {
	l := &faultList{file: "hotline.yaml"}
	contact, ok := p.Contacts[names.Contact]
	if !ok {
		l.at("policy.contact", "no file policy/%s.yaml was loaded", names.Contact)
	}
	spec, ok := p.Gateways[gateway]
	if !ok {
		l.at("sms.gateway", "no file gateways/%s.yaml was loaded", gateway)
	}
	return contact, spec, l.err()
}

// keep takes over the faults of another file as they are.
func (l *faultList) keep(err error) {
	if err != nil {
		l.faults = append(l.faults, err)
	}
}

// parse decodes a file and, if it could be read, has its type check it.
func parse(file string, data []byte, into any, validate func() error) error {
	l := decode(file, data, into)
	if len(l.faults) == 0 {
		l.take(validate())
	}
	return l.err()
}

// loadVersions reads the files of a pattern, each named after its version.
func loadVersions(from fs.FS, pattern string, all *faultList, load func(file string, data []byte) (version string, err error)) {
	files, err := fs.Glob(from, pattern)
	if err == nil && len(files) == 0 {
		err = &Fault{File: pattern, Detail: "no file matches: at least one version is needed"}
	}
	all.keep(err)
	for _, file := range files {
		data, err := fs.ReadFile(from, file)
		if err != nil {
			all.keep(&Fault{File: file, Detail: err.Error()})
			continue
		}
		version, err := load(file, data)
		if err == nil && version != strings.TrimSuffix(path.Base(file), ".yaml") {
			err = &Fault{File: file, Line: 1, Path: "version", Detail: "must be the file's name without .yaml"}
		}
		all.keep(err)
	}
}

// calendarYear is one file of calendar/.
type calendarYear struct {
	Year     int       `yaml:"year"`
	Source   string    `yaml:"source"`
	Holidays []holiday `yaml:"holidays"`
}

// holiday is days off in a row, and the weekend days worked for them.
type holiday struct {
	Name   string        `yaml:"name"`
	From   ticket.Date   `yaml:"from"`
	To     ticket.Date   `yaml:"to"`
	MakeUp []ticket.Date `yaml:"make_up"`
}

// officeHours is calendar/office.yaml.
type officeHours struct {
	Opens  time.Duration `yaml:"opens"`
	Closes time.Duration `yaml:"closes"`
}

func loadCalendar(from fs.FS) (ticket.Calendar, error) {
	var all faultList
	cal := ticket.Calendar{Version: "calendar", Years: map[int]bool{}, Special: map[ticket.Date]ticket.Day{}}
	files, _ := fs.Glob(from, "calendar/[0-9][0-9][0-9][0-9].yaml") // the pattern is sound
	if len(files) == 0 {
		all.keep(&Fault{File: "calendar/YYYY.yaml", Detail: "no year: working days could not be counted"})
	}
	for _, file := range files {
		data, err := fs.ReadFile(from, file)
		all.keep(err)
		all.keep(addYear(&cal, file, data))
	}
	data, err := fs.ReadFile(from, "calendar/office.yaml")
	all.keep(err)
	var hours officeHours
	l := decode("calendar/office.yaml", data, &hours)
	cal.Opens, cal.Closes = hours.Opens, hours.Closes
	if len(all.faults)+len(l.faults) == 0 {
		for _, fault := range cal.Faults() {
			l.take(fault)
		}
	}
	all.keep(l.err())
	return cal, all.err()
}

// addYear puts one year's file into the calendar.
func addYear(cal *ticket.Calendar, file string, data []byte) error {
	var year calendarYear
	l := decode(file, data, &year)
	if base := strings.TrimSuffix(path.Base(file), ".yaml"); fmt.Sprint(year.Year) != base {
		l.at("year", "must be %s, as the file's name says", base)
	}
	cal.Years[year.Year] = true
	cal.Version += "-" + fmt.Sprint(year.Year)
	add := func(path string, day ticket.Day) {
		if !strings.HasPrefix(string(day.Date), fmt.Sprint(year.Year)) {
			l.at(path, "lies outside the year: put it into the other year's file")
		} else if _, twice := cal.Special[day.Date]; twice {
			l.at(path, "is already a holiday or a make-up day")
		}
		cal.Special[day.Date] = day
	}
	for i, h := range year.Holidays {
		at := fmt.Sprintf("holidays[%d]", i)
		if h.From == "" || h.To < h.From || h.To > ticket.DateOf(h.From.At(0).AddDate(0, 0, 15)) {
			l.at(at, "from and to must be days in order, at most 16 in a row")
			continue
		}
		for d := h.From; d <= h.To; d = d.Next() {
			add(at, ticket.Day{Date: d, Kind: ticket.DayHoliday, Name: h.Name})
		}
		for j, d := range h.MakeUp {
			add(fmt.Sprintf("%s.make_up[%d]", at, j), ticket.Day{Date: d, Kind: ticket.DayMakeUp, Name: h.Name})
		}
	}
	return l.err()
}
