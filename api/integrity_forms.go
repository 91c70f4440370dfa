package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"example.org/hotline/relief/integrity"
	"example.org/hotline/ticket"
)

// integrityNoticeForm tells somebody what is kept of promises and what follows from it, by the rules of the day.
func (s *Server) integrityNoticeForm(ctx context.Context, tx Tx, in asked) (printed, error) {
	p, err := s.personForm(ctx, tx, in)
	if err != nil {
		return p, err
	}
	rules := s.integrityRules(tx)
	p.values["broken"], p.values["incentives"], p.values["sanctions"] = inChinese(rules.Broken), inChinese(rules.Incentives), inChinese(rules.Sanctions)
	p.values["answer_days"], p.values["appeal_days"] = strconv.Itoa(rules.AnswerDays), strconv.Itoa(rules.AppealDays)
	return p, nil
}

func inChinese(list []integrity.Behaviour) string {
	words := make([]string, 0, len(list))
	for _, b := range list {
		words = append(words, b.Zh)
	}
	return strings.Join(words, "、")
}

// integrityRecordForm lists what somebody kept and broke, without what was noted of it: that is
// about illness and neighbours as often as not.
func (s *Server) integrityRecordForm(ctx context.Context, tx Tx, in asked) (printed, error) {
	p, err := s.personForm(ctx, tx, in)
	if err != nil {
		return p, err
	}
	files, err := tx.IntegrityFiles(ctx, p.of)
	if err != nil {
		return p, err
	}
	lines := map[integrity.Kind][]string{}
	for _, f := range files {
		if f.Person != in.person {
			continue
		}
		for _, e := range f.Entries {
			lines[e.Kind] = append(lines[e.Kind], s.entryLine(len(lines[e.Kind])+1, e))
		}
	}
	for kind, field := range map[integrity.Kind]string{integrity.Kept: "kept", integrity.Broken: "broken"} {
		p.values[field] = "（无）"
		if len(lines[kind]) > 0 {
			p.values[field] = strings.Join(lines[kind], "\n")
		}
	}
	return p, nil
}

// stateWords and outcomeWords are what the paper calls them; pages have their own words.
var (
	stateWords = map[integrity.State]string{integrity.StateReported: "已上报，未认定", integrity.StateEvidence: "取证中，未认定", integrity.StateNotified: "已告知，未认定", integrity.StateCleared: "不予认定",
		integrity.StateActive: "有效", integrity.StateAppealed: "申诉中", integrity.StateRepaired: "已修复", integrity.StateExpired: "已到期失效"}
	outcomeWords = map[integrity.Outcome]string{integrity.OutcomeLight: "一般", integrity.OutcomeSerious: "严重"}
)

func (s *Server) entryLine(n int, e integrity.EntryView) string {
	line := fmt.Sprintf("%d. %s（%s", n, s.deps.Rules.Integrity.Word(e.Kind, e.Behaviour.Code).Zh, stateWords[e.State])
	if w := outcomeWords[e.Outcome]; w != "" {
		line += "，" + w
	}
	if e.Until != nil && (e.State == integrity.StateActive || e.State == integrity.StateAppealed) {
		line += "，至 " + string(ticket.DateOf(*e.Until))
	}
	return line + "）"
}
