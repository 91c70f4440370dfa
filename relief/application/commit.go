package application

import (
	"context"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// Commitment is where the written promise to tell the truth (诚信承诺书, DOMAIN 49) of an
// application stands. It is asked for, never weighed: the integrity file itself is read by
// nobody who decides (ADR 38).
type Commitment string

// The ways it may stand.
const (
	CommitmentNotAsked Commitment = "not_asked" // the aid is a child's, or nobody of them can promise
	CommitmentMissing  Commitment = "missing"
	CommitmentGiven    Commitment = "given"
	CommitmentDeclined Commitment = "declined" // they said why not, and are helped all the same
)

// childrensRegisters are those whose aid is a child's own.
var childrensRegisters = []people.RegisterKind{people.RegisterOrphan, people.RegisterChildHardship}

// CommitmentOf says how it stands with the commitment of an application for an aid: by what
// was written down on the case, and by who lives there.
func CommitmentOf(aid rule.Aid, members []people.Member, written Commitment, on ticket.Date) Commitment {
	able := slices.ContainsFunc(members, func(m people.Member) bool {
		return m.Person.Died == "" && m.Person.Capacity == people.CapacityFull && m.Person.Age(on) >= adult
	})
	if !able || slices.Contains(childrensRegisters, people.RegisterKind(aid.Register)) {
		return CommitmentNotAsked
	}
	return written
}

// committed refuses a grant before the commitment was asked for.
func (x *answering) committed(ctx context.Context, tx Tx, h people.Household) error {
	aid, err := x.v.Aid(x.a.Aid)
	if err != nil {
		return err
	}
	written, err := tx.CommitmentWritten(ctx, x.t.ID)
	if err != nil || CommitmentOf(aid, h.Members, written, ticket.DateOf(tx.Now())) != CommitmentMissing {
		return err
	}
	return act.Refused("commitment_first", "Nobody of the household has given the commitment or said why not. Let the owner write one or the other down; then confirm this.")
}
