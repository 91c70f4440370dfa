package source

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// FlagCode says what differs.
type FlagCode string

// The codes. Each is a question to ask the household, never a verdict.
const (
	FlagDied          FlagCode = "died"              // the register of deaths has somebody who is a member
	FlagDetained      FlagCode = "detained"          // in custody or prison now
	FlagName          FlagCode = "name_differs"      // the number belongs to another name
	FlagRegisterEnded FlagCode = "register_ended"    // the entry in the household register is no longer in force
	FlagRegisterSize  FlagCode = "register_size"     // more or fewer people than are declared
	FlagSpouse        FlagCode = "spouse_not_listed" // married, and no spouse among the members
	FlagVehicles      FlagCode = "vehicles"          // more vehicles than are declared
	FlagHomes         FlagCode = "homes"             // more homes
	FlagCompanies     FlagCode = "companies"         // more running businesses
	FlagDeposits      FlagCode = "deposits"          // more money in banks
	FlagWage          FlagCode = "wage"              // insured or funded on a wage above what is declared
	FlagWork          FlagCode = "works"             // registered in work, and no income from work is declared
	FlagPension       FlagCode = "pension"           // a pension above what is declared as transfers
	FlagTaxedIncome   FlagCode = "taxed_income"      // more was taxed in a year than twelve declared months make
	FlagMedical       FlagCode = "medical_spend"     // less was paid for treatment than is declared
	FlagDisability    FlagCode = "disability"        // another grade than the register of persons has
)

// FlagCodes lists them.
func FlagCodes() []FlagCode {
	return []FlagCode{FlagDied, FlagDetained, FlagName, FlagRegisterEnded, FlagRegisterSize, FlagSpouse, FlagVehicles, FlagHomes, FlagCompanies, FlagDeposits, FlagWage, FlagWork, FlagPension,
		FlagTaxedIncome, FlagMedical, FlagDisability}
}

// Flag is one difference between what a source says and what was declared. A number
// that was not declared at all is absent: nobody said zero.
type Flag struct {
	Code     FlagCode `json:"code"`
	Person   string   `json:"person,omitempty" doc:"Public id; absent where it is the household's"`
	Source   string   `json:"source" doc:"Code of the source"`
	Found    *int64   `json:"found,omitempty" doc:"What the source says: a count, a grade, or fen"`
	Declared *int64   `json:"declared,omitempty" doc:"What was declared; absent: nothing was said of it"`
	Money    bool     `json:"money,omitempty" doc:"Both are fen"`
}

// Declared is what a household has said of itself. Nil means that it was not asked.
type Declared struct {
	Incomes         map[string]Incomes // by person's public id; who is not in it has said nothing
	Vehicles        *int64
	Homes           *int64
	Companies       *int64
	DepositsFen     *int64
	HouseholdSize   *int64
	HouseholdIncome *int64 // of a month now, fen
	MedicalFen      *int64 // paid out of pocket
}

// Incomes are what one person has declared, in fen a month.
type Incomes struct{ WageFen, TransferFen, TotalFen int64 }

// Say fills in what was declared as the inputs of an assessment.
func (d *Declared) Say(members []rule.Member, property []rule.Holding, months int) {
	d.Incomes = map[string]Incomes{}
	for _, m := range members {
		var sum Incomes
		for _, got := range m.Incomes {
			fen := got.Fen / int64(max(months, 1))
			sum.TotalFen += fen
			if got.Kind == rule.IncomeWage || got.Kind == "" { // a sum whose kind was not said may be either: it raises nothing
				sum.WageFen += fen
			}
			if got.Kind == rule.IncomeTransfer || got.Kind == "" {
				sum.TransferFen += fen
			}
		}
		d.Incomes[m.Ref] = sum
	}
	counts := map[rule.HoldingKind]int64{}
	var deposits int64
	for _, h := range property {
		counts[h.Kind] += max(h.Count, 1)
		if h.Kind == rule.HoldingDeposit {
			deposits += h.Fen
		}
	}
	vehicles, homes, companies := counts[rule.HoldingVehicle], counts[rule.HoldingHome], counts[rule.HoldingCompany]
	d.Vehicles, d.Homes, d.Companies, d.DepositsFen = &vehicles, &homes, &companies, &deposits
}

// comparison gathers what differs.
type comparison struct {
	h     people.Household
	said  Declared
	now   time.Time
	least int64 // smaller differences of sums are not told
	flags []Flag

	vehicles, homes, companies, deposits, medical tally
}

// tally is a sum over the household, of those answers that are known.
type tally struct {
	sum    int64
	source string // empty: nobody answered
	gaps   bool   // somebody's answer is unknown: the sum is a lower bound
}

// Compare holds what is known against what was declared. What no source has said
// raises nothing, and lets nothing be: it is simply not compared.
func Compare(h people.Household, said Declared, answers []Answer, now time.Time, differs Differs) []Flag {
	c := comparison{h: h, said: said, now: now, least: differs.Fen}
	for _, a := range answers {
		m := h.Member(a.Person)
		data, known := a.Look(now)
		if m == nil || a.Status == Asking {
			continue
		}
		if !known {
			c.gap(a)
			continue
		}
		c.person(a, *m, data)
	}
	c.household()
	slices.SortStableFunc(c.flags, func(a, b Flag) int { return slices.Index(FlagCodes(), a.Code) - slices.Index(FlagCodes(), b.Code) })
	return c.flags
}

// gap notes that a sum over the household misses somebody.
func (c *comparison) gap(a Answer) {
	if a.Source == "medical_costs" {
		c.medical.gaps = true
	}
}

func (c *comparison) add(code FlagCode, a Answer, found, declared *int64, money bool) {
	c.flags = append(c.flags, Flag{Code: code, Person: a.PersonRef, Source: a.Source, Found: found, Declared: declared, Money: money})
}

// person compares what one source says of one person.
func (c *comparison) person(a Answer, m people.Member, data Data) {
	p := m.Person
	if len(data.Death) > 0 && p.Died == "" {
		c.add(FlagDied, a, nil, nil, false)
	}
	today := ticket.DateOf(c.now)
	for _, d := range data.Detention {
		if d.From <= today && (d.Until == "" || d.Until >= today) {
			c.add(FlagDetained, a, nil, nil, false)
			break
		}
	}
	for _, r := range data.HouseholdRegister {
		c.register(a, p, r)
	}
	if spouse := m.Relation == people.RelationHead || m.Relation == people.RelationSpouse; spouse && slices.ContainsFunc(data.Marriage, func(x Marriage) bool { return x.State == "married" }) && !c.couple() {
		c.add(FlagSpouse, a, nil, nil, false)
	}
	c.income(a, p, data)
	if len(data.Disability) > 0 && int64(p.DisabilityGrade) != int64(data.Disability[0].Grade) {
		c.add(FlagDisability, a, number(int64(data.Disability[0].Grade)), number(int64(p.DisabilityGrade)), false)
	}
	c.count(a, data)
}

func (c *comparison) register(a Answer, p people.Person, r Registered) {
	if strings.TrimSpace(r.Name) != strings.TrimSpace(string(p.Name)) {
		c.add(FlagName, a, nil, nil, false)
	}
	if r.State != "active" {
		c.add(FlagRegisterEnded, a, nil, nil, false)
	}
	size := int64(len(c.h.Members))
	if head := c.h.Head(); head != nil && head.Person.ID == p.ID && int64(r.Members) != size {
		c.add(FlagRegisterSize, a, number(int64(r.Members)), number(size), false)
	}
}

// couple reports whether the head and a spouse are members.
func (c *comparison) couple() bool {
	return slices.ContainsFunc(c.h.Members, func(m people.Member) bool { return m.Relation == people.RelationSpouse }) && c.h.Head() != nil
}

// income compares what a person is insured, funded, taxed and paid on.
func (c *comparison) income(a Answer, p people.Person, data Data) {
	said, told := c.said.Incomes[p.PublicID]
	var wage int64
	for _, i := range data.SocialInsurance {
		if i.State == "paying" && i.Employer != "" { // who pays for themself pays on a base that is no wage
			wage = max(wage, i.BaseFen)
		}
	}
	for _, f := range data.ProvidentFund {
		if f.State == "paying" {
			wage = max(wage, f.BaseFen)
		}
	}
	c.more(FlagWage, a, wage, said.WageFen, told)
	var pension int64
	for _, x := range data.Pension {
		pension += x.MonthlyFen
	}
	c.more(FlagPension, a, pension, said.TransferFen, told)
	if n := len(data.Tax); n > 0 {
		newest := slices.MaxFunc(data.Tax, func(a, b TaxYear) int { return cmp.Compare(a.Year, b.Year) })
		c.more(FlagTaxedIncome, a, newest.IncomeFen, said.TotalFen*12, told)
	}
	working := slices.ContainsFunc(data.Employment, func(e Employment) bool { return e.State != "unemployed" })
	if working && (!told || said.TotalFen == 0 || said.TotalFen == said.TransferFen && said.WageFen == 0) {
		c.add(FlagWork, a, nil, declared(0, told), true)
	}
}

// more tells of a sum that is above the declared one by more than a trifle.
func (c *comparison) more(code FlagCode, a Answer, found, said int64, told bool) {
	if found > 0 && (!told || found-said > c.least) {
		c.add(code, a, number(found), declared(said, told), true)
	}
}

// count adds up what is the household's.
func (c *comparison) count(a Answer, data Data) {
	for _, x := range []struct {
		of *tally
		n  int64
	}{
		{&c.vehicles, int64(len(data.Vehicles))},
		{&c.homes, int64(len(slices.DeleteFunc(slices.Clone(data.RealEstate), func(r RealEstate) bool { return r.Use != "home" })))},
		{&c.companies, int64(len(slices.DeleteFunc(slices.Clone(data.Companies), func(x Company) bool { return x.State != "active" })))},
		{&c.deposits, sumOf(data.Deposits, func(d Deposit) int64 { return d.BalanceFen })},
		{&c.medical, sumOf(data.MedicalCosts, func(m MedicalCost) int64 { return m.OwnFen })},
	} {
		if x.n > 0 {
			x.of.sum, x.of.source = x.of.sum+x.n, a.Source
		}
	}
	if a.Source == "medical_costs" && c.medical.source == "" {
		c.medical.source = a.Source
	}
}

// household compares the sums over everybody.
func (c *comparison) household() {
	for _, x := range []struct {
		code  FlagCode
		t     tally
		said  *int64
		money bool
	}{{FlagVehicles, c.vehicles, c.said.Vehicles, false}, {FlagHomes, c.homes, c.said.Homes, false}, {FlagCompanies, c.companies, c.said.Companies, false},
		{FlagDeposits, c.deposits, c.said.DepositsFen, true}} {
		least := int64(0)
		if x.money {
			least = c.least
		}
		if x.t.sum > 0 && (x.said == nil || x.t.sum-*x.said > least) {
			c.flags = append(c.flags, Flag{Code: x.code, Source: x.t.source, Found: number(x.t.sum), Declared: x.said, Money: x.money})
		}
	}
	// Only a complete sum can be too low.
	if said := c.said.MedicalFen; said != nil && c.medical.source != "" && !c.medical.gaps && *said-c.medical.sum > c.least {
		c.flags = append(c.flags, Flag{Code: FlagMedical, Source: c.medical.source, Found: number(c.medical.sum), Declared: said, Money: true})
	}
}

func sumOf[T any](list []T, of func(T) int64) (sum int64) {
	for _, x := range list {
		sum += of(x)
	}
	return sum
}

func number(n int64) *int64 { return &n }

// declared is a number that was said; nil where nothing was.
func declared(n int64, told bool) *int64 {
	if !told {
		return nil
	}
	return &n
}
