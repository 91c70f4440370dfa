package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/localservers"
	"example.org/hotline/internal/seal"
	"example.org/hotline/relief/people"
	"example.org/hotline/store"
	"example.org/hotline/test/bench/figures"
	"example.org/hotline/ticket"
)

//go:embed register.sql
var registerSQL string

// sampled are the households that the program itself could have registered: their numbers are looked up.
const sampled = 1000

// pagesEach is how often each page is asked for, reportsEach how often a month's report.
const pagesEach, reportsEach = 2000, 30

// benchRegister measures what people wait for on a city's register of real size: a list of tickets, a look-up by identity number,
// a case's page and a month's report, through HTTP, as a township's head and a county's finance officer ask for them.
//
// With -beside another build answers the same questions in turns with this one, from the same database.
func benchRegister(ctx context.Context, h *house, o options) (lines []figures.Line, err error) {
	where, kept, err := registerCity(ctx, h)
	if err != nil {
		return nil, err
	}
	p, err := prepareProgram(ctx, h, o, where)
	if err != nil {
		return nil, err
	}
	asked := []*program{p}
	if o.beside != "" {
		other, err := newProgram(h, where, o.beside, "beside", 1)
		if err != nil {
			return nil, err
		}
		asked = append(asked, other)
	}
	r, err := layRegister(ctx, h, where, o, kept)
	if err != nil {
		return nil, err
	}
	for _, a := range asked {
		if err := a.serve(ctx); err != nil {
			return nil, err
		}
		defer a.kill()
	}
	if lines, err = r.measure(ctx, asked, p.passwords, o); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, p.tail())
	}
	for _, a := range asked {
		err = errors.Join(err, a.stop())
	}
	return lines, err
}

// registerCity is the register's database; kept where an earlier run in the same folder has laid the register out.
func registerCity(ctx context.Context, h *house) (where city, kept bool, err error) {
	const name = "register"
	err = database{super: h.servers.Postgres.SuperURL}.scan(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = '`+name+`')`, &kept)
	if err != nil {
		return where, false, err
	}
	if kept {
		where, err = h.inCity(name)
	} else {
		where, err = h.city(ctx, name)
	}
	return where, kept, err
}

// register is the city that was laid out.
type register struct {
	super   string
	numbers []string // identity numbers of the sample, by household
	cases   []string // tickets of the sample's townships, each linked to a household
	heads   []string // sign-ins, by household of the sample
	size    string
}

// layRegister fills the database with a year's books, a sample that can be read, and the rest of the city's people and tickets.
func layRegister(ctx context.Context, h *house, where city, o options, kept bool) (r register, err error) {
	if r.super, err = localservers.InDatabase(h.servers.Postgres.SuperURL, where.name); err != nil {
		return r, err
	}
	d := database{name: where.name, super: r.super}
	if !kept {
		if err := r.lay(ctx, h, d, where, o); err != nil {
			return r, err
		}
	}
	if err := r.recall(ctx); err != nil {
		return r, err
	}
	// One password for all: that of a head of the demo city, whom the program has brought in.
	if err := d.exec(ctx, `UPDATE staff SET password_hash = (SELECT password_hash FROM staff WHERE login = 'town2-head') WHERE login ~ '^head-'`); err != nil {
		return r, err
	}
	// A city's database is not one that was filled a second ago: what comes after a load is done before anybody is measured.
	for _, upkeep := range []string{"VACUUM ANALYZE", "CHECKPOINT"} {
		if err := d.exec(ctx, upkeep); err != nil {
			return r, err
		}
	}
	return r, d.scan(ctx, `SELECT (SELECT count(*) FROM tickets) || ' tickets, ' || (SELECT count(*) FROM households) || ' households, ' || (SELECT count(*) FROM persons) || ' persons, ' || (SELECT count(*) FROM postings) || ' postings'`, &r.size)
}

// lay writes it all.
func (r *register) lay(ctx context.Context, h *house, d database, where city, o options) (err error) {
	ring, err := seal.LoadOrGenerate(filepath.Join(h.dir, "keys"))
	if err != nil {
		return err
	}
	if d.db, err = store.Open(store.Options{URL: where.app, Sealer: ring, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.db.Close()) }()
	b, err := layBooks(ctx, d, o.households, 0)
	if err != nil {
		return err
	}
	if err := d.exec(ctx, `UPDATE tickets SET status = 'accepted' WHERE id <= $1`, sampled); err != nil {
		return err
	}
	if err := r.sample(ctx, b); err != nil {
		return err
	}
	script := strings.NewReplacer(":households", fmt.Sprint(o.households), ":tickets", fmt.Sprint(o.tickets)).Replace(registerSQL)
	if err := d.exec(ctx, script); err != nil {
		return fmt.Errorf("lay the register out: %w", err)
	}
	return nil
}

// matter is a ticket of the sample.
type matter struct {
	id        int64
	ref, code string
}

func (r *register) matters(ctx context.Context) (matters []matter, err error) {
	conn, err := pgx.Connect(ctx, r.super)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx) //nolint:errcheck // a short-lived connection
	rows, err := conn.Query(ctx, `SELECT id, public_id::text, area_code FROM tickets WHERE id <= $1 ORDER BY id`, sampled)
	if err != nil {
		return nil, err
	}
	var m matter
	_, err = pgx.ForEachRow(rows, []any{&m.id, &m.ref, &m.code}, func() error { matters = append(matters, m); return nil })
	return matters, err
}

// recall tells who is in the sample.
func (r *register) recall(ctx context.Context) error {
	matters, err := r.matters(ctx)
	for i, m := range matters {
		r.numbers, r.cases, r.heads = append(r.numbers, identityNumber(i)), append(r.cases, m.ref), append(r.heads, "head-"+m.code)
	}
	return err
}

// sample registers households whose numbers are known, each linked to a ticket that its township has in hand.
func (r *register) sample(ctx context.Context, b books) error {
	matters, err := r.matters(ctx)
	if err != nil {
		return err
	}
	return b.db.InTx(ctx, act.Actor{System: "bench", Name: "bench"}, func(tx *store.Tx) error {
		for i, m := range matters {
			number := identityNumber(i)
			one := people.Person{PublicID: uuid.NewString(), Area: area.Code(m.code), Hukou: area.Code(m.code), Name: "某某", Identity: people.Identity{Type: people.IdentityResident, Number: act.Private(number)},
				Born: "1980-01-01", Sex: people.SexMale, Capacity: people.CapacityFull, WorkAbility: people.WorkFull, Version: 1}
			home := people.Household{PublicID: uuid.NewString(), Area: one.Area, Register: one.Area, Address: "一组", Index: tx.IdentityIndex(number), OpenedAt: tx.Now(), Version: 1}
			if err := tx.AddHousehold(ctx, &home); err != nil {
				return err
			}
			if err := tx.AddTier(ctx, home.ID, people.Tier{Tier: 3, Version: "bench", Because: people.TierRegistered, Since: tx.Now()}); err != nil {
				return err
			}
			if err := tx.AddPerson(ctx, &one, 0); err != nil {
				return err
			}
			if err := tx.AddMember(ctx, home.ID, &people.Member{Person: one, Relation: people.RelationHead, From: ticket.DateOf(tx.Now())}, 0); err != nil {
				return err
			}
			if err := tx.AddLink(ctx, ticket.ID(m.id), home.ID, people.BasisIdentity); err != nil {
				return err
			}
		}
		return nil
	})
}

// identityNumber makes the nth valid number with a prefix that no division has.
func identityNumber(n int) string {
	digits := fmt.Sprintf("990101%d0101%03d", 1950+n/999, 1+n%999)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(digits[i]-'0')
	}
	return digits + string("10X98765432"[sum%11])
}

// asker is somebody signed in.
type asker struct {
	http *http.Client
	api  string
}

func signIn(ctx context.Context, api, login, password string) (asker, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return asker{}, err
	}
	a := asker{http: &http.Client{Jar: jar, Timeout: time.Minute}, api: api}
	_, err = a.ask(ctx, http.MethodPost, "/session", map[string]any{"login": login, "password": password})
	return a, err
}

// ask sends a request and reads the whole answer; how long both took.
func (a asker) ask(ctx context.Context, method, path string, body any) (time.Duration, error) {
	var payload io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		payload = strings.NewReader(string(text))
	}
	req, err := http.NewRequestWithContext(ctx, method, a.api+"/api/v1"+path, payload)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", a.api)
	req.Header.Set("Idempotency-Key", uuid.NewString())
	began := time.Now()
	answer, err := a.http.Do(req)
	if err != nil {
		return 0, err
	}
	text, err := io.ReadAll(answer.Body)
	took := time.Since(began)
	_ = answer.Body.Close()
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %d %s", method, path, answer.StatusCode, text)
	}
	return took, err
}

// counter is who asks one program.
type counter struct {
	heads  map[int]asker // of tickets of the sample, by their place in it
	county asker
}

// hands are the eight tickets of the sample that people work on: each in a chain of the audit of its own.
// chained are eight that share one chain (store: a ticket's chain is its id modulo 16).
var hands, chained = []int{0, 1, 2, 3, 4, 5, 6, 7}, []int{15, 31, 47, 63, 79, 95, 111, 127}

func (r register) open(ctx context.Context, p *program, passwords map[string]string) (o counter, err error) {
	o.heads = map[int]asker{}
	for _, i := range append(hands, chained...) {
		if o.heads[i], err = signIn(ctx, p.api, r.heads[i], passwords["town2-head"]); err != nil {
			return o, err
		}
	}
	o.county, err = signIn(ctx, p.api, "county1-finance", passwords["county1-finance"])
	return o, err
}

// lookUp asks for somebody by their number, for the nth of some tickets.
func (r register) lookUp(ctx context.Context, o counter, n int, tickets []int) (time.Duration, error) {
	i := tickets[n%len(tickets)]
	return o.heads[i].ask(ctx, http.MethodPost, "/tickets/"+r.cases[i]+"/household/lookups", map[string]any{"id_number": r.numbers[(n*7)%len(r.numbers)]})
}

// turns is in how many parts the questions of a page are asked where two programs take turns.
const turns = 10

// measure asks for every page as many people at once would, of each program.
func (r register) measure(ctx context.Context, programs []*program, passwords map[string]string, o options) ([]figures.Line, error) {
	clients := min(o.clients, 4) // two cores hold no more at work without waiting for one another
	counters := make([]counter, len(programs))
	for i, p := range programs {
		var err error
		if counters[i], err = r.open(ctx, p, passwords); err != nil {
			return nil, err
		}
	}
	last := time.Now().AddDate(0, -1, 0).Format("2006-01")
	ends := time.Now().AddDate(0, 0, -time.Now().Day()).Format(time.DateOnly)
	lines := []figures.Line{figures.Row("the register", "", "%s", r.size)}
	for _, page := range []struct {
		name, gate string
		times      int
		ask        func(n int, o counter) (time.Duration, error)
	}{
		{"list of tickets", "gate: p99 200 ms, aim 100; 50 of a township's open ones, then all, with clocks, as its head", pagesEach, func(n int, o counter) (time.Duration, error) {
			return o.heads[n%8].ask(ctx, http.MethodGet, []string{"/tickets?limit=50", "/tickets?view=all&limit=50"}[n%2], nil)
		}},
		{"look-up by identity number", "gate: p99 50 ms, aim 20; for a case in hand, leaves its record", pagesEach, func(n int, o counter) (time.Duration, error) {
			return r.lookUp(ctx, o, n, hands)
		}},
		{"look-up, all of one audit chain", "no gate; 8 tickets whose records follow one another", pagesEach, func(n int, o counter) (time.Duration, error) {
			return r.lookUp(ctx, o, n, chained)
		}},
		{"case page", "gate: p99 200 ms, aim 100; the ticket, its history and its household, one after the other", pagesEach, func(n int, o counter) (sum time.Duration, err error) {
			for _, part := range []string{"", "/timeline", "/household"} {
				took, err := o.heads[n%8].ask(ctx, http.MethodGet, "/tickets/"+r.cases[n%8]+part, nil)
				if err != nil {
					return 0, err
				}
				sum += took
			}
			return sum, nil
		}},
		{"month's report of a county", "gate: p99 10 s, aim 3 s; /statistics, held against the ledger", reportsEach, func(_ int, o counter) (time.Duration, error) {
			return o.county.ask(ctx, http.MethodGet, "/statistics?from="+last+"-01&to="+ends, nil)
		}},
	} {
		if !strings.Contains(page.name, o.pages) {
			continue
		}
		waits := make([][]time.Duration, len(counters))
		parts := 1
		if len(counters) > 1 {
			parts = min(turns, page.times/clients)
		}
		for part := range parts {
			for k := range counters {
				i := (k + part) % len(counters) // neither is always the first
				took, err := together(clients, page.times/parts, func(n int) (time.Duration, error) { return page.ask(n+part*page.times/parts, counters[i]) })
				if err != nil {
					return lines, err
				}
				waits[i] = append(waits[i], took...)
			}
		}
		how := fmt.Sprintf("%s; %d times, %d at once, over HTTP", page.gate, page.times, clients)
		lines = append(lines, figures.Row(page.name, how, "%s", figures.Spread(waits[0])))
		for _, w := range waits[1:] {
			lines = append(lines, figures.Row("… by the program beside, in turns", "", "%s", figures.Spread(w)))
		}
	}
	return lines, nil
}

// together does n things, some at once, and tells how long each took. The first twentieth is not counted: caches fill.
func together(clients, n int, do func(i int) (time.Duration, error)) (waits []time.Duration, err error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for c := range clients {
		wg.Go(func() {
			for i := c; i < n; i += clients {
				took, fault := do(i)
				mu.Lock()
				if fault != nil {
					err = errors.Join(err, fault)
					mu.Unlock()
					return
				}
				if i >= n/20 {
					waits = append(waits, took)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return waits, err
}
