package rule

import (
	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Inputs are what an assessment is made of. A decision freezes them as JSON: they name
// persons by public ids only, and hold no name, number or illness.
type Inputs struct {
	Area     area.Code   `json:"area" doc:"Whose standards hold: 12 digits"`
	On       ticket.Date `json:"on" doc:"The day that the assessment speaks of"`
	Months   int         `json:"months,omitempty" doc:"In how many months what is below was received and spent: the look-back of the version, or 1 (also where absent) for a month as it is now"`
	Members  []Member    `json:"members"`
	Property []Holding   `json:"property,omitempty"`
	Spending []Spend     `json:"spending,omitempty" doc:"By the codes of the version, within the same months"`

	NecessarySpendFen int64 `json:"necessary_spend_fen,omitempty" doc:"Further necessary spending that has no code, within the same months"`
	Emergency         bool  `json:"emergency,omitempty" doc:"The household has met with an emergency: the third tier, whatever the sums"`
}

// Member is one person who lives in the household.
type Member struct {
	Ref         string      `json:"ref" doc:"Public id of the person, or any name that is told apart within the inputs"`
	Born        ticket.Date `json:"born,omitempty" doc:"Absent where nobody knows: then no class by age holds"`
	Classes     []string    `json:"classes,omitempty" doc:"Declared classes of the version: severe_disability, severe_illness, student, …"`
	Incomes     []Received  `json:"incomes,omitempty"`
	SelfCare    *SelfCare   `json:"self_care,omitempty" doc:"What was tested; absent: not tested"`
	KeptAsMinor bool        `json:"kept_as_minor,omitempty" doc:"Was cared for as tekun before growing up"`
	NoCarer     bool        `json:"no_carer,omitempty" doc:"Nobody is bound by law to keep them, or nobody who is can"`
}

// SelfCare is the test of the six things a person does for themselves.
type SelfCare struct {
	Failed []string `json:"failed" doc:"The items that were failed: eat, dress, bed, toilet, walk, wash"`
}

// Received is a sum that a member received within the months.
type Received struct {
	Kind IncomeKind `json:"kind,omitempty" doc:"Checked against the code where it is given"`
	Code string     `json:"code"`
	Fen  int64      `json:"fen"`
}

// Spend is a sum that the household spent within the months.
type Spend struct {
	Code string `json:"code"`
	Fen  int64  `json:"fen"`
}

// Holding is something that the household owns.
type Holding struct {
	Kind  HoldingKind `json:"kind"`
	Code  string      `json:"code,omitempty" doc:"A code of exempt goods, where it is one"`
	Count int64       `json:"count,omitempty" doc:"Absent: one"`
	Fen   int64       `json:"fen,omitempty" doc:"Its worth: of deposits, securities, insurance and claims"`
}

// What inputs are believed to hold at most.
const (
	mostMembers = 50
	mostFen     = 100_000_000_000_00 // a sum above this is a typing mistake, and below it no sum can overflow
)

// check refuses inputs that cannot be meant.
func (v *Version) check(in Inputs) error {
	if _, err := area.ParseCode(string(in.Area)); err != nil {
		return act.Invalid("area", "bad_area", "Give the 12 digits of the place whose standards hold.")
	}
	if in.On == "" {
		return act.Invalid("on", "required", "Give the day that the assessment speaks of.")
	}
	if in.Months != 0 && in.Months != 1 && in.Months != v.Income.LookbackMonths {
		fault := act.Invalid("months", "months_do_not_fit", "Give the sums of one month, or of as many months as the rules look back.")
		fault.Args = map[string]any{"lookback": v.Income.LookbackMonths}
		return fault
	}
	if len(in.Members) == 0 || len(in.Members) > mostMembers {
		return act.Invalid("members", "members_missing", "Give the persons of the household, at least one and at most 50.")
	}
	refs := map[string]bool{}
	for _, m := range in.Members {
		if m.Ref == "" || refs[m.Ref] {
			return act.Invalid("members", "ref_twice", "Give each person a reference of their own.")
		}
		refs[m.Ref] = true
		if err := v.checkMember(m, in.On); err != nil {
			return err
		}
	}
	return v.checkGoods(in)
}

func (v *Version) checkMember(m Member, on ticket.Date) error {
	if m.Born > on {
		return act.Invalid("members", "born_later", "A person was born after the day of the assessment; correct one of the two.")
	}
	for _, code := range m.Classes {
		if c, ok := v.class(code); !ok || c.byAge() {
			return act.Invalid("members", "unknown_class", "Give only classes that the version knows, and none that follow from age.")
		}
	}
	for _, got := range m.Incomes {
		code, ok := v.Income.code(got.Code)
		if !ok {
			return act.Invalid("members", "unknown_income", "Give only kinds of income that the version knows.")
		}
		if got.Kind != "" && got.Kind != code.Kind {
			return act.Invalid("members", "wrong_income_kind", "A sum is filed under another kind of income than its code; leave the kind out, or correct it.")
		}
		if got.Fen < 0 || got.Fen > mostFen {
			return act.Invalid("members", "out_of_range", "Give sums in fen, not below 0.")
		}
	}
	return v.Tekun.checkSelfCare(m.SelfCare)
}

func (v *Version) checkGoods(in Inputs) error {
	for _, h := range in.Property {
		if !h.Kind.valid() {
			return act.Invalid("property", "unknown_holding", "Give only kinds of property that the rules know.")
		}
		if h.Code != "" && !v.Property.exempt(h) {
			return act.Invalid("property", "unknown_exemption", "The version exempts no such goods of this kind; leave the code out.")
		}
		if h.Count < 0 || h.Count > 1000 || h.Fen < 0 || h.Fen > mostFen {
			return act.Invalid("property", "out_of_range", "Give counts and sums that are not below 0.")
		}
	}
	for _, s := range in.Spending {
		if _, ok := v.spendCode(s.Code); !ok {
			return act.Invalid("spending", "unknown_spending", "Give only kinds of spending that the version knows.")
		}
		if s.Fen < 0 || s.Fen > mostFen {
			return act.Invalid("spending", "out_of_range", "Give sums in fen, not below 0.")
		}
	}
	if in.NecessarySpendFen < 0 || in.NecessarySpendFen > mostFen {
		return act.Invalid("necessary_spend_fen", "out_of_range", "Give a sum in fen, not below 0.")
	}
	return nil
}
