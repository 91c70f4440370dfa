package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// rulingRow is a row of rulings.
type rulingRow struct {
	ID, TicketID, ApplicationID, Fen, ProposedBy, Version                            int64
	PublicID, Kind, State, Level, ReasonCode, Reason, Override, ProposedRole, Answer string
	KeptWhy                                                                          string
	AssessmentID, AnsweredBy                                                         *int64
	FromMonth, LetterWay                                                             *string
	ProposedAt                                                                       time.Time
	AnsweredAt, LetterDueAt, LetterAt                                                *time.Time
	Proposer                                                                         string // of pages only, as what follows
	Answerer, RestsOn                                                                *string
}

const rulingColumns = `r.id, r.public_id, r.ticket_id, r.application_id, r.assessment_id, r.kind, r.state, r.fen, r.level, r.from_month, r.reason_code, r.reason, r.override, r.proposed_by,
	r.proposed_role, r.proposed_at, r.answered_by, r.answered_at, r.answer, r.letter_due_at, r.letter_at, r.letter_way, r.kept_why, r.version`

func levelOf(name string) area.Level {
	return map[string]area.Level{"township": area.LevelTownship, "county": area.LevelCounty, "city": area.LevelCity}[name]
}

func levelText(l area.Level) string {
	return map[area.Level]string{area.LevelTownship: "township", area.LevelCounty: "county", area.LevelCity: "city"}[l]
}

func (r rulingRow) ruling() application.Ruling {
	return application.Ruling{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Application: application.ID(r.ApplicationID), Assessment: deref(r.AssessmentID),
		Kind: application.RulingKind(r.Kind), State: application.RulingState(r.State), Fen: r.Fen, Level: levelOf(r.Level), From: rule.Month(deref(r.FromMonth)), ReasonCode: r.ReasonCode,
		Reason: r.Reason, Override: r.Override, By: area.StaffID(r.ProposedBy), ByRole: area.Role(r.ProposedRole), At: r.ProposedAt.UTC(), AnsweredBy: area.StaffID(deref(r.AnsweredBy)),
		AnsweredAt: orZero(r.AnsweredAt), Answer: r.Answer, LetterDue: orZero(r.LetterDueAt), LetterAt: orZero(r.LetterAt), LetterBy: application.LetterWay(deref(r.LetterWay)), Kept: r.KeptWhy, Version: r.Version}
}

// AddRuling writes what is proposed.
func (tx *Tx) AddRuling(ctx context.Context, r *application.Ruling) error {
	return tx.insert(ctx, "ruling", &r.ID, `INSERT INTO rulings (public_id, ticket_id, application_id, assessment_id, kind, state, fen, level, from_month, reason_code, reason, override, proposed_by,
		proposed_role, proposed_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		r.PublicID, int64(r.Ticket), int64(r.Application), nonZero(r.Assessment), r.Kind, r.State, r.Fen, levelText(r.Level), nonZero(string(r.From)), r.ReasonCode, r.Reason, r.Override,
		int64(r.By), r.ByRole, r.At, r.Version)
}

// RulingByRef resolves a public id.
func (tx *Tx) RulingByRef(ctx context.Context, publicID string) (id int64, of application.ID, err error) {
	if uuid.Validate(publicID) != nil {
		return 0, 0, act.NotFound("ruling")
	}
	err = tx.scan(ctx, "find ruling", `SELECT id, application_id FROM rulings WHERE public_id = ?`, []any{publicID}, &id, (*int64)(&of))
	if errors.Is(err, act.ErrNotFound) {
		err = act.NotFound("ruling")
	}
	return id, of, err
}

// RulingTicket is the ticket of a ruling.
func (tx *Tx) RulingTicket(ctx context.Context, id int64) (of ticket.ID, err error) {
	err = tx.scan(ctx, "find ruling", `SELECT ticket_id FROM rulings WHERE id = ?`, []any{id}, (*int64)(&of))
	return of, err
}

// RulingForUpdate locks and loads a ruling.
func (tx *Tx) RulingForUpdate(ctx context.Context, id int64) (application.Ruling, error) {
	r, err := one[rulingRow](ctx, tx, "ruling", `SELECT `+rulingColumns+` FROM rulings r WHERE r.id = ? FOR UPDATE`, id)
	return r.ruling(), err
}

// OpenRuling locks what waits for a second person.
func (tx *Tx) OpenRuling(ctx context.Context, of application.ID) (application.Ruling, error) {
	r, err := one[rulingRow](ctx, tx, "ruling", `SELECT `+rulingColumns+` FROM rulings r WHERE r.application_id = ? AND r.state = 'proposed' FOR UPDATE`, int64(of))
	return r.ruling(), err
}

// SaveRuling writes what may change of a ruling, guarded by its version.
func (tx *Tx) SaveRuling(ctx context.Context, r *application.Ruling) error {
	n, err := tx.exec(ctx, "save ruling", `UPDATE rulings SET state = ?, answered_by = ?, answered_at = ?, answer = ?, letter_due_at = ?, letter_at = ?, letter_way = ?, kept_why = ?, version = version + 1
		WHERE id = ? AND version = ?`, r.State, nonZero(int64(r.AnsweredBy)), null(r.AnsweredAt), r.Answer, null(r.LetterDue), null(r.LetterAt), nonZero(string(r.LetterBy)), r.Kept, r.ID, r.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", "The ruling changed while you were looking at it; reload and decide again.")
	}
	r.Version++
	return err
}

// AddEntitlement writes what a household gets each month.
func (tx *Tx) AddEntitlement(ctx context.Context, e *application.Entitlement) error {
	members, err := listJSON(e.Members)
	if err != nil {
		return err
	}
	err = tx.insert(ctx, "entitlement", &e.ID, `INSERT INTO entitlements (public_id, ticket_id, application_id, ruling_id, household_id, household_index, aid_kind, from_month, until_month,
		monthly_fen, payee_index, payee, account_id, area_code, members, rules, why, made_by, made_at, end_why, end_reason, ended_by, ended_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		e.PublicID, int64(e.Ticket), int64(e.Application), e.Ruling, int64(e.Household), e.Index, e.Aid, string(e.From), nonZero(string(e.Until)), e.Fen, e.Payee, e.Person,
		nonZero(int64(e.Account)), string(e.Area), members, e.Rules, e.Why, int64(e.By), e.At, nonZero(string(e.EndWhy)), e.EndReason, nonZero(int64(e.EndedBy)), null(e.EndedAt), e.Version)
	if violates(err, "entitlements_once") || violates(err, "entitlements_one_open") {
		return act.Refused("entitled_already", "The household gets this aid for one of these months already; end that first.")
	}
	return err
}

// entitlementRow is a row of entitlements.
type entitlementRow struct {
	ID, TicketID, ApplicationID, RulingID, HouseholdID, MonthlyFen, MadeBy, Version int64
	PublicID, AidKind, FromMonth, Payee, AreaCode, Rules, Why, EndReason            string
	HouseholdIndex, PayeeIndex, Members                                             []byte
	UntilMonth, EndWhy                                                              *string
	AccountID, EndedBy                                                              *int64
	MadeAt                                                                          time.Time
	EndedAt                                                                         *time.Time
}

const entitlementColumns = `e.id, e.public_id, e.ticket_id, e.application_id, e.ruling_id, e.household_id, e.household_index, e.aid_kind, e.from_month, e.until_month, e.monthly_fen, e.payee_index,
	e.payee, e.account_id, e.area_code, e.members, e.rules, e.why, e.made_by, e.made_at, e.end_why, e.end_reason, e.ended_by, e.ended_at, e.version`

func (r entitlementRow) entitlement() (application.Entitlement, error) {
	members, err := readList(r.Members)
	return application.Entitlement{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Application: application.ID(r.ApplicationID), Ruling: r.RulingID,
		Household: people.HouseholdID(r.HouseholdID), Index: r.HouseholdIndex, Aid: r.AidKind, From: rule.Month(r.FromMonth), Until: rule.Month(deref(r.UntilMonth)), Fen: r.MonthlyFen,
		Payee: r.PayeeIndex, Person: r.Payee, Account: ledger.PayeeAccountID(deref(r.AccountID)), Area: area.Code(r.AreaCode), Members: members, Rules: r.Rules,
		Why: application.EntitledWhy(r.Why), By: area.StaffID(r.MadeBy), At: r.MadeAt.UTC(), EndWhy: application.EndWhy(deref(r.EndWhy)), EndReason: r.EndReason,
		EndedBy: area.StaffID(deref(r.EndedBy)), EndedAt: orZero(r.EndedAt), Version: r.Version}, err
}

// OpenEntitlement locks the one that has no end yet.
func (tx *Tx) OpenEntitlement(ctx context.Context, of application.ID) (application.Entitlement, error) {
	r, err := one[entitlementRow](ctx, tx, "entitlement", `SELECT `+entitlementColumns+` FROM entitlements e WHERE e.application_id = ? AND e.until_month IS NULL FOR UPDATE`, int64(of))
	if err != nil {
		return application.Entitlement{}, err
	}
	return r.entitlement()
}

// EndEntitlement writes the last month of an entitlement, guarded by its version.
func (tx *Tx) EndEntitlement(ctx context.Context, e *application.Entitlement) error {
	n, err := tx.exec(ctx, "end entitlement", `UPDATE entitlements SET until_month = ?, end_why = ?, end_reason = ?, ended_by = ?, ended_at = ?, version = version + 1 WHERE id = ? AND version = ?`,
		string(e.Until), e.EndWhy, e.EndReason, nonZero(int64(e.EndedBy)), e.EndedAt, e.ID, e.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", "The entitlement changed while you were looking at it; reload and decide again.")
	}
	e.Version++
	return err
}

// AidsRunning lists the monthly aids that a household, or one that was joined to it, has applied for, has, or still gets for months to come.
func (tx *Tx) AidsRunning(ctx context.Context, h people.HouseholdID) (aids []string, err error) {
	err = tx.everywhere(ctx, func() error {
		return tx.find(ctx, "list aids that run", &aids, `SELECT aid FROM applications WHERE household_id = ANY (household_records(?)) AND state NOT IN ('refused','withdrawn','exited','granted')
			UNION SELECT aid_kind FROM entitlements WHERE household_id = ANY (household_records(?)) AND coalesce(until_month, '9999-12') > to_char(?::timestamptz AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')
			  AND from_month <= coalesce(until_month, from_month) ORDER BY 1`, int64(h), int64(h), tx.now)
	})
	return aids, err
}

// AidsUnderWay lists what the household of a case has or has asked for. A sum that was granted once counts until it is paid, and on
// its own case for good.
func (tx *Tx) AidsUnderWay(ctx context.Context, id ticket.ID, payee []byte) (list []relief.UnderWay, err error) {
	index, err := tx.LimitIndex(ctx, id, payee)
	if err != nil {
		return nil, err
	}
	err = tx.everywhere(ctx, func() error {
		return tx.find(ctx, "list aid that is under way", &list, `WITH home AS (SELECT unnest(household_records(id)) AS id FROM households WHERE limit_index = ?::bytea)
			SELECT x.ref, x.aid, t.number, t.id = ? AS same_case FROM (
				SELECT a.public_id AS ref, a.aid, a.ticket_id FROM applications a WHERE a.household_id IN (SELECT id FROM home) AND a.state NOT IN ('refused','withdrawn','exited','granted')
				UNION ALL SELECT d.public_id, d.aid_kind, d.ticket_id FROM decisions d WHERE d.state IN ('registered','short_check','approved','paid','papers_due','papers_done')
					AND (d.ticket_id = ? OR d.state IN ('registered','short_check','approved') AND (d.household_index = ?::bytea
						OR d.ticket_id IN (SELECT c.ticket_id FROM case_households c WHERE c.household_id IN (SELECT id FROM home) AND c.unlinked_at IS NULL)))
			) x JOIN tickets t ON t.id = x.ticket_id ORDER BY x.aid, t.number, x.ref`, index, int64(id), int64(id), index)
	})
	return list, err
}

// GrantedAids are the aids that a household was granted since a day: once by a decision, by
// the month, or by another department; with the sums of what was granted once.
func (tx *Tx) GrantedAids(ctx context.Context, index []byte, since time.Time) (map[string]int64, error) {
	var rows []struct {
		Aid string
		Fen int64
	}
	err := tx.everywhere(ctx, func() error {
		return tx.find(ctx, "list granted aids", &rows, `SELECT aid, sum(fen)::bigint AS fen FROM (
			SELECT d.aid_kind AS aid, d.fen FROM decisions d WHERE d.state IN ('approved','paid','papers_due','papers_done') AND d.decided_at >= ? AND (d.household_index = ?::bytea
				OR d.ticket_id IN (SELECT c.ticket_id FROM case_households c JOIN households h ON h.id = c.household_id WHERE h.limit_index = ?::bytea AND c.unlinked_at IS NULL))
			UNION ALL SELECT e.aid_kind, 0 FROM entitlements e WHERE e.household_id = ANY (ARRAY(SELECT unnest(household_records(h.id)) FROM households h WHERE h.limit_index = ?::bytea)) AND coalesce(e.until_month, '9999-12') >= to_char(?::timestamptz AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')) x
			GROUP BY aid`, since, index, index, index, since)
	})
	granted := map[string]int64{}
	for _, r := range rows {
		granted[r.Aid] = r.Fen
	}
	return granted, err
}
