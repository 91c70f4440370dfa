package application

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"

	"github.com/google/uuid"
)

// EntitledWhy is why a row of entitlements begins.
type EntitledWhy string

// The reasons.
const (
	WhyEntered   EntitledWhy = "entered"
	WhyAdjusted  EntitledWhy = "adjusted"
	WhyResumed   EntitledWhy = "resumed"
	WhyEasingOut EntitledWhy = "easing_out" // 渐退期: a while longer, though the income has risen
)

// EntitledWhys lists them.
func EntitledWhys() []EntitledWhy {
	return []EntitledWhy{WhyEntered, WhyAdjusted, WhyResumed, WhyEasingOut}
}

// EndWhy is why one ends.
type EndWhy string

// The reasons.
const (
	EndAdjusted  EndWhy = "adjusted"
	EndSuspended EndWhy = "suspended"
	EndExited    EndWhy = "exited"
)

// EndWhys lists them.
func EndWhys() []EndWhy { return []EndWhy{EndAdjusted, EndSuspended, EndExited} }

// Entitlement is what a household gets each month, from a month on until another. A
// change ends one and begins another.
type Entitlement struct {
	ID          int64
	PublicID    string
	Ticket      ticket.ID
	Application ID
	Ruling      int64
	Household   people.HouseholdID
	Index       []byte
	Aid         string
	From        rule.Month
	Until       rule.Month // its last; empty for no end
	Fen         int64      // a month
	Payee       []byte
	Person      string
	Account     ledger.PayeeAccountID // zero: paid by hand
	Area        area.Code             // the township
	Members     []string              // public ids of whom it counts
	Rules       string
	Why         EntitledWhy
	By          area.StaffID
	At          time.Time
	EndWhy      EndWhy
	EndReason   string
	EndedBy     area.StaffID
	EndedAt     time.Time
	Version     int64
}

// entitle writes what a household gets from e.From on.
func entitle(ctx context.Context, tx Tx, t ticket.Ticket, a Application, r Ruling, due rule.Monthly, e Entitlement) (err error) {
	e.PublicID, e.Ticket, e.Application, e.Ruling = uuid.NewString(), t.ID, a.ID, r.ID
	e.Household, e.Index, e.Aid, e.Payee, e.Person = a.Household, a.Index, a.Aid, a.Payee, a.Person
	e.Area, e.Rules, e.By, e.At, e.Version = t.Area.At(area.LevelTownship), a.Rules, tx.Actor().StaffID, tx.Now(), 1
	if e.Area.Level() < area.LevelTownship {
		e.Area = a.Village.At(area.LevelTownship)
	}
	if e.Fen == 0 {
		e.Fen = due.Fen
	}
	if len(e.Members) == 0 {
		e.Members = due.Persons
	}
	if e.Account, err = tx.VerifiedAccount(ctx, t.ID, a.Payee); err != nil {
		return err
	}
	return tx.AddEntitlement(ctx, &e)
}

// endCurrent ends what runs with a month. has is false where nothing ran.
func endCurrent(ctx context.Context, tx Tx, a Application, last rule.Month, why EndWhy, reason string) (e Entitlement, has bool, err error) {
	e, err = tx.OpenEntitlement(ctx, a.ID)
	if errors.Is(err, act.ErrNotFound) {
		return Entitlement{}, false, nil
	}
	if err != nil {
		return Entitlement{}, false, err
	}
	e.Until, e.EndWhy, e.EndReason, e.EndedBy, e.EndedAt = last, why, reason, tx.Actor().StaffID, tx.Now()
	return e, true, tx.EndEntitlement(ctx, &e)
}
