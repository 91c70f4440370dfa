package iso20022

// Elements that several messages have.
var (
	codeOrOwn = []element{text("Cd", 4), text("Prtry", 35)} // a code of the standard's lists, or the bank's own
	dateOrDay = []element{text("Dt", 10), text("DtTm", 40)}
	account   = oneOf("Id", text("IBAN", 34), group("Othr", list(text("Id", 34), rest("SchmeNm", "Issr"))...))
	agent     = group("FinInstnId", list(text("BICFI", 11).opt(), group("ClrSysMmbId", oneOf("ClrSysId", text("Cd", 5), text("Prtry", 35)).opt(), text("MmbId", 35)).opt(),
		rest("LEI", "Nm", "PstlAdr", "Othr"))...)
)

// accountOf is an account under a name (CashAccount38, CashAccount39).
func accountOf(name string, more ...string) element {
	return group(name, list(account, rest("Tp"), text("Ccy", 3).opt(), text("Nm", 70).opt(), rest(more...))...)
}

// pain001 is CustomerCreditTransferInitiationV09, so far as we write it.
var pain001 = message{id: "pain.001.001.09", root: group("CstmrCdtTrfInitn",
	group("GrpHdr", text("MsgId", 35), text("CreDtTm", 40), text("NbOfTxs", 15), text("CtrlSum", 20).opt(), group("InitgPty", text("Nm", 140).opt(),
		oneOf("Id", group("OrgId", group("Othr", text("Id", 35)).many())).opt())),
	group("PmtInf", text("PmtInfId", 35), text("PmtMtd", 3), text("NbOfTxs", 15).opt(), text("CtrlSum", 20).opt(), oneOf("ReqdExctnDt", dateOrDay...),
		group("Dbtr", text("Nm", 140).opt()), accountOf("DbtrAcct"), group("DbtrAgt", agent),
		group("CdtTrfTxInf", group("PmtId", text("InstrId", 35).opt(), text("EndToEndId", 35)), group("Amt", amount("InstdAmt")),
			group("CdtrAgt", agent).opt(),
			group("Cdtr", text("Nm", 140).opt(), oneOf("Id", group("PrvtId", group("Othr", text("Id", 35), oneOf("SchmeNm", codeOrOwn...).opt()))).opt()),
			accountOf("CdtrAcct"), oneOf("Purp", codeOrOwn...).opt(), group("RmtInf", text("Ustrd", 140).many()).opt()).many()),
)}

// reasonFor is StatusReasonInformation12.
var reasonFor = group("StsRsnInf", list(rest("Orgtr"), oneOf("Rsn", codeOrOwn...).opt(), text("AddtlInf", 105).opt().many())...).opt().many()

// perStatus is NumberOfTransactionsPerStatus5.
var perStatus = group("NbOfTxsPerSts", text("DtldNbOfTxs", 15), text("DtldSts", 4), text("DtldCtrlSum", 20).opt()).opt().many()

// pain002 is CustomerPaymentStatusReportV10. OrgnlTxRef repeats what we sent; of
// it we compare what names amount and payee, wherever the bank puts the rest.
var pain002 = message{id: "pain.002.001.10", root: group("CstmrPmtStsRpt", list(
	group("GrpHdr", list(text("MsgId", 35), text("CreDtTm", 40), rest("InitgPty", "FwdgAgt", "DbtrAgt", "CdtrAgt"))...),
	group("OrgnlGrpInfAndSts", text("OrgnlMsgId", 35), text("OrgnlMsgNmId", 35), text("OrgnlCreDtTm", 40).opt(), text("OrgnlNbOfTxs", 15).opt(),
		text("OrgnlCtrlSum", 20).opt(), text("GrpSts", 4).opt(), reasonFor, perStatus),
	group("OrgnlPmtInfAndSts", text("OrgnlPmtInfId", 35), text("OrgnlNbOfTxs", 15).opt(), text("OrgnlCtrlSum", 20).opt(), text("PmtInfSts", 4).opt(),
		reasonFor, perStatus,
		group("TxInfAndSts", list(text("StsId", 35).opt(), text("OrgnlInstrId", 35).opt(), text("OrgnlEndToEndId", 35), text("OrgnlUETR", 36).opt(), text("TxSts", 4),
			reasonFor, rest("ChrgsInf", "TrckrData"), text("AccptncDtTm", 40).opt(), text("AcctSvcrRef", 35).opt(), text("ClrSysRef", 35).opt(),
			rest("OrgnlTxRef", "SplmtryData"))...).opt().many()).opt(),
	rest("SplmtryData"))...)}

// pages is Pagination1.
func pages(name string) element {
	return group(name, text("PgNb", 5), text("LastPgInd", 5)).opt()
}

func countAndSum(name string) element {
	return group(name, list(text("NbOfNtries", 15).opt(), text("Sum", 20).opt(), rest("TtlNetNtry"))...).opt()
}

// camt053 is BankToCustomerStatementV08.
var camt053 = message{id: "camt.053.001.08", root: group("BkToCstmrStmt", list(
	group("GrpHdr", list(text("MsgId", 35), text("CreDtTm", 40), rest("MsgRcpt"), pages("MsgPgntn"), rest("OrgnlBizQry"), text("AddtlInf", 500).opt())...),
	group("Stmt", list(text("Id", 35), pages("StmtPgntn"), rest("ElctrncSeqNb", "RptgSeq", "LglSeqNb"), text("CreDtTm", 40).opt(), rest("FrToDt", "CpyDplctInd", "RptgSrc"),
		accountOf("Acct", "Prxy", "Ownr", "Svcr"), rest("RltdAcct", "Intrst"),
		group("Bal", list(group("Tp", list(oneOf("CdOrPrtry", codeOrOwn...), rest("SubTp"))...), rest("CdtLine"), amount("Amt"), text("CdtDbtInd", 4), oneOf("Dt", dateOrDay...),
			rest("Avlbty"))...).many(),
		group("TxsSummry", list(countAndSum("TtlNtries"), countAndSum("TtlCdtNtries"), countAndSum("TtlDbtNtries"), rest("TtlNtriesPerBkTxCd"))...).opt(),
		entry.opt().many(), text("AddtlStmtInf", 500).opt())...).many(),
	rest("SplmtryData"))...)}

// entry is ReportEntry10, with EntryTransaction10 in it.
var entry = group("Ntry", list(text("NtryRef", 35).opt(), amount("Amt"), text("CdtDbtInd", 4), text("RvslInd", 5).opt(), oneOf("Sts", codeOrOwn...),
	oneOf("BookgDt", dateOrDay...), oneOf("ValDt", dateOrDay...).opt(), text("AcctSvcrRef", 35).opt(), rest("Avlbty"),
	element{name: "BkTxCd", least: 1, most: 1, open: true}, rest("ComssnWvrInd", "AddtlInfInd", "AmtDtls", "Chrgs", "TechInptChanl", "Intrst", "CardTx"),
	group("NtryDtls", list(rest("Btch"), transaction.opt().many())...).opt().many(), text("AddtlNtryInf", 500).opt())...)

var transaction = group("TxDtls", list(
	group("Refs", list(text("MsgId", 35).opt(), text("AcctSvcrRef", 35).opt(), text("PmtInfId", 35).opt(), text("InstrId", 35).opt(), text("EndToEndId", 35).opt(),
		rest("UETR", "TxId", "MndtId", "ChqNb", "ClrSysRef", "AcctOwnrTxId", "AcctSvcrTxId", "MktInfrstrctrTxId", "PrcgId", "Prtry"))...).opt(),
	amount("Amt").opt(), text("CdtDbtInd", 4).opt(), rest("AmtDtls", "Avlbty", "BkTxCd", "Chrgs", "Intrst", "RltdPties", "RltdAgts", "LclInstrm", "Purp", "RltdRmtInf",
		"RmtInf", "RltdDts", "RltdPric", "RltdQties", "FinInstrmId", "Tax"),
	group("RtrInf", list(rest("OrgnlBkTxCd", "Orgtr"), oneOf("Rsn", codeOrOwn...).opt(), text("AddtlInf", 105).opt().many())...).opt(),
	rest("CorpActn", "SfkpgAcct", "CshDpst", "CardTx"), text("AddtlTxInf", 500).opt(), rest("SplmtryData"))...)
