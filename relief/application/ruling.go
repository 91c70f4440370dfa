package application

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// RulingKind is what is decided.
type RulingKind string

// The kinds.
const (
	RuleGrant   RulingKind = "grant"
	RuleRefuse  RulingKind = "refuse"
	RuleAdjust  RulingKind = "adjust"
	RuleSuspend RulingKind = "suspend"
	RuleResume  RulingKind = "resume"
	RuleExit    RulingKind = "exit"
)

// RulingKinds lists them.
func RulingKinds() []RulingKind {
	return []RulingKind{RuleGrant, RuleRefuse, RuleAdjust, RuleSuspend, RuleResume, RuleExit}
}

// RulingState is where a ruling stands.
type RulingState string

// The states.
const (
	RulingProposed   RulingState = "proposed"
	RulingConfirmed  RulingState = "confirmed"
	RulingDeclined   RulingState = "declined"
	RulingSuperseded RulingState = "superseded"
)

// RulingStates lists them.
func RulingStates() []RulingState {
	return []RulingState{RulingProposed, RulingConfirmed, RulingDeclined, RulingSuperseded}
}

// Ruling is what one person proposes of an application, and another confirms.
type Ruling struct {
	ID          int64
	PublicID    string
	Ticket      ticket.ID
	Application ID
	Assessment  int64 // zero for none
	Kind        RulingKind
	State       RulingState
	Fen         int64 // a month
	Level       area.Level
	From        rule.Month // the first month it holds for; empty: by the day it is confirmed
	ReasonCode  string
	Reason      string
	Override    string // why it goes against what the cascade advises
	By          area.StaffID
	ByRole      area.Role
	At          time.Time
	AnsweredBy  area.StaffID
	AnsweredAt  time.Time
	Answer      string
	LetterDue   time.Time // a refusal, another sum, a stop or an end: by when the person has it in writing
	LetterAt    time.Time
	LetterBy    LetterWay
	Kept        string // why it was confirmed although the household has changed since it was computed
	Version     int64
}

// Negative reports whether the person must get it in writing, with reasons (社会救助法 Art 45).
func (r Ruling) Negative() bool {
	return r.Kind == RuleRefuse || r.Kind == RuleSuspend || r.Kind == RuleExit || r.Kind == RuleAdjust
}

// The reasons for which somebody is refused, or enters, changes and leaves (进出有序);
// reports count by them.
const (
	ReasonDue           = "due"
	ReasonIncome        = "income_above"
	ReasonProperty      = "property_above"
	ReasonNotHere       = "not_here" // another place is responsible
	ReasonPapers        = "papers_missing"
	ReasonUntrue        = "untrue"
	ReasonNoCooperation = "no_cooperation"
	ReasonIncomeRose    = "income_rose"
	ReasonIncomeFell    = "income_fell"
	ReasonMembers       = "members_changed"
	ReasonStandard      = "standard_changed"
	ReasonDied          = "died"
	ReasonMoved         = "moved"
	ReasonNoConsent     = "no_consent" // to the data check, and no papers instead
	ReasonOtherAid      = "other_aid"  // aid for the same purpose takes its place
	ReasonVoluntary     = "voluntary"
	ReasonOther         = "other"
)

var reasonsOf = map[RulingKind][]string{
	RuleGrant:   {ReasonDue},
	RuleRefuse:  {ReasonIncome, ReasonProperty, ReasonNotHere, ReasonPapers, ReasonUntrue, ReasonNoCooperation, ReasonNoConsent, ReasonOtherAid, ReasonOther},
	RuleAdjust:  {ReasonIncomeRose, ReasonIncomeFell, ReasonMembers, ReasonStandard, ReasonOther},
	RuleSuspend: {ReasonNoCooperation, ReasonUntrue, ReasonMoved, ReasonOther},
	RuleResume:  {ReasonDue},
	RuleExit:    {ReasonIncomeRose, ReasonProperty, ReasonMembers, ReasonStandard, ReasonDied, ReasonMoved, ReasonUntrue, ReasonOtherAid, ReasonVoluntary, ReasonOther},
}

// ProposeInput is what the owner proposes.
type ProposeInput struct {
	PublicID   string
	Kind       RulingKind
	ReasonCode string
	Reason     string
	Override   string // against the cascade's advice
	Fen        int64  // of aid that is given once; what is paid by the month follows from the assessment
}

func (in ProposeInput) validate() error {
	if err := errors.Join(ledger.CheckID("id", in.PublicID), reasonGiven(in.Reason)); err != nil {
		return err
	}
	reasons, ok := reasonsOf[in.Kind]
	switch {
	case !ok:
		return act.Invalid("kind", "unknown_kind", "Say grant, refuse, adjust, suspend, resume or exit.")
	case !slices.Contains(reasons, in.ReasonCode):
		return act.Invalid("reason_code", "unknown_reason", "Choose one of the reasons of this kind of ruling.")
	case len([]rune(in.Override)) > 1000:
		return act.Invalid("override", "too_long", "Shorten this text.")
	default:
		return ticket.PlainText("override", in.Override)
	}
}

// Propose writes down what the owner proposes of an application: granting it, refusing
// it, or a change of what is paid. It decides nothing: another person confirms. A
// proposal that still waits is ended.
func Propose(ctx context.Context, tx Tx, publicID string, in ProposeInput, r Rules) (Ruling, error) {
	if err := in.validate(); err != nil {
		return Ruling{}, err
	}
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Ruling{}, err
	}
	h, err := tx.HouseholdForUpdate(ctx, a.Household)
	if err != nil {
		return Ruling{}, err
	}
	if err := unrelated(ctx, tx, a, h); err != nil {
		return Ruling{}, err
	}
	if err := dropOpenRuling(ctx, tx, a); err != nil {
		return Ruling{}, err
	}
	v, err := r.version(a, tx.Now())
	if err != nil {
		return Ruling{}, err
	}
	p := proposal{t: &t, a: &a, h: h, v: v, rules: r, in: in, ruling: Ruling{PublicID: in.PublicID, Ticket: t.ID, Application: a.ID, Kind: in.Kind, State: RulingProposed,
		ReasonCode: in.ReasonCode, Reason: in.Reason, Override: in.Override, By: tx.Actor().StaffID, ByRole: tx.Actor().Role, At: tx.Now(), Version: 1}}
	if err := p.weigh(ctx, tx); err != nil {
		return Ruling{}, err
	}
	if p.ruling.Level, err = v.Authority(a.Aid, p.ruling.Fen, ticket.DateOf(tx.Now())); err != nil {
		return Ruling{}, err
	}
	if err := tx.AddRuling(ctx, &p.ruling); err != nil {
		return Ruling{}, err
	}
	s := step{kind: "application.proposed", reason: in.Reason, data: map[string]any{"ruling": in.PublicID, "kind": string(in.Kind), "amount_fen": p.ruling.Fen,
		"level": levelName(p.ruling.Level), "reason_code": in.ReasonCode, "override": in.Override}}
	if in.Kind == RuleGrant {
		s.event = EventReview
	}
	if err := advance(ctx, tx, &t, &a, s); err != nil {
		return Ruling{}, err
	}
	if _, needs := v.Notice(a.Aid); in.Kind == RuleGrant && needs {
		return p.ruling, follow(ctx, tx, &t, a, ticket.EventFind)
	}
	if in.Kind == RuleGrant {
		if err := follow(ctx, tx, &t, a, ticket.EventFind); err != nil {
			return Ruling{}, err
		}
	}
	return p.ruling, askConfirmation(ctx, tx, t, p.ruling)
}

// proposal is a ruling being weighed.
type proposal struct {
	t      *ticket.Ticket
	a      *Application
	h      people.Household
	v      *rule.Version
	rules  Rules
	in     ProposeInput
	ruling Ruling
}

func (p *proposal) weigh(ctx context.Context, tx Tx) error {
	switch p.in.Kind {
	case RuleGrant:
		return p.grant(ctx, tx)
	case RuleRefuse:
		return p.refuse(ctx, tx)
	default:
		return p.change(ctx, tx)
	}
}

// grant asks for all that a grant rests on: two people in the home, the neighbours' and
// the committee's word, the data check, and an assessment by which the aid is due. The
// sum is the assessment's.
func (p *proposal) grant(ctx context.Context, tx Tx) error {
	if _, err := p.a.State.Next(EventReview); err != nil {
		return err
	}
	if err := p.investigated(ctx, tx); err != nil {
		return err
	}
	done, err := freshAssessment(ctx, tx, *p.a, p.h, p.rules)
	if err != nil {
		return err
	}
	aid, err := p.v.Aid(p.a.Aid)
	if err != nil {
		return err
	}
	if err := noDouble(ctx, tx, p.v, *p.a); err != nil {
		return err
	}
	if err := p.advised(ctx, tx, aid.Kind); err != nil {
		return err
	}
	p.ruling.Assessment, p.ruling.Fen = done.ID, done.Due.Fen
	if !aid.Monthly {
		return p.once(ctx, tx)
	}
	if done.Due.Fen <= 0 {
		return act.Refused("not_due", "By the rules this aid is not due; propose a refusal with its reason, or correct what was declared.")
	}
	return nil
}

// investigated refuses a grant that nobody has looked into.
func (p *proposal) investigated(ctx context.Context, tx Tx) error {
	if p.a.VisitedAt.IsZero() {
		return act.Refused("visit_first", "Two people must have been in the home first.")
	}
	if spared, err := p.spared(); err != nil || spared {
		return err
	}
	if p.a.CheckedAt.IsZero() {
		return act.Refused("check_first", "Look at what the data sources say of the household first.")
	}
	c, err := checkingOf(ctx, tx, *p.a, p.h, p.rules)
	if err != nil {
		return err
	}
	if err := c.flagsAnswered(); err != nil {
		return err
	}
	said, err := tx.StatementCounts(ctx, p.a.ID)
	if err != nil {
		return err
	}
	if said[StatementNeighbour] < p.v.Visit.Neighbours || p.v.Visit.Committee && said[StatementCommittee] == 0 {
		return &act.Fault{Kind: act.ErrRefused, Code: "statements_first", Args: map[string]any{"neighbours": p.v.Visit.Neighbours, "committee": p.v.Visit.Committee},
			Detail: "Write down first what the neighbours and the village's committee say."}
	}
	return nil
}

// advised asks for a reason where the cascade would look at other aid first; it never
// forbids (DOMAIN 0.3).
func (p *proposal) advised(ctx context.Context, tx Tx, want rule.AidClass) error {
	given, err := tx.GrantedAids(ctx, p.a.Index, tx.Now().AddDate(-1, 0, 0))
	if err != nil {
		return err
	}
	had := []rule.AidClass{}
	for code := range given {
		if aid, err := p.v.Aid(code); err == nil && !slices.Contains(had, aid.Kind) {
			had = append(had, aid.Kind)
		}
	}
	advice := p.v.Advise(want, had)
	if advice.InOrder || p.in.Override != "" {
		return nil
	}
	return &act.Fault{Kind: act.ErrRefused, Code: "cascade_advice", Field: "override", Args: map[string]any{"first": advice.First},
		Detail: "Other kinds of aid are looked at before this one; say in override why it goes first here."}
}

// refuse may be proposed whenever something is undecided.
func (p *proposal) refuse(ctx context.Context, tx Tx) error {
	if _, err := p.a.State.Next(EventRefuse); err != nil {
		return err
	}
	done, err := tx.NewestAssessment(ctx, p.a.ID)
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	p.ruling.Assessment = done.ID
	return err
}

// dropOpenRuling ends what waits: of two proposals not both may be confirmed.
func dropOpenRuling(ctx context.Context, tx Tx, a Application) error {
	open, err := tx.OpenRuling(ctx, a.ID)
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	open.State = RulingSuperseded
	return tx.SaveRuling(ctx, &open)
}

// askConfirmation tells whose word a ruling waits for.
func askConfirmation(ctx context.Context, tx Tx, t ticket.Ticket, r Ruling) error {
	fields := map[string]string{"amount": ledger.Yuan(r.Fen)}
	return relief.TellLevel(ctx, tx, t, r.Level, "ruling_wanted", r.PublicID, fields)
}

func levelName(l area.Level) string {
	switch l {
	case area.LevelTownship:
		return "township"
	case area.LevelCounty:
		return "county"
	default:
		return "city"
	}
}
