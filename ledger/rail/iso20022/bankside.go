package iso20022

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
)

// What a bank writes is here for the bank simulator, and so that what we read
// can be proved by what somebody wrote.

type statusDocument struct {
	XMLName xml.Name      `xml:"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10 Document"`
	ID      string        `xml:"CstmrPmtStsRpt>GrpHdr>MsgId"`
	Created string        `xml:"CstmrPmtStsRpt>GrpHdr>CreDtTm"`
	Batch   statusGroup   `xml:"CstmrPmtStsRpt>OrgnlGrpInfAndSts"`
	Payment *statusPaying `xml:"CstmrPmtStsRpt>OrgnlPmtInfAndSts"`
}

type statusGroup struct {
	ID     string        `xml:"OrgnlMsgId"`
	Of     string        `xml:"OrgnlMsgNmId"`
	Status string        `xml:"GrpSts,omitempty"`
	Why    *statusReason `xml:"StsRsnInf"`
}

type statusPaying struct {
	ID    string       `xml:"OrgnlPmtInfId"`
	Items []statusItem `xml:"TxInfAndSts"`
}

type statusItem struct {
	Seq       string        `xml:"OrgnlInstrId,omitempty"`
	Reference string        `xml:"OrgnlEndToEndId"`
	Status    string        `xml:"TxSts"`
	Why       *statusReason `xml:"StsRsnInf"`
	Amount    *money        `xml:"OrgnlTxRef>Amt>InstdAmt"`
}

type statusReason struct {
	Code  string `xml:"Rsn>Cd,omitempty"`
	Own   string `xml:"Rsn>Prtry,omitempty"`
	Words string `xml:"AddtlInf,omitempty"`
}

// WriteStatus is the pain.002.001.10 in which a bank would give a return.
func WriteStatus(r rail.Return, made time.Time) ([]byte, error) {
	doc := statusDocument{ID: "R-" + r.Batch, Created: made.In(area.Shanghai).Format(time.RFC3339),
		Batch: statusGroup{ID: r.Batch, Of: pain001.id, Status: "PART"}}
	if len(doc.ID) > rail.MaxReference {
		doc.ID = doc.ID[:rail.MaxReference]
	}
	switch r.Group {
	case rail.Failed:
		doc.Batch.Status, doc.Batch.Why = "RJCT", reasonOf(r.GroupReason, r.GroupCode, "")
	case rail.Pending:
		doc.Batch.Status = "PDNG"
	case rail.Accepted, rail.Succeeded:
		doc.Batch.Status = "ACSP"
	default:
	}
	if len(r.Items) > 0 {
		doc.Payment = &statusPaying{ID: r.Batch}
	}
	for _, i := range r.Items {
		item := statusItem{Reference: i.Reference, Status: map[rail.Status]string{rail.Accepted: "ACSP", rail.Pending: "PDNG", rail.Succeeded: "ACSC", rail.Failed: "RJCT"}[i.Status]}
		if item.Status == "" {
			return nil, fmt.Errorf("write the return as %s: a payout without a status", pain002.id)
		}
		if i.Seq > 0 {
			item.Seq = strconv.Itoa(i.Seq)
		}
		if i.Fen > 0 {
			item.Amount = &money{currency, ledger.Yuan(i.Fen)}
		}
		if i.Status == rail.Failed {
			item.Why = reasonOf(i.Reason, i.Code, string(i.Text))
		}
		doc.Payment.Items = append(doc.Payment.Items, item)
	}
	return encode(pain002, doc)
}

// reasonOf is a reason in the standard's code where there is one, else the bank's own.
func reasonOf(reason rail.Reason, code, words string) *statusReason {
	out := &statusReason{Words: words}
	for _, known := range slices.Sorted(maps.Keys(reasons)) {
		if reasons[known] == reason {
			out.Code = known
			return out
		}
	}
	if code == "" {
		code = string(rail.ReasonOther)
	}
	out.Own = code
	return out
}

type statementDocument struct {
	XMLName    xml.Name       `xml:"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08 Document"`
	ID         string         `xml:"BkToCstmrStmt>GrpHdr>MsgId"`
	Created    string         `xml:"BkToCstmrStmt>GrpHdr>CreDtTm"`
	Statements []statementOut `xml:"BkToCstmrStmt>Stmt"`
}

type statementOut struct {
	ID       string       `xml:"Id"`
	Account  string       `xml:"Acct>Id>Othr>Id"`
	Currency string       `xml:"Acct>Ccy"`
	Balances []balanceOut `xml:"Bal"`
	Entries  []entryOut   `xml:"Ntry"`
}

type balanceOut struct {
	Kind      string `xml:"Tp>CdOrPrtry>Cd"`
	Amount    money  `xml:"Amt"`
	Direction string `xml:"CdtDbtInd"`
	Day       string `xml:"Dt>Dt"`
}

type entryOut struct {
	Amount    money     `xml:"Amt"`
	Direction string    `xml:"CdtDbtInd"`
	Reversal  string    `xml:"RvslInd,omitempty"`
	Status    string    `xml:"Sts>Cd"`
	Day       string    `xml:"BookgDt>Dt"`
	Reference string    `xml:"AcctSvcrRef,omitempty"`
	Code      string    `xml:"BkTxCd>Prtry>Cd"`
	Details   *entryRef `xml:"NtryDtls>TxDtls"`
}

type entryRef struct {
	EndToEnd string        `xml:"Refs>EndToEndId,omitempty"`
	Return   *statusReason `xml:"RtrInf"`
	Words    string        `xml:"AddtlTxInf,omitempty"`
}

// WriteStatements is the camt.053.001.08 of statements, each line one entry.
func WriteStatements(id string, made time.Time, all []rail.Statement) ([]byte, error) {
	doc := statementDocument{ID: id, Created: made.In(area.Shanghai).Format(time.RFC3339)}
	for _, s := range all {
		out := statementOut{ID: s.ID, Account: string(s.Account), Currency: currency, Balances: []balanceOut{
			balance("OPBD", s.Opening, s.From), balance("CLBD", s.Closing, s.To)}}
		for _, l := range s.Lines {
			out.Entries = append(out.Entries, entryOf(l))
		}
		doc.Statements = append(doc.Statements, out)
	}
	return encode(camt053, doc)
}

func balance(kind string, fen int64, day area.Date) balanceOut {
	amount, direction := signedOut(fen)
	return balanceOut{Kind: kind, Amount: amount, Direction: direction, Day: string(day)}
}

func signedOut(fen int64) (money, string) {
	if fen < 0 {
		return money{currency, ledger.Yuan(-fen)}, "DBIT"
	}
	return money{currency, ledger.Yuan(fen)}, "CRDT"
}

func entryOf(l rail.StatementLine) entryOut {
	amount, direction := signedOut(l.Signed())
	out := entryOut{Amount: amount, Direction: direction, Status: "BOOK", Day: string(l.Date), Reference: l.BankReference, Code: "TRF"}
	if l.Reversal {
		out.Reversal = "true"
	}
	if l.Reference != "" || l.Returned || l.Text != "" {
		out.Details = &entryRef{EndToEnd: l.Reference, Words: string(l.Text)}
	}
	if l.Returned {
		out.Details.Return = reasonOf(l.Reason, l.Code, "")
	}
	return out
}

// encode is a message, byte for byte the same each time.
func encode(m message, doc any) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	enc := xml.NewEncoder(&out)
	enc.Indent("", " ")
	if err := enc.Encode(doc); err != nil {
		return nil, fmt.Errorf("write %s: %w", m.id, err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
