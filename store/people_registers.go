package store

import (
	"context"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

var _ people.RegisterTx = (*Tx)(nil)

// AddRegisterEntry writes an entry into a register of tier 1.
func (tx *Tx) AddRegisterEntry(ctx context.Context, e *people.RegisterEntry, h people.Household) error {
	_, err := tx.exec(ctx, "enter into a register", `INSERT INTO register_entries (kind, person_id, household_id, area_code, since, rule_version, entry_source, entry_ticket, entry_reason, entered_by, entered_at)
		VALUES (?, ?, ?, ?, ?::date, ?, ?, ?, ?, ?, ?)`, e.Kind, int64(e.Person), int64(e.Household), string(h.Area), string(e.From), e.Version, e.Source, nonZero(int64(e.Ticket)), e.Reason,
		nonZero(int64(tx.actor.StaffID)), tx.now)
	if violates(err, "register_entries_one") {
		return act.Refused("in_register", "Somebody of them is in this register already. Nothing was written.")
	}
	return err
}

// EndRegisterEntry ends a person's running entry.
func (tx *Tx) EndRegisterEntry(ctx context.Context, p people.PersonID, kind people.RegisterKind, x people.RegisterExit) (people.RegisterEntry, error) {
	r, err := one[struct {
		PublicID, RuleVersion string
		HouseholdID           int64
		Since                 time.Time
	}](ctx, tx, "entry", `UPDATE register_entries SET until = greatest(?::date, since - 1), exit_source = ?, exit_ticket = ?, exit_reason = ?, exited_by = ?, exited_at = ?
		WHERE person_id = ? AND kind = ? AND until IS NULL RETURNING public_id, rule_version, household_id, since`,
		string(x.Last), x.Source, nonZero(int64(x.Ticket)), x.Reason, nonZero(int64(tx.actor.StaffID)), tx.now, int64(p), kind)
	return people.RegisterEntry{PublicID: r.PublicID, Kind: kind, Person: p, Household: people.HouseholdID(r.HouseholdID), From: dayOf(&r.Since), Until: x.Last, Version: r.RuleVersion,
		Ticket: x.Ticket, Reason: x.Reason, Source: x.Source}, err
}

// InRegister lists those of a household's people who are in a register.
func (tx *Tx) InRegister(ctx context.Context, h people.HouseholdID, kind people.RegisterKind) (in []people.PersonID, err error) {
	err = tx.find(ctx, "list who is in a register", &in, `SELECT e.person_id FROM register_entries e JOIN memberships m ON m.person_id = e.person_id AND m.until IS NULL
		WHERE m.household_id = ? AND e.kind = ? AND e.until IS NULL ORDER BY 1`, int64(h), kind)
	return in, err
}

// EndEntriesOf ends all that somebody who has died stood in with their last day.
func (tx *Tx) EndEntriesOf(ctx context.Context, p people.PersonID, last ticket.Date, of ticket.ID) error {
	_, err := tx.exec(ctx, "end the entries of somebody who died", `UPDATE register_entries SET until = greatest(?::date, since - 1), exit_source = 'case', exit_ticket = ?, exit_reason = 'died', exited_by = ?, exited_at = ?
		WHERE person_id = ? AND until IS NULL`, string(last), nonZero(int64(of)), nonZero(int64(tx.actor.StaffID)), tx.now, int64(p))
	return err
}

// RunningEntries counts the running entries of a household's people.
func (tx *Tx) RunningEntries(ctx context.Context, h people.HouseholdID) (n int, err error) {
	err = tx.scan(ctx, "count entries", `SELECT count(*) FROM register_entries e JOIN memberships m ON m.person_id = e.person_id AND m.until IS NULL WHERE m.household_id = ? AND e.until IS NULL`, []any{int64(h)}, &n)
	return n, err
}
