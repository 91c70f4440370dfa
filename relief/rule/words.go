package rule

import (
	"strings"
)

// Lang is a language that people are told in.
type Lang string

// The languages.
const (
	LangZh Lang = "zh"
	LangEn Lang = "en"
)

// words are what a line says; {name} stands for the argument of that name.
var words = map[LineCode]struct{ zh, en string }{
	LineNotCounted:  {"{person}不与家庭共同生活，不计入人数，收入也不计入", "{person} does not live in the household: neither the person nor their income counts"},
	LineIncome:      {"{person}：{income}，共收到 {received}，计入", "{person}: {income}, {received} received, of which counts"},
	LineIncomeCost:  {"{person}：{income}，扣除", "{person}: {income}, taken off"},
	LineExcluded:    {"{person}：{income}，按规定不计入收入", "{person}: {income}, does not count as income"},
	LineWorkCost:    {"{person}：务工成本，按工资的 {percent}% 扣除", "{person}: cost of working, {percent} % of wages taken off"},
	LineMember:      {"{person}计入的收入合计", "{person}: income that counts, in all"},
	LineExempt:      {"{goods}属于生活、生产必需，不计入财产", "{goods}: needed to live or to work, does not count as property"},
	LineVeto:        {"财产超过规定：{line}，有 {have}，最多允许 {most}", "Property above the line: {line}, {have} where at most {most} is allowed"},
	LinePropertyOK:  {"财产状况符合规定", "Property is within all lines"},
	LineTekun:       {"{person}符合特困供养条件：基本生活 {living}，照料护理 {caring}（自理能力评估有 {failed} 项不能，{care}），每月", "{person} is supported as tekun: living {living}, care {caring} ({failed} items of the self-care test failed, {care}), a month"},
	LineTekunIncome: {"{person}本人月收入不低于特困供养标准 {standard}，不符合特困条件", "{person}: own monthly income is not below the tekun standard of {standard}, so not supported as tekun"},
	LineDeduction:   {"家庭支出：{spending}，从收入中扣除", "Spending: {spending}, taken off the income"},
	LineIncomeAll:   {"全家 {months} 个月计入的收入合计", "Income of the household that counts, of {months} month(s)"},
	LinePerCapita:   {"人均月收入：{income} ÷ {months} 个月 ÷ {persons} 人", "Income for one person and month: {income} / {months} month(s) / {persons} person(s)"},
	LineBelow:       {"低于低保标准 {standard}", "This is below the standard of {standard}"},
	LineWithinEdge:  {"不低于低保标准 {standard}，低于其 {percent}%（{edge}）", "This is not below the standard of {standard}, and below {percent} % of it ({edge})"},
	LineAbove:       {"不低于低保标准 {standard} 的 {percent}%（{edge}）", "This is not below {percent} % ({edge}) of the standard of {standard}"},
	LineHardship:    {"必需支出超过收入 {income} 的 {percent}%，且人均年收入低于当地人均可支配收入 {year}：属于刚性支出困难家庭。必需支出", "Necessary spending is above {percent} % of the income of {income}, and the yearly income per head is below the local one of {year}: hardship by spending. Necessary spending"},
	LineNoHardship:  {"不属于刚性支出困难家庭：须必需支出超过收入 {income} 的 {percent}%，且人均年收入低于当地人均可支配收入 {year}。必需支出", "No hardship by spending: that asks for necessary spending above {percent} % of the income of {income}, and a yearly income per head below the local one of {year}. Necessary spending"},
	LineDifference:  {"低保金：（标准 {standard} − 人均 {per_capita}）= {each}，× {persons} 人", "Dibao: (standard {standard} - per head {per_capita}) = {each}, times {persons} person(s)"},
	LineBand:        {"{person}：{band}，标准 {standard} 的 {percent}%", "{person}: {band}, {percent} % of the standard of {standard}"},
	LineTopUp:       {"{person}：{class}，增发标准 {standard} 的 {percent}%", "{person}: {class}, {percent} % of the standard of {standard} more"},
	LineSingle:      {"单人保：{persons} 人，每人为标准 {standard} 的 {percent}%", "Dibao for {persons} person(s) alone, {percent} % of the standard of {standard} each"},
	LineMonthly:     {"每月应发", "Due each month"},
	LineTier:        {"属于第 {tier} 圈层", "The household is of tier {tier}"},
	LineNoTier:      {"不属于任何圈层", "The household is of no tier"},
}

// quiet are the lines whose amount says nothing beside their words.
var quiet = map[LineCode]bool{LineNotCounted: true, LineExempt: true, LineVeto: true, LinePropertyOK: true, LineTier: true, LineNoTier: true}

// careWords are the degrees of self-care.
var careWords = map[Care]struct{ zh, en string }{
	CareAble: {"能够自理", "able"}, CarePartly: {"部分丧失", "partly lost"}, CareLost: {"完全丧失", "fully lost"},
}

// Told is a line as a citizen may read it.
type Told struct {
	Text   string `json:"text"`
	Amount string `json:"amount,omitempty" doc:"In yuan, with two decimals"`
}

// Explain tells an assessment line by line. who names a person by their reference; nil: the
// references themselves. v is the version that made the assessment, which knows the words of
// its codes.
func (v *Version) Explain(a Assessment, lang Lang, who func(ref string) string) []Told {
	told := make([]Told, 0, len(a.Lines))
	for _, l := range a.Lines {
		one := Told{Text: v.say(l, lang, who)}
		if !quiet[l.Code] {
			one.Amount = yuan(l.Fen)
		}
		told = append(told, one)
	}
	return told
}

// say puts the arguments of a line into its words.
func (v *Version) say(l Line, lang Lang, who func(string) string) string {
	pattern := pick(lang, words[l.Code].zh, words[l.Code].en)
	for name, value := range l.Args {
		if name == "person" && who != nil {
			value = who(value)
		}
		pattern = strings.ReplaceAll(pattern, "{"+name+"}", v.wordFor(name, value, lang))
	}
	return pattern
}

// wordFor is the word of a code, or the value itself where it is none.
func (v *Version) wordFor(name, value string, lang Lang) string {
	zh, en := value, value
	take := func(code, z, e string) {
		if code == value {
			zh, en = z, e
		}
	}
	switch name {
	case "income":
		if c, ok := v.Income.code(value); ok {
			zh, en = c.Zh, c.En
		}
	case "spending":
		if c, ok := v.spendCode(value); ok {
			zh, en = c.Zh, c.En
		}
	case "class":
		if c, ok := v.class(value); ok {
			zh, en = c.Zh, c.En
		}
	case "goods":
		for _, e := range v.Property.Exempt {
			take(e.Code, e.Zh, e.En)
		}
	case "line":
		for _, l := range v.Property.Lines {
			take(l.Code, l.Zh, l.En)
		}
	case "band":
		for _, b := range v.Amount.Bands {
			take(b.Code, b.Zh, b.En)
		}
	case "care":
		w := careWords[Care(value)]
		zh, en = w.zh, w.en
	}
	return pick(lang, zh, en)
}

func pick(lang Lang, zh, en string) string {
	if lang == LangEn {
		return en
	}
	return zh
}
