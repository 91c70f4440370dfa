package store

import (
	"context"
	"strings"
	"time"

	"example.org/hotline/ledger"
)

// signalSQL finds what an auditor looks at first, each kind of signal by a statement
// of its own over the payouts p that were started since a moment and were not called
// off. None proves anything.
var signalSQL = []struct {
	kind ledger.SignalKind
	sql  string
}{
	// Two people who sign nearly only for one another.
	{ledger.SignalSamePair, `SELECT string_agg(p.public_id::text, ' ' ORDER BY p.id) AS payouts, m.name || ' → ' || s.name AS who, sum(p.fen)::bigint AS fen, max(p.submitted_at) AS latest
		FROM p JOIN staff m ON m.id = p.maker_id JOIN staff s ON s.id = coalesce(p.checker_id, p.second_id)
		GROUP BY m.id, m.name, s.id, s.name HAVING count(*) >= 5 AND count(*) * 10 >= 9 * (SELECT count(*) FROM p x WHERE x.maker_id = m.id AND coalesce(x.checker_id, x.second_id) IS NOT NULL)
			AND (SELECT count(DISTINCT y.id) FROM staff y WHERE y.role = s.role AND y.area_code = s.area_code AND y.active) > 1`},
	// One person paid as a member of several households.
	{ledger.SignalTwoHouseholds, `SELECT string_agg(p.public_id::text, ' ' ORDER BY p.id) AS payouts, '' AS who, sum(p.fen)::bigint AS fen, max(p.submitted_at) AS latest
		FROM p GROUP BY p.payee_index HAVING count(DISTINCT p.household_index) > 1`},
	// One bank account for two people: a household's, a helper's, or a thief's.
	{ledger.SignalSameAccount, `SELECT string_agg(p.public_id::text, ' ' ORDER BY p.id) AS payouts, '' AS who, sum(p.fen)::bigint AS fen, max(p.submitted_at) AS latest
		FROM p WHERE p.account_index IS NOT NULL GROUP BY p.account_index HAVING count(DISTINCT p.payee_index) > 1`},
	// Money asked for within minutes of the call.
	{ledger.SignalYoungTicket, `SELECT string_agg(p.public_id::text, ' ' ORDER BY p.id) AS payouts, m.name AS who, sum(p.fen)::bigint AS fen, max(p.submitted_at) AS latest
		FROM p JOIN tickets t ON t.id = p.ticket_id JOIN staff m ON m.id = p.maker_id WHERE p.submitted_at < t.invited_at + interval '10 minutes' GROUP BY m.id, m.name`},
	// Checked or signed a second time at night: emergencies are paid at night, signatures can wait.
	{ledger.SignalOffHours, `SELECT string_agg(p.public_id::text, ' ' ORDER BY p.id) AS payouts, s.name AS who, sum(p.fen)::bigint AS fen, max(coalesce(p.second_at, p.checked_at)) AS latest
		FROM p JOIN staff s ON s.id = coalesce(p.second_id, p.checker_id)
		WHERE extract(hour FROM coalesce(p.second_at, p.checked_at) AT TIME ZONE 'Asia/Shanghai') NOT BETWEEN 6 AND 21 GROUP BY s.id, s.name HAVING count(*) >= 3`},
	// Again and again just below what one person may pay alone.
	{ledger.SignalJustBelow, `SELECT string_agg(p.public_id::text, ' ' ORDER BY p.id) AS payouts, m.name AS who, sum(p.fen)::bigint AS fen, max(p.submitted_at) AS latest
		FROM p JOIN staff m ON m.id = p.maker_id WHERE p.level = 'solo' AND p.fen * 100 >= 95 * ?::bigint GROUP BY m.id, m.name HAVING count(*) >= 3`},
	// Drawn for a review, which found something.
	{ledger.SignalFinding, `SELECT string_agg(p.public_id::text, ' ' ORDER BY p.id) AS payouts, m.name AS who, sum(p.fen)::bigint AS fen, max(r.reviewed_at) AS latest
		FROM after_reviews r JOIN disbursements p ON p.id = r.disbursement_id JOIN staff m ON m.id = p.maker_id
		WHERE r.outcome = 'finding' AND r.reviewed_at >= (SELECT at FROM since) GROUP BY m.id, m.name`},
	// Drawn, and nobody of the county's finance has looked in time: however long ago.
	{ledger.SignalReviewLate, `SELECT string_agg(p.public_id::text, ' ' ORDER BY p.id) AS payouts, c.name AS who, sum(p.fen)::bigint AS fen, max(r.drawn_at) AS latest
		FROM after_reviews r JOIN disbursements p ON p.id = r.disbursement_id JOIN divisions c ON c.code = left(p.area_code, 6) || '000000'
		WHERE r.outcome IS NULL AND r.due_at <= (SELECT app_now()) GROUP BY c.code, c.name`},
}

// Signals lists what an auditor looks at first among the payouts since a moment:
// those of the actor's area. soloFen is what one person may pay alone.
func (tx *Tx) Signals(ctx context.Context, since time.Time, soloFen int64) ([]ledger.Signal, error) {
	list := []ledger.Signal{}
	for _, s := range signalSQL {
		var rows []struct {
			Payouts string
			Who     string
			Fen     int64
			Latest  time.Time
		}
		args := []any{since}
		if s.kind == ledger.SignalJustBelow {
			args = append(args, soloFen)
		}
		err := tx.find(ctx, "look for "+string(s.kind), &rows, `WITH since AS (SELECT ?::timestamptz AS at), p AS (SELECT * FROM disbursements WHERE submitted_at >= (SELECT at FROM since) AND state NOT IN ('cancelled', 'reversed')) `+s.sql+` ORDER BY latest DESC LIMIT 100`, args...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			payouts := strings.Fields(r.Payouts)
			tickets, err := tx.ticketsOf(ctx, payouts)
			if err != nil {
				return nil, err
			}
			list = append(list, ledger.Signal{Kind: s.kind, Who: r.Who, Count: len(payouts), Fen: r.Fen, Latest: r.Latest.UTC(), Payouts: payouts, Tickets: tickets})
		}
	}
	return list, nil
}

// ticketsOf lists the tickets of payouts, each once, the one paid on last first.
func (tx *Tx) ticketsOf(ctx context.Context, payouts []string) ([]ledger.CaseRef, error) {
	refs := []ledger.CaseRef{}
	return refs, tx.find(ctx, "list tickets of payouts", &refs, `SELECT t.public_id AS id, t.number FROM disbursements d JOIN tickets t ON t.id = d.ticket_id
		WHERE d.public_id = ANY (string_to_array(?, ' ')::uuid[]) GROUP BY t.id, t.public_id, t.number ORDER BY max(d.id) DESC`, strings.Join(payouts, " "))
}
