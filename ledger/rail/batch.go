package rail

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// Batch is a list of payouts for one bank, out of one account, on one day.
type Batch struct {
	ID           string    // public id, at most 35 characters: once with a bank, never used again
	Unit         string    // number under which the bank knows us
	UnitName     string    // name of the account that pays
	DebitAccount Private   // the account that pays
	AgentBank    string    // 12-digit number of the bank that pays (CNAPS)
	Execute      area.Date // day on which the bank is to pay
	Created      time.Time
	Items        []Item
}

// Item is one attempt at one payout.
type Item struct {
	Seq       int     // 1, 2, 3 … within the batch
	Reference string  // public id of the payout's attempt, at most 35 characters: the end-to-end id, another one for every attempt
	Account   Private // the payee's
	Holder    Private // its holder's name, as the bank knows it
	Bank      string  // 12-digit number of the payee's bank; empty: the agent bank itself
	IDType    IDType
	IDNumber  Private
	Fen       int64
	Memo      Memo
}

// MostItems bounds a batch.
const MostItems = 10_000

// MaxReference is the most characters of an id that a bank hands back (Max35Text
// of ISO 20022).
const MaxReference = 35

// Count is the number of payouts.
func (b Batch) Count() int { return len(b.Items) }

// ControlSum is the sum of all payouts in fen.
func (b Batch) ControlSum() int64 {
	var sum int64
	for _, i := range b.Items {
		sum += i.Fen
	}
	return sum
}

var (
	// Banks' systems keep letters, digits and hyphens of an id, and little else.
	idForm     = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z-]{0,34}$`)
	unitForm   = regexp.MustCompile(`^[0-9A-Za-z]{1,20}$`)
	bankForm   = regexp.MustCompile(`^[0-9]{12}$`)
	accountNum = regexp.MustCompile(`^[0-9]{8,32}$`)
	idNumber   = regexp.MustCompile(`^[0-9A-Z]{5,30}$`)
)

// Validate looks at a batch before it leaves and reports every fault, each an
// *act.Fault that names its field. No value is repeated.
func (b Batch) Validate() error {
	c := check{}
	c.that(idForm.MatchString(b.ID), "id", "batch_id", "A batch needs an id of at most 35 letters, digits and hyphens.")
	c.payer(b)
	day, err := area.ParseDate(string(b.Execute))
	c.that(err == nil && day == b.Execute, "execute", "batch_date", "Give the day of payment as 2026-10-01.")
	c.that(!b.Created.IsZero(), "created", "batch_created", "Say when the batch was made.")
	c.that(len(b.Items) > 0, "items", "batch_empty", "A batch without payouts is not sent.")
	if len(b.Items) > MostItems {
		c.that(false, "items", "batch_too_large", fmt.Sprintf("A batch holds at most %d payouts; split it.", MostItems))
		return errors.Join(c.faults...)
	}
	seen := make(map[string]bool, len(b.Items))
	for i, item := range b.Items {
		at := fmt.Sprintf("items[%d].", i)
		c.that(item.Seq == i+1, at+"seq", "item_seq", "Number the payouts 1, 2, 3 … without a gap.")
		c.that(!seen[item.Reference], at+"reference", "reference_twice", "The same attempt stands in the batch twice; it would be paid twice.")
		seen[item.Reference] = true
		c.item(at, item)
	}
	return errors.Join(c.faults...)
}

// CheckPayer looks at who pays a batch, which a city's settings say once: unit,
// unit_name, debit_account, agent_bank.
func (b Batch) CheckPayer() error {
	c := check{}
	c.payer(b)
	return errors.Join(c.faults...)
}

type check struct{ faults []error }

func (c *check) payer(b Batch) {
	c.that(unitForm.MatchString(b.Unit), "unit", "batch_unit", "Give the number under which the bank knows us: at most 20 letters and digits.")
	c.that(plainText(b.UnitName, 70), "unit_name", "batch_unit_name", "Give the name of the paying account, at most 70 characters in one line.")
	c.that(accountNum.MatchString(string(b.DebitAccount)), "debit_account", "account_form", "Give the paying account's number: 8 to 32 digits.")
	c.that(bankForm.MatchString(b.AgentBank), "agent_bank", "bank_form", "Give the agent bank's number of 12 digits.")
}

func (c *check) that(ok bool, field, code, detail string) {
	if !ok {
		c.faults = append(c.faults, act.Invalid(field, code, detail))
	}
}

// CheckPayee looks at where money is to go before anybody makes a batch of it, and
// reports every fault: of account, holder and bank.
func CheckPayee(account, holder Private, bank string) error {
	c := check{}
	c.payee("", Item{Account: account, Holder: holder, Bank: bank})
	return errors.Join(c.faults...)
}

func (c *check) payee(at string, i Item) {
	c.that(accountNum.MatchString(string(i.Account)), at+"account", "account_form", "An account number has 8 to 32 digits; take out blanks and hyphens.")
	c.that(holderName(string(i.Holder)), at+"holder", "holder_form", "Write the holder's name as it stands on the card: letters and characters, a · or a single blank between parts.")
	c.that(i.Bank == "" || bankForm.MatchString(i.Bank), at+"bank", "bank_form", "A bank's number has 12 digits.")
}

func (c *check) item(at string, i Item) {
	c.that(idForm.MatchString(i.Reference), at+"reference", "reference_form", "An attempt needs an id of at most 35 letters, digits and hyphens.")
	c.payee(at, i)
	c.that((i.IDType == IDNone) == (i.IDNumber == ""), at+"id_number", "id_half", "Give type and number of the document, or neither.")
	if i.IDType != IDNone {
		c.that(cmp.Or(i.IDType == IDResident, i.IDType == IDPassport, i.IDType == IDOther), at+"id_type", "id_type", "Use resident_id, passport or other.")
		c.that(idNumber.MatchString(string(i.IDNumber)) && (i.IDType != IDResident || len(i.IDNumber) == 18), at+"id_number", "id_form",
			"A document's number has 5 to 30 digits and capital letters, that of a resident identity card 18.")
	}
	c.that(i.Memo.sound(), at+"memo", "memo_form", "The memo names the kind of aid and the month, and nothing else.")
	if err := ledger.CheckAmount(at+"fen", i.Fen); err != nil {
		c.faults = append(c.faults, err)
	}
}

// plainText is a text in one line that begins like no formula of a spreadsheet.
func plainText(text string, most int) bool {
	return text != "" && utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && strings.TrimSpace(text) == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) && !Formula(text)
}

// Formula reports whether a spreadsheet would compute the text instead of
// showing it. A lone hyphen means "nothing" to most banks.
func Formula(text string) bool {
	return len(text) > 1 && strings.ContainsRune("=+-@＝＋－＠", []rune(text)[0])
}

// holderName is a person's name of 2 to 70 characters: letters, with a middle
// dot or one blank between parts.
func holderName(name string) bool {
	if n := utf8.RuneCountInString(name); n < 2 || n > 70 || !utf8.ValidString(name) {
		return false
	}
	joint := true // also before the first letter
	for _, r := range name {
		switch {
		case unicode.IsLetter(r):
			joint = false
		case joint:
			return false
		case r == '·' || r == ' ':
			joint = true
		default:
			return false
		}
	}
	return !joint
}
