package form

import (
	"fmt"
	"strconv"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Party is whom a form is about and which office hands it out.
type Party struct {
	Ticket   ticket.ID
	Number   ticket.Number
	Name     act.Private
	Identity string // masked; empty where there is none
	Office   string // the township or county that gives the aid
}

// Values fills in a form that says no more than whom it is about and who hands it out.
func (p Party) Values(today time.Time) map[string]string { return p.values(today) }

func (p Party) values(today time.Time) map[string]string {
	identity := p.Identity
	if identity == "" {
		identity = "（无）"
	}
	return map[string]string{"number": string(p.Number), "name": string(p.Name), "identity": identity, "office": p.Office, "day": dayInWords(today)}
}

func dayInWords(t time.Time) string {
	t = t.In(ticket.Shanghai)
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

// ReceiptFacts are what a payee signs for.
type ReceiptFacts struct {
	Party
	Fen     int64
	AidKind string // code of the catalogue
	Payer   string // who hands it over; who made the payout while nobody has the cash
}

// Values fills in a receipt. aid is the kind of aid in words.
func (f ReceiptFacts) Values(aid string, today time.Time) map[string]string {
	values := f.values(today)
	values["amount"], values["capitals"] = fmt.Sprintf("%d.%02d", f.Fen/100, f.Fen%100), Capitals(f.Fen)
	values["aid"], values["payer"] = aid, f.Payer
	return values
}

// RefusalFacts are why no aid is due.
type RefusalFacts struct {
	Party
	Reason string
}

// Values fills in a refusal.
func (f RefusalFacts) Values(today time.Time) map[string]string {
	values := f.values(today)
	values["reason"] = f.Reason
	return values
}

// NoticeFacts are what hangs on a village's board: what may be shown and nothing else.
type NoticeFacts struct {
	Village, Head, Aid string // Head is empty where only children live there
	People             int
	Fen                int64 // a month, or once
	From, Until        ticket.Date
	Phone              string
}

// Values fills in a public notice.
func (f NoticeFacts) Values(today time.Time) map[string]string {
	head := f.Head
	if head == "" {
		head = "（不公示姓名）"
	}
	return map[string]string{"village": f.Village, "head": head, "people": strconv.Itoa(f.People), "aid": f.Aid, "amount": fmt.Sprintf("%d.%02d", f.Fen/100, f.Fen%100),
		"from": dayInWords(f.From.At(0)), "until": dayInWords(f.Until.At(0)), "phone": f.Phone, "day": dayInWords(today)}
}
