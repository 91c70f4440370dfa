package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// A run is how a county pays many people at once: one person makes the list, it is
// frozen under a hash, another signs the hash, and the program carries it out line by
// line (PayLines), each line under the limits of a single payout. The bank then pays
// what is reserved, as it pays every payout (bank.go).

// RunID is the internal number of a Run.
type RunID int64

// RunSource is what the lines of a run carry out.
type RunSource string

// The sources.
const (
	RunDecisions    RunSource = "decisions"    // decisions that are approved and wait for their payout
	RunEntitlements RunSource = "entitlements" // one month of what people are entitled to
)

// RunSources lists both.
func RunSources() []RunSource { return []RunSource{RunDecisions, RunEntitlements} }

// RunState is where a run stands.
type RunState string

// The states. Zero is never valid.
const (
	RunDraft     RunState = "draft"     // frozen, and waits for another person
	RunSigned    RunState = "signed"    // being carried out
	RunDone      RunState = "done"      // every line is reserved, or left out with its reason
	RunDiscarded RunState = "discarded" // thrown away before anybody signed it
)

// RunStates lists every RunState.
func RunStates() []RunState { return []RunState{RunDraft, RunSigned, RunDone, RunDiscarded} }

// RunStep is what moves a run on.
type RunStep string

// The steps.
const (
	RunStepSign    RunStep = "sign"
	RunStepFinish  RunStep = "finish"
	RunStepDiscard RunStep = "discard"
)

// RunSteps lists every RunStep.
func RunSteps() []RunStep { return []RunStep{RunStepSign, RunStepFinish, RunStepDiscard} }

// runTransitions is the whole life of a run. A pair not listed is refused.
//
//	draft ─sign▶ signed ─finish▶ done
//	  └─discard▶ discarded
var runTransitions = map[RunState]map[RunStep]RunState{
	RunDraft:     {RunStepSign: RunSigned, RunStepDiscard: RunDiscarded},
	RunSigned:    {RunStepFinish: RunDone},
	RunDone:      {},
	RunDiscarded: {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s RunState) Next(step RunStep) (RunState, error) {
	if next, ok := runTransitions[s][step]; ok {
		return next, nil
	}
	return "", act.NotInState("run", s, step)
}

// LineState is what became of a line.
type LineState string

// The states of a line: the last two stay.
const (
	LineWaits    LineState = "waits"
	LineReserved LineState = "reserved" // it is a payout, held in the county's fund
	LineLeftOut  LineState = "left_out" // it is none, and Why says why
)

// LineStates lists every LineState.
func LineStates() []LineState { return []LineState{LineWaits, LineReserved, LineLeftOut} }

// Run is one list of payouts by bank.
type Run struct {
	ID       RunID
	PublicID string // made by the client before it sends
	County   area.Code
	Source   RunSource
	Period   string // of entitlements: the month, "2026-12"
	State    RunState
	Lines    int
	Fen      int64
	Content  []byte // hash over all of it: what the other person signs
	MadeBy   area.StaffID
	MadeRole area.Role
	MadeAt   time.Time
	SignedBy area.StaffID
	SignedAt time.Time
	EndedAt  time.Time

	Worked      int // lines that were taken up so far, in their order
	Reserved    int // of these, how many became payouts
	ReservedFen int64
	NextAt      time.Time // of a signed run: not taken up before, and behind those that have waited longer
	Tries       int       // parts of it that failed one after the other; the next that succeeds sets it back
	Trouble     string    // code of what failed the last of these
	Version     int64
}

// Subject names the run in the audit chain.
func (r Run) Subject() act.Subject { return act.Subject{Kind: "payment_run", ID: int64(r.ID)} }

// RunLine is one payout of a run before it is one.
type RunLine struct {
	Seq         int
	Payout      string // public id of the payout that it becomes
	Case        CaseID
	Decision    DecisionID    // what it carries out: either a decision
	Entitlement EntitlementID // or a month of an entitlement
	AidKind     string
	Area        area.Code // the township
	Fen         int64
	Payee       []byte
	Household   []byte
	Account     PayeeAccountID
	Index       []byte // blind index of the account

	State        LineState
	Why          string // code of the refusal for which it was left out
	LeftFen      *int64 // what a limit would still have allowed
	Disbursement DisbursementID
}

// EntitlementID is the internal number of an entitlement to monthly aid.
type EntitlementID int64

// MostOfRun is how many lines one list holds, which a person is to read before they sign.
const MostOfRun = 20_000

// RunTx is what runs need beside the rest. A run is locked before the cases of its lines.
type RunTx interface {
	Tx
	// AddRun writes a run with its lines and sets its ID. created is false where the public id exists already.
	AddRun(ctx context.Context, r *Run, lines []RunLine) (created bool, err error)
	// RunForUpdate locks and loads a run; act.ErrNotFound outside the actor's scope.
	RunForUpdate(ctx context.Context, publicID string) (Run, error)
	// RunLines lists all lines of a run in their order.
	RunLines(ctx context.Context, id RunID) ([]RunLine, error)
	// SaveRun writes the row guarded by r.Version and raises it. act.ErrConflict where it moved.
	SaveRun(ctx context.Context, r *Run) error
	// SaveRunLines writes what lines came to.
	SaveRunLines(ctx context.Context, id RunID, lines []RunLine) error
}

// RunInput is a list that somebody has put together.
type RunInput struct {
	PublicID string
	Source   RunSource
	Period   string
	Lines    []RunLine // their order is the list's
}

var (
	runMakers  = []area.Role{area.RoleCountyDuty, area.RoleCountyFinance}
	runSigners = []area.Role{area.RoleCountyDuty}
)

func noRun() error { return act.NotFound("run") }

// MayMakeRun lets those of a county who answer for payouts put a list together.
func MayMakeRun(who act.Actor) error {
	if !who.May(runMakers...) || who.Area.Level() != area.LevelCounty {
		return noRun()
	}
	return nil
}

// MakeRun freezes a list. Nothing is held or owed until another person signs it. Whoever
// may be trying again asks EarlierRun first.
func MakeRun(ctx context.Context, tx RunTx, in RunInput) (r Run, err error) {
	me := tx.Actor()
	if err := MayMakeRun(me); err != nil {
		return Run{}, err
	}
	r = Run{PublicID: in.PublicID, County: me.Area, Source: in.Source, Period: in.Period, State: RunDraft, Lines: len(in.Lines),
		MadeBy: me.StaffID, MadeRole: me.Role, MadeAt: tx.Now(), Version: 1}
	if err := r.check(in.Lines); err != nil {
		return Run{}, err
	}
	for i := range in.Lines {
		l := &in.Lines[i]
		l.Seq, l.State = i+1, LineWaits
		r.Fen += l.Fen
	}
	if err := noKinIn(ctx, tx, in.Lines, me.StaffID); err != nil {
		return Run{}, err
	}
	if r.Content, err = r.contentHash(in.Lines); err != nil {
		return Run{}, err
	}
	created, err := tx.AddRun(ctx, &r, in.Lines)
	if err == nil && !created {
		err = runReused()
	}
	return r, err
}

// EarlierRun finds the run that a retry has made already; there is false where there is none yet.
// An id that names a run of somebody else's, or of something else, is act.ErrKeyReused.
func EarlierRun(ctx context.Context, tx RunTx, in RunInput) (r Run, there bool, err error) {
	if err := errors.Join(MayMakeRun(tx.Actor()), CheckID("id", in.PublicID)); err != nil {
		return Run{}, false, err
	}
	r, err = tx.RunForUpdate(ctx, in.PublicID)
	switch {
	case errors.Is(err, act.ErrNotFound):
		return Run{}, false, nil
	case err == nil && (r.MadeBy != tx.Actor().StaffID || r.Source != in.Source || r.Period != in.Period):
		return Run{}, false, runReused()
	default:
		return r, err == nil, err
	}
}

func runReused() error {
	return &act.Fault{Kind: act.ErrKeyReused, Code: "id_reused", Field: "id", Detail: "This id already names another run; nothing was written. Make a new id for a new run."}
}

// check refuses what is no list: an id or month of another form, no lines or too many, sums out of range,
// places of another county.
func (r Run) check(lines []RunLine) error {
	if err := CheckID("id", r.PublicID); err != nil {
		return err
	}
	switch {
	case (r.Source == RunEntitlements) != (r.Period != ""):
		return act.Invalid("period", "run_period", "A run of a month names it as 2026-12; one of decisions names none.")
	case len(lines) == 0:
		return act.Refused("nothing_due", "Nothing is due that could be paid by bank: what is decided is paid or under way, or lacks a verified account.")
	case len(lines) > MostOfRun:
		return &act.Fault{Kind: act.ErrRefused, Code: "run_too_long", Detail: "The list is longer than one may be; make several runs.", Args: map[string]any{"most": MostOfRun}}
	}
	for _, l := range lines {
		if err := CheckAmount("amount_fen", l.Fen); err != nil {
			return err
		}
		if l.Area.At(area.LevelCounty) != r.County || l.Area.Level() != area.LevelTownship {
			return noRun()
		}
	}
	return nil
}

// SignRun is the other person's word on the list, by its hash. From here on the program
// carries it out.
func SignRun(ctx context.Context, tx RunTx, r *Run, contentHash string) (err error) {
	me := tx.Actor()
	switch {
	case !me.May(runSigners...) || me.Area != r.County:
		return noRun()
	case me.StaffID == r.MadeBy:
		return act.Refused("maker_is_checker", "Who made the run cannot sign it; another person must.")
	}
	if r.State, err = r.State.Next(RunStepSign); err != nil {
		return err
	}
	lines, err := tx.RunLines(ctx, r.ID)
	if err != nil {
		return err
	}
	written, err := r.contentHash(lines)
	if err != nil {
		return err
	}
	signed, err := hex.DecodeString(contentHash)
	if err != nil || !bytes.Equal(signed, r.Content) || !bytes.Equal(written, r.Content) {
		return act.Conflict("content_changed", "What you signed is not what this run says; reload it, read it and sign again.")
	}
	if err := noKinIn(ctx, tx, lines, r.MadeBy, me.StaffID); err != nil {
		return err
	}
	r.SignedBy, r.SignedAt, r.NextAt = me.StaffID, tx.Now(), tx.Now()
	return tx.SaveRun(ctx, r)
}

// DiscardRun throws a list away that nobody has signed.
func DiscardRun(ctx context.Context, tx RunTx, r *Run) (err error) {
	if me := tx.Actor(); MayMakeRun(me) != nil || me.Area != r.County {
		return noRun()
	}
	if r.State, err = r.State.Next(RunStepDiscard); err != nil {
		return err
	}
	r.EndedAt = tx.Now()
	return tx.SaveRun(ctx, r)
}

// NextActs lists what this person could do with the run now. Kinship is asked in the act itself.
func (r Run) NextActs(who act.Actor) []string {
	acts := []string{}
	if r.State != RunDraft || who.Area != r.County {
		return acts
	}
	if who.May(runSigners...) && who.StaffID != r.MadeBy {
		acts = append(acts, "sign")
	}
	if MayMakeRun(who) == nil {
		acts = append(acts, "discard")
	}
	return acts
}

// noKinIn refuses people who are related to a payee of the list, and says of which line.
func noKinIn(ctx context.Context, tx Tx, lines []RunLine, people ...area.StaffID) error {
	of := make([]Kinship, 0, len(lines))
	for _, l := range lines {
		of = append(of, Kinship{l.Payee, people})
	}
	related, err := tx.RelatedOf(ctx, of)
	if err != nil {
		return err
	}
	if i := slices.Index(related, true); i >= 0 {
		return &act.Fault{Kind: act.ErrRefused, Code: "relative_in_run", Detail: "A payee of this list is a registered relative of one of the people who act. A colleague must make or sign it, or that line is paid by itself.",
			Args: map[string]any{"line": lines[i].Seq}}
	}
	return nil
}

// contentHash is SHA-256 over the canonical JSON of the list: what is paid to whom, out of
// what, and why. People and accounts stand in it by blind index.
func (r Run) contentHash(lines []RunLine) ([]byte, error) {
	content := make([]any, 0, len(lines)+5)
	content = append(content, "run/1", r.PublicID, r.County, r.Source, r.Period)
	for _, l := range lines {
		content = append(content, []any{l.Seq, l.Payout, l.Case, l.Decision, l.Entitlement, l.AidKind, l.Area, l.Fen,
			hex.EncodeToString(l.Payee), hex.EncodeToString(l.Household), l.Account, hex.EncodeToString(l.Index)})
	}
	canonical, err := json.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("write the run's content: %w", err)
	}
	sum := sha256.Sum256(canonical)
	return sum[:], nil
}
