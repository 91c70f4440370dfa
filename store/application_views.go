package store

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// applicationPage is a row of applications with what stands around it.
type applicationPage struct {
	Row                        applicationRow `gorm:"embedded"`
	Ticket, VillageName, Maker string
	Household, CountyName      string
	CheckRef                   *string
	OwnerID                    int64
	CallTakerID                *int64
}

const applicationPageSQL = `SELECT ` + applicationColumns + `, t.public_id AS ticket, d.name AS village_name, w.name AS maker, h.public_id AS household, c.name AS county_name, t.owner_id, t.call_taker_id, k.public_id AS check_ref
	FROM applications a JOIN tickets t ON t.id = a.ticket_id JOIN divisions d ON d.code = a.village JOIN staff w ON w.id = a.made_by JOIN households h ON h.id = a.household_id
	LEFT JOIN divisions c ON c.code = rpad(left(a.village, 6), 12, '0') LEFT JOIN source_checks k ON k.id = a.check_id WHERE `

// ApplicationViews are the applications of a case as their page shows them, the newest first.
func (tx *Tx) ApplicationViews(ctx context.Context, id ticket.ID, rules application.Rules) ([]application.View, error) {
	return tx.applicationViews(ctx, rules, `a.ticket_id = ? ORDER BY a.id DESC`, int64(id))
}

// ApplicationView is one of them.
func (tx *Tx) ApplicationView(ctx context.Context, publicID string, rules application.Rules) (application.View, error) {
	if _, _, err := tx.ApplicationByRef(ctx, publicID); err != nil {
		return application.View{}, err
	}
	views, err := tx.applicationViews(ctx, rules, `a.public_id = ?`, publicID)
	if err != nil || len(views) == 0 {
		return application.View{}, errors.Join(err, ifNone(views))
	}
	return views[0], nil
}

func ifNone(views []application.View) error {
	if len(views) == 0 {
		return act.NotFound("application")
	}
	return nil
}

func (tx *Tx) applicationViews(ctx context.Context, rules application.Rules, where string, args ...any) ([]application.View, error) {
	var pages []applicationPage
	if err := tx.find(ctx, "list applications", &pages, applicationPageSQL+where, args...); err != nil {
		return nil, err
	}
	views := make([]application.View, 0, len(pages))
	for _, p := range pages {
		v, err := tx.applicationView(ctx, p, rules)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

func (tx *Tx) applicationView(ctx context.Context, p applicationPage, rules application.Rules) (application.View, error) {
	a, err := p.Row.application()
	if err != nil {
		return application.View{}, err
	}
	v := application.View{ID: a.PublicID, TicketID: p.Ticket, Aid: a.Aid, State: a.State, Household: p.Household, Person: a.Person, VillageName: p.VillageName, Rules: a.Rules, Gaps: a.Gaps,
		GapsAt: null(a.GapsNoticedAt), SubmittedAt: null(a.SubmittedAt), AcceptedAt: null(a.AcceptedAt), CheckedAt: null(a.CheckedAt), VisitedAt: null(a.VisitedAt), VisitDueOn: a.VisitDueOn,
		Check: deref(p.CheckRef), Disputed: a.Disputed, Pause: a.PauseReason, DecidedAt: null(a.DecidedAt), FirstMonth: a.FirstMonth, By: p.Maker, At: a.At}
	g := applicationGather{tx: tx, a: a, v: &v, inFull: relief.TextFor(tx.actor, "x") != ""}
	for _, load := range []func(context.Context) error{g.members, g.declared, g.visits, g.statements, g.assessed, g.notices, g.objections, g.hearings, g.appeals, g.entitlements} {
		if err := load(ctx); err != nil {
			return v, err
		}
	}
	if err := g.rulings(ctx, rules.Versions, p.CountyName); err != nil {
		return v, err
	}
	if err := g.commitment(ctx, rules.Versions); err != nil {
		return v, err
	}
	owner := p.OwnerID == int64(tx.actor.PostID)
	if err := g.checking(ctx, rules, owner || tx.actor.May(application.Waiving()...)); err != nil {
		return v, err
	}
	g.tell(rules.Versions)
	v.NextActs = a.NextActs(application.Reader{Actor: tx.actor, Owner: owner, CallTaker: deref(p.CallTakerID) == int64(tx.actor.StaffID) && p.CallTakerID != nil,
		Now: tx.now}, g.waiting)
	v.Reasons = application.Reasons(v.NextActs)
	return v, nil
}

// applicationGather fills an application's page.
type applicationGather struct {
	tx      *Tx
	a       application.Application
	v       *application.View
	inFull  bool // the reader helps: what is about the household is theirs to read
	waiting application.Waiting
	people  []people.Member
}

// commitment tells whether the household has promised to tell the truth, where it is asked to.
func (g *applicationGather) commitment(ctx context.Context, versions rule.Versions) error {
	written, err := g.tx.CommitmentWritten(ctx, g.a.Ticket)
	if err != nil {
		return err
	}
	rules := versions.At(g.tx.now)
	if named, err := versions.Named(g.a.Rules); err == nil {
		rules = named
	}
	aid, err := rules.Aid(g.a.Aid)
	if err != nil { // an aid that no version has any more is asked nothing more
		g.v.Commitment = written
		return nil //nolint:nilerr // the page is shown all the same
	}
	g.v.Commitment = application.CommitmentOf(aid, g.people, written, ticket.DateOf(g.tx.now))
	return nil
}

// tell puts the arithmetic into words, by the version that made it.
func (g *applicationGather) tell(versions rule.Versions) {
	done := g.v.Assessment
	if done == nil {
		return
	}
	done.Zh, done.En = []rule.Told{}, []rule.Told{}
	v, err := versions.Named(done.Result.Version)
	if err != nil {
		return // a version that nobody has any more: its lines are there without words
	}
	who := func(ref string) string {
		for _, m := range g.v.Members {
			if m.ID == ref {
				return m.Name
			}
		}
		return "—"
	}
	done.Zh, done.En = v.Explain(done.Result, rule.LangZh, who), v.Explain(done.Result, rule.LangEn, who)
}

// checking counts what of the data check waits for somebody, for those who work on it.
func (g *applicationGather) checking(ctx context.Context, rules application.Rules, works bool) error {
	if !works || g.a.AcceptedAt.IsZero() || !g.a.State.Undecided() && !g.a.State.Running() {
		return nil
	}
	r, err := one[householdRow](ctx, g.tx, "household", householdSQL+`WHERE h.id = ?`, int64(g.a.Household))
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	h, err := g.tx.household(ctx, r)
	if err != nil {
		return err
	}
	g.v.Silent, g.v.OpenFlags, err = application.StillOpen(ctx, g.tx, g.a, h, rules)
	g.waiting.Silent, g.waiting.Flags = g.v.Silent, g.v.OpenFlags
	return err
}

func (g *applicationGather) members(ctx context.Context) error {
	g.v.Members = []application.MemberView{}
	r, err := one[householdRow](ctx, g.tx, "household", householdSQL+`WHERE h.id = ?`, int64(g.a.Household))
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	h, err := g.tx.household(ctx, r)
	g.people = h.Members
	for _, m := range h.Members {
		g.v.Members = append(g.v.Members, application.MemberView{ID: m.Person.PublicID, Name: relief.NameFor(g.tx.actor, m.Person.Name), Relation: string(m.Relation),
			Age: g.age(m.Person)})
	}
	return err
}

func (g *applicationGather) age(p people.Person) int {
	if !g.inFull {
		return -1
	}
	return p.Age(ticket.DateOf(g.tx.now))
}

func (g *applicationGather) declared(ctx context.Context) error {
	if !g.inFull {
		return nil
	}
	d, err := g.tx.NewestDeclaration(ctx, g.a.ID)
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	g.v.Declared = &d.Said
	return err
}

func (g *applicationGather) visits(ctx context.Context) error {
	var rows []struct {
		PublicID, Signature, SignatureNote string
		SignedImage                        *string
		ArrivedAt, LeftAt                  time.Time
		Visitors, Photos, GPSSealed        []byte
	}
	err := g.tx.find(ctx, "list home visits", &rows, `SELECT v.public_id, h.signature, h.signature_note, h.signed_image, v.arrived_at, h.left_at, v.visitors, v.photos, h.gps_sealed
		FROM home_visits h JOIN visits v ON v.id = h.visit_id WHERE h.application_id = ? ORDER BY v.id`, int64(g.a.ID))
	g.v.Visits = make([]application.HomeVisitView, 0, len(rows))
	for _, r := range rows {
		one := application.HomeVisitView{Visit: r.PublicID, ArrivedAt: r.ArrivedAt.UTC(), LeftAt: r.LeftAt.UTC(), Signature: application.Signature(r.Signature), Image: deref(r.SignedImage)}
		var errs [3]error
		var gps relief.Private
		one.Visitors, errs[0] = readList(r.Visitors)
		one.Photos, errs[1] = readList(r.Photos)
		gps, errs[2] = g.tx.openText("home_visits.gps", r.PublicID, r.GPSSealed)
		one.GPS, one.Note = relief.TextFor(g.tx.actor, gps), relief.TextFor(g.tx.actor, relief.Private(r.SignatureNote))
		g.v.Visits, err = append(g.v.Visits, one), errors.Join(append(errs[:], err)...)
	}
	return err
}

func (g *applicationGather) statements(ctx context.Context) error {
	var rows []struct {
		PublicID, Role, Staff          string
		NameSealed, TextSealed, Photos []byte
		SaidAt                         time.Time
	}
	err := g.tx.find(ctx, "list statements", &rows, `SELECT s.public_id, s.role, w.name AS staff, s.name_sealed, s.text_sealed, s.photos, s.said_at FROM statements s JOIN staff w ON w.id = s.staff_id
		WHERE s.application_id = ? ORDER BY s.id`, int64(g.a.ID))
	g.v.Statements = make([]application.StatementView, 0, len(rows))
	for _, r := range rows {
		name, nameErr := g.tx.openText("statements.name", r.PublicID, r.NameSealed)
		text, textErr := g.tx.openText("statements.text", r.PublicID, r.TextSealed)
		photos, photosErr := readList(r.Photos)
		g.v.Statements = append(g.v.Statements, application.StatementView{ID: r.PublicID, Role: application.StatementRole(r.Role), Name: relief.TextFor(g.tx.actor, name),
			Text: relief.TextFor(g.tx.actor, text), SaidAt: r.SaidAt.UTC(), Photos: photos, By: r.Staff})
		err = errors.Join(err, nameErr, textErr, photosErr)
	}
	return err
}

func (g *applicationGather) assessed(ctx context.Context) error {
	if !g.inFull {
		return nil
	}
	r, err := one[assessmentRow](ctx, g.tx, "assessment", assessmentSQL+`WHERE s.application_id = ? ORDER BY s.id DESC LIMIT 1`, int64(g.a.ID))
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	done, err := g.tx.assessment(r)
	g.v.Assessment = &application.AssessmentView{ID: done.PublicID, At: done.At, By: r.Staff, DueFen: done.Due.Fen, Result: done.Result}
	return err
}

func (g *applicationGather) rulings(ctx context.Context, versions rule.Versions, county string) error {
	var rows []rulingRow
	err := g.tx.find(ctx, "list rulings", &rows, `SELECT `+rulingColumns+`, p.name AS proposer, w.name AS answerer, s.public_id AS rests_on FROM rulings r JOIN staff p ON p.id = r.proposed_by
		LEFT JOIN staff w ON w.id = r.answered_by LEFT JOIN assessments s ON s.id = r.assessment_id WHERE r.application_id = ? ORDER BY r.id DESC`, int64(g.a.ID))
	months := 0
	version, unknown := versions.Named(g.a.Rules)
	if unknown != nil && len(versions) > 0 {
		version = versions.At(g.tx.now)
	}
	if version != nil {
		months = version.Clocks.ReviewMonths
		aid, unknown := version.Aid(g.a.Aid)
		g.v.Once = unknown == nil && !aid.Monthly
	}
	g.v.Rulings = make([]application.RulingView, 0, len(rows))
	for _, row := range rows {
		r := row.ruling()
		one := application.RulingView{Assessment: deref(row.RestsOn), ID: r.PublicID, Kind: r.Kind, State: r.State, AmountFen: r.Fen, Level: levelText(r.Level), ReasonCode: r.ReasonCode, Reason: relief.TextFor(g.tx.actor, relief.Private(r.Reason)),
			Override: r.Override, By: row.Proposer, At: r.At, AnsweredBy: deref(row.Answerer), AnsweredAt: null(r.AnsweredAt), Answer: r.Answer, Kept: r.Kept, LetterDue: null(r.LetterDue), LetterAt: null(r.LetterAt),
			LetterWay: r.LetterBy, Version: r.Version}
		if r.State == application.RulingConfirmed && r.Negative() {
			one.ReviewAt, one.ReviewBy = county, r.ReviewUntil(months)
		}
		if r.State == application.RulingProposed {
			g.waiting.Ruling = &r
		}
		g.waiting.Letters = g.waiting.Letters || !r.LetterDue.IsZero() && r.LetterAt.IsZero()
		g.v.Rulings = append(g.v.Rulings, one)
	}
	return err
}

func (g *applicationGather) notices(ctx context.Context) error {
	var rows []publicNoticeRow
	err := g.tx.find(ctx, "list notices", &rows, `SELECT `+publicNoticeColumns+` FROM public_notices n WHERE n.application_id = ? ORDER BY n.id DESC`, int64(g.a.ID))
	g.v.Notices = make([]application.NoticeView, 0, len(rows))
	for i, r := range rows {
		n, openErr := g.tx.publicNotice(r)
		if i == 0 {
			g.waiting.Notice = &n
		}
		err = errors.Join(err, openErr)
		g.v.Notices = append(g.v.Notices, application.NoticeView{ID: n.PublicID, State: n.State, PostedAt: n.PostedAt, StartsOn: n.StartsOn, EndsOn: n.EndsOn, ClosesAt: n.ClosesAt,
			Photo: n.Photo, Path: "/notices/" + n.PublicID, Beyond: n.Beyond, BeyondAt: null(n.BeyondAt)})
	}
	return err
}

func (g *applicationGather) objections(ctx context.Context) error {
	var rows []answeredRow
	err := g.tx.find(ctx, "list objections", &rows, `SELECT `+objectionColumns+` FROM objections o WHERE o.application_id = ? ORDER BY o.id`, int64(g.a.ID))
	g.v.Objections = make([]application.ObjectionView, 0, len(rows))
	for _, r := range rows {
		o, openErr := g.tx.objection(r)
		err = errors.Join(err, openErr)
		g.waiting.Objections = g.waiting.Objections || o.Outcome == ""
		g.v.Objections = append(g.v.Objections, application.ObjectionView{ID: o.PublicID, At: o.At, Anonymous: o.Contact == "", Text: relief.TextFor(g.tx.actor, o.Text),
			Contact: relief.TextFor(g.tx.actor, o.Contact), Outcome: o.Outcome, Answer: relief.TextFor(g.tx.actor, o.Answer)})
	}
	return err
}

func (g *applicationGather) hearings(ctx context.Context) error {
	var rows []struct {
		PublicID, Kind, Attendance string
		HeldAt                     time.Time
		Present                    int
		InFavour                   *int
		SaidSealed                 []byte
	}
	err := g.tx.find(ctx, "list hearings", &rows, `SELECT public_id, kind, attendance, held_at, present, in_favour, said_sealed FROM hearings WHERE application_id = ? ORDER BY id`, int64(g.a.ID))
	g.v.Hearings = make([]application.HearingView, 0, len(rows))
	for _, r := range rows {
		said, openErr := g.tx.openText("hearings.said", r.PublicID, r.SaidSealed)
		err = errors.Join(err, openErr)
		g.v.Hearings = append(g.v.Hearings, application.HearingView{ID: r.PublicID, Kind: application.HearingKind(r.Kind), HeldAt: r.HeldAt.UTC(), Present: r.Present, InFavour: r.InFavour,
			Attendance: application.Attendance(r.Attendance), Said: relief.TextFor(g.tx.actor, said)})
	}
	return err
}

func (g *applicationGather) appeals(ctx context.Context) error {
	var rows []struct {
		Row    answeredRow `gorm:"embedded"`
		Ruling string
	}
	err := g.tx.find(ctx, "list appeals", &rows, `SELECT `+appealColumns+`, r.public_id AS ruling FROM appeals o JOIN rulings r ON r.id = o.ruling_id WHERE o.application_id = ? ORDER BY o.id`, int64(g.a.ID))
	g.v.Appeals = make([]application.AppealView, 0, len(rows))
	for _, r := range rows {
		a, openErr := g.tx.appeal(r.Row)
		err = errors.Join(err, openErr)
		g.waiting.Appeals = g.waiting.Appeals || a.Outcome == ""
		g.v.Appeals = append(g.v.Appeals, application.AppealView{ID: a.PublicID, Ruling: r.Ruling, Kind: a.Kind, Office: a.Office, FiledOn: a.FiledOn, InTerm: a.InTerm,
			Text: relief.TextFor(g.tx.actor, a.Text), Outcome: a.Outcome, Answer: relief.TextFor(g.tx.actor, a.Answer)})
	}
	return err
}

func (g *applicationGather) entitlements(ctx context.Context) error {
	var rows []entitlementRow
	err := g.tx.find(ctx, "list entitlements", &rows, `SELECT `+entitlementColumns+` FROM entitlements e WHERE e.application_id = ? ORDER BY e.id DESC`, int64(g.a.ID))
	g.v.Entitlements = make([]application.EntitlementView, 0, len(rows))
	for _, r := range rows {
		e, readErr := r.entitlement()
		err = errors.Join(err, readErr)
		g.v.Entitlements = append(g.v.Entitlements, application.EntitlementView{ID: e.PublicID, Aid: e.Aid, From: e.From, Until: e.Until, MonthlyFen: e.Fen, Members: e.Members, Why: e.Why,
			EndWhy: e.EndWhy, EndReason: e.EndReason, Rules: e.Rules, ByBank: e.Account != 0})
	}
	return err
}

// PublicNoticePage is what anybody may read of a notice that hangs; act.ErrNotFound where there is none.
func (tx *Tx) PublicNoticePage(ctx context.Context, publicID string) (n application.PublicNotice, village string, err error) {
	if n, err = tx.PublicNoticeByRef(ctx, publicID); err != nil {
		return n, "", err
	}
	err = tx.scan(ctx, "find the village of a notice", `SELECT name FROM divisions WHERE code = ?`, []any{string(n.Village)}, &village)
	return n, village, err
}
