package relief

import (
	"testing"

	"example.org/hotline/relief/people"
)

// Two people are not one because neither has an identity number.
func TestFindingsWithoutANumberAreOfWhoTheyName(t *testing.T) {
	number, none := people.Identity{Type: people.IdentityResident}, people.Identity{Type: people.IdentityNone}
	for name, tt := range map[string]struct {
		payee Payee
		f     Findings
		want  bool
	}{
		"the same number":                   {Payee{Index: []byte("a"), Name: "周测试"}, Findings{Identity: number, Payee: []byte("a"), Applicant: "周测试"}, true},
		"another number":                    {Payee{Index: []byte("a"), Name: "周测试"}, Findings{Identity: number, Payee: []byte("b"), Applicant: "周测试"}, false},
		"a payee with a number, none found": {Payee{Index: []byte("a"), Name: "周测试"}, Findings{Identity: none, Payee: []byte("t"), Applicant: "周测试"}, false},
		"neither has one":                   {Payee{Index: []byte("p"), Name: "周测试", Numberless: true}, Findings{Identity: none, Payee: []byte("t"), Applicant: "周测试"}, true},
		"neither has one, another person":   {Payee{Index: []byte("p"), Name: "周测试", Numberless: true}, Findings{Identity: none, Payee: []byte("t"), Applicant: "吴测试"}, false},
		"a payee without, a number found":   {Payee{Index: []byte("p"), Name: "周测试", Numberless: true}, Findings{Identity: number, Payee: []byte("b"), Applicant: "周测试"}, false},
	} {
		if got := tt.payee.found(tt.f); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
