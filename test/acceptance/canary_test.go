package acceptance

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/hotline/test/city"
)

// canaries are a citizen's secrets, each as it is typed somewhere in the story of
// TestNothingOfACitizenLeaks, and written nowhere else. What a search looks for is
// the part that stays when somebody formats it in another way.
var canaries = []struct{ what, typed, found string }{
	{"identity number", "990101197203041236", "19720304123"},
	{"caller's number", "+8619900047111", "19900047111"},
	{"bank account", "6200471100000471107", "6200471100000471107"},
	{"illness", "急性白血病复发", "急性白血病"},
	{"name", "金丝雀", "金丝雀"},
}

func canary(what string) string {
	for _, c := range canaries {
		if c.what == what {
			return c.typed
		}
	}
	panic("no canary is called " + what) // a slip in the test
}

// leaks names what of the citizen a text shows, and whatever else looks like a citizen's number.
func leaks(text string) (found []string) {
	for _, c := range canaries {
		if strings.Contains(text, c.found) {
			found = append(found, c.what)
		}
	}
	if n := identityNumber.FindString(text); n != "" {
		found = append(found, "a number like an identity number")
	}
	return found
}

// identityNumber is 17 digits and a check character, the eight in the middle a date: a timestamp or an id has no such date.
var identityNumber = regexp.MustCompile(`(?:^|[^0-9A-Fa-f])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?:$|[^0-9A-Za-z])`)

// A citizen is helped from the call to the payout; nothing of what they said of themselves
// is in the log, in Redis, in a message, in an export, in a figure, or readable in the database.
func TestNothingOfACitizenLeaks(t *testing.T) {
	t.Parallel()
	c := city.Start(t, city.At(clock(1, "23:30:00")), city.Section("log: {level: debug}"))
	spy := c.SpyOnRedis()
	c.SetClock(clock(1, "23:40:00"))
	if r := c.Call(city.Township, canary("caller's number"), map[rune]time.Duration{'1': time.Second}); !r.Answered() {
		t.Fatalf("the call: %+v", r)
	}
	var ref string
	c.Query(`SELECT number FROM tickets WHERE priority = 'P1'`, nil, &ref)
	c.Until("the worker on duty is offered the ticket", func() bool { return len(c.OfferedTo(ref)) == 1 })
	c.SetClock(clock(1, "23:44:00"))
	worker := c.As(c.OfferedTo(ref)[0])
	id := worker.Ticket(ref)["id"].(string)
	tellAll(worker, id)
	c.SetClock(clock(2, "00:30:00"))
	c.Until("the caller is told that somebody comes", func() bool { return len(c.Gateway.Sent(ref)) >= 2 })

	for place, text := range everywhere(t, c, spy) {
		for _, what := range leaks(text) {
			t.Errorf("%s shows the %s", place, what)
		}
	}
	if n := c.Count(`SELECT count(*) FROM findings WHERE id_sealed IS NOT NULL`); n != 1 {
		t.Errorf("%d identity numbers are kept: the story told nothing that could leak", n)
	}
	if !strings.Contains(spy.Heard(), ":") || len(c.Gateway.Sent("")) == 0 || !strings.Contains(c.Log(), ref) {
		t.Error("where nothing is said nothing can leak: Redis, messages or the log are empty")
	}
}

// tellAll says every secret wherever the program asks for it.
func tellAll(worker *city.Client, id string) {
	worker.Post("/tickets/"+id+"/acceptance", map[string]any{})
	worker.Post("/tickets/"+id+"/caller-views", map[string]any{"purpose": "约时间"})
	worker.Post("/tickets/"+id+"/visits", map[string]any{"mode": "on_site", "arrived_at": clock(2, "00:20:00"), "place": "金丝雀家", "facts": "户主" + canary("illness"),
		"photos": []string{worker.Upload(id, jpeg(1))}})
	findings := map[string]any{"cause": "illness", "household_size": 3, "affected": 1, "needs": []string{"medical"}, "applicant": canary("name"),
		"id_type": "resident_id", "id_number": canary("identity number"), "note": canary("illness"), "declared": map[string]any{"medical_fen": 15_000_000}}
	wrong := map[string]any{}
	for k, v := range findings {
		wrong[k] = v
	}
	wrong["id_number"] = canary("identity number")[:17] + "9" // what is refused is not repeated
	worker.Send("POST", "/tickets/"+id+"/findings", wrong)
	worker.Post("/tickets/"+id+"/findings", findings)
	worker.Post("/tickets/"+id+"/payee-accounts", map[string]any{"account": canary("bank account"), "holder": canary("name")})
	worker.Post("/tickets/"+id+"/decisions", map[string]any{"amount_fen": 80_000, "reason": "治病", "missing_papers": []string{"id_copy"}})
	tellOfHousehold(worker, id)
}

// tellOfHousehold registers the family, looks it up, opens its numbers, applies for it, and writes down what others say of it.
func tellOfHousehold(worker *city.Client, id string) {
	at := "/tickets/" + id
	person := map[string]any{"name": canary("name"), "id_type": "resident_id", "id_number": canary("identity number"), "phone": canary("caller's number"),
		"capacity": "full", "work_ability": "none", "severe_illness": true, "illness": canary("illness")}
	card := worker.Post(at+"/household", map[string]any{"area": "990101101201", "address": canary("name") + "巷", "members": []any{map[string]any{"relation": "head", "person": person}}})
	head := card.Body["household"].(map[string]any)["members"].([]any)[0].(map[string]any)["id"].(string)
	worker.Post(at+"/household/lookups", map[string]any{"id_number": canary("identity number")})
	worker.Post(at+"/household/lookups", map[string]any{"phone": canary("caller's number")})
	worker.Post(at+"/household/openings", map[string]any{"person": head, "what": "identity_number", "purpose": "填写医保表"})
	worker.Post(at+"/consents", map[string]any{"form": "on_site", "given_at": clock(1, "23:43:00"), "persons": []any{map[string]any{"person": head, "by": "self"}}})
	applied := worker.Post(at+"/applications", map[string]any{"aid": "dibao", "person": head})
	application := "/applications/" + applied.Body["id"].(string)
	worker.Post(application+"/declarations", map[string]any{"months": 1, "members": []any{map[string]any{"ref": head}}})
	worker.Post(application+"/submission", map[string]any{})
	worker.Post(application+"/acceptance", map[string]any{})
	worker.Post(application+"/home-visits", map[string]any{"arrived_at": clock(1, "23:41:00"), "left_at": clock(1, "23:43:00"), "facts": canary("illness"), "gps": "35.40512,116.58731",
		"visitors": []string{"town2-worker1", "town2-worker2"}, "photos": []string{worker.Upload(id, jpeg(4))}, "signature": "signed", "signed_image": worker.Upload(id, jpeg(5))})
	worker.Post(application+"/statements", map[string]any{"role": "neighbour", "name": "邻居", "text": canary("name") + canary("illness"), "said_at": clock(1, "23:43:00")})
	worker.Post(at+"/integrity-entries", map[string]any{"person": head, "kind": "kept", "behaviour": "told_change", "note": canary("illness")})
}

// everywhere is all that others than the case's own people can read: by place.
func everywhere(t *testing.T, c *city.City, spy *city.Spy) map[string]string {
	t.Helper()
	texts := map[string]string{"the log": c.Log(), "Redis": spy.Heard()}
	for i, m := range c.Gateway.Sent("") {
		texts[fmt.Sprintf("message %d", i)] = m.Text
	}
	readable(c, texts)
	folder := filepath.Join(t.TempDir(), "books")
	if out, err := c.Command("ledger", "export", folder); err != nil {
		t.Fatalf("export: %v\n%s", err, out)
	}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		texts["the export's "+d.Name()] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	head := c.As("town2-head")
	texts["the figures"] = head.Send("GET", "/statistics", nil).Raw
	texts["the figures' sheet"] = unzipped(t, head.Send("GET", "/statistics/sheet", nil).Raw)
	texts["the audit chain"] = c.As("auditor").Send("GET", "/audit?limit=200", nil).Raw
	return texts
}

// readable adds every column of the database that is not sealed, as text.
func readable(c *city.City, texts map[string]string) {
	var columns []string
	c.Query(`SELECT array_agg(table_name || ' ' || column_name ORDER BY 1) FROM information_schema.columns
		WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'json', 'character varying', 'ARRAY')`, nil, &columns)
	for _, column := range columns {
		table, name, _ := strings.Cut(column, " ")
		var text *string
		c.Query(fmt.Sprintf(`SELECT string_agg(%q::text, E'\n') FROM %q`, name, table), nil, &text)
		if text != nil {
			texts["the column "+column] = *text
		}
	}
}

// unzipped is what the files in an archive say.
func unzipped(t *testing.T, archive string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(archive)), int64(len(archive)))
	if err != nil {
		t.Fatalf("the sheet: %v", err)
	}
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err == nil {
			_, err = io.Copy(&all, r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// The search finds what it is to find.
func TestLeaksAreFound(t *testing.T) {
	for text, want := range map[string]int{
		"":                                     0,
		"id=990101197203041236 seen":           2,
		"call 199 0004 7111":                   0,
		"caller=+8619900047111":                1,
		"{\"to\":\"6200471100000471107\"}":     1,
		"11010519491231002X":                   1,
		"2612010005007 at 1790800000000000":    0,
		"01a22db7-0204-7d7f-9480-3459800a606a": 0,
	} {
		if got := leaks(text); len(got) != want {
			t.Errorf("%q leaks %v", text, got)
		}
	}
}
