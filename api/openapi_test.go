package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// The document in the tree is the one that the handlers make: clients are
// generated from it, and a review sees what changed.
func TestOpenAPIFileIsCurrent(t *testing.T) {
	h := newHouse(t)
	made, err := h.server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("openapi.json", made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("openapi.json")
	if err != nil || !bytes.Equal(kept, made) {
		t.Fatalf("api/openapi.json is not what the handlers make (%v); refresh it: go test ./api -run OpenAPI -update", err)
	}
}

// Every route of the table is in the document, with its roles and its key.
func TestOpenAPIDescribesEveryRoute(t *testing.T) {
	h := newHouse(t)
	made, err := h.server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Roles      []string `json:"x-roles"`
			Parameters []struct{ Name, In string }
			Responses  map[string]any
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(made, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("OpenAPI %q", doc.OpenAPI)
	}
	for _, r := range h.server.Routes() {
		op, ok := doc.Paths["/api/v1"+r.Path][strings.ToLower(r.Method)]
		if !ok || len(op.Responses) < 2 {
			t.Errorf("%s %s is not described", r.Method, r.Path)
			continue
		}
		if !r.Open && len(op.Roles) != len(r.Who) {
			t.Errorf("%s %s: roles %v, want %v", r.Method, r.Path, op.Roles, r.Who)
		}
	}
	for _, name := range []string{"Ticket", "TicketRow", "Problem", "Me"} {
		if doc.Components.Schemas[name] == nil {
			t.Errorf("schema %s is missing", name)
		}
	}
	if bytes.Contains(made, []byte("$schema")) {
		t.Error("answers carry $schema")
	}
}
