package store

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

func TestMain(m *testing.M) { servers.Main(m) }

// The small city of these tests.
const (
	testCity     area.Code = "990100000000"
	testCounty   area.Code = "990101000000"
	testTownship area.Code = "990101101000"
	otherTown    area.Code = "990102101000"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// house is one test's private database with a small city in it.
type house struct {
	db   *DB
	urls servers.URLs
}

func newHouse(t *testing.T) house {
	t.Helper()
	urls := servers.Database(t, "hotline", Migrate)
	db, err := Open(Options{URL: urls.AppURL, Sealer: testSealer(t), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.ImportDirectory(t.Context(), testDirectory()); err != nil {
		t.Fatalf("import the test city: %v", err)
	}
	return house{db: db, urls: urls}
}

func testSealer(t testing.TB) seal.Sealer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys")
	if err := seal.Generate(path); err != nil {
		t.Fatal(err)
	}
	ring, err := seal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func testDirectory() area.Directory {
	person := func(login string, role area.Role, where area.Code) area.NewStaff {
		return area.NewStaff{Login: login, Name: login, Role: role, Area: where, Phone: "+8619900000001"}
	}
	return area.Directory{
		Divisions: []area.Division{{Code: testCity, Name: "测试市"}, {Code: testCounty, Name: "甲县"}, {Code: "990102000000", Name: "乙县"},
			{Code: testTownship, Name: "甲镇"}, {Code: otherTown, Name: "乙镇"}},
		Desks: []area.Desk{{Area: testCounty, Role: area.RoleCountyDuty, Name: "甲县值班台"}, {Area: testTownship, Role: area.RoleWorker, Name: "甲镇值班台"},
			{Area: otherTown, Role: area.RoleWorker, Name: "乙镇值班台"}, {Area: testCity, Role: area.RoleCityDuty, Name: "市值班台"}},
		Staff: []area.NewStaff{person("agent", area.RoleAgent, testCity), person("supervisor", area.RoleSupervisor, testCity),
			person("worker1", area.RoleWorker, testTownship), person("worker2", area.RoleWorker, testTownship), person("head", area.RoleTownshipHead, testTownship),
			person("county", area.RoleCountyDuty, testCounty), person("stranger", area.RoleWorker, otherTown), person("auditor", area.RoleAuditor, testCity)},
	}
}

// actor signs a member of staff of the test city in.
func (h house) actor(t *testing.T, login string) act.Actor {
	t.Helper()
	var a act.Actor
	err := h.db.InTx(t.Context(), act.SystemConsole, func(tx *Tx) error {
		var id, post int64
		err := tx.scan(t.Context(), "find staff", `SELECT id, post_id, name, role, area_code FROM staff WHERE login = ?`, []any{login},
			&id, &post, &a.Name, &a.Role, &a.Area)
		a.StaffID, a.PostID = area.StaffID(id), area.PostID(post)
		return err
	})
	if err != nil {
		t.Fatalf("find %s: %v", login, err)
	}
	return a
}

func testRules() Rules {
	township := ServiceNumber{Number: "12349001", Area: testTownship, Desk: area.RoleWorker}
	county := ServiceNumber{Number: "12349", Area: testCounty, Desk: area.RoleCountyDuty}
	return Rules{Policy: "ladder-test", Terms: ticket.Terms{TwoHour: 2 * time.Hour, Day: 24 * time.Hour, WorkingDays: 5}, Holds: ticket.Holds{Repeat: 3 * time.Minute},
		Lines: map[string]ServiceNumber{township.Number: township, county.Number: county}, Fallback: county}
}

// newCall is an INVITE that came in at at.
func newCall(to, from string, at time.Time, number int) ticket.Call {
	id := uuid.Must(uuid.NewV7()).String()
	return ticket.Call{ID: ticket.CallID(id), NodeID: "node-a", SIPCallID: "sip-" + id, Trunk: "trunk", FromRaw: from, FromE164: ticket.ParsePhone(from).E164,
		To: to, Number: ticket.NewNumber(at, number), InvitedAt: at.UTC().Truncate(time.Microsecond)}
}

// runIntake keeps an intake running for the length of the test.
func (h house) runIntake(t *testing.T) *Intake {
	t.Helper()
	in := NewIntake(h.db, testRules())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := in.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return in
}

// count runs a query that returns one number, as a role that sees everything.
func (h house) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error { return tx.scan(t.Context(), "count", sql, args, &n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}
