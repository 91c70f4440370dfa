package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"

	"example.org/hotline/relief/statistics"
)

// sheetType is what a spreadsheet says of itself (ECMA-376).
const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// bindSheet answers with a spreadsheet of what read lays out as tables, under the name it gives, in the language asked for.
func bindSheet(s *Server, r *route, params map[string]string, read func(ctx context.Context, tx Tx, query func(string) string) (name string, sheets []sheet, err error)) {
	s.app.Add(r.method, fiberPath(r.path), func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		var name string
		var sheets []sheet
		err := s.deps.Run(ctx, requestOf(ctx).actor, func(tx Tx) (err error) {
			name, sheets, err = read(ctx, tx, func(key string) string { return c.Query(key) })
			return err
		})
		if err != nil {
			return err
		}
		body, err := writeBook(sheets, c.Query("lang") == "en")
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, sheetType)
		c.Set(fiber.HeaderContentDisposition, "attachment; filename="+strconv.Quote(name+".xlsx"))
		return c.Send(body)
	})
	op := r.operation()
	for name, doc := range params {
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: huma.TypeString}})
	}
	op.Parameters = append(op.Parameters, &huma.Param{Name: "lang", In: "query", Description: "zh or en", Schema: &huma.Schema{Type: huma.TypeString}})
	slices.SortFunc(op.Parameters, func(a, b *huma.Param) int { return strings.Compare(a.Name, b.Name) })
	op.Responses = map[string]*huma.Response{
		"200":     {Description: "The spreadsheet", Content: map[string]*huma.MediaType{sheetType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{problemType: {Schema: s.schemaOf(Problem{})}}},
	}
	s.api.OpenAPI().AddOperation(&op)
}

// sheet is one table of a spreadsheet: a name, headings, rows. Columns of money hold
// yuan as numbers, and are shown with two decimals.
type sheet struct {
	zh, en string
	heads  [][2]string // zh, en
	money  []int       // columns, from 0
	rows   [][]any
}

// name is the sheet's in a language.
func (s sheet) name(english bool) string {
	if english {
		return s.en
	}
	return s.zh
}

// yuan is a sum as a cell shows it. A spreadsheet counts in binary fractions, which
// write every sum of the ledger exactly to the fen: they have 53 bits, and a sum has at most 11 digits.
func yuan(fen int64) float64 { return float64(fen) / 100 }

// sheetWords are the codes that a spreadsheet spells out, zh and en; the others stand as they are.
var sheetWords = map[string][2]string{
	"urgent": {"急难型临时救助", "Urgent aid"}, "=": {"合计", "Total"},
	"dibao": {"低保", "Dibao"}, "tekun": {"特困", "Tekun"}, "orphan": {"孤儿", "Orphans"}, "child_hardship": {"重点困境儿童", "Children in hardship"}, "disabled_subsidy": {"享受两项补贴的困难残疾人", "Disabled persons with subsidies"},
	"call": {"来电", "Call"}, "report": {"村（居）报告", "Report of a village"},
	"aid": {"救助", "Aid"}, "consultation": {"咨询", "Question"}, "progress": {"进度查询", "Progress"}, "complaint": {"投诉", "Complaint"},
	"two_hour": {"2小时", "2 hours"}, "day": {"24小时", "24 hours"}, "answer": {"答复", "Answer"}, "accepted": {"受理", "Acceptance"}, "decide": {"审核确认", "Decision"}, "letter": {"书面告知", "Letter of a refusal"}, "paper": {"后补材料", "Papers that follow"},
	"settled.town": {"城市", "Town"}, "settled.country": {"农村", "Country"}, "settled.unknown": {"未区分", "Not known"},
	"target.visit": {"受理次日入户", "Visit on the next day"}, "target.file": {"入户当日成卷", "Proposal on the day of the visit"}, "target.notice": {"受理后第二天公示", "Notice on the second day"},
	"trips.at_most_one": {"群众最多跑一次", "Citizens made at most one way"}, "trips.citizens": {"群众跑腿次数", "Ways of citizens"}, "trips.ours": {"帮办代办次数", "Ways of ours"},
	"work.planned": {"新增措施", "Planned"}, "work.dropped": {"取消措施", "Given up"}, "employed": {"已就业", "Employed"}, "self_employed": {"自主经营", "Runs a business"}, "trained": {"培训合格", "Trained"}, "no_work": {"未能就业", "No work found"},

	"part.ticket": {"五个环节", "Stage"}, "part.application": {"申请", "Application"}, "part.decision": {"急难决定", "Decision"}, "part.payout": {"发放", "Payout"}, "part.referral": {"转介", "Referral"}, "part.follow_up": {"跟踪回访", "Follow-up"},
	"ticket.inform": {"主动告知", "Informing"}, "ticket.discover": {"主动发现", "Discovering"}, "ticket.respond": {"快速响应", "Responding"}, "ticket.relieve": {"即时救助", "Relieving"}, "ticket.follow": {"跟踪转介", "Following up"},
	"application.draft": {"起草", "Draft"}, "application.submitted": {"已提交", "Handed in"}, "application.supplement": {"待补正", "Papers asked for"}, "application.accepted": {"已受理", "Taken in"}, "application.investigating": {"调查核对", "Investigated"},
	"application.hearing": {"民主评议", "Before the committee"}, "application.reviewed": {"已审核", "Proposed"}, "application.notice": {"公示中", "Public notice"}, "application.objection": {"有异议", "Objected to"},
	"decision.registered": {"待简易核实", "Registered"}, "decision.short_check": {"待批准", "Waits for approval"}, "decision.approved": {"已批准未发放", "Approved, not paid"},
	"payout.submitted": {"待复核", "Waits for its checker"}, "payout.checked": {"已复核", "Checked"}, "payout.reserved": {"已占用", "Reserved"}, "payout.cash_issued": {"现金已领出", "Cash drawn"}, "payout.batched": {"已组批", "In a batch"}, "payout.sent": {"已送银行", "With the bank"},
	"payout.acked": {"银行已收", "Bank has it"}, "payout.failed": {"发放失败", "Failed"}, "payout.unknown": {"结果不明", "Unknown"}, "payout.fixed": {"已修正待重发", "Repaired"},
	"referral.created": {"待发送", "Written down"}, "referral.sent": {"已发送", "Sent"}, "referral.accepted": {"部门已受理", "Accepted"}, "referral.returned": {"已退回", "Returned"}, "referral.in_progress": {"办理中", "In progress"}, "referral.resulted": {"有结果待确认", "Result not confirmed"},
	"follow_up.planned": {"已到期待走访", "Planned"}, "follow_up.late": {"已逾期", "Late"},
	"tier1": {"一类对象", "First tier"}, "tier2": {"二类对象", "Second tier"}, "others": {"其他家庭", "Other households"},
}

// inWords spells a cell's code out.
func inWords(cell any, english bool) any {
	code, ok := cell.(string)
	words, known := sheetWords[code]
	switch {
	case !ok || !known:
		return cell
	case english:
		return words[1]
	default:
		return words[0]
	}
}

var sumHeads = [][2]string{{"人次", "Person-times"}, {"人数", "Persons"}, {"户数", "Households"}, {"发放金额（元）", "Paid (yuan)"}, {"退回笔数", "Taken back"}, {"退回金额（元）", "Taken back (yuan)"}}

func sumCells(s statistics.AidSum) []any {
	return []any{s.PersonTimes, s.Persons, s.Households, yuan(s.Fen), s.TakenBack, yuan(s.TakenBackFen)}
}

// sheetsOf lays a report out as tables.
func sheetsOf(r statistics.Report) []sheet {
	kinds := sheet{zh: "救助汇总", en: "Aid", heads: append([][2]string{{"救助类别", "Kind of aid"}}, sumHeads...), money: []int{4, 6}}
	for _, k := range r.Kinds {
		kinds.rows = append(kinds.rows, append([]any{k.AidKind}, sumCells(k)...))
	}
	kinds.rows = append(kinds.rows, append([]any{"="}, sumCells(r.Whole)...))
	months := sheet{zh: "按月按地", en: "By month and place", heads: append([][2]string{{"月份", "Month"}, {"区划代码", "Code"}, {"地区", "Place"}, {"救助类别", "Kind of aid"}}, sumHeads...), money: []int{7, 9}}
	for _, l := range r.Aid {
		months.rows = append(months.rows, append([]any{l.Month, string(l.Area), l.AreaName, l.AidKind}, sumCells(l.AidSum)...))
	}
	entries := sheet{zh: "进出", en: "Entries and exits", heads: [][2]string{{"月份", "Month"}, {"区划代码", "Code"}, {"地区", "Place"}, {"救助对象", "Register"}, {"新纳入人数", "Entered"}, {"退出人数", "Left"}}}
	for _, l := range r.Entries {
		entries.rows = append(entries.rows, []any{l.Month, string(l.Area), l.AreaName, string(l.Register), l.Entered, l.Left})
	}
	covered := sheet{zh: "在册", en: "Covered", heads: [][2]string{{"救助对象", "Register"}, {"人数", "Persons"}, {"户数", "Households"}}}
	for _, l := range r.Covered {
		covered.rows = append(covered.rows, []any{cmp.Or(string(l.Register), "="), l.Persons, l.Households})
	}
	settled := sheet{zh: "城乡", en: "Town and country", heads: [][2]string{{"救助对象", "Register"}, {"城乡", "Town or country"}, {"人数", "Persons"}, {"户数", "Households"}}}
	for _, l := range r.Settled {
		settled.rows = append(settled.rows, []any{string(l.Register), "settled." + string(l.Settlement), l.Persons, l.Households})
	}
	targets := sheet{zh: "办理目标与跑腿", en: "Targets and ways", heads: [][2]string{{"项目", "What"}, {"件数", "Cases"}, {"达到", "Met"}}}
	for _, l := range r.Targets {
		targets.rows = append(targets.rows, []any{"target." + string(l.Target), l.Reached, l.Met})
	}
	targets.rows = append(targets.rows, []any{"trips.at_most_one", r.Trips.Cases, r.Trips.AtMostOne}, []any{"trips.citizens", r.Trips.Citizens, ""}, []any{"trips.ours", r.Trips.Ours, ""})
	work := sheet{zh: "就业帮扶", en: "Work", heads: [][2]string{{"结果", "Result"}, {"措施数", "Measures"}, {"户数", "Households"}}, rows: [][]any{{"work.planned", r.Work.Planned, ""}, {"work.dropped", r.Work.Dropped, ""}}}
	for _, l := range r.Work.Results {
		work.rows = append(work.rows, []any{l.Result, l.Measures, l.Households})
	}
	intake := sheet{zh: "受理", en: "Intake", heads: [][2]string{{"月份", "Month"}, {"来源", "Source"}, {"事项", "Kind"}, {"优先级", "Priority"}, {"工单数", "Tickets"}}}
	for _, l := range r.Intake {
		intake.rows = append(intake.rows, []any{l.Month, string(l.Source), string(l.Kind), string(l.Priority), l.Tickets})
	}
	clockHeads := [][2]string{{"时限", "Clock"}, {"到期", "Due"}, {"按时", "In time"}, {"逾期办结", "Late"}, {"逾期未办", "Overdue"}, {"未到期", "Running"}, {"其中迟到证据", "Of the late, by late evidence"}}
	clockCells := func(l statistics.ClockLine) []any {
		return []any{string(l.Clock), l.Due, l.InTime, l.Late, l.Overdue, l.Running, l.LateEvidence}
	}
	clocks := sheet{zh: "时限", en: "Deadlines", heads: clockHeads}
	for _, l := range r.Clocks {
		clocks.rows = append(clocks.rows, clockCells(l))
	}
	onTime := sheet{zh: "时限按月按地", en: "Deadlines by month and place", heads: slices.Concat([][2]string{{"月份", "Month"}, {"区划代码", "Code"}, {"地区", "Place"}}, clockHeads)}
	for _, l := range r.OnTime {
		onTime.rows = append(onTime.rows, append([]any{l.Month, string(l.Area), l.AreaName}, clockCells(l.ClockLine)...))
	}
	c, v := r.Calls, r.Visits
	calls := sheet{zh: "来电与走访", en: "Calls and visits", heads: [][2]string{{"来电", "Calls"}, {"排队", "Queued"}, {"接通", "Answered"}, {"及时接通", "Answered in time"}, {"放弃", "Abandoned"},
		{"走访次数", "Visits"}, {"其中上门", "On site"}, {"走访人次", "Visitors"}, {"走访户（件）", "Cases visited"}},
		rows: [][]any{{c.Calls, c.Queued, c.Answered, c.InTime, c.Abandoned, v.Visits, v.OnSite, v.Visitors, v.Cases}}}
	survey := sheet{zh: "摸底走访", en: "Survey", heads: [][2]string{{"区划代码", "Code"}, {"地区", "Place"}, {"登记在册户数", "Registered"}, {"村（居）上报户数", "Counted by villages"}, {"已掌握户数", "Known"}, {"已走访户数", "Visited"}, {"村（居）数", "Villages"}, {"未上报户数的村（居）", "Villages without a number"}}}
	for _, l := range append(slices.Clone(r.Survey), r.SurveyWhole) {
		survey.rows = append(survey.rows, []any{string(l.Area), l.AreaName, l.Registered, l.Counted, l.Known, l.Visited, l.Villages, l.WithoutSize})
	}
	plans := sheet{zh: "走访计划", en: "Visit plans", heads: [][2]string{{"对象", "Households"}, {"应走访", "To visit"}, {"已走访", "Visited"}, {"漏访", "Missed"}, {"待走访", "Open"}}}
	for _, l := range r.SurveyPlans {
		plans.rows = append(plans.rows, []any{l.Line, l.ToVisit, l.Done, l.Missed, l.Open})
	}
	about := sheet{zh: "说明", en: "About", heads: [][2]string{{"地区", "Place"}, {"自", "From"}, {"至", "To"}, {"账面发放（元）", "Paid by the ledger (yuan)"}, {"账面退回（元）", "Taken back by the ledger (yuan)"}, {"与账一致", "Agrees with the ledger"}}, money: []int{3, 4},
		rows: [][]any{{r.AreaName, string(r.From), string(r.To), yuan(r.LedgerFen), yuan(r.LedgerTakenBackFen), r.Agrees}}}
	return []sheet{kinds, months, entries, covered, settled, intake, clocks, onTime, targets, work, calls, survey, plans, about}
}

// writeBook writes tables as XLSX.
func writeBook(sheets []sheet, english bool) (written []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }() // what it keeps in temporary files
	decimals := "#,##0.00"
	money, err := f.NewStyle(&excelize.Style{CustomNumFmt: &decimals})
	if err != nil {
		return nil, fmt.Errorf("style a spreadsheet: %w", err)
	}
	for i, s := range sheets {
		if err := addSheet(f, s, english, i == 0, money); err != nil {
			return nil, fmt.Errorf("write the sheet %s: %w", s.en, err)
		}
	}
	body, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("write a spreadsheet: %w", err)
	}
	return body.Bytes(), nil
}

func addSheet(f *excelize.File, s sheet, english, first bool, money int) error {
	name := s.name(english)
	if first {
		if err := f.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else if _, err := f.NewSheet(name); err != nil {
		return err
	}
	for _, column := range s.money {
		letter, err := excelize.ColumnNumberToName(column + 1)
		if err != nil {
			return err
		}
		if err := f.SetColStyle(name, letter, money); err != nil {
			return err
		}
	}
	heads := make([]any, 0, len(s.heads))
	for _, h := range s.heads {
		if english {
			heads = append(heads, h[1])
		} else {
			heads = append(heads, h[0])
		}
	}
	for i, row := range append([][]any{heads}, s.rows...) {
		for k := range row {
			row[k] = inWords(row[k], english)
		}
		if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
			return err
		}
	}
	return f.SetColWidth(name, "A", "L", 16)
}
