package source

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strings"

	"example.org/hotline/ticket"
)

// Month is a calendar month, "2026-10".
type Month string

// Data is what a source has said: one list of one kind of record. All sums are
// fen. It hides from logs, as act.Private does; encoding/json writes it.
type Data struct {
	HouseholdRegister []Registered     `json:"household_register,omitempty"`
	Marriage          []Marriage       `json:"marriage,omitempty"`
	Death             []Death          `json:"death,omitempty"`
	Vehicles          []Vehicle        `json:"vehicles,omitempty"`
	Detention         []Detention      `json:"detention,omitempty"`
	SocialInsurance   []Insurance      `json:"social_insurance,omitempty"`
	Employment        []Employment     `json:"employment,omitempty"`
	Pension           []Pension        `json:"pension,omitempty"`
	RealEstate        []RealEstate     `json:"real_estate,omitempty"`
	Companies         []Company        `json:"companies,omitempty"`
	Tax               []TaxYear        `json:"tax,omitempty"`
	ProvidentFund     []Provident      `json:"provident_fund,omitempty"`
	Deposits          []Deposit        `json:"deposits,omitempty"`
	MedicalInsurance  []MedicalCover   `json:"medical_insurance,omitempty"`
	MedicalCosts      []MedicalCost    `json:"medical_costs,omitempty"`
	Disability        []DisabilityCard `json:"disability,omitempty"`
}

const hidden = "***"

// Found counts the records of a kind, and in how many of them each field stands. It gives
// out nothing of what stands there.
func (d Data) Found(kind string) (fields map[string]int, records int, err error) {
	written, err := json.Marshal(d)
	if err != nil {
		return nil, 0, fmt.Errorf("count what a source said: %w", err)
	}
	var all map[string][]map[string]any
	if err := json.Unmarshal(written, &all); err != nil {
		return nil, 0, fmt.Errorf("count what a source said: %w", err)
	}
	fields = map[string]int{}
	for _, record := range all[kind] {
		for name := range record {
			fields[name]++
		}
	}
	return fields, len(all[kind]), nil
}

// String hides what was said.
func (Data) String() string { return hidden }

// Format hides it from every verb of fmt.
func (Data) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, hidden) }

// LogValue hides it from slog.
func (Data) LogValue() slog.Value { return slog.StringValue(hidden) }

// Registered is the person in the household register (户籍).
type Registered struct {
	Name    string      `json:"name"`
	State   string      `json:"state" enum:"active,cancelled,moved"`
	Members int         `json:"members" doc:"How many stand in the same household"`
	Since   ticket.Date `json:"since,omitempty"`
}

// Marriage is what the register says of marriage.
type Marriage struct {
	State string      `json:"state" enum:"single,married,divorced,widowed"`
	Since ticket.Date `json:"since,omitempty"`
}

// Death is an entry of a death.
type Death struct {
	On ticket.Date `json:"on"`
}

// Vehicle is a registered vehicle.
type Vehicle struct {
	Plate        string      `json:"plate"`
	Type         string      `json:"type" enum:"car,truck,bus,motorcycle,tractor,disability,other"`
	RegisteredOn ticket.Date `json:"registered_on,omitempty"`
	ValueFen     int64       `json:"value_fen,omitempty"`
}

// Detention is a stay in custody or prison.
type Detention struct {
	Kind  string      `json:"kind" enum:"custody,prison,rehabilitation"`
	From  ticket.Date `json:"from"`
	Until ticket.Date `json:"until,omitempty" doc:"Absent: no end is known"`
}

// Insurance is social insurance that is paid in.
type Insurance struct {
	Employer  string `json:"employer,omitempty" doc:"Absent: paid by themself"`
	State     string `json:"state" enum:"paying,stopped"`
	BaseFen   int64  `json:"base_fen" doc:"Monthly wage that it is counted on"`
	PaidUntil Month  `json:"paid_until,omitempty"`
}

// Employment is an entry of the labour register.
type Employment struct {
	State    string      `json:"state" enum:"employed,self_employed,unemployed"`
	Employer string      `json:"employer,omitempty"`
	Since    ticket.Date `json:"since,omitempty"`
}

// Pension is a pension that is paid out.
type Pension struct {
	Kind       string      `json:"kind" enum:"employee,resident,survivor,injury"`
	MonthlyFen int64       `json:"monthly_fen"`
	Since      ticket.Date `json:"since,omitempty"`
}

// RealEstate is a home or another building.
type RealEstate struct {
	Use      string      `json:"use" enum:"home,business,other"`
	Place    string      `json:"place"`
	AreaM2   string      `json:"area_m2,omitempty" doc:"Square metres, as the register writes them"`
	Share    string      `json:"share,omitempty"`
	Acquired ticket.Date `json:"acquired,omitempty"`
}

// Company is a business in the commercial register (工商登记).
type Company struct {
	Name       string      `json:"name"`
	Role       string      `json:"role" enum:"legal_person,shareholder,manager,self_employed"`
	State      string      `json:"state" enum:"active,closed"`
	CapitalFen int64       `json:"capital_fen,omitempty"`
	Since      ticket.Date `json:"since,omitempty"`
}

// TaxYear is what the tax office knows of one year.
type TaxYear struct {
	Year      int   `json:"year"`
	IncomeFen int64 `json:"income_fen"`
	PaidFen   int64 `json:"paid_fen,omitempty"`
}

// Provident is an account of the housing provident fund.
type Provident struct {
	State      string `json:"state" enum:"paying,stopped"`
	BaseFen    int64  `json:"base_fen,omitempty" doc:"Monthly wage that it is counted on"`
	BalanceFen int64  `json:"balance_fen"`
	PaidUntil  Month  `json:"paid_until,omitempty"`
}

// Deposit is money in a bank.
type Deposit struct {
	Bank       string `json:"bank"`
	BalanceFen int64  `json:"balance_fen"`
}

// MedicalCover is medical insurance.
type MedicalCover struct {
	Kind  string `json:"kind" enum:"employee,resident"`
	State string `json:"state" enum:"covered,stopped"`
	Until Month  `json:"until,omitempty"`
}

// MedicalCost is what treatment has cost.
type MedicalCost struct {
	From     ticket.Date `json:"from"`
	TotalFen int64       `json:"total_fen"`
	OwnFen   int64       `json:"own_fen" doc:"Paid by themself"`
}

// DisabilityCard is a card of the disabled persons' federation.
type DisabilityCard struct {
	Grade int         `json:"grade" doc:"1 the gravest to 4"`
	Kind  string      `json:"kind" enum:"visual,hearing,speech,physical,intellectual,mental,multiple"`
	Until ticket.Date `json:"until,omitempty"`
}

// fieldType is how a value of an answer is read.
type fieldType string

const (
	typeText   fieldType = "text"
	typeMoney  fieldType = "money"
	typeNumber fieldType = "number"
	typeDate   fieldType = "date"
	typeMonth  fieldType = "month"
)

// field is one field of a kind of record.
type field struct {
	name     string
	kind     fieldType
	choices  []string // of a text
	required bool
}

// schema tells the fields of each kind of record, read off the types above, so
// that a mapping cannot name what no type has.
var schema = readSchema()

func readSchema() map[string][]field {
	all := map[string][]field{}
	for list := range fieldsOf(reflect.TypeFor[Data]()) {
		name, _ := jsonName(list)
		for f := range fieldsOf(list.Type.Elem()) {
			of, optional := jsonName(f)
			one := field{name: of, kind: typeText, required: !optional}
			switch {
			case f.Type == reflect.TypeFor[ticket.Date]():
				one.kind = typeDate
			case f.Type == reflect.TypeFor[Month]():
				one.kind = typeMonth
			case f.Type.Kind() == reflect.Int64:
				one.kind = typeMoney
			case f.Type.Kind() == reflect.Int:
				one.kind = typeNumber
			default:
				if choices := f.Tag.Get("enum"); choices != "" {
					one.choices = strings.Split(choices, ",")
				}
			}
			all[name] = append(all[name], one)
		}
	}
	return all
}

func fieldsOf(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func jsonName(f reflect.StructField) (name string, optional bool) {
	name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name, rest == "omitempty"
}

// Kinds lists the kinds of record.
func Kinds() []string {
	kinds := make([]string, 0, len(schema))
	for kind := range schema {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}
