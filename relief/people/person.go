package people

import (
	"slices"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// PersonID is the internal number of a person; outside only PublicID is seen.
type PersonID int64

// Sex is what the identity number says, or what was said where there is none.
type Sex string

// The sexes.
const (
	SexFemale  Sex = "female"
	SexMale    Sex = "male"
	SexUnknown Sex = "unknown"
)

// Capacity is a person's capacity for civil acts (民法典 Art 18 to 22).
type Capacity string

// The capacities.
const (
	CapacityFull    Capacity = "full"
	CapacityLimited Capacity = "limited"
	CapacityNone    Capacity = "none"
)

// WorkAbility is how far a person can work for a living.
type WorkAbility string

// The abilities.
const (
	WorkFull    WorkAbility = "full"
	WorkPartial WorkAbility = "partial"
	WorkNone    WorkAbility = "none"
)

// DisabilityKind is what kind of disability the certificate names (GB/T 26341).
type DisabilityKind string

// The kinds; empty for none.
const (
	DisabilityVisual       DisabilityKind = "visual"
	DisabilityHearing      DisabilityKind = "hearing"
	DisabilitySpeech       DisabilityKind = "speech"
	DisabilityPhysical     DisabilityKind = "physical"
	DisabilityIntellectual DisabilityKind = "intellectual"
	DisabilityMental       DisabilityKind = "mental"
	DisabilityMultiple     DisabilityKind = "multiple"
)

// DisabilityKinds lists the kinds.
func DisabilityKinds() []DisabilityKind {
	return []DisabilityKind{DisabilityVisual, DisabilityHearing, DisabilitySpeech, DisabilityPhysical, DisabilityIntellectual, DisabilityMental, DisabilityMultiple}
}

// Phone is a telephone number as it was given and as it was understood; as
// callers' numbers are (ticket.ParsePhone).
type Phone struct {
	Raw  act.Private // as given; empty for none
	E164 act.Private // "+86…"; empty where it is not understood
}

// Person is one person as the register knows them.
type Person struct {
	ID       PersonID
	PublicID string
	Area     area.Code // where they live: their household's
	Hukou    area.Code // where they are registered; may lie in another province
	Identity Identity

	Name  act.Private
	Born  ticket.Date // empty where nobody knows
	Sex   Sex
	Phone Phone

	Capacity        Capacity
	DisabilityGrade int // 1 the gravest to 4; 0 for none
	DisabilityKind  DisabilityKind
	SevereIllness   bool        // as the medical insurance lists them
	Illness         act.Private // in words
	Student         bool        // at school or in full-time study below a master's
	School          act.Private
	WorkAbility     WorkAbility
	Guardian        act.Private // who acts for them, with their number
	Died            ticket.Date // empty while they live

	MergedInto PersonID // the record that stands for them now; zero for this one
	Version    int64
}

// Age is how many years somebody has completed on a day; -1 where nobody knows.
func (p Person) Age(on ticket.Date) int {
	if p.Born == "" || on < p.Born {
		return -1
	}
	born, day := p.Born.At(0), on.At(0)
	years := day.Year() - born.Year()
	if day.Month() < born.Month() || day.Month() == born.Month() && day.Day() < born.Day() {
		years--
	}
	return years
}

// PersonInput is what is written of a person.
type PersonInput struct {
	PublicID        string // made by the client
	Name            string
	Identity        IdentityInput
	Born            string // only where there is no number; it says so else
	Sex             Sex    // likewise
	Phone           string // as given
	Hukou           area.Code
	Capacity        Capacity
	DisabilityGrade int
	DisabilityKind  DisabilityKind
	SevereIllness   bool
	Illness         string
	Student         bool
	School          string
	WorkAbility     WorkAbility
	Guardian        string
	Died            string
}

// read checks what was written. Nothing of it is repeated in an error.
func (in PersonInput) read(where area.Code, today ticket.Date) (Person, error) {
	name := strings.Join(strings.Fields(in.Name), " ")
	p := Person{PublicID: in.PublicID, Area: where, Hukou: in.Hukou, Name: act.Private(name), Sex: in.Sex, Capacity: in.Capacity, DisabilityGrade: in.DisabilityGrade,
		DisabilityKind: in.DisabilityKind, SevereIllness: in.SevereIllness, Illness: act.Private(in.Illness), Student: in.Student, School: act.Private(in.School),
		WorkAbility: in.WorkAbility, Guardian: act.Private(in.Guardian), Version: 1}
	if p.Hukou == "" {
		p.Hukou = where
	}
	if err := in.check(name); err != nil {
		return Person{}, err
	}
	id, _, err := ParseIdentity(in.Identity, today.Next().At(0))
	if err != nil {
		return Person{}, err
	}
	p.Identity = id
	if err := p.birth(in, today); err != nil {
		return Person{}, err
	}
	if p.Phone, err = ReadPhone(in.Phone); err != nil {
		return Person{}, err
	}
	return p, nil
}

func (in PersonInput) check(name string) error {
	switch {
	case name == "" || len([]rune(name)) > 80:
		return act.Invalid("name", "name_required", "Give the name, with at most 80 characters.")
	case in.Hukou != "" && !wholeCode(in.Hukou):
		return act.Invalid("hukou", "bad_area", "Give the place of registration by its twelve digits.")
	case !slices.Contains([]Capacity{CapacityFull, CapacityLimited, CapacityNone}, in.Capacity):
		return act.Invalid("capacity", "unknown_capacity", "Say full, limited or none.")
	case !slices.Contains([]WorkAbility{WorkFull, WorkPartial, WorkNone}, in.WorkAbility):
		return act.Invalid("work_ability", "unknown_ability", "Say full, partial or none.")
	case in.DisabilityGrade < 0 || in.DisabilityGrade > 4:
		return act.Invalid("disability_grade", "out_of_range", "Give the grade of the certificate, 1 to 4; 0 for none.")
	case (in.DisabilityGrade == 0) != (in.DisabilityKind == "") || in.DisabilityKind != "" && !slices.Contains(DisabilityKinds(), in.DisabilityKind):
		return act.Invalid("disability_kind", "kind_and_grade", "Give the kind and the grade of the disability together, or neither.")
	}
	for field, text := range map[string]string{"illness": in.Illness, "school": in.School, "guardian": in.Guardian, "id_reason": in.Identity.Reason} {
		if len([]rune(text)) > 200 {
			return act.Invalid(field, "too_long", "Shorten this text.")
		}
	}
	return ticket.PlainText("id_reason", in.Identity.Reason)
}

// birth reads birth and sex out of the number, or from what was said.
func (p *Person) birth(in PersonInput, today ticket.Date) (err error) {
	if p.Identity.Type == IdentityResident {
		p.Born, p.Sex = p.Identity.Born(), p.Identity.Sex()
	} else if p.Born, err = optionalDay("born", in.Born, today); err != nil {
		return err
	}
	if p.Sex == "" {
		p.Sex = SexUnknown
	}
	if !slices.Contains([]Sex{SexFemale, SexMale, SexUnknown}, p.Sex) {
		return act.Invalid("sex", "unknown_sex", "Say female, male or unknown.")
	}
	if p.Died, err = optionalDay("died", in.Died, today); err == nil && p.Died != "" && p.Died < p.Born {
		err = act.Invalid("died", "bad_date", "Nobody dies before they are born; read both days again.")
	}
	return err
}

func optionalDay(field, s string, today ticket.Date) (ticket.Date, error) {
	if s == "" {
		return "", nil
	}
	d, err := ticket.ParseDate(s)
	if err != nil || d > today || d < "1890-01-01" {
		return "", act.Invalid(field, "bad_date", "Give a real day, written 2026-10-01, that is not in the future.")
	}
	return d, nil
}

// ReadPhone understands a number; one that cannot be one is refused, none is fine.
func ReadPhone(raw string) (Phone, error) {
	if strings.TrimSpace(raw) == "" {
		return Phone{}, nil
	}
	p := ticket.ParsePhone(raw)
	if p.E164 == "" {
		return Phone{}, act.Invalid("phone", "bad_phone", "This is no telephone number; give it with its area code, or leave it out.")
	}
	return Phone{Raw: act.Private(p.Raw), E164: act.Private(p.E164)}, nil
}
