package knowledge_test

import (
	"errors"
	"strings"
	"testing"

	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/knowledge"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

func shipped(t *testing.T) (*knowledge.Index, rule.Versions) {
	t.Helper()
	p, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	return p.Knowledge, p.Aids
}

func at(rules rule.Versions, on ticket.Date) knowledge.Facts {
	return knowledge.Facts{Rules: rules, Place: "990101101000", On: on}
}

// What callers ask, in the words in which agents type it: the right article is the first, or among the first three.
func TestQuestionsFindTheirArticles(t *testing.T) {
	x, rules := shipped(t)
	for query, want := range map[string]string{
		"低保": "dibao_who", "dibao": "dibao_who", "申请低保": "dibao_who", "diban": "", "特困": "tekun_who", "tekun": "tekun_who", "tk": "tekun_who",
		"车": "dibao_property", "低保 多少钱": "dibao_amount", "学费": "temporary_spending", "xuefei": "temporary_spending", "投诉": "complaint", "tousu": "complaint", "ts": "complaint",
		"复议": "refused", "外地 户口": "elsewhere", "营养餐": "student_meals", "yingyangcan": "student_meals", "找到工作": "dibao_exit", "火灾": "urgent_how",
		"how long": "terms", "appeal": "refused", "刚性支出": "edge_who", "公示": "notice", "进度": "progress", "量子力学": "",
	} {
		list := x.Search(query, 3, at(rules, "2026-11-30"))
		codes := []string{}
		for _, f := range list {
			codes = append(codes, f.Code)
		}
		if want == "" && len(list) > 0 || want != "" && !strings.Contains(" "+strings.Join(codes, " ")+" ", " "+want+" ") {
			t.Errorf("%q finds %v, want %q", query, codes, want)
		}
	}
	if all := x.Search("  ", 200, at(rules, "2026-11-30")); len(all) < 20 || all[0].Topic != "basic" {
		t.Errorf("without a word: %d articles", len(all))
	}
	if some := x.Search("", 5, at(rules, "2026-11-30")); len(some) != 5 {
		t.Errorf("%d articles, want 5", len(some))
	}
}

// An answer is that of the day, its sums and terms are those of the rules in force on it.
func TestAnswersOfADay(t *testing.T) {
	x, rules := shipped(t)
	before, after := x.Search("低保边缘", 1, at(rules, "2026-06-30")), x.Search("低保边缘", 1, at(rules, "2026-07-01"))
	if len(before) != 1 || !strings.Contains(before[0].Zh.Answer, "两倍（1800.00 元）") || before[0].ValidUntil != "2026-06-30" {
		t.Errorf("before the law: %+v", before)
	}
	if len(after) != 1 || !strings.Contains(after[0].Zh.Answer, "1350.00 元（低保标准的 150%）") || !strings.Contains(after[0].En.Answer, "36000.00 yuan") || after[0].ValidUntil != "" {
		t.Errorf("under the law: %+v", after)
	}
	history := x.History("edge_who", at(rules, "2026-11-30"))
	if len(history) != 2 || history[0].ValidFrom != "2026-07-01" || !strings.Contains(history[1].Zh.Answer, "1800.00") {
		t.Errorf("%+v", history)
	}
	elsewhere := at(rules, "2026-11-30")
	elsewhere.Place = "110101001000"
	if list := x.Search("低保", 1, elsewhere); !strings.Contains(list[0].Zh.Answer, "每人每月 — 元") {
		t.Errorf("where no standard is known: %s", list[0].Zh.Answer)
	}
	// Every fact of every article is filled, on both sides of the law.
	for _, day := range []ticket.Date{"2021-01-01", "2026-06-30", "2026-07-01"} {
		for _, f := range x.Search("", 200, at(rules, day)) {
			if text := f.Zh.Question + f.Zh.Answer + f.En.Question + f.En.Answer; strings.ContainsAny(text, "{}") || strings.Contains(text, "—") {
				t.Errorf("%s on %s: %s", f.Code, day, text)
			}
		}
	}
}

func TestFaultsOfArticles(t *testing.T) {
	sound := func() knowledge.Topic {
		said := knowledge.Said{Question: "问", Answer: "答 {dibao}"}
		a := knowledge.Article{Code: "a", ValidFrom: "2026-01-01", Zh: said, En: said, Tags: []string{"x"}, Source: "s"}
		return knowledge.Topic{Topic: "t", Zh: "题", En: "topic", Articles: []knowledge.Article{a}}
	}
	if s := sound(); s.Validate() != nil {
		t.Fatal(s.Validate())
	}
	for field, spoil := range map[string]func(*knowledge.Topic){
		"topic":                   func(s *knowledge.Topic) { s.Topic = "" },
		"articles":                func(s *knowledge.Topic) { s.Articles = nil },
		"articles[0].code":        func(s *knowledge.Topic) { s.Articles[0].Code = "A b" },
		"articles[0].valid_from":  func(s *knowledge.Topic) { s.Articles[0].ValidFrom = "" },
		"articles[0].valid_until": func(s *knowledge.Topic) { s.Articles[0].ValidUntil = "2025-01-01" },
		"articles[0].en":          func(s *knowledge.Topic) { s.Articles[0].En.Answer = "" },
		"articles[0].zh":          func(s *knowledge.Topic) { s.Articles[0].Zh.Answer = "{dubao}" },
		"articles[0].tags":        func(s *knowledge.Topic) { s.Articles[0].Tags = nil },
		"articles[0].source":      func(s *knowledge.Topic) { s.Articles[0].Source = "" },
		"articles[1].valid_from":  func(s *knowledge.Topic) { s.Articles = append(s.Articles, s.Articles[0]) },
	} {
		s := sound()
		spoil(&s)
		fault, ok := errors.AsType[*act.Fault](firstOf(s.Validate()))
		if !ok || fault.Field != field {
			t.Errorf("%s: %v", field, s.Validate())
		}
	}
}

func firstOf(err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()[0]
	}
	return err
}
