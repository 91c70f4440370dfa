package iso20022

import (
	"io"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/ledger/rail"
)

// groupStatus are the statuses of a whole batch (ExternalPaymentGroupStatus1Code).
// ACSC of a batch says that it was debited from us, and nothing of any payee:
// success is said of each payout by name.
var groupStatus = map[string]rail.Status{
	"ACTC": rail.Accepted, // technically sound
	"ACCP": rail.Accepted, // customer profile checked
	"ACSP": rail.Accepted, // settlement in process
	"ACSC": rail.Accepted, // settled on the debtor's account
	"ACWC": rail.Accepted, // accepted with a change
	"PDNG": rail.Pending,
	"PART": "", // some: each payout says which
	"RJCT": rail.Failed,
}

// itemStatus are the statuses of one payout (ExternalPaymentTransactionStatus1Code).
var itemStatus = map[string]rail.Status{
	"ACTC": rail.Accepted,
	"ACCP": rail.Accepted,
	"ACSP": rail.Accepted,
	"ACSC": rail.Succeeded,
	"ACWC": rail.Accepted,
	"PDNG": rail.Pending,
	"RJCT": rail.Failed,
}

// reasons are the codes of ExternalStatusReason1Code and ExternalReturnReason1Code
// that decide what is to be repaired; any other is rail.ReasonOther.
var reasons = map[string]rail.Reason{
	"AC01": rail.ReasonAccountUnknown, // incorrect account number
	"AC03": rail.ReasonAccountUnknown, // invalid creditor account number
	"AC04": rail.ReasonAccountClosed,
	"AC06": rail.ReasonAccountBlocked,
	"AC07": rail.ReasonAccountClosed, // closed creditor account
	"AC14": rail.ReasonAccountUnknown,
	"AM04": rail.ReasonNoFunds,
	"AM05": rail.ReasonDuplicate,
	"BE01": rail.ReasonNameMismatch, // inconsistent with end customer
}

// ReadStatus reads a pain.002.001.10. Which batch it answers is in the return;
// rail.Return.Results holds it against what was sent. The error is rail.Refused
// with every fault by line.
func ReadStatus(from io.Reader) (rail.Return, error) {
	var faults rail.Faults
	root := parse(from, &faults)
	if root == nil || !pain002.holds(root, &faults) {
		return rail.Return{}, faults.Err()
	}
	s := statusReport{reader: reader{&faults}, codes: map[string]int{}}
	s.read(root.kids[0])
	if faults.Any() {
		return rail.Return{}, faults.Err()
	}
	return s.out, nil
}

type statusReport struct {
	reader
	out   rail.Return
	codes map[string]int // payouts listed, by the bank's status
}

func (s *statusReport) read(report *node) {
	original, pay := report.kid("OrgnlGrpInfAndSts"), report.kid("OrgnlPmtInfAndSts")
	s.out.Batch = original.kid("OrgnlMsgId").text
	s.out.Made = area.DateOf(s.instant(report.kid("GrpHdr", "CreDtTm")))
	if name := original.kid("OrgnlMsgNmId"); !strings.HasPrefix(name.text, "pain.001") {
		s.faults.Add(name.line, name.name, "xml_other", map[string]any{"want": "a report on pain.001.001.09"})
	}
	if id := pay.kid("OrgnlPmtInfId"); id.there() && id.text != s.out.Batch {
		s.faults.Add(id.line, id.name, "other_batch", nil) // ours have one id for both
	}
	s.group(original, pay)
	s.ofBatch(original)
	s.ofBatch(pay)
	first := map[string]int{}
	for _, t := range pay.all("TxInfAndSts") {
		item := s.payoutOf(t)
		if was, twice := first[item.Reference]; twice {
			s.faults.Add(item.Line, "OrgnlEndToEndId", "reference_twice", map[string]any{"first": was})
		}
		first[item.Reference] = item.Line
		s.out.Items = append(s.out.Items, item)
		s.out.Fen += item.Fen
	}
	s.out.Count = len(s.out.Items)
	s.perStatus(original)
	s.perStatus(pay)
}

// group takes the status of the whole. Where the payment has one beside the
// message's, it is the closer; a refusal of either is one of all.
func (s *statusReport) group(original, pay *node) {
	for _, at := range []*node{original.kid("GrpSts"), pay.kid("PmtInfSts")} {
		if !at.there() {
			continue
		}
		status, known := groupStatus[at.text]
		switch {
		case !known:
			s.faults.Add(at.line, at.name, "status_unknown", nil)
		case s.out.Group == rail.Failed && status != rail.Failed:
			s.faults.Add(at.line, at.name, "group_differs", nil)
		default:
			s.out.Group = status
		}
	}
	if s.out.Group == rail.Failed {
		s.out.GroupReason, s.out.GroupCode, _ = why(append(original.all("StsRsnInf"), pay.all("StsRsnInf")...))
	}
}

// ofBatch takes what the bank says it was sent.
func (s *statusReport) ofBatch(n *node) {
	count, sum := n.kid("OrgnlNbOfTxs"), n.kid("OrgnlCtrlSum")
	if !count.there() {
		return
	}
	totals := &rail.Totals{Line: count.line, Count: s.number(count)}
	if sum.there() {
		totals.Fen = s.money(sum, mostSum)
	}
	if was := s.out.OfBatch; was != nil && (was.Count != totals.Count || was.Fen != 0 && totals.Fen != 0 && was.Fen != totals.Fen) {
		s.faults.Add(count.line, count.name, "batch_differs", nil)
	}
	s.out.OfBatch = totals
}

// payoutOf reads what is said of one payout.
func (s *statusReport) payoutOf(t *node) rail.ReturnItem {
	ref, sts, sent := t.kid("OrgnlEndToEndId"), t.kid("TxSts"), t.kid("OrgnlTxRef")
	item := rail.ReturnItem{Line: ref.line, Reference: ref.text, Status: itemStatus[sts.text], Account: s.account(sent.kid("CdtrAcct"))}
	if _, known := itemStatus[sts.text]; !known {
		s.faults.Add(sts.line, sts.name, "status_unknown", nil)
	}
	if seq, ok := rail.ParseFen(t.kid("OrgnlInstrId").text); ok && seq <= rail.MostItems { // ours are numbers
		item.Seq = int(seq)
	}
	s.codes[sts.text]++
	if amt := sent.kid("Amt", "InstdAmt"); amt.there() {
		if amt.attr("Ccy") != currency {
			s.faults.Add(amt.line, amt.name, "currency", nil)
		}
		item.Fen = s.payout(amt)
	}
	if name := sent.kid("Cdtr", "Pty", "Nm"); name.there() {
		item.Holder = rail.Private(name.text)
	}
	reason, code, words := why(t.all("StsRsnInf"))
	item.Code, item.Text = code, words
	switch {
	case item.Status == rail.Failed:
		item.Reason = reason
	case item.Status == rail.Succeeded && reasons[code] != rail.ReasonNone:
		s.faults.Add(sts.line, sts.name, "contradiction", nil)
	}
	return item
}

// why is the first reason given, with the bank's code and words.
func why(infos []*node) (rail.Reason, string, rail.Private) {
	var code string
	var words []string
	for _, info := range infos {
		if code == "" {
			code = info.kid("Rsn", "Cd").text + info.kid("Rsn", "Prtry").text // a choice: one of them
		}
		for _, more := range info.all("AddtlInf") {
			words = append(words, more.text)
		}
	}
	reason, known := reasons[code]
	if !known {
		reason = rail.ReasonOther
	}
	return reason, code, rail.Private(strings.Join(words, " "))
}

// perStatus holds the counts by status to what is listed. A bank may leave out
// payouts that went well; one that it counts as refused must be there by name.
func (s *statusReport) perStatus(n *node) {
	for _, of := range n.all("NbOfTxsPerSts") {
		at, sts := of.kid("DtldNbOfTxs"), of.kid("DtldSts").text
		says, are := s.number(at), s.codes[sts]
		if _, known := itemStatus[sts]; !known {
			s.faults.Add(at.line, "DtldSts", "status_unknown", nil)
		}
		wholly := s.out.Group == rail.Failed && len(s.out.Items) == 0 // refused as a whole, nobody by name
		if says < are || says > are && sts == "RJCT" && !wholly {
			s.faults.Add(at.line, at.name, "count_differs", map[string]any{"says": says, "are": are})
		}
	}
}
