package iso20022

import (
	"encoding/xml"
	"io"
	"strconv"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
)

// What is the same in every batch of ours.
const (
	methodTransfer = "TRF"   // credit transfer, not a cheque
	purposeBenefit = "SSBE"  // ExternalPurpose1Code: social security benefit
	clearingChina  = "CNAPS" // ExternalClearingSystemIdentification1Code
	schemeNational = "NIDN"  // ExternalPersonIdentification1Code: national identity number
	schemePassport = "CCPT"
	currency       = "CNY"
)

type document struct {
	XMLName xml.Name `xml:"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09 Document"`
	Header  header   `xml:"CstmrCdtTrfInitn>GrpHdr"`
	Payment payment  `xml:"CstmrCdtTrfInitn>PmtInf"`
}

type header struct {
	MsgID   string `xml:"MsgId"`
	Created string `xml:"CreDtTm"`
	Count   int    `xml:"NbOfTxs"`
	Sum     string `xml:"CtrlSum"`
	Name    string `xml:"InitgPty>Nm"`
	Unit    string `xml:"InitgPty>Id>OrgId>Othr>Id"`
}

type payment struct {
	ID       string     `xml:"PmtInfId"`
	Method   string     `xml:"PmtMtd"`
	Count    int        `xml:"NbOfTxs"`
	Sum      string     `xml:"CtrlSum"`
	Execute  string     `xml:"ReqdExctnDt>Dt"`
	Debtor   string     `xml:"Dbtr>Nm"`
	Account  string     `xml:"DbtrAcct>Id>Othr>Id"`
	Currency string     `xml:"DbtrAcct>Ccy"`
	Agent    *member    `xml:"DbtrAgt>FinInstnId>ClrSysMmbId"`
	Credits  []transfer `xml:"CdtTrfTxInf"`
}

// member is a bank by its number in the clearing system.
type member struct {
	System string `xml:"ClrSysId>Cd"`
	Number string `xml:"MmbId"`
}

type transfer struct {
	InstrID  string    `xml:"PmtId>InstrId"`
	EndToEnd string    `xml:"PmtId>EndToEndId"`
	Amount   money     `xml:"Amt>InstdAmt"`
	Agent    *member   `xml:"CdtrAgt>FinInstnId>ClrSysMmbId"`
	Name     string    `xml:"Cdtr>Nm"`
	ID       *personID `xml:"Cdtr>Id>PrvtId>Othr"`
	Account  string    `xml:"CdtrAcct>Id>Othr>Id"`
	Purpose  string    `xml:"Purp>Cd"`
	Memo     string    `xml:"RmtInf>Ustrd"`
}

type money struct {
	Currency string `xml:"Ccy,attr"`
	Yuan     string `xml:",chardata"`
}

type personID struct {
	Number string `xml:"Id"`
	Scheme string `xml:"SchmeNm>Cd,omitempty"`
	Own    string `xml:"SchmeNm>Prtry,omitempty"`
}

// WriteBatch is the pain.001.001.09 of a batch, byte for byte the same each
// time. Batch and payment have one id; each payout's end-to-end id is that of its
// attempt, and its instruction id the number in the batch.
func WriteBatch(b rail.Batch) ([]byte, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	sum := ledger.Yuan(b.ControlSum())
	doc := document{
		Header: header{MsgID: b.ID, Created: b.Created.In(area.Shanghai).Format(time.RFC3339), Count: b.Count(), Sum: sum, Name: b.UnitName, Unit: b.Unit},
		Payment: payment{ID: b.ID, Method: methodTransfer, Count: b.Count(), Sum: sum, Execute: string(b.Execute), Debtor: b.UnitName, Account: string(b.DebitAccount),
			Currency: currency, Agent: &member{clearingChina, b.AgentBank}, Credits: make([]transfer, len(b.Items))},
	}
	for n, i := range b.Items {
		doc.Payment.Credits[n] = transferOf(i)
	}
	return encode(pain001, doc)
}

func transferOf(i rail.Item) transfer {
	t := transfer{InstrID: strconv.Itoa(i.Seq), EndToEnd: i.Reference, Amount: money{currency, ledger.Yuan(i.Fen)}, Name: string(i.Holder), Account: string(i.Account),
		Purpose: purposeBenefit, Memo: string(i.Memo)}
	if i.Bank != "" {
		t.Agent = &member{clearingChina, i.Bank}
	}
	switch i.IDType {
	case rail.IDNone:
	case rail.IDResident:
		t.ID = &personID{Number: string(i.IDNumber), Scheme: schemeNational}
	case rail.IDPassport:
		t.ID = &personID{Number: string(i.IDNumber), Scheme: schemePassport}
	default:
		t.ID = &personID{Number: string(i.IDNumber), Own: string(i.IDType)}
	}
	return t
}

// ReadBatch reads a pain.001.001.09 that WriteBatch made, as the bank would: for
// the bank simulator, and to prove that what was written can be read.
func ReadBatch(from io.Reader) (rail.Batch, error) {
	var faults rail.Faults
	root := parse(from, &faults)
	if root == nil || !pain001.holds(root, &faults) {
		return rail.Batch{}, faults.Err()
	}
	r := reader{&faults}
	head, pay := root.kids[0].kid("GrpHdr"), root.kids[0].kid("PmtInf")
	b := rail.Batch{ID: head.kid("MsgId").text, Created: r.instant(head.kid("CreDtTm")), Unit: head.kid("InitgPty", "Id", "OrgId", "Othr", "Id").text,
		UnitName: pay.kid("Dbtr", "Nm").text, DebitAccount: r.account(pay.kid("DbtrAcct")), AgentBank: memberOf(pay.kid("DbtrAgt")), Execute: r.day(pay.kid("ReqdExctnDt"))}
	for _, t := range pay.all("CdtTrfTxInf") {
		b.Items = append(b.Items, r.item(t))
	}
	for _, totals := range []*node{head, pay} {
		r.count(totals.kid("NbOfTxs"), b.Count())
		r.sum(totals.kid("CtrlSum"), b.ControlSum())
	}
	if faults.Any() {
		return rail.Batch{}, faults.Err()
	}
	return b, nil
}

func (r reader) item(t *node) rail.Item {
	i := rail.Item{Reference: t.kid("PmtId", "EndToEndId").text, Seq: r.number(t.kid("PmtId", "InstrId")), Fen: r.payout(t.kid("Amt", "InstdAmt")),
		Bank: memberOf(t.kid("CdtrAgt")), Holder: rail.Private(t.kid("Cdtr", "Nm").text), Account: r.account(t.kid("CdtrAcct")), Memo: rail.Memo(t.kid("RmtInf", "Ustrd").text)}
	id := t.kid("Cdtr", "Id", "PrvtId", "Othr")
	i.IDNumber = rail.Private(id.kid("Id").text)
	switch scheme := id.kid("SchmeNm", "Cd"); {
	case !id.there():
	case scheme.text == schemeNational:
		i.IDType = rail.IDResident
	case scheme.text == schemePassport:
		i.IDType = rail.IDPassport
	default:
		i.IDType = rail.IDOther
	}
	return i
}

// memberOf is a bank's number.
func memberOf(agent *node) string { return agent.kid("FinInstnId", "ClrSysMmbId", "MmbId").text }

// reader reads values, noting what is none.
type reader struct{ faults *rail.Faults }

// account is a number, whether the bank writes it as IBAN or otherwise.
func (reader) account(n *node) rail.Private {
	id := n.kid("Id")
	if own := id.kid("Othr", "Id"); own.there() {
		return rail.Private(own.text)
	}
	return rail.Private(id.kid("IBAN").text)
}

// number is a whole number; zero and a fault for anything else.
func (r reader) number(n *node) int {
	value, ok := rail.ParseFen(n.text)
	if !ok || value > mostNodes {
		r.faults.Add(n.line, n.name, "number_form", nil)
		return 0
	}
	return int(value)
}

// money is a decimal amount in fen; currency was looked at with the structure.
func (r reader) money(n *node, most int64) int64 {
	fen, ok := rail.ParseYuan(n.text)
	switch {
	case !ok:
		r.faults.Add(n.line, n.name, "amount_form", nil)
		return 0
	case fen > most:
		r.faults.Add(n.line, n.name, "amount_range", nil)
		return 0
	default:
		return fen
	}
}

// payout is the amount of a payout, above zero.
func (r reader) payout(n *node) int64 {
	fen := r.money(n, ledger.MaxFen)
	if fen == 0 && !r.faults.Any() {
		r.faults.Add(n.line, n.name, "amount_range", nil)
	}
	return fen
}

// count and sum hold an optional control element to what is there.
func (r reader) count(n *node, are int) {
	if !n.there() {
		return
	}
	if says := r.number(n); says != are {
		r.faults.Add(n.line, n.name, "count_differs", map[string]any{"says": says, "are": are})
	}
}

func (r reader) sum(n *node, is int64) {
	if n.there() && r.money(n, mostSum) != is {
		r.faults.Add(n.line, n.name, "sum_differs", nil)
	}
}

// mostSum bounds the sum of a whole file: 18 digits of fen.
const mostSum = 999_999_999_999_999_999

// instant is a date with a time, in China where the bank gives no zone.
func (r reader) instant(n *node) time.Time {
	if t, err := time.Parse(time.RFC3339, n.text); err == nil {
		return t
	}
	t, err := time.ParseInLocation("2006-01-02T15:04:05", n.text, area.Shanghai)
	if err != nil {
		r.faults.Add(n.line, n.name, "date_form", nil)
	}
	return t
}

// day is a choice of a day and a time.
func (r reader) day(n *node) area.Date {
	if at := n.kid("DtTm"); at.there() {
		return area.DateOf(r.instant(at))
	}
	at := n.kid("Dt")
	day, err := time.Parse(time.DateOnly, at.text)
	if err != nil {
		r.faults.Add(at.line, at.name, "date_form", nil)
		return ""
	}
	return area.Date(day.Format(time.DateOnly))
}
