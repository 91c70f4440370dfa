package main

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// demoKeeper writes the demo city's rosters.
var demoKeeper = act.Actor{System: "demo", Name: "演示城市"}

// seedRosters writes the city's plans and what changes them, once. A city whose
// clock was set back to before its plans gets them again from there on.
func seedRosters(ctx context.Context, db *store.DB, city configs.City) error {
	policies, err := configs.LoadPolicies("")
	if err != nil {
		return err
	}
	rosters := dispatch.NewRosters(policies.Calendar)
	return db.InTx(ctx, demoKeeper, func(tx *store.Tx) error {
		posts, err := tx.PostsOf(ctx, loginsOf(city))
		if err != nil {
			return err
		}
		fresh := map[duty.Key]time.Duration{} // rosters that had no plan, with their hand-over
		for _, d := range city.Duty {
			k := duty.Key{Area: d.Area, Role: d.Role}
			last, err := tx.LastVersion(ctx, k)
			if err != nil {
				return err
			}
			if kept, err := inForce(ctx, tx, k); kept || err != nil {
				if err != nil {
					return err
				}
				continue
			}
			if _, err := rosters.SaveRoster(ctx, tx, dispatch.NewVersion{Key: k, Plan: d.Plan(posts), Expected: last}); err != nil {
				return err
			}
			if last == 0 {
				fresh[k] = d.Handover
			}
		}
		return seedChanges(ctx, tx, rosters, city, posts, fresh)
	})
}

// inForce reports whether a roster has a plan now.
func inForce(ctx context.Context, tx *store.Tx, k duty.Key) (bool, error) {
	roster, err := tx.Roster(ctx, k, tx.Now(), tx.Now())
	return slices.ContainsFunc(roster.Versions, func(v duty.Version) bool { return !v.From.After(tx.Now()) }), err
}

// seedChanges writes leave and swaps of rosters that were just made.
func seedChanges(ctx context.Context, tx *store.Tx, rosters *dispatch.Rosters, city configs.City, posts map[string]area.PostID, fresh map[duty.Key]time.Duration) error {
	for _, c := range city.Changes {
		k := duty.Key{Area: c.Area, Role: c.Role}
		handover, made := fresh[k]
		if !made {
			continue
		}
		day := ticket.DateOf(tx.Now()).At(handover)
		o := dispatch.NewOverride{Key: k, Kind: c.Kind, Remove: posts[c.Remove], Add: posts[c.Add], From: day.AddDate(0, 0, c.FromDay), To: day.AddDate(0, 0, c.ToDay), Reason: c.Reason}
		if _, err := rosters.AddOverride(ctx, tx, o); err != nil {
			return err
		}
	}
	return nil
}

func loginsOf(city configs.City) []string {
	logins := make([]string, 0, len(city.Staff))
	for _, s := range city.Staff {
		logins = append(logins, s.Login)
	}
	return logins
}
