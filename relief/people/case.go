package people

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// Basis is what the link between a case and a household rests on.
type Basis string

// The bases.
const (
	BasisRegistered Basis = "registered" // the household was registered for the case
	BasisIdentity   Basis = "identity"   // found by an identity number
	BasisPhone      Basis = "phone"      // found by a telephone
	BasisSuggested  Basis = "suggested"  // shown as perhaps the same, and a person said that it is
	BasisMerged     Basis = "merged"     // its household was joined to this one
	BasisUnmerged   Basis = "unmerged"   // and parted again
)

// Bases lists them.
func Bases() []Basis {
	return []Basis{BasisRegistered, BasisIdentity, BasisPhone, BasisSuggested, BasisMerged, BasisUnmerged}
}

// leads are the roles that lead the tickets of their area.
var leads = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty, area.RoleSupervisor}

// Keepers may look people up, register them and link them to cases, each where
// they own or lead an open ticket.
func Keepers() []area.Role {
	return []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty}
}

// Joiners may join and part records.
func Joiners() []area.Role { return []area.Role{area.RoleTownshipHead, area.RoleCountyDuty} }

// OpenCase locks a ticket that is open and that the actor owns, took the call of, or
// leads. Without one nobody looks anybody up (社会救助法 Art 70(6)).
func OpenCase(ctx context.Context, tx ticket.Tx, id ticket.ID) (ticket.Ticket, error) {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return ticket.Ticket{}, err
	}
	if !t.Status.Open() {
		return ticket.Ticket{}, act.Refused("case_closed", "People are looked up for an open case only; this one is closed. Reopen it first, or open the one that you work on.")
	}
	me := tx.Actor()
	if t.Owner != me.PostID && (t.CallTaker == 0 || t.CallTaker != me.StaffID) && !me.May(leads...) {
		return ticket.Ticket{}, act.Refused("not_owner", "Only the owner may do this; accept the ticket or ask for a hand-over first.")
	}
	return t, nil
}

// RegisterRules are what a new household starts with.
type RegisterRules struct {
	Version    string // of the rules that set its tier
	Monitoring MonitoringRules
}

// Register writes down a household that is not in the register yet, for an open case,
// and links the case to it. What the case's applicant, and each member, received before
// counts under the household from now on. A number that somebody else stands under is
// refused: they are looked up and moved, not written down again.
func Register(ctx context.Context, tx Tx, id ticket.ID, in HouseholdInput, r RegisterRules) (Household, error) {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return Household{}, err
	}
	h, err := in.read(ticket.DateOf(tx.Now()))
	if err != nil {
		return Household{}, err
	}
	t, err := OpenCase(ctx, tx, id)
	if err != nil {
		return Household{}, err
	}
	if _, err := tx.Division(ctx, h.Area); err != nil {
		return Household{}, unknownPlace(err)
	}
	if err := tx.Wherever(ctx, func() error { return register(ctx, tx, t, &h, r) }); err != nil {
		return Household{}, err
	}
	return h, nil
}

func unknownPlace(err error) error {
	if errors.Is(err, act.ErrNotFound) {
		return act.Invalid("area", "unknown_area", "There is no such place; choose it from the list.")
	}
	return err
}

func register(ctx context.Context, tx Tx, t ticket.Ticket, h *Household, r RegisterRules) error {
	if err := lockPayees(ctx, tx, h.Members); err != nil {
		return err
	}
	if err := enrol(ctx, tx, h, t.ID, Tier{Tier: TierEmergency, Version: r.Version, Because: TierRegistered, Ticket: t.ID}, r.Monitoring); err != nil {
		return err
	}
	return link(ctx, tx, t, *h, BasisRegistered)
}

// lockPayees keeps payouts to any of the members waiting, in one order for everybody.
func lockPayees(ctx context.Context, tx Tx, members []Member) error {
	var payees [][]byte
	for _, m := range members {
		if m.Person.Identity.Type == IdentityResident {
			payees = append(payees, tx.IdentityIndex(string(m.Person.Identity.Number)))
		}
	}
	slices.SortFunc(payees, bytes.Compare)
	for _, payee := range payees {
		if err := tx.LockPayee(ctx, payee); err != nil {
			return err
		}
	}
	return nil
}

// enrol writes a household with its members and its first tier.
func enrol(ctx context.Context, tx Tx, h *Household, of ticket.ID, tier Tier, plan MonitoringRules) error {
	h.Index = tx.HouseholdIndex(h.PublicID)
	h.OpenedAt = tx.Now()
	if err := tx.AddHousehold(ctx, h); err != nil {
		return err
	}
	if err := SetTier(ctx, tx, h, tier, plan); err != nil {
		return err
	}
	for i := range h.Members {
		if err := join(ctx, tx, h, &h.Members[i], of); err != nil {
			return err
		}
	}
	return record(ctx, tx, *h, "household.registered", "", map[string]any{"members": len(h.Members), "tier": tier.Tier})
}

// join writes a person who is new to the register, and that they belong to a
// household. What they were paid in their own name counts under it from now on.
func join(ctx context.Context, tx Tx, h *Household, m *Member, of ticket.ID) error {
	if err := tx.AddPerson(ctx, &m.Person, of); err != nil {
		return err
	}
	if err := tx.AddMember(ctx, h.ID, m, 0); err != nil {
		return err
	}
	if err := suggest(ctx, tx, m.Person); err != nil {
		return err
	}
	if m.Person.Identity.Type != IdentityResident {
		return nil
	}
	return ledger.CountAlso(ctx, tx, h.Index, ledger.Past{Payee: tx.IdentityIndex(string(m.Person.Identity.Number))})
}

// Link binds an open case to a household that is in the register, because a person
// says so. Another link of the case ends, with the reason.
func Link(ctx context.Context, tx Tx, id ticket.ID, ref string, basis Basis, reason string) (Household, error) {
	if !slices.Contains([]Basis{BasisIdentity, BasisPhone, BasisSuggested}, basis) {
		return Household{}, act.Invalid("basis", "unknown_basis", "Say whether it was found by identity number, by phone or by a suggestion.")
	}
	t, err := OpenCase(ctx, tx, id)
	if err != nil {
		return Household{}, err
	}
	var h Household
	err = tx.Wherever(ctx, func() error {
		if h, err = found(ctx, tx, t, ref); err != nil {
			return err
		}
		if now, err := tx.TicketHousehold(ctx, t.ID); err == nil && now.ID == h.ID {
			return nil
		} else if err == nil {
			if err := relinked(ctx, tx, t, now, reason); err != nil {
				return err
			}
		} else if !errors.Is(err, act.ErrNotFound) {
			return err
		}
		return link(ctx, tx, t, h, basis)
	})
	return h, err
}

// found locks a household that the actor may bind the case to: one that they have
// looked up for this very case, or that lies in their area, where suggestions are.
func found(ctx context.Context, tx Tx, t ticket.Ticket, ref string) (Household, error) {
	h, err := lockedByRef(ctx, tx, ref)
	if err != nil {
		return Household{}, err
	}
	looked, err := tx.LookedUp(ctx, t.ID, h.ID)
	if err == nil && !looked {
		return Household{}, act.NotFound("household")
	}
	return h, err
}

func relinked(ctx context.Context, tx Tx, t ticket.Ticket, now Household, reason string) error {
	if err := reasonGiven(reason); err != nil {
		return err
	}
	if err := tx.EndLink(ctx, t.ID, reason); err != nil {
		return err
	}
	return ticket.Tell(ctx, tx, &t, "household.unlinked", reason, map[string]any{"by": tx.Actor().Name, "household": now.PublicID})
}

// link writes that a case is about a household. What was paid on the case counts under it from now on.
func link(ctx context.Context, tx Tx, t ticket.Ticket, h Household, basis Basis) error {
	if err := tx.AddLink(ctx, t.ID, h.ID, basis); err != nil {
		return err
	}
	if err := ledger.CountAlso(ctx, tx, h.Index, ledger.Past{Case: ledger.CaseID(t.ID)}); err != nil {
		return err
	}
	if err := record(ctx, tx, h, "household.linked", "", map[string]any{"ticket": t.PublicID, "basis": string(basis)}); err != nil {
		return err
	}
	return ticket.Tell(ctx, tx, &t, "household.linked", "", map[string]any{"by": tx.Actor().Name, "household": h.PublicID, "basis": string(basis), "members": len(h.Members)})
}

// Unlink ends the link between an open case and its household. What was counted stays
// counted, and counts from now on for those as well whom the case paid: under what else
// payouts to them add to.
func Unlink(ctx context.Context, tx Tx, id ticket.ID, reason string) error {
	if err := reasonGiven(reason); err != nil {
		return err
	}
	t, err := OpenCase(ctx, tx, id)
	if err != nil {
		return err
	}
	return tx.Wherever(ctx, func() error {
		h, err := tx.TicketHousehold(ctx, t.ID)
		if err != nil {
			return err
		}
		payees, err := tx.CasePayees(ctx, t.ID)
		if err != nil {
			return err
		}
		for _, payee := range payees { // in one order for everybody, and before households
			if err := tx.LockPayee(ctx, payee); err != nil {
				return err
			}
		}
		if err := record(ctx, tx, h, "household.unlinked", reason, map[string]any{"ticket": t.PublicID}); err != nil {
			return err
		}
		if err := relinked(ctx, tx, t, h, reason); err != nil {
			return err
		}
		return countForPayees(ctx, tx, t, payees)
	})
}

// countForPayees lets what was paid on a case that is bound to no household count under
// what each of its payees counts under: their own household, or they themselves.
func countForPayees(ctx context.Context, tx Tx, t ticket.Ticket, payees [][]byte) error {
	for _, payee := range payees {
		index, err := tx.LimitIndex(ctx, t.ID, payee)
		if err != nil {
			return err
		}
		if err := ledger.CountAlso(ctx, tx, index, ledger.Past{Case: ledger.CaseID(t.ID)}); err != nil {
			return err
		}
	}
	return nil
}

func reasonGiven(reason string) error {
	switch {
	case reason == "":
		return act.Invalid("reason", "reason_required", "Give the reason; it is kept.")
	case len([]rune(reason)) > 500:
		return act.Invalid("reason", "too_long", "Shorten this text.")
	default:
		return ticket.PlainText("reason", reason)
	}
}

// lockedByRef locks a household by its public id; one that was joined to another is refused.
func lockedByRef(ctx context.Context, tx Tx, ref string) (Household, error) {
	h, err := tx.HouseholdByRef(ctx, ref)
	if err != nil {
		return Household{}, err
	}
	if h, err = tx.HouseholdForUpdate(ctx, h.ID); err == nil && h.MergedInto != 0 {
		err = goneElsewhere()
	}
	return h, err
}

// Deny says that a case is not about a household that was suggested for it, which is not shown for it again.
func Deny(ctx context.Context, tx DenyTx, id ticket.ID, ref, reason string) error {
	if err := reasonGiven(reason); err != nil {
		return err
	}
	t, err := OpenCase(ctx, tx, id)
	if err != nil {
		return err
	}
	suggested, err := tx.CaseSuggestions(ctx, t.ID)
	if err != nil {
		return err
	}
	return tx.Wherever(ctx, func() error {
		h, err := tx.HouseholdByRef(ctx, ref)
		if err != nil {
			return err
		}
		var grounds []Ground
		for _, s := range suggested {
			if s.Household == h.ID && !slices.Contains(grounds, s.Ground) {
				grounds = append(grounds, s.Ground)
			}
		}
		if len(grounds) == 0 {
			return act.NotFound("household")
		}
		if err := tx.AddDenial(ctx, t.ID, h.ID, grounds, reason); err != nil {
			return err
		}
		if err := record(ctx, tx, h, "household.denied", reason, map[string]any{"ticket": t.PublicID}); err != nil {
			return err
		}
		return ticket.Tell(ctx, tx, &t, "household.denied", reason, map[string]any{"by": tx.Actor().Name, "household": h.PublicID})
	})
}

// DenyTx is what turning a suggestion down needs beside the rest.
type DenyTx interface {
	Tx
	// AddDenial keeps that a case is not about a household.
	AddDenial(ctx context.Context, t ticket.ID, h HouseholdID, grounds []Ground, reason string) error
}
