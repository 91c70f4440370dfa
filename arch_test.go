// Package hotline_test holds the rules that no single package can keep: who may
// import whom.
package hotline_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "example.org/hotline"

// A room is a package of this module and all below it, by its path from the
// root.
type rule struct {
	name string
	of   string   // the room that is bound
	may  []string // what of ours it may import; packages, or rooms ending in /...
	why  string
}

// rules bind whole rooms and name all of ours that they may import, so a new
// room is closed until somebody opens it here, with a reason.
var rules = []rule{
	{name: "area imports nothing of ours", of: "area",
		why: "everybody speaks of places and people; whatever area knew, everybody would know"},
	{name: "seal imports nothing of ours", of: "internal/seal",
		why: "an HSM takes its place one day, and an HSM knows no tickets"},
	{name: "failpoint is a leaf", of: "internal/failpoint",
		why: "anyone may name a step at which to die, so it must drag nothing in"},
	{name: "localservers imports nothing of ours", of: "internal/localservers",
		why: "it runs servers, whoever uses them"},
	{name: "act imports only area", of: "internal/act", may: []string{"area"},
		why: "what every act carries must not know any one of them"},
	{name: "pulse imports only act and the basics", of: "internal/pulse", may: []string{"area", "internal/act", "internal/failpoint"},
		why: "Redis hints at what happened; what it means is the rooms' affair"},
	{name: "ticket is pure", of: "ticket", may: []string{"ticket/...", "area", "internal/act", "internal/failpoint"},
		why: "a ticket's rules are read and tested without a phone, a database or the web"},
	{name: "ledger is pure", of: "ledger", may: []string{"ledger/...", "area", "internal/act", "internal/failpoint"},
		why: "money moves by its own rules, whatever it is paid for"},
	{name: "relief knows tickets and money, not how they travel", of: "relief",
		may: []string{"relief/...", "area", "internal/act", "ticket/...", "ledger/...", "internal/failpoint"},
		why: "relief decides what help is due; calls and timers only bring it the case"},
	{name: "dispatch knows no phone", of: "dispatch",
		may: []string{"dispatch/...", "area", "internal/act", "ticket/...", "internal/pulse", "internal/failpoint"},
		why: "who must go does not depend on how the call came in; cmd joins the two"},
	{name: "ivr knows no dispatch", of: "ivr",
		may: []string{"ivr/...", "area", "internal/act", "internal/pulse", "internal/seal", "ticket/...", "internal/failpoint"},
		why: "the line must answer when everything behind it is gone; it knows the ticket's shape for the call record only"},
	{name: "store knows the domain, not who calls it", of: "store",
		may: []string{"store/...", "area", "ticket/...", "relief/...", "ledger/...", "dispatch/duty", "ivr/acd", "internal/act", "internal/seal", "internal/failpoint"},
		why: "its ports are declared by those who use them, and cmd joins them"},
	{name: "the journal needs no database", of: "store/journal",
		may: []string{"store/journal/...", "area", "ticket/...", "internal/act", "internal/seal", "internal/failpoint"},
		why: "it takes calls exactly when the database is away"},
	{name: "api knows the domain, not its storage", of: "api",
		may: []string{"api/...", "area", "ticket/...", "relief/...", "ledger/...", "dispatch/...", "ivr/acd", "internal/act", "internal/failpoint"},
		why: "a route that reaches a table passes by the rules; api declares query ports instead"},
	{name: "console imports nothing of ours", of: "console",
		why: "the web is files and talks to the API like anybody else"},
	{name: "configs parses into domain types", of: "configs",
		may: []string{"configs/...", "area", "ticket/...", "relief/...", "ledger/...", "dispatch/...", "ivr/flow", "ivr/acd", "internal/act"},
		why: "a rule is data, and data needs no server"},
}

// A guard says who may import a package at all.
type guard struct {
	of   string   // package or room (ending in /...)
	only []string // who may; tests always may
	why  string
}

var guards = []guard{
	{of: "configs/...", only: []string{"cmd/...", "test/bench/..."}, why: "rooms get their settings handed in, so that a test sets them without a file"},
	{of: "store/...", only: []string{"cmd/...", "store/...", "test/..."}, why: "storage is joined to its ports in cmd and nowhere else"},
	{of: "api/...", only: []string{"cmd/...", "api/..."}, why: "nothing depends on the web"},
	{of: "console/...", only: []string{"cmd/..."}, why: "cmd hands the embedded files to the server"},
	{of: "ivr/caller/...", only: []string{"cmd/...", "ivr/caller/...", "test/..."}, why: "it plays the citizen; the line must not call itself"},
	{of: "ledger/rail/banksim/...", only: []string{"cmd/...", "test/..."}, why: "it plays the bank of the demo city; money never goes to a game"},
	{of: "relief/source/sourcesim/...", only: []string{"cmd/...", "test/..."}, why: "it plays the departments of the demo city; nobody is judged by a game"},
	{of: "internal/localservers/...", only: []string{"cmd/...", "test/..."}, why: "hotline serve starts no server of its own"},
	{of: "test/...", only: []string{"test/..."}, why: "the program contains no test helper"},
	{of: "cmd/...", only: []string{"cmd/..."}, why: "cmd is the top"},
}

// A driver is a module that only some rooms may import.
type driver struct {
	module string
	only   []string
	why    string
}

var drivers = []driver{
	{"gorm.io/gorm", []string{"store/..."}, "rows are store's secret; its structs are unexported"},
	{"gorm.io/driver/postgres", []string{"store/..."}, "as gorm"},
	{"github.com/pressly/goose/v3", []string{"store/..."}, "migrations are store's"},
	{"github.com/gofiber/fiber/v2", []string{"api/...", "console/..."}, "Fiber reuses its buffers; nothing of it passes below a handler"},
	{"github.com/valyala/fasthttp", []string{"api/...", "console/..."}, "as Fiber"},
	{"github.com/danielgtaylor/huma/v2", []string{"api/...", "console/..."}, "the API's description belongs to the API"},
	{"github.com/emiago/sipgo", []string{"ivr/..."}, "its traps are worked round in one room"},
	{"github.com/icholy/digest", []string{"ivr/..."}, "the trunk's password is answered where its SIP is spoken"},
	{"github.com/pion/rtp", []string{"ivr/...", "test/agent"}, "media belongs to the phone side"},
	{"github.com/pion/rtcp", []string{"ivr/..."}, "media belongs to the phone side"},
	{"github.com/pion/sdp/v3", []string{"ivr/..."}, "media belongs to the phone side"},
	{"github.com/pion/srtp/v3", []string{"ivr/..."}, "media belongs to the phone side"},
	{"github.com/pion/webrtc/v4", []string{"ivr/...", "test/agent"}, "a browser's leg is a leg; the page's messages pass through api as bytes"},
	{"github.com/pion/interceptor", []string{"ivr/...", "test/agent"}, "as webrtc"},
	{"github.com/signintech/gopdf", []string{"relief/form"}, "how a form becomes paper is known in one place"},
	{"github.com/xuri/excelize/v2", []string{"api/..."}, "a spreadsheet is one of the forms an answer has"},
	{"github.com/gofiber/contrib/websocket", []string{"api/..."}, "as Fiber"},
	{"github.com/fasthttp/websocket", []string{"api/...", "test/agent"}, "as Fiber; and the tests' agent is a browser"},
	{"github.com/mozillazg/go-pinyin", []string{"area"}, "how a name is read is asked where names are searched"},
	{"golang.org/x/sys", []string{"ivr/media", "test/bench/media", "cmd/..."}, "system calls by hand belong where exact time is kept, and nowhere else"},
	{"github.com/redis/go-redis/v9", []string{"internal/pulse"}, "retries off, keys under one prefix, never in a pipeline: decided in one place"},
	{"github.com/SherClockHolmes/webpush-go", []string{"dispatch/notify/..."}, "how people are told is one room's affair; all others know notices"},
	{"github.com/wneessen/go-mail", []string{"dispatch/notify/..."}, "as webpush"},
	{"github.com/emersion/go-smtp", []string{"dispatch/notify/sink"}, "the line sends mail and takes none; the demo city's sink does"},
	{"github.com/sony/gobreaker/v2", []string{"relief/source/connect"}, "when a source is left alone is decided where it is spoken to"},
	{"github.com/cenkalti/backoff/v5", []string{"relief/source/connect"}, "as gobreaker"},
	{"github.com/spf13/cobra", []string{"cmd/..."}, "flags are the program's, not the rooms'"},
}

func TestEveryImportKeepsTheRules(t *testing.T) {
	for _, found := range violations(packages(t)) {
		t.Error(found)
	}
}

// A rule that finds nothing in a clean tree may also be one that can find
// nothing.
func TestPlantedImportsAreFound(t *testing.T) {
	ours := func(room string) string { return module + "/" + room }
	for _, planted := range []struct{ in, imports string }{
		{"area", ours("ticket")},
		{"internal/act", ours("ticket")},
		{"ticket", ours("store")},
		{"ticket", "gorm.io/gorm"},
		{"ledger", ours("relief")},
		{"dispatch/duty", ours("ivr/acd")},
		{"dispatch", ours("configs")},
		{"ivr/media", ours("dispatch")},
		{"ivr", ours("ivr/caller")},
		{"store", ours("dispatch/timer")},
		{"store/journal", ours("store")},
		{"api", ours("store")},
		{"api", "github.com/emiago/sipgo/sip"},
		{"console", ours("area")},
		{"configs", ours("internal/pulse")},
		{"dispatch/timer", "github.com/redis/go-redis/v9"},
		{"cmd/hotline", "github.com/gofiber/fiber/v2"},
		{"cmd/hotline", "github.com/wneessen/go-mail"},
		{"dispatch/notify", "github.com/emersion/go-smtp"},
		{"cmd/hotline", ours("test/servers")},
		{"store", ours("internal/localservers")},
		{"relief", ours("ledger/rail/banksim")},
		{"relief/source/asking", ours("relief/source/sourcesim")},
		{"store", "github.com/sony/gobreaker/v2"},
	} {
		p := goPackage{ImportPath: ours(planted.in), Imports: []string{planted.imports}}
		if len(violations([]goPackage{p})) == 0 {
			t.Errorf("%s may import %s, and should not", planted.in, planted.imports)
		}
	}
}

func violations(all []goPackage) []string {
	var found []string
	for _, p := range all {
		found = append(found, againstRules(p)...)
		found = append(found, againstGuards(p)...)
		found = append(found, againstDrivers(p)...)
	}
	return found
}

func againstRules(p goPackage) (found []string) {
	for _, r := range rules {
		if !within(p.room(), r.of+"/...") || !mostPrecise(p.room(), r) {
			continue
		}
		for _, imported := range p.ours() {
			if !anyOf(imported, r.may) {
				found = append(found, fmt.Sprintf("%s imports %s.\n  Rule: %s, because %s.", p.room(), imported, r.name, r.why))
			}
		}
	}
	return found
}

func againstGuards(p goPackage) (found []string) {
	for _, imported := range p.ours() {
		for _, g := range guards {
			if within(imported, g.of) && !anyOf(p.room(), g.only) {
				found = append(found, fmt.Sprintf("%s imports %s.\n  Only %s may, because %s.", p.room(), imported, strings.Join(g.only, ", "), g.why))
			}
		}
	}
	return found
}

func againstDrivers(p goPackage) (found []string) {
	for _, imported := range p.Imports {
		for _, d := range drivers {
			if within(imported, d.module+"/...") && !anyOf(p.room(), d.only) {
				found = append(found, fmt.Sprintf("%s imports %s.\n  Only %s may, because %s.", p.room(), imported, strings.Join(d.only, ", "), d.why))
			}
		}
	}
	return found
}

// A rule about a module that nobody requires any more guards nothing: it was
// renamed or moved to a new major version, and the rule must follow.
func TestEveryGuardedModuleIsStillRequired(t *testing.T) {
	required := map[string]bool{}
	for _, file := range goJSON[struct{ Require []struct{ Path string } }](t, "mod", "edit", "-json") {
		for _, m := range file.Require {
			required[m.Path] = true
		}
	}
	for _, d := range drivers {
		if !required[d.module] {
			t.Errorf("go.mod requires no %s any more: correct or remove its rule", d.module)
		}
	}
}

// Pure packages are held to it by what they can reach, not only by what they
// name: one import of an innocent neighbour could bring a server in.
func TestPureRoomsReachNoNetworkOrDatabase(t *testing.T) {
	pure := []string{"area", "ticket", "relief", "relief/rule", "relief/source", "ledger", "ledger/rail", "ledger/rail/layout", "ledger/rail/iso20022", "dispatch/duty", "ivr/acd", "ivr/flow", "internal/act", "internal/seal"}
	for _, p := range packages(t) {
		if !anyOf(p.room(), pure) {
			continue
		}
		for _, dep := range p.Deps {
			switch dep {
			case "database/sql", "net/http", "os/exec":
				t.Errorf("%s reaches %s.\n  It is pure: its rules must be readable and testable with values alone.", p.room(), dep)
			}
		}
	}
}

// An integrity file touches neither emergency aid nor the children's share: whatever decides or
// pays cannot read it (DOMAIN 52).
func TestNothingThatDecidesOrPaysReadsTheIntegrityFile(t *testing.T) {
	bound := []string{"relief", "ledger/...", "ticket/...", "dispatch/...", "ivr/...", "relief/rule", "relief/people"}
	checked := 0
	for _, p := range packages(t) {
		if !anyOf(p.room(), bound) {
			continue
		}
		checked++
		for _, dep := range p.Deps {
			if dep == module+"/relief/integrity" {
				t.Errorf("%s reaches the integrity file", p.room())
			}
		}
	}
	if checked < 6 {
		t.Errorf("only %d rooms were looked at", checked)
	}
}

// goPackage is what `go list` tells; imports of test files are not among them,
// since tests may reach across rooms.
type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// room is the path from the module's root; the root itself is ".".
func (p goPackage) room() string { return fromRoot(p.ImportPath) }

func (p goPackage) ours() []string {
	var rooms []string
	for _, i := range p.Imports {
		if strings.HasPrefix(i, module+"/") {
			rooms = append(rooms, fromRoot(i))
		}
	}
	return rooms
}

func fromRoot(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// within reports whether a room matches a package path, or lies in a room
// written with /... at its end.
func within(room, pattern string) bool {
	base, deep := strings.CutSuffix(pattern, "/...")
	return room == base || deep && strings.HasPrefix(room, base+"/")
}

func anyOf(room string, patterns []string) bool {
	for _, p := range patterns {
		if within(room, p) {
			return true
		}
	}
	return false
}

// mostPrecise is false when a rule for a room further down binds the package.
func mostPrecise(room string, r rule) bool {
	for _, other := range rules {
		if other.of != r.of && within(other.of, r.of+"/...") && within(room, other.of+"/...") {
			return false
		}
	}
	return true
}

// packages are read with the failpoints on too, or their imports would hide. -e,
// since what does not build is the compiler's to report.
func packages(t *testing.T) []goPackage {
	t.Helper()
	found := goJSON[goPackage](t, "list", "-e", "-json", "-tags", "failpoint", "./...")
	if len(found) < 5 {
		t.Fatalf("go list found %d packages: the rules would hold of nothing", len(found))
	}
	return found
}

// goJSON reads the JSON values that a go command prints one after the other.
func goJSON[T any](t *testing.T, args ...string) []T {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	var all []T
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var one T
		err := dec.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("read what go %s prints: %v", args[0], err)
		}
		all = append(all, one)
	}
}
