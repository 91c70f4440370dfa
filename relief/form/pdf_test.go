package form

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"example.org/hotline/internal/act"
)

var shortSet = Set{Version: "forms-test", Forms: map[Kind]Template{
	Receipt: {Title: "领取凭据", Body: []string{"今领到{office}发放的{aid}（工单{number}）人民币{capitals}（¥{amount}）。", strings.Repeat("{name}，身份证号{identity}，经办人{payer}，{day}。", 60)},
		Signers: []string{"领款人", "见证人"}, Foot: "投诉电话 12349"},
	Refusal: {Title: "不予救助告知书", Body: []string{"{name}：{reason}。{number}，{office}，{day}"}},
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
		s := Set{Version: shortSet.Version, Forms: map[Kind]Template{Receipt: shortSet.Forms[Receipt], Refusal: shortSet.Forms[Refusal]}}
		spoil(&s)
		var fault *act.Fault
		if err := s.Validate(); !errors.As(err, &fault) || fault.Field != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}
