package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"regexp"
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

// Addresses are written into logs and histories of browsers: what names a citizen travels in a body.
func TestNothingOfACitizenTravelsInAnAddress(t *testing.T) {
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		}
	}
	made, err := newHouse(t).server.OpenAPI()
	if err := errors.Join(err, json.Unmarshal(made, &doc)); err != nil {
		t.Fatal(err)
	}
	naming := regexp.MustCompile(`(?i)phone|caller|identi|id_number|^name$|person|holder|account|illness|address|birth`)
	seen := 0
	for path, operations := range doc.Paths {
		for method, op := range operations {
			for _, p := range op.Parameters {
				if p.In == "header" {
					continue
				}
				if seen++; naming.MatchString(p.Name) {
					t.Errorf("%s %s takes %s in its address: take it in the body of a POST", method, path, p.Name)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no parameter was read")
	}
}
