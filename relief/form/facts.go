package form

import (
	"fmt"
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
