package people

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// The tiers (DOMAIN 1, C 15 to 18).
const (
	TierRegister  = 1 // dibao, tekun, orphans, children in hardship, disabled with the two subsidies
	TierEdge      = 2 // just above: looked at again and again
	TierEmergency = 3 // whoever meets with an emergency
)

// TierWhy is what set a tier.
type TierWhy string

// What sets tiers.
const (
	TierRegistered TierWhy = "registered" // with the household, for the case it came up in
	TierUrgentAid  TierWhy = "urgent_aid"
	TierAssessment TierWhy = "assessment"
	TierByRegister TierWhy = "register" // an entry into a register of tier 1, or the last exit from them
	TierReview     TierWhy = "review"
	TierImport     TierWhy = "import"
	TierMerge      TierWhy = "merge"
	TierSplit      TierWhy = "split"
)

// TierWhys lists them.
func TierWhys() []TierWhy {
	return []TierWhy{TierRegistered, TierUrgentAid, TierAssessment, TierByRegister, TierReview, TierImport, TierMerge, TierSplit}
}

// Tier is a household's tier for a stretch of time. Each household has exactly one at any moment.
type Tier struct {
	Tier    int
	Version string // of the rules that set it
	Because TierWhy
	Ticket  ticket.ID // the case it came of; zero for none
	Ref     string    // public id of the assessment, decision or act
	Reason  string
	By      area.StaffID // zero for the program
	Since   time.Time
	Until   time.Time // zero while it is the current one
}

// SetTier gives a household its tier, with the version of the rules that say so. The
// caller holds the household's lock. The same tier under the same version stays as it
// is. Tier 2 brings the plan of looking again; any other ends it.
func SetTier(ctx context.Context, tx Tx, h *Household, t Tier, plan MonitoringRules) error {
	switch {
	case t.Tier < TierRegister || t.Tier > TierEmergency:
		return act.Invalid("tier", "unknown_tier", "A tier is 1, 2 or 3.")
	case t.Version == "":
		return act.Invalid("version", "version_required", "Name the version of the rules that sets the tier.")
	case !slices.Contains(TierWhys(), t.Because):
		return act.Invalid("because", "unknown_cause", "Say what set the tier.")
	case h.MergedInto != 0:
		return goneElsewhere()
	case h.Tier.Tier == t.Tier && h.Tier.Version == t.Version:
		return keepPlan(ctx, tx, *h, plan)
	}
	before := h.Tier
	t.Since, t.By = tx.Now(), tx.Actor().StaffID
	if err := tx.AddTier(ctx, h.ID, t); err != nil {
		return err
	}
	h.Tier = t
	if before.Tier != 0 && before.Tier != t.Tier {
		if err := record(ctx, tx, *h, "household.tier", t.Reason, map[string]any{"from": before.Tier, "to": t.Tier, "version": t.Version, "because": string(t.Because)}); err != nil {
			return err
		}
	}
	return keepPlan(ctx, tx, *h, plan)
}

// goneElsewhere refuses what is asked of a record that was merged into another.
func goneElsewhere() error {
	return act.Refused("merged_elsewhere", "This record was joined to another one, which stands for it; go on there.")
}

// record writes an act on a household into the audit chain.
func record(ctx context.Context, tx Tx, h Household, action, reason string, data map[string]any) error {
	if data == nil {
		data = map[string]any{}
	}
	data["household"] = h.PublicID
	return tx.Audit(ctx, act.Record{Action: action, Subject: h.Subject(), Area: h.Area, Reason: reason, Data: data})
}
