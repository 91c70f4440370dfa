package form

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/test/paper"
	"example.org/hotline/ticket"
)

var shortSet = Set{Version: "forms-test", Forms: map[Kind]Template{
	Receipt: {Title: "领取凭据", Body: []string{"今领到{office}发放的{aid}（工单{number}）人民币{capitals}（¥{amount}）。", strings.Repeat("{name}，身份证号{identity}，经办人{payer}，{day}。", 60)},
		Signers: []string{"领款人", "见证人"}, Foot: "投诉电话 12349"},
	Refusal: {Title: "不予救助告知书", Body: []string{"{name}：{reason}。{number}，{office}，{day}"}},

	Commitment:      {Title: "诚信承诺书", Body: []string{"{name}，{identity}：{number}，{office}，{day}"}},
	IntegrityNotice: {Title: "诚信告知书", Body: []string{"{name}，{identity}：{broken}{incentives}{sanctions}{answer_days}{appeal_days}，{number}，{office}，{day}"}},
	IntegrityRecord: {Title: "记录表", Body: []string{"{name}，{identity}：{kept}", "{broken}，{number}，{office}，{day}"}},
	PublicNotice:    {Title: "公示", Body: []string{"{village}{head}{people}{aid}{amount}{from}{until}{phone}{day}"}},
	NameConsent:     {Title: "同意书", Body: []string{"{name}，{identity}：{number}，{office}，{day}"}},
}}

func values() map[string]string {
	all := map[string]string{}
	for _, names := range fields {
		for _, name := range names {
			all[name] = "值" + name
		}
	}
	return all
}

func TestAFormIsAPDF(t *testing.T) {
	if err := (&shortSet).Validate(); err != nil {
		t.Fatal(err)
	}
	d, err := shortSet.Fill(Receipt, values())
	if err != nil || !strings.Contains(d.Body[0], "值capitals") || strings.Contains(d.Body[0], "{") {
		t.Fatalf("%v %v", d.Body, err)
	}
	var b bytes.Buffer
	if err := (Font{Path: DefaultFont}).Write(&b, d); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b.Bytes(), []byte("%PDF-1.")) || bytes.Count(b.Bytes(), []byte("/Type /Page\n")) < 2 {
		t.Errorf("%d bytes, begins %q, %d pages", b.Len(), b.Bytes()[:8], bytes.Count(b.Bytes(), []byte("/Type /Page\n")))
	}
	if keep := os.Getenv("FORM_OUT"); keep != "" {
		if err := os.WriteFile(keep, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFormWithAHoleIsNotWritten(t *testing.T) {
	short := values()
	delete(short, "reason")
	if _, err := shortSet.Fill(Refusal, short); err == nil || !strings.Contains(err.Error(), "{reason}") {
		t.Errorf("%v", err)
	}
	var fault *act.Fault
	if err := (Font{Path: "/nowhere.ttf"}).Write(&bytes.Buffer{}, Document{}); !errors.As(err, &fault) || fault.Code != "font_missing" {
		t.Errorf("%v", err)
	}
}

// Each fault of a set names its place.
func TestFaultsOfForms(t *testing.T) {
	for path, spoil := range map[string]func(*Set){
		"version":               func(s *Set) { s.Version = "" },
		"forms":                 func(s *Set) { delete(s.Forms, Refusal) },
		"forms.letter":          func(s *Set) { s.Forms["letter"] = Template{Title: "a", Body: []string{"b"}} },
		"forms.receipt":         func(s *Set) { s.Forms[Receipt] = Template{Body: []string{"b"}} },
		"forms.receipt.body[1]": func(s *Set) { s.Forms[Receipt] = Template{Title: "a", Body: []string{"b", "{reason}"}} },
		"forms.refusal.foot":    func(s *Set) { s.Forms[Refusal] = Template{Title: "a", Body: []string{"b"}, Foot: "{illness}"} },
	} {
		s := Set{Version: shortSet.Version, Forms: maps.Clone(shortSet.Forms)}
		spoil(&s)
		var fault *act.Fault
		if err := s.Validate(); !errors.As(err, &fault) || fault.Field != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// What a phone reads off the board, and what a person does, is what was put on it; a name that may not be shown is not.
func TestASquareCodeIsReadBack(t *testing.T) {
	const page = "https://hotline.example/notices/01a22db7-0204-7d7f-9480-3459800a606a"
	facts := NoticeFacts{Village: "甲村", Aid: "最低生活保障", People: 4, Fen: 144_000, From: "2026-05-01", Until: "2026-05-07", Phone: "0537-12349"}
	d, err := shortSet.Fill(PublicNotice, facts.Values(time.Date(2026, 5, 1, 9, 0, 0, 0, ticket.Shanghai)))
	if err != nil {
		t.Fatal(err)
	}
	d.Code = page
	var b bytes.Buffer
	if err := (Font{Path: DefaultFont}).Write(&b, d); err != nil {
		t.Fatal(err)
	}
	sheet, err := paper.Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(sheet.Codes) != 1 || sheet.Codes[0] != page {
		t.Errorf("the code says %q", sheet.Codes)
	}
	if want := "甲村（不公示姓名）4最低生活保障1440.002026年5月1日2026年5月7日0537-123492026年5月1日"; !strings.Contains(sheet.Flat(), want) {
		t.Errorf("it reads %q, want %q", sheet.Text, want)
	}
}

// Lines of a list stay lines.
func TestAListIsPrintedLineByLine(t *testing.T) {
	v := values()
	v["kept"] = "第一条\n第二条"
	d, err := shortSet.Fill(IntegrityRecord, v)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := (Font{Path: DefaultFont}).Write(&b, d); err != nil {
		t.Fatal(err)
	}
	if sheet, err := paper.Read(b.Bytes()); err != nil || !strings.Contains(sheet.Text, "第一条\n第二条\n") {
		t.Errorf("%v %q", err, sheet.Text)
	}
}
