package store

import (
	"context"
	"encoding/hex"
	"slices"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// payoutRow is a payout with the names around it.
type payoutRow struct {
	Row                                         disbursementRow `gorm:"embedded"`
	TicketPublic, Number, Maker                 string
	DecisionPublic                              *string
	Checker, Payer, Companion, Second, Reviewer *string
}

const payoutSQL = `SELECT x.*, t.public_id AS ticket_public, t.number, e.public_id AS decision_public, m.name AS maker, c.name AS checker, p.name AS payer,
	o.name AS companion, z.name AS second, w.name AS reviewer, ` + reviewColumns + ` FROM disbursements x JOIN tickets t ON t.id = x.ticket_id LEFT JOIN decisions e ON e.id = x.decision_id
	JOIN staff m ON m.id = x.maker_id LEFT JOIN staff c ON c.id = x.checker_id LEFT JOIN staff p ON p.id = x.payer_id
	LEFT JOIN staff o ON o.id = x.companion_id LEFT JOIN staff z ON z.id = x.second_id
	LEFT JOIN after_reviews r ON r.disbursement_id = x.id LEFT JOIN staff w ON w.id = r.reviewer_id `

func (tx *Tx) payoutView(r payoutRow) ledger.View {
	d := r.Row.disbursement()
	return ledger.View{ID: d.PublicID, TicketID: r.TicketPublic, TicketNumber: r.Number, DecisionID: deref(r.DecisionPublic), AidKind: d.AidKind, Period: d.Period, Channel: d.Channel,
		Area: string(d.Area), SourceArea: string(d.Source), AmountFen: d.Fen, State: d.State, Level: d.Level, LevelWhy: d.LevelWhy, ContentHash: hex.EncodeToString(d.Content), Maker: r.Maker,
		Checker: deref(r.Checker), Payer: deref(r.Payer), Companion: deref(r.Companion), SecondSigner: deref(r.Second), CancelReason: d.CancelNote,
		SubmittedAt: d.SubmittedAt, CheckedAt: utc(r.Row.CheckedAt), ReservedAt: utc(r.Row.ReservedAt), IssuedAt: utc(r.Row.IssuedAt), ReceiptedAt: utc(r.Row.ReceiptedAt),
		EndedAt: utc(r.Row.EndedAt), SecondSignBy: utc(r.Row.SecondDue), SecondSigned: utc(r.Row.SecondAt), CountyFrom: utc(r.Row.CountyFrom),
		AfterReview: tx.reviewView(r), NextActs: d.NextActs(tx.actor, tx.now), Version: d.Version, PolicyVersion: d.Policy, HandedOver: d.HandedOver()}
}

// TicketDisbursements lists the payouts of a ticket, newest first, with what the actor may do.
func (tx *Tx) TicketDisbursements(ctx context.Context, id ticket.ID) ([]ledger.View, error) {
	var rows []payoutRow
	if err := tx.find(ctx, "list payouts", &rows, payoutSQL+`WHERE x.ticket_id = ? ORDER BY x.id DESC`, int64(id)); err != nil {
		return nil, err
	}
	views := make([]ledger.View, 0, len(rows))
	for _, r := range rows {
		v := tx.payoutView(r)
		if v.Channel == ledger.ChannelBank {
			var err error
			if v.Tries, err = tx.tries(ctx, r.Row.ID); err != nil {
				return nil, err
			}
		}
		views = append(views, v)
	}
	return views, tx.withBaskets(ctx, views)
}

// DisbursementView loads one payout by its public id.
func (tx *Tx) DisbursementView(ctx context.Context, publicID string) (ledger.View, error) {
	if uuid.Validate(publicID) != nil {
		return ledger.View{}, act.NotFound("payout")
	}
	r, err := one[payoutRow](ctx, tx, "payout", payoutSQL+`WHERE x.public_id = ?`, publicID)
	if err != nil {
		return ledger.View{}, err
	}
	return tx.payoutView(r), nil
}

// Approvals lists what waits for this actor's word, oldest first: payouts to
// check, to sign a second time or to review, decisions to approve.
func (tx *Tx) Approvals(ctx context.Context) ([]ledger.InboxItem, error) {
	waiting := `WHERE x.state = 'submitted' OR (x.level = 'solo' AND x.second_at IS NULL AND x.state NOT IN ('cancelled','reversed')) ORDER BY x.submitted_at LIMIT 500`
	if tx.actor.May(area.RoleCountyFinance) { // who signs nothing, and reviews
		waiting = `WHERE r.disbursement_id IS NOT NULL AND r.outcome IS NULL ORDER BY r.drawn_at LIMIT 500`
	}
	var rows []payoutRow
	if err := tx.find(ctx, "list payouts to sign", &rows, payoutSQL+waiting); err != nil {
		return nil, err
	}
	items := []ledger.InboxItem{}
	for _, r := range rows {
		v := tx.payoutView(r)
		item := ledger.InboxItem{ID: v.ID, TicketID: v.TicketID, TicketNumber: v.TicketNumber, Area: v.Area, AmountFen: v.AmountFen, ContentHash: v.ContentHash,
			MadeBy: v.Maker, Since: v.SubmittedAt, DueAt: v.SecondSignBy}
		for _, item.Act = range v.NextActs {
			switch item.Act {
			case "after_review":
				item.Since, item.DueAt = v.AfterReview.DrawnAt, &v.AfterReview.DueAt
				items = append(items, item)
			case "check", "second_signature":
				items = append(items, item)
			}
		}
	}
	decisions, err := tx.decisionsToApprove(ctx)
	if err != nil {
		return nil, err
	}
	items = append(items, decisions...)
	slices.SortStableFunc(items, func(a, b ledger.InboxItem) int { return a.Since.Compare(b.Since) })
	return items, nil
}

// accountSQL names the holder of an account for people.
const accountSQL = `SELECT a.id, a.public_id, a.kind, a.area_code, a.posted_fen, a.pending_in_fen, a.pending_out_fen,
	a.holder LIKE 'advance:%' AS advance,
	coalesce(CASE WHEN a.holder LIKE 'staff:%' OR a.holder LIKE 'advance:%' THEN (SELECT s.name FROM staff s WHERE s.id = split_part(a.holder, ':', 2)::bigint)
	              WHEN a.holder LIKE 'ticket:%' THEN (SELECT t.number FROM tickets t WHERE t.id = substr(a.holder, 8)::bigint)
	              ELSE a.holder END, '') AS holder FROM accounts a `

func (r accountRow) view() ledger.AccountView {
	return ledger.AccountView{ID: r.PublicID, Kind: ledger.Kind(r.Kind), Area: r.AreaCode, Holder: r.Holder, Advance: r.Advance, PostedFen: r.PostedFen,
		PendingInFen: r.PendingInFen, PendingOutFen: r.PendingOutFen, AvailableFen: r.account().Available()}
}

// AccountByRef shows an account by what it is.
func (tx *Tx) AccountByRef(ctx context.Context, ref ledger.AccountRef) (ledger.AccountView, error) {
	r, err := one[accountRow](ctx, tx, "account", accountSQL+`WHERE a.kind = ? AND a.area_code = ? AND a.holder = ?`, string(ref.Kind), string(ref.Area), ref.Holder)
	return r.view(), err
}

// Budgets lists the newest budget of each county in scope and kind of aid, with
// what counts against it.
func (tx *Tx) Budgets(ctx context.Context, year int) ([]ledger.BudgetView, error) {
	views := []ledger.BudgetView{}
	err := tx.find(ctx, "list budgets", &views, `SELECT b.area_code AS area, d.name AS area_name, b.aid_kind, b.year, b.fen, coalesce(k.used_fen, 0) AS used_fen,
			b.fen - coalesce(k.used_fen, 0) AS left_fen, b.voucher, coalesce(s.name, '') AS set_by, b.set_at AT TIME ZONE 'UTC' AS set_at
		FROM (SELECT DISTINCT ON (area_code, aid_kind) * FROM budgets WHERE year = ? ORDER BY area_code, aid_kind, id DESC) b
		JOIN divisions d ON d.code = b.area_code LEFT JOIN staff s ON s.id = b.set_by
		LEFT JOIN limit_keys k ON k.kind = 'budget' AND k.key = b.area_code || ':' || b.aid_kind || ':' || b.year ORDER BY b.area_code, b.aid_kind`, year)
	return views, err
}

// Float shows a township's float. fullFen and lowPercent are the policy's.
func (tx *Tx) Float(ctx context.Context, township area.Code, fullFen int64, lowPercent int) (ledger.FloatView, error) {
	r, err := one[accountRow](ctx, tx, "float", accountSQL+`WHERE a.kind = 'float' AND a.area_code = ? AND a.holder = ''`, string(township))
	if err != nil {
		return ledger.FloatView{}, err
	}
	v := ledger.FloatView{AccountView: r.view(), FullFen: fullFen, Low: ledger.Low(r.account().Available(), fullFen, lowPercent)}
	err = tx.scan(ctx, "sum cash in hands", `SELECT coalesce(sum(posted_fen), 0)::bigint FROM accounts WHERE kind = 'cash' AND area_code = ?`,
		[]any{string(township)}, &v.InHandsFen)
	return v, err
}

// Stores lists the floats and funds in scope that anything was ever booked on.
func (tx *Tx) Stores(ctx context.Context) ([]ledger.AccountView, error) {
	var rows []accountRow
	err := tx.find(ctx, "list floats and funds", &rows, accountSQL+`WHERE a.kind IN ('float', 'fund') AND a.holder = ''
		AND EXISTS (SELECT 1 FROM postings p WHERE p.account_id = a.id) ORDER BY a.area_code, a.kind`)
	views := make([]ledger.AccountView, 0, len(rows))
	for _, r := range rows {
		views = append(views, r.view())
	}
	return views, err
}

// BudgetsEnded counts the kinds of aid of each county that had a budget in the year before and have none in this one.
func (tx *Tx) BudgetsEnded(ctx context.Context, year int) (map[area.Code]int, error) {
	var rows []struct {
		AreaCode string
		Kinds    int
	}
	err := tx.find(ctx, "count budgets that ended", &rows, `SELECT b.area_code, count(DISTINCT b.aid_kind) AS kinds FROM budgets b
		WHERE b.year = ? AND NOT EXISTS (SELECT 1 FROM budgets n WHERE n.area_code = b.area_code AND n.aid_kind = b.aid_kind AND n.year = ?) GROUP BY 1`, year-1, year)
	ended := map[area.Code]int{}
	for _, r := range rows {
		ended[area.Code(r.AreaCode)] = r.Kinds
	}
	return ended, err
}
