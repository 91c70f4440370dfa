package sourcesim

import (
	"time"

	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// Ending is what is so of whom, by the seventeenth digit of an identity number.
type Ending struct {
	Digit string `json:"digit"`
	So    string `json:"so"`
}

var endings = []Ending{
	{"0", "nothing but the household register and medical insurance"},
	{"1", "a car"},
	{"2", "two homes"},
	{"3", "a running business"},
	{"4", "insured and employed on a wage of 4,200.00 a month"},
	{"5", "a pension of 1,650.00 a month"},
	{"6", "118,000.50 in banks"},
	{"7", "died"},
	{"8", "a disability card, grade 2; costs of treatment"},
	{"9", "in custody"},
}

// knows is what is so of somebody: what was told, else by the number.
func (s *Sim) knows(q source.Question) source.Data {
	s.mu.Lock()
	told, is := s.told[string(q.Number)]
	s.mu.Unlock()
	if is {
		return told
	}
	number := string(q.Number)
	d := source.Data{
		HouseholdRegister: []source.Registered{{Name: string(q.Name), State: "active", Members: 4, Since: "2009-05-18"}},
		MedicalInsurance:  []source.MedicalCover{{Kind: "resident", State: "covered"}},
	}
	if len(number) != 18 {
		return d
	}
	now := s.o.Now()
	ago := func(months int) ticket.Date { return ticket.DateOf(now.AddDate(0, -months, 0)) }
	month := source.Month(now.AddDate(0, -1, 0).In(ticket.Shanghai).Format("2006-01"))
	switch number[16] {
	case '1':
		d.Vehicles = []source.Vehicle{{Plate: "测A·D0001", Type: "car", RegisteredOn: ago(30), ValueFen: 68_000_00}}
	case '2':
		d.RealEstate = []source.RealEstate{{Use: "home", Place: "晴川县测试路1号", AreaM2: "88.50", Share: "100%", Acquired: ago(120)}, {Use: "home", Place: "晴川县测试路2号", AreaM2: "61.20", Acquired: ago(20)}}
	case '3':
		d.Companies = []source.Company{{Name: "晴川测试小吃店", Role: "self_employed", State: "active", CapitalFen: 50_000_00, Since: ago(40)}}
	case '4':
		d.SocialInsurance = []source.Insurance{{Employer: "晴川测试服装厂", State: "paying", BaseFen: 4_200_00, PaidUntil: month}}
		d.Employment = []source.Employment{{State: "employed", Employer: "晴川测试服装厂", Since: ago(50)}}
		d.ProvidentFund = []source.Provident{{State: "paying", BaseFen: 4_200_00, BalanceFen: 23_450_75, PaidUntil: month}}
		d.Tax = []source.TaxYear{{Year: now.Year() - 1, IncomeFen: 50_400_00, PaidFen: 0}}
	case '5':
		d.Pension = []source.Pension{{Kind: "employee", MonthlyFen: 1_650_00, Since: ago(60)}}
	case '6':
		d.Deposits = []source.Deposit{{Bank: "示例农村商业银行", BalanceFen: 96_000_50}, {Bank: "示例银行", BalanceFen: 22_000_00}}
	case '7':
		d.Death = []source.Death{{On: ago(3)}}
		d.HouseholdRegister[0].State = "cancelled"
	case '8':
		d.Disability = []source.DisabilityCard{{Grade: 2, Kind: "physical", Until: ticket.DateOf(now.AddDate(5, 0, 0))}}
		d.MedicalCosts = []source.MedicalCost{{From: ago(4), TotalFen: 203_118_40, OwnFen: 86_540_20}}
	case '9':
		d.Detention = []source.Detention{{Kind: "custody", From: ticket.DateOf(now.Add(-20 * 24 * time.Hour))}}
	}
	return d
}
