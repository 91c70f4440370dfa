package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// listRow is what a list and a page read of a ticket in one statement.
type listRow struct {
	ID, Version                                         int64
	Step                                                int
	PublicID, Number, Kind, Priority, Cause, Status     string
	AreaCode, AreaName, OwnerName, OwnerRole, OwnerKind string
	InvitedAt                                           time.Time
	DueAt                                               *time.Time
	DueClock, RepeatOf, RepeatNumber, PendingPriority   *string
	Breached, Offered, Confidential, LifeDanger         bool
	Source                                              string
	CallID                                              string
	CallerSealed                                        []byte
	// of the page only
	OwnerID                                   int64
	CallTakerID, PendingBy                    *int64
	CallTaker, PendingReason, EndReason       *string
	AcceptedAt, ClosedAt, AnsweredAt, EndedAt *time.Time
	Policy, Dialled, RepeatState              string
	WithAgent, Voicemail                      bool
	ReachedAt                                 *time.Time
	SurveyScore                               *int
	Disposition, DispositionNote              *string
	Epoch                                     int64
	Returned                                  bool
}

// listSQL takes the actor's post, role and area prefix, then a WHERE. A clock
// that has only risen is not the next deadline any more. What is asked of each
// row stands in scalar subselects: for EXISTS the planner reads whole tables first
// (see migration 00009).
const listSQL = `SELECT t.id, t.public_id, t.number, t.kind, t.priority, t.cause, t.status, t.area_code, t.version, t.step, t.invited_at,
	t.confidential, t.life_danger, t.pending_priority, t.call_id, t.owner_id, t.call_taker_id, t.pending_by, t.pending_reason, t.accepted_at,
	t.closed_at, t.policy, t.epoch, t.returned, t.repeat_state, d.name AS area_name, p.name AS owner_name, p.role AS owner_role, p.kind AS owner_kind,
	n.due_at, n.kind AS due_clock, r.public_id AS repeat_of, r.number AS repeat_number, s.name AS call_taker,
	coalesce(c.caller_sealed, w.phone_sealed, i.phone_sealed) AS caller_sealed, coalesce(c.dialled, '') AS dialled, coalesce(i.source, CASE WHEN w.id IS NOT NULL THEN 'report' ELSE 'call' END) AS source, c.answered_at, c.ended_at, c.end_reason,
	t.with_agent, t.voicemail, t.survey_score, c.reached_at, c.disposition, c.disposition_note,
	coalesce((SELECT true FROM clocks k WHERE k.ticket_id = t.id AND k.breached_at IS NOT NULL LIMIT 1), false) AS breached,
	coalesce((SELECT true FROM offers o JOIN posts q ON q.id = o.post_id WHERE o.ticket_id = t.id AND o.ended_at IS NULL
		AND (o.post_id = ? OR (q.kind = 'desk' AND q.role = ? AND starts_with(q.area_code, ?))) LIMIT 1), false) AS offered
	FROM tickets t JOIN divisions d ON d.code = t.area_code JOIN posts p ON p.id = t.owner_id LEFT JOIN calls c ON c.id = t.call_id LEFT JOIN reports w ON w.id = t.call_id LEFT JOIN intakes i ON i.id = t.call_id
	LEFT JOIN LATERAL (SELECT k.due_at, k.kind FROM clocks k WHERE k.ticket_id = t.id AND k.stopped_at IS NULL AND k.paused_at IS NULL AND k.rose_at IS NULL
		ORDER BY k.due_at LIMIT 1) n ON true
	LEFT JOIN tickets r ON r.id = t.repeat_of LEFT JOIN staff s ON s.id = t.call_taker_id `

func (tx *Tx) listArgs(args ...any) []any {
	return append([]any{int64(tx.actor.PostID), string(tx.actor.Role), tx.actor.Area.Prefix()}, args...)
}

// TicketRows lists tickets in the actor's scope, newest first, and tells where
// the next page begins; a zero Cursor where there is none.
func (tx *Tx) TicketRows(ctx context.Context, f ticket.Filter) ([]ticket.Row, ticket.Cursor, error) {
	where, args := []string{"true"}, []any{}
	add := func(sql string, a ...any) { where, args = append(where, sql), append(args, a...) }
	switch f.View {
	case ticket.ListAll:
	case ticket.ListOpen:
		add("t.status NOT IN ('closed', 'duplicate')")
	case ticket.ListMine:
		add("t.owner_id = ? AND t.status NOT IN ('closed', 'duplicate')", int64(tx.actor.PostID))
	case ticket.ListUnanswered: // the second condition on the status lets the index of open tickets be used
		add("t.loop > 0 AND t.status IN ('new', 'triaged', 'offered', 'reopened') AND t.status NOT IN ('closed', 'duplicate') AND NOT t.with_agent")
	case ticket.ListOffered:
		// An array, not a join: the few open offers are found first, whatever the planner thinks of the many tickets.
		add(`t.id = ANY(ARRAY(SELECT o.ticket_id FROM offers o JOIN posts q ON q.id = o.post_id WHERE o.ended_at IS NULL
			AND (o.post_id = ? OR (q.kind = 'desk' AND q.role = ? AND starts_with(q.area_code, ?)))))`, tx.listArgs()...)
	}
	if f.Area != "" {
		add("starts_with(t.area_code, ?)", f.Area.Prefix())
	}
	if f.Priority != "" {
		add("t.priority = ?", f.Priority)
	}
	if f.Before.ID != 0 {
		add("(t.invited_at, t.id) < (?, ?)", f.Before.At, f.Before.ID)
	}
	var rows []listRow
	sql := listSQL + "WHERE " + strings.Join(where, " AND ") + " ORDER BY t.invited_at DESC, t.id DESC LIMIT ?"
	if err := tx.find(ctx, "list tickets", &rows, sql, append(tx.listArgs(args...), f.Limit+1)...); err != nil {
		return nil, ticket.Cursor{}, err
	}
	var next ticket.Cursor
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		next = ticket.Cursor{At: rows[f.Limit-1].InvitedAt, ID: rows[f.Limit-1].ID}
	}
	list := make([]ticket.Row, 0, len(rows))
	for _, r := range rows {
		row, err := tx.row(r)
		if err != nil {
			return nil, ticket.Cursor{}, err
		}
		list = append(list, row)
	}
	return list, next, nil
}

func (tx *Tx) row(r listRow) (ticket.Row, error) {
	masked, err := tx.maskedCaller(r.CallID, r.CallerSealed)
	return ticket.Row{ID: r.PublicID, Number: ticket.Number(r.Number), Kind: ticket.Kind(r.Kind), Priority: ticket.Priority(r.Priority),
		Cause: ticket.Cause(r.Cause), Status: ticket.Status(r.Status), Area: area.Code(r.AreaCode), AreaName: r.AreaName,
		Owner:     ticket.Holder{Name: r.OwnerName, Role: area.Role(r.OwnerRole), Kind: area.PostKind(r.OwnerKind)},
		InvitedAt: r.InvitedAt.UTC(), NextDueAt: utc(r.DueAt), NextDueClock: ticket.ClockKind(deref(r.DueClock)), Breached: r.Breached,
		RepeatOf: deref(r.RepeatOf), OfferedToMe: r.Offered, Version: r.Version, CallerMasked: masked, LadderStep: r.Step,
		Confidential: r.Confidential, LifeDanger: r.LifeDanger, PendingChange: ticket.Priority(deref(r.PendingPriority)), Source: ticket.Source(r.Source)}, err
}

// maskedCaller opens who called and shows a mask of it.
func (tx *Tx) maskedCaller(call string, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := tx.db.sealer.Open(callerContext(ticket.CallID(call)), sealed)
	if err != nil {
		return "", fmt.Errorf("open caller of call %s: %w", call, err)
	}
	var from caller
	if err := json.Unmarshal(plain, &from); err != nil {
		return "", fmt.Errorf("read caller of call %s: %w", call, err)
	}
	return ticket.MaskPhone(from.E164), nil
}

// TicketView loads a ticket as its page shows it.
func (tx *Tx) TicketView(ctx context.Context, id ticket.ID) (ticket.View, error) {
	var rows []listRow
	if err := tx.find(ctx, "load ticket page", &rows, listSQL+"WHERE t.id = ?", tx.listArgs(int64(id))...); err != nil {
		return ticket.View{}, err
	}
	if len(rows) == 0 {
		return ticket.View{}, act.NotFound("ticket")
	}
	r := rows[0]
	row, err := tx.row(r)
	if err != nil {
		return ticket.View{}, err
	}
	v := ticket.View{Row: row, CallTaker: deref(r.CallTaker), PendingReason: deref(r.PendingReason), AcceptedAt: utc(r.AcceptedAt),
		ClosedAt: utc(r.ClosedAt), Policy: r.Policy, TicketID: id, CallID: ticket.CallID(r.CallID), OwnerPost: area.PostID(r.OwnerID),
		CallTakerID: area.StaffID(deref(r.CallTakerID)), PendingBy: area.StaffID(deref(r.PendingBy)),
		WithAgent: r.WithAgent, Epoch: r.Epoch, Returned: r.Returned,
		Call: ticket.CallView{ID: ticket.CallID(r.CallID), ReachedAt: utc(r.ReachedAt), Voicemail: r.Voicemail, SurveyScore: deref(r.SurveyScore),
			Disposition: deref(r.Disposition), Note: deref(r.DispositionNote), InvitedAt: row.InvitedAt, AnsweredAt: utc(r.AnsweredAt), EndedAt: utc(r.EndedAt),
			EndReason: ticket.EndReason(deref(r.EndReason)), To: r.Dialled, CallerMasked: row.CallerMasked}}
	if row.RepeatOf != "" {
		v.Repeat = &ticket.RepeatView{OfID: row.RepeatOf, OfNumber: ticket.Number(deref(r.RepeatNumber)), State: ticket.RepeatState(r.RepeatState)}
	}
	if v.Call.ReachedAt != nil && v.Call.EndedAt == nil {
		if v.Call.AgentLeftAt, err = tx.agentLeft(ctx, v.CallID); err != nil {
			return ticket.View{}, err
		}
	}
	if row.Source == ticket.SourceReport {
		if v.Report, err = tx.reportView(ctx, v.CallID); err != nil {
			return ticket.View{}, err
		}
	}
	if v.TakenIn, err = tx.takenInView(ctx, v.CallID); err != nil {
		return ticket.View{}, err
	}
	if v.Alerts, err = tx.alertViews(ctx, id); err != nil {
		return ticket.View{}, err
	}
	if v.Clocks, err = tx.clockViews(ctx, id); err != nil {
		return ticket.View{}, err
	}
	if v.Offers, err = tx.offerViews(ctx, id); err != nil {
		return ticket.View{}, err
	}
	return v, tx.moveViews(ctx, &v)
}

// agentLeft is when the last person left a call, where nobody has joined it since;
// nil where somebody is still there.
func (tx *Tx) agentLeft(ctx context.Context, call ticket.CallID) (*time.Time, error) {
	var left *time.Time
	err := tx.scan(ctx, "look who is in a call", `SELECT CASE WHEN max(at) FILTER (WHERE kind = 'agent_left') >= max(at) FILTER (WHERE kind = 'connected')
		THEN max(at) FILTER (WHERE kind = 'agent_left') END FROM call_events WHERE call_id = ? AND kind IN ('connected', 'agent_left')`, []any{string(call)}, &left)
	return utc(left), err
}

func (tx *Tx) clockViews(ctx context.Context, id ticket.ID) ([]ticket.ClockView, error) {
	clocks, err := tx.clocks(ctx, id)
	views := make([]ticket.ClockView, 0, len(clocks))
	for _, c := range clocks[id] {
		views = append(views, ticket.ClockView{Kind: c.Kind, StartedAt: c.StartedAt, DueAt: c.DueAt, FirstDueAt: c.FirstDueAt, StoppedAt: null(c.StoppedAt),
			ReportedAt: null(c.ReportedAt), Proof: c.Proof, BreachedAt: null(c.BreachedAt), RoseAt: null(c.RoseAt), PausedAt: null(c.PausedAt), Counted: c.Counted, Span: c.Span().String()})
	}
	return views, err
}

func (tx *Tx) offerViews(ctx context.Context, id ticket.ID) ([]ticket.OfferView, error) {
	var rows []struct {
		Name, Role string
		OfferedAt  time.Time
		Step, Loop int
		Why        []byte
		Outcome    *string
		EndedAt    *time.Time
	}
	err := tx.find(ctx, "list offers", &rows, `SELECT p.name, o.role, o.offered_at, o.step, o.loop, o.why, o.outcome, o.ended_at
		FROM offers o JOIN posts p ON p.id = o.post_id WHERE o.ticket_id = ? ORDER BY o.id`, int64(id))
	if err != nil {
		return nil, err
	}
	views := make([]ticket.OfferView, 0, len(rows))
	for _, r := range rows {
		v := ticket.OfferView{Post: r.Name, Role: area.Role(r.Role), OfferedAt: r.OfferedAt.UTC(), Step: r.Step, Loop: r.Loop, Outcome: deref(r.Outcome), EndedAt: utc(r.EndedAt)}
		if err := json.Unmarshal(r.Why, &v.Why); err != nil {
			return nil, fmt.Errorf("read the reason of an offer: %w", err)
		}
		views = append(views, v)
	}
	return views, nil
}

// Timeline reads a ticket's history on from an entry; zero begins at the start.
// The order is that of writing, which is what a client that follows it needs.
func (tx *Tx) Timeline(ctx context.Context, id ticket.ID, after int64, limit int) ([]ticket.EntryView, error) {
	var rows []struct {
		ID          int64
		At          time.Time
		Actor, Kind string
		Data        []byte
	}
	err := tx.find(ctx, "read timeline", &rows, `SELECT id, at, actor, kind, data FROM timeline WHERE ticket_id = ? AND id > ? ORDER BY id LIMIT ?`,
		int64(id), after, limit)
	if err != nil {
		return nil, err
	}
	entries := make([]ticket.EntryView, 0, len(rows))
	for _, r := range rows {
		e := ticket.EntryView{ID: strconv.FormatInt(r.ID, 10), At: r.At.UTC(), Kind: r.Kind, Actor: r.Actor}
		if err := json.Unmarshal(r.Data, &e.Data); err != nil {
			return nil, fmt.Errorf("read timeline entry: %w", err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// CallRows lists calls in the actor's scope, newest first. The cursor's ID is
// the ticket's, since one call has one ticket. mineSince not zero: those that
// the actor has spoken in since.
func (tx *Tx) CallRows(ctx context.Context, mineSince time.Time, before ticket.Cursor, limit int) ([]ticket.CallRow, ticket.Cursor, error) {
	where, args := "true", []any{}
	if !mineSince.IsZero() {
		where += " AND c.id IN (SELECT m.call_id FROM call_agents m WHERE m.staff_id = ? AND m.connected_at >= ?)"
		args = append(args, int64(tx.actor.StaffID), mineSince)
	}
	if before.ID != 0 {
		where, args = where+" AND (c.invited_at, c.ticket_id) < (?, ?)", append(args, before.At, before.ID)
	}
	var rows []struct {
		ID, PublicID, Number, Dialled string
		TicketID                      int64
		CallerSealed                  []byte
		InvitedAt                     time.Time
		AnsweredAt, EndedAt           *time.Time
		EndReason                     *string
		Replayed, Reached, Voicemail  bool
		Agent, Disposition            *string
		TalkedFrom, TalkedTo          *time.Time
		SurveyScore                   *int
	}
	err := tx.find(ctx, "list calls", &rows, `SELECT c.id, c.ticket_id, t.public_id, t.number, c.dialled, c.caller_sealed, c.invited_at, c.answered_at,
		c.ended_at, c.end_reason, c.replayed, c.reached_at IS NOT NULL AS reached, t.voicemail, t.survey_score, c.disposition,
		a.name AS agent, a.connected_at AS talked_from, a.left_at AS talked_to
		FROM calls c JOIN tickets t ON t.id = c.ticket_id
		LEFT JOIN LATERAL (SELECT s.name, e.at AS connected_at, (SELECT min(l.at) FROM call_events l WHERE l.call_id = c.id AND l.staff_id = e.staff_id
				AND l.kind = 'agent_left' AND l.at >= e.at) AS left_at
			FROM call_events e JOIN staff s ON s.id = e.staff_id WHERE e.call_id = c.id AND e.kind = 'connected' ORDER BY e.at DESC LIMIT 1) a ON true
		WHERE `+where+`
		ORDER BY c.invited_at DESC, c.ticket_id DESC LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return nil, ticket.Cursor{}, err
	}
	var next ticket.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = ticket.Cursor{At: rows[limit-1].InvitedAt, ID: rows[limit-1].TicketID}
	}
	list := make([]ticket.CallRow, 0, len(rows))
	for _, r := range rows {
		masked, err := tx.maskedCaller(r.ID, r.CallerSealed)
		if err != nil {
			return nil, ticket.Cursor{}, err
		}
		list = append(list, ticket.CallRow{ID: ticket.CallID(r.ID), TicketID: r.PublicID, Number: ticket.Number(r.Number), To: r.Dialled, Caller: masked,
			InvitedAt: r.InvitedAt.UTC(), AnsweredAt: utc(r.AnsweredAt), EndedAt: utc(r.EndedAt), EndReason: ticket.EndReason(deref(r.EndReason)), Replayed: r.Replayed,
			Outcome: ticket.OutcomeOf(r.Reached, r.Voicemail, r.EndedAt != nil), Agent: deref(r.Agent), TalkedFrom: utc(r.TalkedFrom), TalkedTo: utc(r.TalkedTo),
			SurveyScore: deref(r.SurveyScore), Disposition: deref(r.Disposition)})
	}
	return list, next, nil
}

// utc shows a nullable time in UTC.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
