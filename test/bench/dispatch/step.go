package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/timer"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/test/bench/figures"
	"example.org/hotline/ticket"
)

const (
	city      area.Code = "990100000000"
	county    area.Code = "990101000000"
	township  area.Code = "990101101000"
	townships           = 100
)

func townCode(i int) area.Code { return area.Code(fmt.Sprintf("990101%03d000", 101+i)) }
func townLine(i int) string    { return fmt.Sprintf("12349%02d", i) }

// townsfolk staffs a county of a hundred townships, each with two on duty.
func townsfolk(now time.Time) area.Directory {
	d := area.Directory{
		Divisions: []area.Division{{Code: city, Name: "试市"}, {Code: county, Name: "甲县"}},
		Desks:     []area.Desk{{Area: county, Role: area.RoleCountyDuty, Name: "甲县值班台"}, {Area: city, Role: area.RoleCityDuty, Name: "市值班台"}},
	}
	from, to := now.AddDate(0, 0, -7), now.AddDate(0, 0, 60)
	add := func(login string, role area.Role, where area.Code, position int) {
		d.Staff = append(d.Staff, area.NewStaff{Login: login, Name: login, Role: role, Area: where, Phone: fmt.Sprintf("+86199%08d", len(d.Staff)+1)})
		d.Shifts = append(d.Shifts, area.NewShift{Area: where, Role: role, Position: position, Login: login, From: from, To: to})
	}
	for i := range townships {
		code := townCode(i)
		d.Divisions = append(d.Divisions, area.Division{Code: code, Name: fmt.Sprintf("第%d镇", i+1)})
		d.Desks = append(d.Desks, area.Desk{Area: code, Role: area.RoleWorker, Name: fmt.Sprintf("第%d镇值班台", i+1)})
		add(fmt.Sprintf("worker%da", i), area.RoleWorker, code, 1)
		add(fmt.Sprintf("worker%db", i), area.RoleWorker, code, 2)
		add(fmt.Sprintf("head%d", i), area.RoleTownshipHead, code, 1)
	}
	add("county", area.RoleCountyDuty, county, 1)
	add("cityduty", area.RoleCityDuty, city, 1)
	add("cityhead", area.RoleCityHead, city, 1)
	return d
}

// townLineRules is what the dialled numbers lead to.
func townLineRules(ladder *dispatch.Policy, calendar ticket.Calendar) store.Rules {
	lines := map[string]store.ServiceNumber{}
	for i := range townships {
		lines[townLine(i)] = store.ServiceNumber{Number: townLine(i), Area: townCode(i), Desk: area.RoleWorker}
	}
	return store.Rules{Policy: ladder.Version, Terms: ladder.Terms(), Holds: ticket.Holds{Repeat: ladder.Repeat.Hold}, Calendar: calendar, Lines: lines, Fallback: lines[townLine(0)]}
}

// benchStep fires the ladder's first step of real tickets, by the real dispatch
// code: the ticket, who is on duty, an offer, the log, the next timer, a notice
// and the audit chain, all in one commit.
func benchStep(ctx context.Context, s *stand, o options) ([]figures.Line, error) {
	policies, err := configs.LoadPolicies("")
	if err != nil {
		return nil, err
	}
	ladder := policies.Ladders["ladder-2026"]
	mine, err := s.ours(ctx, "step", policies.Calendar)
	if err != nil {
		return nil, err
	}
	defer mine.db.Close() //nolint:errcheck // the end of the bench
	if err := mine.db.ImportDirectory(ctx, townsfolk(mine.clock.Now())); err != nil {
		return nil, err
	}
	service, err := dispatch.NewService(policies.Ladders, ladder.Version, policies.Calendar, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	handlers := map[string]timer.Handler[*store.Tx]{}
	for kind, h := range service.Handlers() {
		handlers[kind] = func(ctx context.Context, tx *store.Tx, t act.Timer) error { return h(ctx, tx, t) }
	}
	crowd := &crowd{intake: store.NewIntake(mine.db, townLineRules(ladder, policies.Calendar)), begun: mine.clock.Now()}
	var lines []figures.Line
	held := 0
	for _, rate := range o.rates {
		lags, err := stepAt(ctx, mine, crowd, handlers, rate, o.stretch)
		if err != nil {
			return lines, err
		}
		p99, first := figures.Percentile(lags, 99), figures.Percentile(lags, 0)
		if first < 0 {
			return lines, fmt.Errorf("at %d a second one fired %s early", rate, -first)
		}
		lines = append(lines, figures.Line{What: fmt.Sprintf("full step at %d a second", rate), Value: fmt.Sprintf("p50 %s, p99 %s ms", figures.Milliseconds(figures.Percentile(lags, 50)), figures.Milliseconds(p99)),
			Note: fmt.Sprintf("%d for %s, none early; due time until the commit was known", len(lags), o.stretch)})
		if p99 > 250*time.Millisecond {
			break
		}
		held = rate
	}
	return append(lines, figures.Line{What: "full step: rate held at p99 ≤ 250 ms", Value: fmt.Sprintf("%d/s", held), Gate: "1,000 / 3,000/s", Note: "the highest of the rates above"}), nil
}

func stepAt(ctx context.Context, o *ours, c *crowd, handlers map[string]timer.Handler[*store.Tx], rate int, stretch time.Duration) ([]time.Duration, error) {
	n := rate * int(stretch/time.Second)
	if err := o.empty(ctx); err != nil {
		return nil, err
	}
	if err := o.exec(ctx, o.url, `UPDATE tickets SET status = 'closed' WHERE status <> 'closed'`); err != nil { // those of the rate before
		return nil, err
	}
	if err := c.register(ctx, n); err != nil {
		return nil, err
	}
	from := o.clock.Now().Add(5 * time.Second)
	if err := o.exec(ctx, o.url, `UPDATE timers t SET due_at = $1::timestamptz + x.n * $2 * interval '1 microsecond'
		FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM timers WHERE kind = 'route') x WHERE x.id = t.id`, from, (time.Second / time.Duration(rate)).Microseconds()); err != nil {
		return nil, err
	}
	if err := o.exec(ctx, o.url, `VACUUM ANALYZE timers, tickets`); err != nil {
		return nil, err
	}
	r, err := o.run(ctx, nil, handlers)
	if err != nil {
		return nil, err
	}
	defer r.stop()
	if err := until(ctx, "the steps", func() (bool, error) { return r.count() >= n, nil }); err != nil {
		return nil, err
	}
	var offered int
	if err := o.scan(ctx, o.url, `SELECT count(*) FROM timers WHERE kind = 'offer'`, &offered); err != nil {
		return nil, err
	}
	if offered < n*9/10 {
		return nil, fmt.Errorf("%d of %d steps made an offer and armed the next", offered, n)
	}
	return r.lags, nil
}

// crowd calls in, to have tickets.
type crowd struct {
	intake *store.Intake
	begun  time.Time
	next   atomic.Int64
}

func (c *crowd) register(ctx context.Context, n int) error {
	inner, cancel := context.WithCancel(ctx)
	var running, callers sync.WaitGroup
	running.Go(func() { _ = c.intake.Run(inner) })
	last := c.next.Load() + int64(n)
	var mu sync.Mutex
	var faults error
	for range 64 {
		callers.Go(func() {
			for {
				i := c.next.Add(1)
				if i > last {
					return
				}
				if _, err := c.intake.Register(ctx, c.call(i)); err != nil {
					mu.Lock()
					faults = errors.Join(faults, err)
					mu.Unlock()
					return
				}
			}
		})
	}
	callers.Wait()
	c.next.Store(last)
	cancel()
	running.Wait()
	return faults
}

func (c *crowd) call(n int64) ticket.Call {
	id := uuid.Must(uuid.NewV7()).String()
	from := fmt.Sprintf("0199%08d", n)
	day := c.begun.AddDate(0, 0, int(n/ticket.OrdinarySequences)) // numbers are unique within a day
	dialled := townLine(int(n % townships))
	return ticket.Call{ID: ticket.CallID(id), NodeID: "bench", SIPCallID: id + "@bench", Trunk: "bench", FromRaw: from, FromE164: ticket.ParsePhone(from).E164,
		To: dialled, Number: ticket.NewNumber(day, int(n%ticket.OrdinarySequences)), InvitedAt: time.Now().UTC().Truncate(time.Microsecond)}
}
