package main

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	_ "net/http/pprof" //nolint:gosec // G108: of the measured child, on a loopback port, where it was asked for
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
	"example.org/hotline/test/bench/figures"
	"example.org/hotline/ticket"
)

// childFlag makes this program the process that is measured.
const childFlag = "-endpoint"

// signallingRate is what the peers were measured at.
const signallingRate = 400

// waitingFlow answers and waits, with nothing to hear.
const waitingFlow = `
version: bench-1
numbers: ["*"]
start: wait
nodes:
  wait:
    menu: {prompts: [nothing], choices: {1: goodbye}, timeout: 30s, retries: 0, otherwise: goodbye}
  goodbye:
    hangup: {prompts: [goodbye]}
`

// benchSignalling measures what the endpoint itself costs: SIP, the call's loop
// and its ports, in a process without a database.
func benchSignalling(ctx context.Context, _ *house, o options) (lines []figures.Line, err error) {
	for _, c := range []struct{ name, direction string }{{"no media", "inactive"}, {"silence sent for the half second", "sendrecv"}} {
		to, pid, stop, err := startEndpoint(ctx)
		if err != nil {
			return nil, err
		}
		l := load{to: to, number: dialledNumber, direction: c.direction, rate: signallingRate, length: 5 * time.Second}
		if _, err := l.run(ctx); err != nil { // warm-up
			return nil, errors.Join(err, stop())
		}
		l.length = o.phase / 2
		before := cpuOf(func(p process) bool { return p.pid == pid })
		r, err := l.run(ctx)
		used := cpuOf(func(p process) bool { return p.pid == pid }) - before
		if err := errors.Join(err, stop()); err != nil {
			return nil, err
		}
		lines = append(lines, figures.Row("CPU per call, "+c.name, fmt.Sprintf("%d calls at %.0f/s; INVITE → 200 → ACK → 500 ms → BYE; failed %d, repeated %d; sipp %.2f ms", r.calls, r.perSecond(), r.failed, r.repeated, r.each(r.cpu)),
			"%.2f ms", r.each(used)))
	}
	return lines, nil
}

// startEndpoint starts the process that is measured and tells where it listens.
func startEndpoint(ctx context.Context) (to string, pid int, stop func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", 0, nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, childFlag)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", 0, nil, fmt.Errorf("start the endpoint: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return "", 0, nil, fmt.Errorf("start the endpoint: %w", err)
	}
	stop = func() error { return errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()) }
	to, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", 0, nil, errors.Join(fmt.Errorf("the endpoint did not begin: %w", err), stop())
	}
	return strings.TrimSpace(to), cmd.Process.Pid, stop, nil
}

// runEndpoint is the process that is measured: the line's endpoint with a call
// log that answers at once.
func runEndpoint(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	if at := os.Getenv("BENCH_PPROF"); at != "" {
		go func() { _ = http.ListenAndServe(at, nil) }() //nolint:gosec // G114: for who profiles it
	}
	prompts := media.PromptSet{"nothing": media.NewPrompt(media.Tone(0, 0, media.FrameSamples))}
	for _, name := range ivr.PromptNames() {
		prompts[name] = prompts["nothing"]
	}
	f, err := configs.LoadFlow("bench.yaml", []byte(waitingFlow), flow.Environment{})
	if err != nil {
		return fmt.Errorf("the bench's flow: %w", err)
	}
	local := netip.MustParsePrefix("127.0.0.0/8")
	e, err := ivr.New(ctx, ivr.Config{NodeID: "bench", UDP: []string{"127.0.0.1:0"}, MaxCalls: 20_000, MaxTransactions: 200_000, SourceRate: 100_000, PacketRate: 100_000,
		Trunks: []ivr.Trunk{{Name: "bench", CIDRs: []netip.Prefix{local}}}, Numbers: []ivr.ServiceNumber{{Number: dialledNumber}},
		RTPFirst: 10_000, RTPLast: 59_999, RingDelay: -1, AllowLoopbackMedia: true,
	}, ivr.Deps{Log: atOnce{}, Prompts: prompts, Flows: oneFlow{f}, Now: time.Now, Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		return err
	}
	fmt.Println(e.Addrs()[0].Addr) // to the process that measures
	return e.Run(ctx)
}

type oneFlow struct{ *flow.Flow }

func (f oneFlow) For(string) *flow.Flow { return f.Flow }

// atOnce is a CallLog that keeps nothing: what durability costs is counted apart.
type atOnce struct{}

func (atOnce) Open(_ context.Context, c ticket.Call) (ticket.CallReceipt, error) {
	return ticket.CallReceipt{ID: c.ID, Number: "2611240000017"}, nil
}
func (atOnce) Answered(context.Context, ticket.CallID, time.Time) error                { return nil }
func (atOnce) Keyed(context.Context, ticket.CallID, rune, time.Time) error             { return nil }
func (atOnce) Happened(context.Context, ticket.CallID, ticket.CallEvent) error         { return nil }
func (atOnce) Measured(context.Context, ticket.CallID, ticket.CallQuality) error       { return nil }
func (atOnce) Ended(context.Context, ticket.CallID, time.Time, ticket.EndReason) error { return nil }
