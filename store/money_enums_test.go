package store

import (
	"regexp"
	"slices"
	"testing"

	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/integrity"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/referral"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// The CHECKs of the money's tables list exactly what the program knows.
func TestMoneyEnumsAgree(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []enumColumn{
		{"accounts", "kind", texts(ledger.Kinds())},
		{"disbursements", "state", texts(ledger.States())},
		{"disbursements", "level", texts([]ledger.Level{ledger.LevelSolo, ledger.LevelTownship, ledger.LevelCounty})},
		{"disbursements", "channel", texts(ledger.Channels())},
		{"postings", "layer", texts([]ledger.Layer{ledger.Posted, ledger.Pending, ledger.Released})},
		{"ledger_entries", "event", texts(ledger.Events())},
		{"decisions", "state", texts(relief.DecisionStates())},
		{"decisions", "track", texts(relief.Tracks())},
		{"after_reviews", "outcome", texts(ledger.ReviewOutcomes())},
		{"papers", "state", texts(relief.PaperStates())},
		{"visits", "mode", texts([]relief.VisitMode{relief.VisitOnSite, relief.VisitVoice})},
		{"receipts", "signature", texts([]relief.SignatureKind{relief.SignatureScreen, relief.SignaturePaper, relief.SignatureWitness})},
		{"store_acts", "kind", texts(ledger.StoreActKinds())},
		{"store_signatures", "step", texts(ledger.StoreSteps())},
		{"store_signatures", "outcome", texts(ledger.AdvanceOutcomes())},
		{"bank_batches", "state", texts(relief.BatchStates())},
		{"bank_files", "direction", texts(relief.FileDirections())},
		{"claims", "why", texts(ledger.ClaimWhys())},
		{"payment_runs", "source", texts(ledger.RunSources())},
		{"payment_runs", "state", texts(ledger.RunStates())},
		{"run_lines", "state", texts(ledger.LineStates())},
		{"adjustments", "kind", texts(ledger.AdjustmentKinds())},
		{"adjustment_signatures", "outcome", texts(ledger.AdvanceOutcomes())},
		{"report_pieces", "kind", texts(ticket.PieceKinds())},
		{"integrity_entries", "state", texts(integrity.States())},
		{"integrity_entries", "kind", texts([]integrity.Kind{integrity.Kept, integrity.Broken})},
		{"integrity_entries", "outcome", texts([]integrity.Outcome{integrity.OutcomeNone, integrity.OutcomeLight, integrity.OutcomeSerious})},
		{"integrity_steps", "event", texts(integrity.Events())},
		{"integrity_papers", "kind", texts([]integrity.PaperKind{integrity.PaperCommitment, integrity.PaperNotice})},
		{"integrity_papers", "signed", texts([]integrity.Signed{integrity.SignedScreen, integrity.SignedPaper, integrity.SignedVoice, integrity.Refused})},
		{"source_answers", "status", texts(source.Statuses())},
		{"source_checks", "why", texts(source.Whys())},
		{"source_consents", "form", texts(source.Forms())},
		{"source_consent_persons", "given_by", texts(source.Givers())},
		{"findings", "id_type", texts([]people.IdentityType{people.IdentityResident, people.IdentityNone})},
		{"referrals", "state", texts(referral.States())},
		{"referrals", "result", texts(referral.Results())},
		{"referrals", "consent", texts(referral.ConsentKinds())},
		{"referral_steps", "event", texts(referral.Events())},
		{"referral_steps", "via", texts(referral.Vias())},
		{"case_tasks", "kind", texts(loop.TaskKinds())},
		{"case_tasks", "state", texts(loop.TaskStates())},
		{"case_tasks", "outcome", texts(loop.TaskOutcomes())},
	} {
		h.agrees(t, tt)
	}
}

// enumColumn is a column whose CHECK lists what the program knows.
type enumColumn struct {
	table, column string
	known         []string
}

// agrees holds a column's CHECK against what the program knows.
func (h house) agrees(t *testing.T, tt enumColumn) {
	t.Helper()
	var def string
	err := connect(t, h.urls.OwnerURL).QueryRow(t.Context(), `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2`,
		tt.table, tt.table+"_"+tt.column+"_check").Scan(&def)
	if err != nil {
		t.Fatalf("%s.%s: %v", tt.table, tt.column, err)
	}
	var listed []string
	for _, m := range regexp.MustCompile(`'([a-z_]+)'::text`).FindAllStringSubmatch(def, -1) {
		listed = append(listed, m[1])
	}
	slices.Sort(listed)
	slices.Sort(tt.known)
	if !slices.Equal(listed, tt.known) {
		t.Errorf("%s.%s takes %v, the program knows %v", tt.table, tt.column, listed, tt.known)
	}
}

func texts[T ~string](list []T) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}
