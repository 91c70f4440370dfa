// Command dispatch measures the timers beside asynq and river in one run and
// prints one table. It is a module of its own, so that the program does not
// depend on its rivals.
//
//	go run .            # the whole table, about half an hour on two cores
//	go run . -short     # two minutes, to see that it works and not to measure
//
// All of it is real: PostgreSQL with fsync on, Redis with its append-only file.
// Rivals do the same work: a timer that falls due commits one row to the same
// kind of table. They are tuned as far as their settings go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"example.org/hotline/test/bench/figures"
)

// options of one run.
type options struct {
	only    []string
	n       int           // timers of one drain
	rounds  int           // paired runs
	rates   []int         // of the full step, a second
	stretch time.Duration // of one rate
	pending int           // of memory and rebuild
	held    time.Duration // how long the long transaction is open
	stream  int           // timers a second beside it
	offers  int           // of the whole program
}

var parts = []struct {
	name string
	run  func(context.Context, *stand, options) ([]figures.Line, error)
}{
	{"bare", benchBare},
	{"step", benchStep},
	{"memory", benchMemory},
	{"held", benchHeld},
	{"rebuild", benchRebuild},
	{"offer", benchOffer},
	{"duty", benchDuty},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, readFlags())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func readFlags() options {
	var o options
	var only, rates string
	var short bool
	flag.StringVar(&only, "only", "", "parts to run, with commas (default: all): bare, step, memory, held, rebuild, offer, duty")
	flag.BoolVar(&short, "short", false, "small counts: to see that it works, not to measure")
	flag.IntVar(&o.n, "n", 50_000, "bare: timers that fall due at one instant")
	flag.IntVar(&o.rounds, "rounds", 5, "paired runs of bare and held; the median counts")
	flag.StringVar(&rates, "rates", "250,500,1000,1500,2000,3000", "step: timers a second, one after the other until p99 passes 250 ms")
	flag.DurationVar(&o.stretch, "stretch", 10*time.Second, "step: for how long each rate is kept")
	flag.IntVar(&o.pending, "pending", 1_000_000, "memory and rebuild: timers within the horizon")
	flag.DurationVar(&o.held, "held", 30*time.Second, "held: for how long the transaction is open")
	flag.IntVar(&o.stream, "stream", 1000, "held: timers a second meanwhile")
	flag.IntVar(&o.offers, "offers", 600, "offer: tickets, 20 a second")
	flag.Parse()
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	for _, text := range strings.Split(rates, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			fmt.Fprintf(os.Stderr, "bench: -rates: %q is no number of timers\n", text)
			os.Exit(2)
		}
		o.rates = append(o.rates, n)
	}
	if short {
		o.n, o.rounds, o.rates, o.stretch, o.pending, o.held, o.offers = 5000, 1, []int{200, 500}, 3*time.Second, 50_000, 5*time.Second, 40
	}
	return o
}

func run(ctx context.Context, o options) (err error) {
	for _, name := range o.only {
		if !slices.ContainsFunc(parts, func(p struct {
			name string
			run  func(context.Context, *stand, options) ([]figures.Line, error)
		}) bool {
			return p.name == name
		}) {
			return fmt.Errorf("there is no part %q", name)
		}
	}
	s, err := openStand(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	before := figures.LoadAverage()
	var lines []figures.Line
	var faults []error
	for _, p := range parts {
		if len(o.only) > 0 && !slices.Contains(o.only, p.name) || ctx.Err() != nil {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s …\n", p.name)
		found, err := p.run(ctx, s, o)
		lines = append(lines, found...)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	figures.Print(os.Stdout, s.conditions(ctx, before), lines)
	return errors.Join(faults...)
}
