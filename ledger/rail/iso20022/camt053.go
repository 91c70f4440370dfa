package iso20022

import (
	"io"

	"example.org/hotline/ledger/rail"
)

// ReadStatements reads a camt.053.001.08: one statement for each account in it.
// A statement whose closing balance is not its opening balance and its entries
// refuses the whole file. The error is rail.Refused with every fault by line.
func ReadStatements(from io.Reader) ([]rail.Statement, error) {
	var faults rail.Faults
	root := parse(from, &faults)
	if root == nil || !camt053.holds(root, &faults) {
		return nil, faults.Err()
	}
	s := statementReader{reader{&faults}}
	message := root.kids[0]
	s.onePage(message.kid("GrpHdr", "MsgPgntn"))
	var all []rail.Statement
	for _, n := range message.all("Stmt") {
		all = append(all, s.statement(n))
	}
	if faults.Any() {
		return nil, faults.Err()
	}
	return all, nil
}

type statementReader struct{ reader }

// onePage refuses a part of a statement.
func (s statementReader) onePage(n *node) {
	if n.there() && (s.number(n.kid("PgNb")) != 1 || !s.yes(n.kid("LastPgInd"))) {
		s.faults.Add(n.line, n.name, "pages", nil)
	}
}

// yes is an indicator; absent is no.
func (s statementReader) yes(n *node) bool {
	switch n.text {
	case "true", "1":
		return true
	case "false", "0", "":
	default:
		s.faults.Add(n.line, n.name, "status_unknown", nil)
	}
	return false
}

func (s statementReader) statement(n *node) rail.Statement {
	s.onePage(n.kid("StmtPgntn"))
	out := rail.Statement{ID: n.kid("Id").text, Account: s.account(n.kid("Acct"))}
	if ccy := n.kid("Acct", "Ccy"); ccy.there() && ccy.text != currency {
		s.faults.Add(ccy.line, ccy.name, "currency", nil)
	}
	s.balances(n, &out)
	for _, e := range n.all("Ntry") {
		out.Lines = append(out.Lines, s.entry(e)...)
	}
	s.summary(n)
	if !s.faults.Any() && !out.Balanced() {
		s.faults.Add(n.line, "Bal", "balance_differs", nil)
	}
	return out
}

// balances takes the opening (OPBD, or PRCD: the previous day's closing) and the
// closing balance (CLBD). Others, such as what is available, say nothing of entries.
func (s statementReader) balances(n *node, out *rail.Statement) {
	opening, closing := 0, 0
	for _, b := range n.all("Bal") {
		switch kind := b.kid("Tp", "CdOrPrtry", "Cd").text; kind {
		case "OPBD", "PRCD":
			opening++
			out.Opening, out.From = s.signed(b), s.day(b.kid("Dt"))
			if kind == "PRCD" { // dated on the day that it closes: the statement begins with the next
				out.From = out.From.Next()
			}
		case "CLBD":
			closing++
			out.Closing, out.To = s.signed(b), s.day(b.kid("Dt"))
		default:
		}
	}
	if opening != 1 || closing != 1 {
		s.faults.Add(n.line, "Bal", "balance_missing", nil)
	}
}

// signed is an amount, negative where it is a debit.
func (s statementReader) signed(n *node) int64 {
	fen := s.money(n.kid("Amt"), mostBalance)
	if s.direction(n.kid("CdtDbtInd")) == rail.Debit {
		return -fen
	}
	return fen
}

// mostBalance leaves room for the sum of all lines below it.
const mostBalance = mostSum

func (s statementReader) direction(n *node) rail.Direction {
	switch n.text {
	case "CRDT":
		return rail.Credit
	case "DBIT":
		return rail.Debit
	default:
		s.faults.Add(n.line, n.name, "status_unknown", nil)
		return ""
	}
}

// entry is one booking: one line, or one for each payout that a bank booked together.
func (s statementReader) entry(n *node) []rail.StatementLine {
	if sts := n.kid("Sts", "Cd"); sts.text != "BOOK" {
		s.faults.Add(n.line, "Sts", "not_booked", nil)
	}
	line := rail.StatementLine{Line: n.line, Date: s.day(n.kid("BookgDt")), Fen: s.positive(n.kid("Amt")), Direction: s.direction(n.kid("CdtDbtInd")),
		Reversal: s.yes(n.kid("RvslInd")), BankReference: n.kid("AcctSvcrRef").text, Text: rail.Private(n.kid("AddtlNtryInf").text)}
	var parts []*node
	for _, details := range n.all("NtryDtls") {
		parts = append(parts, details.all("TxDtls")...)
	}
	if len(parts) == 0 {
		return []rail.StatementLine{line}
	}
	var lines []rail.StatementLine
	var sum int64
	for _, p := range parts {
		part := s.part(line, p, len(parts) == 1)
		sum += part.Signed()
		lines = append(lines, part)
	}
	if sum != line.Signed() && !s.faults.Any() {
		s.faults.Add(n.line, n.name, "parts_differ", nil)
	}
	return lines
}

// positive is the amount of a movement.
func (s statementReader) positive(n *node) int64 {
	fen := s.money(n, rail.MostFen)
	if fen == 0 && !s.faults.Any() {
		s.faults.Add(n.line, n.name, "amount_range", nil)
	}
	return fen
}

// part is one transaction of an entry. One of several must say its amount.
func (s statementReader) part(line rail.StatementLine, n *node, alone bool) rail.StatementLine {
	line.Line = n.line
	amt, dir := n.kid("Amt"), n.kid("CdtDbtInd")
	if amt.there() {
		line.Fen = s.positive(amt)
	} else if !alone {
		s.faults.Add(n.line, "Amt", "xml_missing", nil)
	}
	if dir.there() {
		line.Direction = s.direction(dir)
	}
	refs := n.kid("Refs")
	if id := refs.kid("EndToEndId").text; id != "NOTPROVIDED" { // the standard's word for none
		line.Reference = id
	}
	if ref := refs.kid("AcctSvcrRef"); ref.there() {
		line.BankReference = ref.text
	}
	if more := n.kid("AddtlTxInf"); more.there() {
		line.Text = rail.Private(more.text)
	}
	if back := n.kid("RtrInf"); back.there() {
		line.Returned = true
		line.Reason, line.Code, _ = why([]*node{back})
	}
	return line
}

// summary holds the statement's own totals to its entries.
func (s statementReader) summary(n *node) {
	var counts [2]int
	var sums [2]int64
	for _, e := range n.all("Ntry") {
		at := 0
		if e.kid("CdtDbtInd").text == "DBIT" {
			at = 1
		}
		fen, _ := rail.ParseYuan(e.kid("Amt").text)
		counts[at]++
		sums[at] += fen
	}
	if s.faults.Any() {
		return
	}
	for i, name := range []string{"TtlCdtNtries", "TtlDbtNtries"} {
		total := n.kid("TxsSummry", name)
		s.count(total.kid("NbOfNtries"), counts[i])
		s.sum(total.kid("Sum"), sums[i])
	}
	total := n.kid("TxsSummry", "TtlNtries")
	s.count(total.kid("NbOfNtries"), counts[0]+counts[1])
	s.sum(total.kid("Sum"), sums[0]+sums[1])
}
