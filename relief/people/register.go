package people

import (
	"context"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// RegisterKind is one of the five groups of tier 1 (DOMAIN 1, C 16).
type RegisterKind string

// The registers.
const (
	RegisterDibao           RegisterKind = "dibao"            // 低保
	RegisterTekun           RegisterKind = "tekun"            // 特困
	RegisterOrphan          RegisterKind = "orphan"           // 孤儿
	RegisterChildHardship   RegisterKind = "child_hardship"   // 重点困境儿童
	RegisterDisabledSubsidy RegisterKind = "disabled_subsidy" // 享受两项补贴的困难残疾人
)

// RegisterKinds lists them.
func RegisterKinds() []RegisterKind {
	return []RegisterKind{RegisterDibao, RegisterTekun, RegisterOrphan, RegisterChildHardship, RegisterDisabledSubsidy}
}

// EntrySource is what an entry or exit came of.
type EntrySource string

// The sources.
const (
	EntryCase   EntrySource = "case"
	EntryImport EntrySource = "import" // the register that was kept before
)

// RegisterEntry is somebody's time in a register of tier 1.
type RegisterEntry struct {
	PublicID  string
	Kind      RegisterKind
	Person    PersonID
	Household HouseholdID
	From      ticket.Date // first day
	Until     ticket.Date // last day; empty while they are in it
	Version   string      // of the rules that let them in
	Source    EntrySource
	Ticket    ticket.ID
	Reason    string
}

// RegisterTx is what the registers need beside the rest.
type RegisterTx interface {
	Tx
	// AddEntry writes an entry into a register of tier 1; act.ErrRefused (in_register) where they are in it.
	AddRegisterEntry(ctx context.Context, e *RegisterEntry, h Household) error
	// EndRegisterEntry ends a person's running entry; act.ErrNotFound where there is none.
	EndRegisterEntry(ctx context.Context, p PersonID, kind RegisterKind, e RegisterExit) (RegisterEntry, error)
	// InRegister lists those of a household's people who are in a register.
	InRegister(ctx context.Context, h HouseholdID, kind RegisterKind) ([]PersonID, error)
	// RunningEntries counts the running entries of a household's people.
	RunningEntries(ctx context.Context, h HouseholdID) (int, error)
}

// Enter writes people of a household into a register of tier 1 because of a decided case,
// and gives the household its tier. The caller holds the household's lock.
func Enter(ctx context.Context, tx RegisterTx, h *Household, e RegisterEntry, persons []PersonID, plan MonitoringRules) error {
	switch {
	case !slices.Contains(RegisterKinds(), e.Kind):
		return act.Invalid("kind", "unknown_kind", "Name one of the five registers of tier 1.")
	case e.From == "":
		return act.Invalid("from", "date_required", "Say from which day on.")
	case e.Version == "":
		return act.Invalid("version", "version_required", "Name the version of the rules that lets them in.")
	}
	if err := reasonGiven(e.Reason); err != nil {
		return err
	}
	e.Source, e.Household = EntryCase, h.ID
	for _, p := range persons {
		if h.Member(p) == nil {
			return act.Invalid("persons", "not_a_member", "Only who belongs to the household is entered with it.")
		}
		e.Person = p
		if err := tx.AddRegisterEntry(ctx, &e, *h); err != nil {
			return err
		}
	}
	if err := record(ctx, tx, *h, "register.entered", e.Reason, map[string]any{"kind": string(e.Kind), "persons": len(persons), "from": string(e.From)}); err != nil {
		return err
	}
	return SetTier(ctx, tx, h, Tier{Tier: TierRegister, Version: e.Version, Because: TierByRegister, Ticket: e.Ticket, Reason: e.Reason}, plan)
}

// RegisterExit ends a time in a register.
type RegisterExit struct {
	Last    ticket.Date // last day
	Version string      // of the rules that say so
	Source  EntrySource
	Ticket  ticket.ID
	Reason  string
	Tier    int // of the household when nobody of it is in a register of tier 1 any more: 2 or 3
}

// Exit ends the time of people of a household in a register of tier 1. When nobody of
// the household is in one any more, it gets the tier that the decision says.
func Exit(ctx context.Context, tx RegisterTx, h *Household, kind RegisterKind, e RegisterExit, persons []PersonID, plan MonitoringRules) error {
	if e.Last == "" {
		return act.Invalid("last", "date_required", "Say which day is the last.")
	}
	if e.Tier != TierEdge && e.Tier != TierEmergency {
		return act.Invalid("tier", "unknown_tier", "Say which tier the household has afterwards, 2 or 3.")
	}
	if err := reasonGiven(e.Reason); err != nil {
		return err
	}
	e.Source = EntryCase
	for _, p := range persons {
		if _, err := tx.EndRegisterEntry(ctx, p, kind, e); err != nil {
			return err
		}
	}
	if err := record(ctx, tx, *h, "register.left", e.Reason, map[string]any{"kind": string(kind), "persons": len(persons), "last": string(e.Last)}); err != nil {
		return err
	}
	left, err := tx.RunningEntries(ctx, h.ID)
	if err != nil || left > 0 {
		return err
	}
	return SetTier(ctx, tx, h, Tier{Tier: e.Tier, Version: e.Version, Because: TierByRegister, Ticket: e.Ticket, Reason: e.Reason}, plan)
}
