package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"example.org/hotline/internal/localservers"
	"example.org/hotline/test/bench/figures"
)

// manyCalls raises the line's limits: those of production keep a flood out, and
// this is one. The rest of its settings is as in production.
const manyCalls = `
  max_calls: 20000
  max_transactions: 200000
  packet_rate: 100000
  source_rate: 100000`

// benchMinute measures the line itself with the role phone: a minute of calls at
// each rate, every one a committed ticket, and what memory that takes.
func benchMinute(ctx context.Context, h *house, o options) (lines []figures.Line, err error) {
	for _, rate := range o.rates {
		found, fault := minute(ctx, h, o, rate)
		lines, err = append(lines, found...), errors.Join(err, fault)
	}
	return lines, err
}

func minute(ctx context.Context, h *house, o options, rate int) ([]figures.Line, error) {
	where, err := h.city(ctx, "minute"+strconv.Itoa(rate))
	if err != nil {
		return nil, err
	}
	where.roles, where.limits = "phone", manyCalls
	p, err := startProgram(ctx, h, o, where)
	if err != nil {
		return nil, err
	}
	defer p.kill()
	l := load{to: p.sip, number: dialledNumber, direction: "sendrecv", rate: rate, length: o.phase}
	before := usageOf(p.pid())
	r, err := l.run(ctx)
	if err != nil {
		return nil, err
	}
	full := memoryOf(p.pid())
	used, over := usageOf(p.pid()), time.Now()
	counted, err := p.committed(ctx, r.calls)
	behind := time.Since(over).Round(100 * time.Millisecond)
	lines := []figures.Line{
		figures.Row(fmt.Sprintf("%d calls/s offered for %s", rate, o.phase), fmt.Sprintf("sipp placed %d calls at %.0f/s, %d messages repeated (%.2f for each 100 INVITEs); %d calls, %d tickets, %d with owner and two clocks, %d by the journal, the last %s after the last call",
			r.calls, r.perSecond(), r.repeated, r.percentRepeated(), counted.calls, counted.tickets, counted.whole, counted.replayed, behind),
			"%.2f %% failed", r.percentFailed()),
		figures.Row("… CPU per call", fmt.Sprintf("%s; sipp %.2f ms; until all was committed PostgreSQL %.2f ms", used.since(before, r.calls), r.each(r.cpu), r.each(usageOf(p.pid()).postgres-before.postgres)),
			"%.2f ms", r.each(used.program-before.program)),
	}
	if err != nil {
		return lines, err
	}
	select {
	case <-time.After(o.rest):
	case <-ctx.Done():
		return lines, context.Cause(ctx)
	}
	lines = append(lines, figures.Row("… memory", "resident, right after the last call and "+o.rest.String()+" later", "%d / %d MB", full, memoryOf(p.pid())))
	return lines, p.stop()
}

// memoryOf is what a process holds in memory, in MB.
func memoryOf(pid int) int {
	b, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "statm"))
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.Atoi(fields[1])
	return pages * os.Getpagesize() >> 20
}

// city is a database of its own for one run of the program, and how it is run.
type city struct {
	name, app, owner, inspect string
	roles                     string // empty for all
	limits                    string // more settings of sip
}

// city makes an empty database.
func (h *house) city(ctx context.Context, name string) (c city, err error) {
	if err := localservers.CreateDatabase(ctx, h.servers.Postgres.SuperURL, name, "template1"); err != nil {
		return c, err
	}
	return h.inCity(name)
}

// inCity leads to a database that is there.
func (h *house) inCity(name string) (c city, err error) {
	c.name = name
	for to, from := range map[*string]string{&c.app: h.servers.Postgres.AppURL, &c.owner: h.servers.Postgres.OwnerURL, &c.inspect: h.servers.Postgres.InspectURL} {
		if *to, err = localservers.InDatabase(from, name); err != nil {
			return c, err
		}
	}
	return c, nil
}
