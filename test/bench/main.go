// Command bench measures the line in one run and prints one table: how fast a
// call is answered and what it costs, how many tickets a second the intake
// takes beside a plain insert of the same rows, and how late timers fire.
//
// Everything it measures is real: the program itself, PostgreSQL with fsync on,
// Redis, SIP and RTP over sockets. Timings decide nothing; the command fails
// only where a call was lost.
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
	rate    int           // calls a second
	call    time.Duration // how long a call talks
	phase   time.Duration // of the calls
	intake  time.Duration // of one repeat of intake and of its peer
	repeats int           // of intake and its peer, alternating
	clients int           // concurrent Register calls, and pgbench clients
	pending int           // timers that lie far ahead
	due     int           // timers a second that fall due
	stream  time.Duration // of those
	dir     string        // where the servers live
	program string        // a binary that is already built
	rates   []int         // of the minute, calls a second, one after the other
	rest    time.Duration // after the minute, until memory is looked at again

	tickets    int    // of the register
	pages      string // of the register: only those whose name holds this
	beside     string // another built hotline that the register is asked of in turns with this one
	households int    // of the year's books, each paid once, and as many more that wait to be paid
}

// parts of a run, in their order.
var parts = []struct {
	name string
	run  func(context.Context, *house, options) ([]figures.Line, error)
}{
	{"calls", benchCalls},
	{"intake", benchIntake},
	{"timers", benchTimers},
	{"signalling", benchSignalling},
	{"minute", benchMinute},
	{"payouts", benchPayouts},
	{"returns", benchReturns},
	{"register", benchRegister},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	if len(os.Args) == 2 && os.Args[1] == childFlag {
		if err := runEndpoint(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
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
	flag.StringVar(&only, "only", "calls,intake,timers", "parts to run, with commas; there are also signalling, minute, payouts, returns and register")
	flag.BoolVar(&short, "short", false, "a tenth of the time: to see that it works, not to measure")
	flag.IntVar(&o.rate, "rate", 50, "calls a second")
	flag.DurationVar(&o.call, "call", time.Second, "how long each call talks before it hangs up")
	flag.DurationVar(&o.phase, "seconds", 60*time.Second, "how long calls come in")
	flag.DurationVar(&o.intake, "intake", 10*time.Second, "length of each repeat of intake and of pgbench")
	flag.IntVar(&o.repeats, "repeats", 3, "repeats of intake and pgbench, alternating; the median counts")
	flag.IntVar(&o.clients, "clients", 64, "concurrent intakes, and clients of pgbench")
	flag.IntVar(&o.pending, "pending", 100_000, "timers pending far ahead")
	flag.IntVar(&o.due, "due", 500, "timers a second that fall due")
	flag.DurationVar(&o.stream, "stream", 20*time.Second, "for how long they fall due")
	flag.StringVar(&o.dir, "dir", "", "folder for the private servers' data, on the disk to be measured (default: a temporary one); a register laid out there before is measured again")
	flag.StringVar(&o.program, "program", "", "a built hotline to measure (default: build it)")
	flag.StringVar(&o.pages, "pages", "", "register: only the pages whose name holds this, such as look-up")
	flag.StringVar(&o.beside, "beside", "", "register: another built hotline, asked in turns with the first: a ratio where others load the machine")
	flag.StringVar(&rates, "rates", "500,1000", "minute: calls a second, with commas, one minute each")
	flag.DurationVar(&o.rest, "rest", 3*time.Minute, "minute: how long the line is quiet before its memory is looked at again")
	flag.IntVar(&o.households, "households", 100_000, "payouts and register: households in the books; each has ten postings")
	flag.IntVar(&o.tickets, "tickets", 1_000_000, "register: tickets in the database")
	flag.Parse()
	o.only = strings.Split(only, ",")
	for _, r := range strings.Split(rates, ",") {
		n, err := strconv.Atoi(r)
		if err != nil || n < 1 {
			fmt.Fprintf(os.Stderr, "bench: -rates: %q is no number of calls\n", r)
			os.Exit(2)
		}
		o.rates = append(o.rates, n)
	}
	if short {
		o.phase, o.intake, o.repeats, o.stream, o.rest = o.phase/10, o.intake/10, 1, o.stream/10, o.rest/10
	}
	return o
}

func run(ctx context.Context, o options) (err error) {
	known := []string{}
	for _, p := range parts {
		known = append(known, p.name)
	}
	for _, name := range o.only {
		if !slices.Contains(known, name) {
			return fmt.Errorf("there is no part %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	h, err := openHouse(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(ctx)) }()
	before := figures.LoadAverage()
	var lines []figures.Line
	var faults []error
	for _, p := range parts {
		if !slices.Contains(o.only, p.name) || ctx.Err() != nil {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s …\n", p.name)
		found, err := p.run(ctx, h, o)
		lines = append(lines, found...)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	figures.Print(os.Stdout, h.conditions(ctx, before), lines)
	return errors.Join(faults...)
}
