package application

import (
	"testing"

	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
)

// A child's own aid waits for nobody's promise, nor does a household in which nobody can give one.
func TestWhoIsAskedForACommitment(t *testing.T) {
	grown := people.Member{Person: people.Person{Born: "1980-05-01", Capacity: people.CapacityFull}}
	child := people.Member{Person: people.Person{Born: "2015-05-01", Capacity: people.CapacityLimited}}
	ill := people.Member{Person: people.Person{Born: "1980-05-01", Capacity: people.CapacityNone}}
	dead := people.Member{Person: people.Person{Born: "1980-05-01", Capacity: people.CapacityFull, Died: "2026-01-01"}}
	youth := people.Member{Person: people.Person{Born: "2008-05-02", Capacity: people.CapacityFull}} // grown up on the day after
	for name, tt := range map[string]struct {
		register string
		members  []people.Member
		written  Commitment
		want     Commitment
	}{
		"missing":                   {"dibao", []people.Member{grown, child}, CommitmentMissing, CommitmentMissing},
		"given":                     {"dibao", []people.Member{grown}, CommitmentGiven, CommitmentGiven},
		"said why not":              {"dibao", []people.Member{grown}, CommitmentDeclined, CommitmentDeclined},
		"temporary aid":             {"", []people.Member{grown}, CommitmentMissing, CommitmentMissing},
		"an orphan's":               {"orphan", []people.Member{grown, child}, CommitmentMissing, CommitmentNotAsked},
		"a child's in hardship":     {"child_hardship", []people.Member{grown, child}, CommitmentMissing, CommitmentNotAsked},
		"children alone":            {"dibao", []people.Member{child}, CommitmentMissing, CommitmentNotAsked},
		"nobody of full capacity":   {"dibao", []people.Member{ill, child}, CommitmentMissing, CommitmentNotAsked},
		"only the dead were grown":  {"dibao", []people.Member{dead, child}, CommitmentMissing, CommitmentNotAsked},
		"seventeen and 364 days":    {"dibao", []people.Member{youth}, CommitmentMissing, CommitmentNotAsked},
		"seventeen beside a mother": {"dibao", []people.Member{youth, grown}, CommitmentMissing, CommitmentMissing},
	} {
		if got := CommitmentOf(rule.Aid{Register: tt.register}, tt.members, tt.written, "2026-05-01"); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
