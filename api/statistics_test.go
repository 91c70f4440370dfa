package api_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/xuri/excelize/v2"

	"example.org/hotline/api"
	"example.org/hotline/relief/statistics"
)

// The spreadsheet says what the answer says, in words, and sums are numbers to the fen.
func TestStatisticsAsASpreadsheet(t *testing.T) {
	h := newHouse(t)
	h.call("12349001", "13812345678")
	head := h.signIn("township_head")
	got := decode[statistics.Report](t, head.get("/statistics"))
	if got.Calls.Calls != 1 || !got.Agrees || len(got.Intake) != 1 || got.Intake[0].Tickets != 1 {
		t.Errorf("the head counts %+v", got)
	}
	answer := head.get("/statistics/sheet?lang=en")
	if answer.status != http.StatusOK {
		t.Fatalf("the sheet: %d %s", answer.status, answer.body)
	}
	book, err := excelize.OpenReader(bytes.NewReader(answer.body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}()
	for cell, want := range map[string]string{"A1": "Kind of aid", "A2": "Total", "E2": "0.00"} {
		if got, err := book.GetCellValue("Aid", cell); err != nil || got != want {
			t.Errorf("Aid!%s is %q (%v), want %q", cell, got, err, want)
		}
	}
	for cell, want := range map[string]string{"B2": "Call", "E2": "1"} {
		if got, err := book.GetCellValue("Intake", cell); err != nil || got != want {
			t.Errorf("Intake!%s is %q (%v), want %q", cell, got, err, want)
		}
	}
}

func TestStatisticsRefuseBadSpans(t *testing.T) {
	h := newHouse(t)
	head := h.signIn("township_head")
	for path, want := range map[string]string{
		"/statistics?from=2026-13-01":                               "bad_date",
		"/statistics?from=2026-10-02&to=2026-10-01":                 "before_from",
		"/statistics?from=2010-10-02&to=2026-10-01":                 "span_too_long",
		"/statistics?area=990102000000":                             "not_found",
		"/statistics/sheet?area=990102000000":                       "not_found",
		"/statistics/sheet?from=1999-01-01&to=2026-10-01&area=abcd": "span_too_long",
	} {
		if got := head.get(path); got.code() != want {
			t.Errorf("%s: %d %s, want %s", path, got.status, got.body, want)
		}
	}
}

// What waits is counted, listed behind its figure and laid out in words; another place's is not found.
func TestWhatWaitsOverHTTP(t *testing.T) {
	h := newHouse(t)
	h.call("12349001", "13812345678")
	head := h.signIn("township_head")
	got := decode[statistics.StuckReport](t, head.get("/statistics/stuck"))
	if got.Open != 1 || len(got.Lines) != 1 || got.Lines[0].Part != statistics.PartTicket || got.Lines[0].UsualDays == 0 || got.Rules == "" {
		t.Fatalf("the head counts %+v", got)
	}
	line := got.Lines[0]
	page := decode[api.StuckPage](t, head.get("/statistics/stuck/cases?part=ticket&state="+line.State))
	if len(page.Items) != 1 || page.Next != "" || page.Items[0].State != line.State {
		t.Errorf("behind the figure: %+v", page)
	}
	answer := head.get("/statistics/stuck/sheet?lang=en")
	book, err := excelize.OpenReader(bytes.NewReader(answer.body))
	if err != nil {
		t.Fatalf("%d %v", answer.status, err)
	}
	defer func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}()
	for cell, want := range map[string]string{"A2": "Stage", "B2": "Discovering", "C2": "1"} {
		if got, err := book.GetCellValue("Stages and states", cell); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", cell, got, err, want)
		}
	}
	for path, want := range map[string]string{
		"/statistics/stuck?area=990102000000":                                 "not_found",
		"/statistics/stuck/sheet?area=990102000000":                           "not_found",
		"/statistics/stuck/cases?part=ticket&state=relieve&area=990102000000": "not_found",
		"/statistics/stuck/cases?part=ticket&state=closed":                    "unknown_state",
	} {
		if got := head.get(path); got.code() != want {
			t.Errorf("%s: %d %s, want %s", path, got.status, got.body, want)
		}
	}
}
