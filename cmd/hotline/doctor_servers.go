package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/store"
)

const (
	oldestPostgres = 15
	oldestRedis    = 7
	serverTimeout  = 10 * time.Second // for all questions to one server

	// The node corrects its clock by the offset it measures, which carries it over
	// a while without the database; two clocks this far apart are none.
	clockWarning = 500 * time.Millisecond
	clockFault   = 10 * time.Second

	dutyAhead = 90 * 24 * time.Hour
	dutySoon  = 7 * 24 * time.Hour // a gap within these is a fault
)

// checkPostgres asks the database, as the application role and nobody else.
func (e *examination) checkPostgres(ctx context.Context) {
	const check = "PostgreSQL"
	ctx, cancel := context.WithTimeout(ctx, serverTimeout)
	defer cancel()
	options := store.Options{URL: e.cfg.Postgres.URL.Reveal(), MaxConns: 2, Logger: slog.New(slog.DiscardHandler)}
	if e.keys != nil {
		options.Sealer = e.keys
	}
	if p, err := configs.LoadPolicies(e.cfg.Policy.Dir); err == nil { // what is wrong with them another check tells
		options.Calendar = p.Calendar
	}
	db, err := store.Open(options)
	if err != nil {
		e.fault(check, err.Error(), "correct postgres.url")
		return
	}
	defer db.Close() //nolint:errcheck // it was only read
	c, err := db.Examine(ctx)
	if err != nil {
		e.fault(check, oneLine(err), e.startIt("start the database, and check postgres.url and the password; until then calls go to the local journal"))
		return
	}
	switch {
	case c.Version/10000 < oldestPostgres:
		e.fault(check, fmt.Sprintf("version %s", postgresVersion(c.Version)), fmt.Sprintf("upgrade it to %d or newer", oldestPostgres))
	case c.Standby:
		e.fault(check, "takes no writes: it is a standby", "point postgres.url to the primary, or add target_session_attrs=read-write with all hosts")
	default:
		e.ok(check, "version %s answers in %s", postgresVersion(c.Version), c.RoundTrip.Round(10*time.Microsecond))
	}
	e.checkRole(c)
	e.checkClocks(c)
	if e.checkSchema(ctx, c) {
		e.now = c.AppNow
		e.checkDirectory(ctx, db)
		e.checkAuditEnds(ctx, db)
	}
}

func postgresVersion(n int) string { return fmt.Sprintf("%d.%d", n/10000, n%10000) }

// startIt is advice about a server that is away: in a demo city, `hotline dev` runs them all.
func (e *examination) startIt(otherwise string) string {
	if e.cfg.Demo.Enabled {
		return "start `hotline dev`, whose server this is"
	}
	return otherwise
}

// checkRole wants a role that row level security binds.
func (e *examination) checkRole(c store.Checkup) {
	const check = "database role"
	switch {
	case len(c.Excess) > 0:
		e.fault(check, fmt.Sprintf("%s may do too much: %s", c.Role, strings.Join(c.Excess, ", ")),
			"put the application role into postgres.url, and the owner into postgres.owner_url only: ALTER ROLE … NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB; REVOKE CREATE … FROM …, PUBLIC")
	case len(c.Unforced) > 0:
		e.fault(check, "row level security is off, or not forced, on "+strings.Join(c.Unforced, ", "),
			"as the owner, for each: ALTER TABLE … ENABLE ROW LEVEL SECURITY; ALTER TABLE … FORCE ROW LEVEL SECURITY; and find out who switched it off")
	default:
		e.ok(check, "%s is bound by row level security and can create nothing", c.Role)
	}
}

// checkClocks compares the node with the server, and the server with app_now().
func (e *examination) checkClocks(c store.Checkup) {
	off := c.Ahead.Abs() - c.RoundTrip/2
	detail := fmt.Sprintf("the database is %s ahead of this node (± %s)", c.Ahead.Round(time.Millisecond), (c.RoundTrip / 2).Round(10*time.Microsecond))
	const do = "run chrony or another NTP client on both machines: chronyc tracking"
	switch {
	case off > clockFault:
		e.fault("clocks", detail, do)
	case off > clockWarning:
		e.warn("clocks", detail, do)
	default:
		e.ok("clocks", "%s", detail)
	}
	if !c.Migrated {
		return
	}
	moved := fmt.Sprintf("app_now() runs %g times as fast and %s off real time", c.ClockScale, c.ClockOffset.Round(time.Millisecond))
	switch real := c.ClockScale == 1 && c.ClockOffset.Abs() < clockWarning; {
	case real:
		e.ok("line's clock", "app_now() is real time")
	case e.cfg.Demo.Enabled:
		e.warn("line's clock", moved, "nothing: this is a demo city")
	default:
		e.fault("line's clock", moved, "deadlines fall at wrong times. As the owner: UPDATE app_clock SET real_base = '2026-01-01Z', app_base = '2026-01-01Z', scale = 1; and find out who moved it")
	}
}

// checkSchema compares the database's version with the program's, and tells
// whether the rest can be asked.
func (e *examination) checkSchema(ctx context.Context, c store.Checkup) bool {
	const check = "schema"
	if !c.Migrated {
		e.fault(check, "the database is empty", "set postgres.owner_url and run: hotline migrate")
		return false
	}
	asker := e.cfg.Postgres.URL.Reveal()
	if !c.ReadsVersion {
		asker = e.cfg.Postgres.OwnerURL.Reveal()
	}
	if asker == "" {
		e.warn(check, c.Role+" may not read the schema's version", "as the owner: GRANT SELECT ON goose_db_version TO "+c.Role)
		return true
	}
	current, newest, err := store.SchemaVersion(ctx, asker)
	switch {
	case err != nil:
		e.fault(check, oneLine(err), "check postgres.owner_url")
		return false
	case current < newest:
		e.fault(check, fmt.Sprintf("version %d, this program needs %d", current, newest), "set postgres.owner_url and run: hotline migrate")
		return false
	case current > newest:
		e.fault(check, fmt.Sprintf("version %d, this program knows %d", current, newest), "the database was migrated by a newer hotline: install that one on this node")
		return false
	}
	e.ok(check, "version %d, the newest", current)
	return true
}

// checkDirectory wants a desk behind every number and somebody on duty in every township.
func (e *examination) checkDirectory(ctx context.Context, db *store.DB) {
	numbers := make([]store.ServiceNumber, 0, len(e.cfg.SIP.Numbers))
	for _, n := range e.cfg.SIP.Numbers {
		numbers = append(numbers, store.ServiceNumber{Number: n.Number, Area: area.Code(n.Area), Desk: deskRole(area.Code(n.Area))})
	}
	missing, err := db.WithoutDesk(ctx, numbers)
	for _, n := range missing {
		e.fault("desks", fmt.Sprintf("nobody could own the calls to %s: %s has no %s desk", n.Number, n.Area, n.Desk),
			"import the desk with the city's directory, or correct sip.numbers: until then these calls go to the journal only")
	}
	if err == nil && len(missing) == 0 {
		e.ok("desks", "each of %s has a desk that owns its calls", count(len(numbers), "service number"))
	}
	var gaps []store.DutyGap
	var townships int
	if err == nil {
		gaps, townships, err = db.DutyGaps(ctx, area.RoleWorker, dutyAhead)
	}
	if err != nil {
		e.fault("directory", oneLine(err), "look at the database's log")
		return
	}
	e.reportDuty(gaps, townships)
}

// reportDuty tells of each township's first gap.
func (e *examination) reportDuty(gaps []store.DutyGap, townships int) {
	const check = "duty"
	if townships == 0 {
		e.fault(check, "there is no township in the database", "import the city's directory")
		return
	}
	told := map[area.Code]bool{}
	for _, g := range gaps {
		if told[g.Area] {
			continue
		}
		told[g.Area] = true
		detail := fmt.Sprintf("%s %s has no worker on duty from %s to %s", g.Area, g.Name, g.From.Local().Format(time.DateTime), g.To.Local().Format(time.DateTime))
		const do = "enter shifts: until then the ladder goes straight to the head of the township"
		if g.From.Before(e.now.Add(dutySoon)) {
			e.fault(check, detail, do)
		} else {
			e.warn(check, detail, do)
		}
	}
	if len(gaps) == 0 {
		e.ok(check, "each of %s has a worker on duty for the next 90 days", count(townships, "township"))
	}
}

// checkAuditEnds looks at the ends of the chain; `hotline audit verify` walks it.
func (e *examination) checkAuditEnds(ctx context.Context, db *store.DB) {
	const check = "audit chain"
	if e.keys == nil {
		return // it is sealed; the keys' own fault says enough
	}
	anchors, err := readAnchors(anchorFile(e.cfg.Node.DataDir))
	if err != nil {
		e.fault(check, oneLine(err), "keep a copy of the file as it is, and call the audit administrator")
		return
	}
	faults, records, err := db.CheckAuditEnds(ctx, anchors)
	if err != nil {
		e.fault(check, oneLine(err), "look at the database's log")
		return
	}
	for _, f := range faults {
		e.fault(check, fmt.Sprintf("lane %d, record %d: %s", f.Lane, f.Seq, f.What), "run `hotline audit verify`, keep the disk as it is and call the audit administrator")
	}
	if len(faults) == 0 {
		e.ok(check, "the ends of its 16 lanes hold, %s", count(int(records), "record"))
	}
}

// checkRedis asks Redis, as the application's user.
func (e *examination) checkRedis(ctx context.Context) {
	const check = "Redis"
	address := e.cfg.Redis.URL.Reveal()
	if address == "" {
		e.warn(check, "not configured: timers fire from PostgreSQL alone, up to some seconds late, and several nodes hear of each other late", "set redis.url")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, serverTimeout)
	defer cancel()
	c, err := pulse.Examine(ctx, address)
	if err != nil {
		e.fault(check, oneLine(err), e.startIt("start Redis, and check redis.url and the password; until then timers fire from PostgreSQL alone"))
		return
	}
	switch {
	case len(c.Missing) > 0:
		e.fault(check, fmt.Sprintf("the user %s may not use %s", cmp.Or(c.User, "of redis.url"), strings.Join(c.Missing, ", ")),
			fmt.Sprintf("ACL SETUSER … ~%[1]s* &%[1]s* +@all -@dangerous -@admin +info +role", pulse.KeyPrefix))
	case c.Major() < oldestRedis:
		e.fault(check, "version "+cmp.Or(c.Version, "unknown"), fmt.Sprintf("upgrade it to %d or newer", oldestRedis))
	case c.Policy != "noeviction":
		e.fault(check, fmt.Sprintf("maxmemory-policy is %s: it may forget timers, and stays unused", c.Policy), "CONFIG SET maxmemory-policy noeviction, and in redis.conf too")
	default:
		e.ok(check, "version %s, noeviction", c.Version)
	}
	if len(c.Excess) > 0 {
		e.warn("Redis user", fmt.Sprintf("%s reaches %s", cmp.Or(c.User, "the user"), strings.Join(c.Excess, " and ")),
			fmt.Sprintf("give the line a user of its own: ACL SETUSER hotline on >PASSWORD ~%[1]s* &%[1]s* +@all -@dangerous -@admin +info +role", pulse.KeyPrefix))
	} else {
		e.ok("Redis user", "%s is kept to %s*", c.User, pulse.KeyPrefix)
	}
}

// oneLine keeps a driver's error to one line of the report.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
