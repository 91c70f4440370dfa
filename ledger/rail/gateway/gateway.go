// Package gateway is the banks of a city as its settings name them: for each its
// files (ledger/rail/layout or ledger/rail/iso20022), the way by which they
// travel (carried by hand, or ledger/rail/bankhttp), the account that pays and
// what was agreed. Whoever makes batches and loads returns knows a Bank and none
// of its forms.
package gateway

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/ledger/rail/iso20022"
	"example.org/hotline/ledger/rail/layout"
)

// FormISO20022 is the form of a bank that takes the messages of ISO 20022.
const FormISO20022 = "iso20022"

// StatementsNone is of a bank whose statements are not read here.
const StatementsNone = "none"

// Settings are a city's agreement with one bank.
type Settings struct {
	ID                  string          // stays with every batch: never another bank's
	County              area.Code       // whose fund lies there and pays
	Layout              *layout.Layout  // form of its files; nil: ISO 20022
	Statements          string          // FormISO20022 (camt.053), or StatementsNone
	FileName            rail.FileName   // of a batch; empty: the layout's, or that of ISO 20022 below
	Unit                string          // number under which the bank knows us
	UnitName            string          // name of the account that pays
	Debit               rail.Private    // the account that pays
	AgentBank           string          // 12-digit number of the bank (CNAPS)
	AbsentMeansAccepted bool            // agreed in writing: a payout that its return does not name was accepted, which is not yet success
	AnswerLimit         time.Duration   // after which what became of a batch that was sent is unknown
	Runs                []time.Duration // times after midnight, Shanghai, at which the bank credits payees
	Wire                bankhttp.Bank   // nil: its files are carried by hand
	ReturnsByHand       bool            // with Wire: people may load its returns from files as well
	Patience            time.Duration   // with Wire: what one request may take
	CountsOnce          bool            // with Wire: agreed in writing that the same batch, sent again under its id, counts once
}

// isoFileName is the name of a pain.001 where the settings give none.
const isoFileName rail.FileName = "pain001-{unit}-{date}-{batch}.xml"

// ReserveAnswerLimit is the AnswerLimit of a bank for which none is set.
const ReserveAnswerLimit = 24 * time.Hour

var bankID = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// Check reports every fault, each an *act.Fault with the setting's name.
func (s Settings) Check() error {
	var faults []error
	that := func(ok bool, field, detail string) {
		if !ok {
			faults = append(faults, act.Invalid(field, "bank_setting", detail))
		}
	}
	that(bankID.MatchString(s.ID), "id", "must be 1 to 32 of a-z, 0-9 and -, and begin with a letter: it stays with every batch")
	county, err := area.ParseCode(string(s.County))
	that(err == nil && county.Level() == area.LevelCounty, "county", "must be the 12-digit code of the county whose fund pays through this bank")
	that(s.Statements == FormISO20022 || s.Statements == StatementsNone, "statements", "must be iso20022 (camt.053) or none")
	that(s.FileName == "" || s.FileName.Sound(), "file_name", rail.FileNameRule)
	that(s.AnswerLimit >= time.Minute && s.AnswerLimit <= 30*24*time.Hour, "answer_limit", "must lie between 1m and 720h")
	for i, run := range s.Runs {
		that(run >= 0 && run < 24*time.Hour && (i == 0 || run > s.Runs[i-1]), fmt.Sprintf("runs[%d]", i), "must be a time after midnight below 24h, such as 15h30m, and after the one before it")
	}
	if err := (rail.Batch{Unit: s.Unit, UnitName: s.UnitName, DebitAccount: s.Debit, AgentBank: s.AgentBank}).CheckPayer(); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// Bank is one bank. Its settings are exported so that fmt finds what is Private in them.
type Bank struct{ Settings Settings }

// New is the bank of sound settings.
func New(s Settings) (*Bank, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	switch {
	case s.FileName != "":
	case s.Layout != nil:
		s.FileName = s.Layout.FileName
	default:
		s.FileName = isoFileName
	}
	s.Runs = slices.Clone(s.Runs)
	return &Bank{Settings: s}, nil
}

// String is the bank's id, and nothing of its account.
func (b *Bank) String() string { return b.Settings.ID }

// LogValue is the same for slog.
func (b *Bank) LogValue() slog.Value { return slog.StringValue(b.Settings.ID) }

// ID is the bank's public id.
func (b *Bank) ID() string { return b.Settings.ID }

// County is the county whose fund pays.
func (b *Bank) County() area.Code { return b.Settings.County }

// AbsentMeansAccepted is what rail.Return.Results wants to know.
func (b *Bank) AbsentMeansAccepted() bool { return b.Settings.AbsentMeansAccepted }

// AnswerLimit is how long a batch that was sent may be without an answer before
// what became of it counts as unknown.
func (b *Bank) AnswerLimit() time.Duration { return b.Settings.AnswerLimit }

// Wire is the bank's interface; nil where its files are carried by hand.
func (b *Bank) Wire() bankhttp.Bank { return b.Settings.Wire }

// Wired reports whether there is one.
func (b *Bank) Wired() bool { return b.Settings.Wire != nil }

// TakesFiles reports whether people may load its returns: not where it answers over the
// wire under its signature, unless the settings say so.
func (b *Bank) TakesFiles() bool { return !b.Wired() || b.Settings.ReturnsByHand }

// Patience bounds one request over the wire.
func (b *Bank) Patience() time.Duration { return b.Settings.Patience }

// CountsOnce is whether a batch of which the bank knows nothing may be sent again under its id.
func (b *Bank) CountsOnce() bool { return b.Settings.CountsOnce }

// Debit is the batch with who pays it filled in.
func (b *Bank) Debit(batch rail.Batch) rail.Batch {
	s := b.Settings
	batch.Unit, batch.UnitName, batch.DebitAccount, batch.AgentBank = s.Unit, s.UnitName, s.Debit, s.AgentBank
	return batch
}

// File is the file of a batch in the bank's form, byte for byte the same each
// time. What does not fit is refused, each an *act.Fault that names its field.
func (b *Bank) File(batch rail.Batch) (rail.File, error) {
	f := rail.File{Batch: batch.ID, Name: b.Settings.FileName.Of(batch)}
	var err error
	if l := b.Settings.Layout; l != nil {
		f.Type = "text/plain; charset=" + l.Batch.Encoding
		f.Body, err = l.WriteBatch(batch)
	} else {
		f.Type = "application/xml"
		f.Body, err = iso20022.WriteBatch(batch)
	}
	return f, err
}

// ReadReturn reads what the bank says of a batch; the error is rail.Refused with
// every fault by line.
func (b *Bank) ReadReturn(from io.Reader) (rail.Return, error) {
	if l := b.Settings.Layout; l != nil {
		return l.ReadReturn(from)
	}
	return iso20022.ReadStatus(from)
}

// ReadStatements reads the statements of the account that pays; one of any other
// account refuses the file.
func (b *Bank) ReadStatements(from io.Reader) ([]rail.Statement, error) {
	if b.Settings.Statements == StatementsNone {
		return nil, act.Refused("bank_without_statements",
			"No form is agreed for this bank's statements. Ask the bank for camt.053.001.08 and set statements: iso20022 for it in hotline.yaml.")
	}
	all, err := iso20022.ReadStatements(from)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if s.Account != b.Settings.Debit {
			var faults rail.Faults
			faults.Add(0, "Acct", "other_account", nil)
			return nil, faults.Err()
		}
	}
	return all, nil
}

// NextRun is when the bank next credits payees, if a batch is given to it at an
// instant: the first of its runs on a day on which it works. False where no runs
// are agreed, or where it works on none of the next thirty days.
func (b *Bank) NextRun(from time.Time, works func(area.Date) bool) (time.Time, bool) {
	local := from.In(area.Shanghai)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, area.Shanghai)
	for range 30 {
		for _, run := range b.Settings.Runs {
			if at := midnight.Add(run); at.After(from) && works(area.DateOf(midnight)) {
				return at, true
			}
		}
		midnight = midnight.AddDate(0, 0, 1)
	}
	return time.Time{}, false
}
