package iso20022_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.org/hotline/area"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/iso20022"
)

// results reads a report against the batch, as one word for each payout.
func results(t *testing.T, file string, absent bool) ([]string, error) {
	t.Helper()
	r, err := iso20022.ReadStatus(strings.NewReader(file))
	if err != nil {
		return nil, err
	}
	list, err := r.Results(batch(), absent)
	var told []string
	for _, one := range list {
		told = append(told, strings.TrimSpace(fmt.Sprintf("%s %s", one.Status, one.Reason)))
	}
	return told, err
}

func TestStatusesOfAReport(t *testing.T) {
	file := read(t, "pain002.xml")
	counts := "<NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>RJCT</DtldSts></NbOfTxsPerSts>"
	nobody := file[:strings.Index(file, "<OrgnlPmtInfAndSts>")] + "</CstmrPmtStsRpt></Document>"
	nobody = swap(t, nobody, counts, "")
	for _, test := range []struct {
		name, file string
		absent     bool
		want       []string
	}{
		{"some", file, false, []string{"succeeded", "failed name_mismatch", ""}},
		{"some, silence agreed", file, true, []string{"succeeded", "failed name_mismatch", "accepted"}},
		{"settled as a group is no success", swap(t, nobody, "PART", "ACSC"), false, []string{"", "", ""}},
		{"settled as a group, silence agreed", swap(t, nobody, "PART", "ACSC"), true, []string{"accepted", "accepted", "accepted"}},
		{"pending as a group", swap(t, nobody, "PART", "PDNG"), true, []string{"pending", "pending", "pending"}},
		{"refused as a group", swap(t, nobody, "<GrpSts>PART</GrpSts>", "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM05</Cd></Rsn></StsRsnInf>"), true,
			[]string{"failed duplicate", "failed duplicate", "failed duplicate"}},
	} {
		got, err := results(t, test.file, test.absent)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v, want %q", test.name, got, err, test.want)
		}
	}
	for code, want := range map[string]string{"ACTC": "accepted", "ACCP": "accepted", "ACSP": "accepted", "ACSC": "succeeded", "ACWC": "accepted", "PDNG": "pending"} {
		got, err := results(t, swap(t, file, "<TxSts>ACSC", "<TxSts>"+code), false)
		if err != nil || got[0] != want {
			t.Errorf("%s of a payout: %q, %v", code, got, err)
		}
	}
	for code, want := range map[string]string{"AC01": "account_unknown", "AC04": "account_closed", "AC06": "account_blocked", "AM04": "no_funds",
		"AM05": "duplicate", "BE01": "name_mismatch", "XX99": "other"} {
		if got, err := results(t, swap(t, file, "BE01", code), false); err != nil || got[1] != "failed "+want {
			t.Errorf("%s: %q, %v", code, got, err)
		}
	}
}

func TestBadReportsByLine(t *testing.T) {
	file := read(t, "pain002.xml")
	deep := strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40)
	for _, test := range []struct {
		name, file, code string
		line             int
	}{
		{"empty", " \n", "file_empty", 0},
		{"cut", file[:700], "xml_broken", 17},
		{"too large", strings.Repeat(" ", rail.MostFileBytes+1), "file_too_large", 0},
		{"GB18030", swap(t, file, "户名", "\xbb\xa7\xc3\xfb"), "xml_encoding", 24},
		{"says GB18030", swap(t, file, "UTF-8", "GB18030"), "xml_encoding", 1},
		{"a document type", swap(t, file, "<Document", "<!DOCTYPE x [<!ENTITY a \"b\">]>\n<Document"), "xml_dtd", 2},
		{"an entity", swap(t, file, "BE01", "&a;"), "xml_broken", 24},
		{"an instruction", swap(t, file, "<GrpHdr>", "<?php x?><GrpHdr>"), "xml_dtd", 4},
		{"deep", swap(t, file, "<OrgnlTxRef>", "<OrgnlTxRef>"+deep), "xml_deep", 19},
		{"many", swap(t, file, "<OrgnlTxRef>", "<OrgnlTxRef>"+strings.Repeat("<a/>", 400_001)), "xml_many", 19},
		{"a text in a million pieces", swap(t, file, "BE01", strings.Repeat("a<!---->", 1_000_000)), "cell_too_long", 24},
		{"two roots", file + "<Document/>", "xml_broken", 29},
		{"text behind", file + "x", "xml_broken", 29},
		{"another version", swap(t, file, "pain.002.001.10", "pain.002.001.03"), "xml_other", 2},
		{"another message", strings.ReplaceAll(file, "CstmrPmtStsRpt", "BkToCstmrStmt"), "xml_other", 2},
		{"no namespace", swap(t, file, " xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"", ""), "xml_other", 2},
		{"an element of another namespace", swap(t, file, "<TxSts>ACSC</TxSts>", "<TxSts xmlns=\"x\">ACSC</TxSts>"), "xml_unknown", 18},
		{"an unknown element", swap(t, file, "<TxSts>ACSC", "<Evil>1</Evil><TxSts>ACSC"), "xml_unknown", 18},
		{"an unknown attribute", swap(t, file, "<TxSts>ACSC", "<TxSts a=\"b\">ACSC"), "xml_unknown", 18},
		{"no status", swap(t, file, "<TxSts>ACSC</TxSts>", ""), "xml_missing", 15},
		{"no message", swap(t, file, "<OrgnlMsgId>20261012-0001</OrgnlMsgId>", ""), "xml_missing", 5},
		{"twice", swap(t, file, "<TxSts>ACSC</TxSts>", "<TxSts>ACSC</TxSts><TxSts>RJCT</TxSts>"), "xml_twice", 18},
		{"both of a choice", swap(t, file, "<Cd>BE01</Cd>", "<Cd>BE01</Cd><Prtry>x</Prtry>"), "xml_twice", 24},
		{"out of order", swap(t, file, "<TxSts>RJCT</TxSts>", "<StsRsnInf/><TxSts>RJCT</TxSts>"), "xml_order", 23},
		{"text between", swap(t, file, "<TxInfAndSts>", "<TxInfAndSts>x"), "xml_text", 15},
		{"too long", swap(t, file, "<OrgnlEndToEndId>a2-1", "<OrgnlEndToEndId>"+strings.Repeat("a", 36)), "cell_too_long", 22},
		{"nothing", swap(t, file, "<TxSts>ACSC", "<TxSts>"), "cell_empty", 18},
		{"a line end", swap(t, file, "a2-1", "a\n1"), "cell_not_plain", 22},
		{"an unknown status", swap(t, file, "<TxSts>ACSC", "<TxSts>OKAY"), "status_unknown", 18},
		{"an unknown group", swap(t, file, "PART", "GOOD"), "status_unknown", 10},
		{"a part of a payout", swap(t, file, "<TxSts>ACSC", "<TxSts>PART"), "status_unknown", 18},
		{"another payment", swap(t, file, "<OrgnlPmtInfId>20261012-0001", "<OrgnlPmtInfId>x"), "other_batch", 14},
		{"of another kind", swap(t, file, "pain.001.001.09", "pain.008.001.08"), "xml_other", 7},
		{"twice the payout", swap(t, file, "<OrgnlEndToEndId>a2-1", "<OrgnlEndToEndId>0192f3a1b2c37d4e8f90a1b2c3d4e5f6-1"), "reference_twice", 22},
		{"dollars", swap(t, file, "Ccy=\"CNY\"", "Ccy=\"USD\""), "currency", 19},
		{"below a fen", swap(t, file, ">900.00<", ">900.001<"), "amount_form", 19},
		{"in powers", swap(t, file, ">900.00<", ">9e2<"), "amount_form", 19},
		{"below zero", swap(t, file, ">900.00<", ">-900.00<"), "amount_form", 19},
		{"a refusal miscounted", swap(t, file, "<DtldNbOfTxs>1", "<DtldNbOfTxs>2"), "count_differs", 11},
		{"success with a reason", swap(t, file, "<TxSts>RJCT", "<TxSts>ACSC"), "contradiction", 23},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := iso20022.ReadStatus(strings.NewReader(test.file))
			refused, _ := errors.AsType[rail.Refused](err)
			if !slices.ContainsFunc(refused, func(f area.LineFault) bool { return f.Code == test.code && f.Line == test.line }) || !reflect.DeepEqual(got, rail.Return{}) {
				t.Errorf("%v, want %s on line %d", err, test.code, test.line)
			}
			for _, private := range []string{"阿依", "a2-1", "0192f3a1", "Evil", "900"} {
				if err != nil && strings.Contains(err.Error(), private) {
					t.Errorf("the error tells %q: %v", private, err)
				}
			}
		})
	}
}

// What is sound in itself is still held to the batch that was sent.
func TestReportsOnAnotherBatch(t *testing.T) {
	file := read(t, "pain002.xml")
	for _, test := range []struct{ from, to, code string }{
		{"<OrgnlMsgId>20261012-0001", "<OrgnlMsgId>20261012-0002", "other_batch"},
		{"<OrgnlNbOfTxs>3", "<OrgnlNbOfTxs>4", "batch_differs"},
		{"100000900.01", "100000900.02", "batch_differs"},
		{">900.00<", ">900.01<", "amount_differs"},
		{"<OrgnlInstrId>1", "<OrgnlInstrId>2", "seq_differs"},
		{"<OrgnlEndToEndId>a2-1", "<OrgnlEndToEndId>a9-1", "not_in_batch"},
		{"<Amt><InstdAmt Ccy=\"CNY\">900.00</InstdAmt></Amt>", "<CdtrAcct><Id><Othr><Id>6200000000000000025</Id></Othr></Id></CdtrAcct>", "payee_differs"},
	} {
		changed := swap(t, file, test.from, test.to)
		if test.code == "other_batch" {
			changed = swap(t, changed, "<OrgnlPmtInfId>20261012-0001", "<OrgnlPmtInfId>20261012-0002")
		}
		got, err := results(t, changed, true)
		if refused, _ := errors.AsType[rail.Refused](err); got != nil || len(refused) != 1 || refused[0].Code != test.code {
			t.Errorf("%s: %v, %v", test.code, got, err)
		}
	}
	refused := swap(t, file, "PART", "RJCT")
	if _, err := results(t, refused, false); err == nil {
		t.Error("a payout of a refused batch succeeded")
	}
}

// FuzzPain002: whatever comes is read whole or refused with words, and success
// is never said of a payout that the file does not name.
func FuzzPain002(f *testing.F) {
	f.Add([]byte(read(f, "pain002.xml")))
	f.Add([]byte(read(f, "camt053.xml")))
	f.Add([]byte(strings.Replace(read(f, "pain002.xml"), "PART", "RJCT", 1)))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := iso20022.ReadStatus(bytes.NewReader(file))
		if err != nil {
			refused, ok := errors.AsType[rail.Refused](err)
			if !ok || len(refused) == 0 || refused[0].What == "" || !reflect.DeepEqual(r, rail.Return{}) {
				t.Fatalf("refused with %v, and yet %v", err, r)
			}
			return
		}
		if r.Batch == "" || r.Group == rail.Succeeded {
			t.Fatalf("read as %v", r)
		}
		for _, i := range r.Items {
			if i.Reference == "" || i.Status == "" || i.Fen < 0 || !bytes.Contains(file, []byte("TxSts")) {
				t.Fatal("a payout without a name or a status")
			}
		}
	})
}
