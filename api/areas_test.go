package api_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/test/places"
)

// sendFile brings a file of places.
func (c client) sendFile(raw string) reply {
	return c.send(http.MethodPost, "/areas/imports?file=places.csv", raw, http.Header{"Idempotency-Key": {uuid.NewString()}, "Content-Type": {"text/csv"}})
}

func packed(t *testing.T, raw []byte) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPlacesAreFoundWithinOnesOwn(t *testing.T) {
	h := newHouse(t)
	agent, duty := h.signIn("agent"), h.signIn("city_duty")
	for text, want := range map[string]string{"jiacun": string(village), "甲镇": string(township), "jz": string(township), "%20": "", "yizhen": "", "": ""} {
		found := decode[api.HitList](t, agent.get("/areas/search?q="+text)).Items
		first := ""
		if len(found) > 0 {
			first = string(found[0].Code)
		}
		if first != want {
			t.Errorf("the agent finds %q under %q, want %q", first, text, want)
		}
	}
	hit := decode[api.HitList](t, agent.get("/areas/search?q=jiacun")).Items[0]
	if strings.Join(hit.Path, " ") != "测试市 甲县 甲镇" || hit.Match.Kind != area.MatchPinyin || hit.Match.Reading != "jia cun" {
		t.Errorf("where it lies and why it was found: %+v", hit)
	}
	if found := decode[api.HitList](t, duty.get("/areas/search?q=yizhen")).Items; len(found) != 1 || found[0].Code != town2 {
		t.Errorf("the city finds %v", found)
	}
	near := decode[api.HitList](t, duty.get("/areas/search?q=zhen&near="+string(town2))).Items
	if len(near) != 2 || near[0].Code != town2 {
		t.Errorf("near the other township: %+v", near)
	}
	for path, want := range map[string]int{"/areas/search?q=x&within=" + string(town2): 404, "/areas/" + string(town2): 404, "/areas/990101999000": 404,
		"/areas/9901": 422, "/areas/search?q=x&within=99": 422, "/areas/search?q=x&limit=51": 422, "/areas/" + string(township) + "?on=today": 422} {
		if got := agent.get(path); got.status != want {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	v := decode[api.PlaceView](t, agent.get("/areas/"+string(county)))
	if len(v.Children) != 1 || v.Children[0].Code != township || v.Figures.Villages != 1 || v.Figures.Townships != 1 || len(v.Parents) != 1 || v.Parents[0].Code != city {
		t.Errorf("the county: %+v", v)
	}
	if v := decode[api.PlaceView](t, agent.get("/areas/"+string(county)+"?on=1949-09-30")); len(v.Children) != 0 {
		t.Errorf("the county before it was one: %+v", v)
	}
}

// From the file to the tree: looked at, applied once, and seen by a search.
func TestAFileOfPlacesIsLookedAtAndApplied(t *testing.T) {
	h := newHouse(t)
	admin := h.signIn("system_admin")
	faulty := decode[area.ImportPreview](t, admin.sendFile("code,name\n990101102000,新镇\n990101103,短镇\n990102103000,别镇\n"))
	if faulty.Counts.Faults != 2 || faulty.Faults[0].Line != 3 || faulty.Faults[1].Code != "not_yours" || faulty.Applied != nil {
		t.Errorf("faults of the file: %+v", faulty)
	}
	if got := admin.post("/areas/imports/"+faulty.ID+"/application", map[string]any{}); got.status != http.StatusConflict || got.code() != "import_faulty" {
		t.Errorf("a faulty file is applied: %d %s", got.status, got.body)
	}
	good := decode[area.ImportPreview](t, admin.sendFile("code,name\n990101102000,新镇\n"+string(township)+",甲新镇\n"))
	if good.Counts.New != 1 || good.Counts.Changed != 1 || good.File != "places.csv" || len(good.Changes) != 2 {
		t.Errorf("the preview: %+v", good)
	}
	if found := decode[api.HitList](t, h.signIn("agent").get("/areas/search?q=xinzhen")).Items; len(found) != 0 {
		t.Errorf("a preview has changed the tree: %+v", found)
	}
	path, key := "/areas/imports/"+good.ID+"/application", http.Header{"Idempotency-Key": {uuid.NewString()}}
	first := decode[area.ImportPreview](t, admin.send(http.MethodPost, path, nil, key))
	again := admin.send(http.MethodPost, path, nil, key)
	if first.Applied == nil || again.status != http.StatusOK || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("applied %+v, and again: %d %s", first, again.status, again.body)
	}
	if got := admin.post(path, nil); got.status != http.StatusConflict || got.code() != "import_applied" {
		t.Errorf("applied twice: %d %s", got.status, got.body)
	}
	if err := h.areas.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := decode[api.HitList](t, h.signIn("agent").get("/areas/search?q=xinzhen")).Items; len(found) == 0 || found[0].Name != "新镇" {
		t.Errorf("the new township is not found: %+v", found)
	}
}

// A file of a whole city fits when it is packed; what grows without end is stopped.
func TestAPackedFileOfAWholeCity(t *testing.T) {
	h := newHouse(t)
	admin := h.signIn("system_admin")
	whole := places.CSV(places.Generate(places.Counties, places.Townships, places.Villages))
	p := decode[area.ImportPreview](t, admin.sendFile(packed(t, whole)))
	if p.Counts.Lines != 4569 || p.Counts.Faults == 0 || len(p.Faults) != area.MostShown { // the administrator's county is one of eleven
		t.Errorf("the preview: %+v, %d faults shown", p.Counts, len(p.Faults))
	}
	for _, raw := range []string{packed(t, make([]byte, 9<<20)), packed(t, whole)[:2000], "\x1f\x8bnonsense"} {
		if got := admin.sendFile(raw); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%d bytes: %d %s", len(raw), got.status, got.body)
		}
	}
}
