package main

import (
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// The load of the figures that are compared with other lines: sipp's uac, as
// there. INVITE, 200, ACK, half a second, BYE.
var (
	//go:embed uac.xml
	uac []byte
	// Nobody has a number of the area code 0199: the callers are invented. Each calls once.
	callers = []byte("SEQUENTIAL,PRINTF=9999999\n0199%08d;\n")
)

const callTalks = 500 * time.Millisecond

// load is one run of sipp.
type load struct {
	to, number string
	direction  string // of the caller's audio in the SDP
	rate       int    // calls a second
	length     time.Duration
}

// loaded is what sipp counted.
type loaded struct {
	calls, failed, repeated int
	took                    time.Duration
	cpu                     time.Duration
}

// each is CPU time divided over the calls, in milliseconds.
func (l loaded) each(cpu time.Duration) float64 {
	return float64(cpu.Microseconds()) / 1000 / float64(max(1, l.calls))
}

func (l loaded) perSecond() float64 { return float64(l.calls) / l.took.Seconds() }

// percentRepeated is how many messages sipp sent again, for each 100 INVITEs.
func (l loaded) percentRepeated() float64 {
	return 100 * float64(l.repeated) / float64(max(1, l.calls))
}

func (l loaded) percentFailed() float64 { return 100 * float64(l.failed) / float64(max(1, l.calls)) }

// run places the calls and waits until the last has ended. Failed calls are
// counted and are no error.
func (l load) run(ctx context.Context) (r loaded, err error) {
	dir, err := os.MkdirTemp("", "hotline-sipp-")
	if err != nil {
		return r, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for name, text := range map[string][]byte{"uac.xml": uac, "callers.csv": callers} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return r, fmt.Errorf("write for sipp: %w", err)
		}
	}
	calls := strconv.Itoa(l.rate * int(l.length.Seconds()))
	// The calls at once are not bounded: a line that falls behind must be seen to.
	cmd := exec.CommandContext(ctx, "sipp", l.to, "-sf", "uac.xml", "-inf", "callers.csv", "-s", l.number, "-key", "direction", l.direction,
		"-i", "127.0.0.1", "-t", "u1", "-r", strconv.Itoa(l.rate), "-m", calls, "-l", "100000", "-d", strconv.Itoa(int(callTalks.Milliseconds())),
		"-recv_timeout", "20000", "-buff_size", "4194304", "-nostdin", "-trace_stat", "-stf", "stat.csv", "-fd", "1")
	cmd.Dir = dir
	began := time.Now()
	out, err := cmd.CombinedOutput()
	r.took = time.Since(began) - callTalks
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) || cmd.ProcessState.ExitCode() > 1 { // 1: some calls failed
		return r, fmt.Errorf("sipp: %w\n%s", err, out[max(0, len(out)-2000):])
	}
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return r, r.read(filepath.Join(dir, "stat.csv"))
}

// read takes the totals from the last line of sipp's statistics.
func (l *loaded) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read sipp's counters: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	lines := csv.NewReader(f)
	lines.Comma, lines.FieldsPerRecord = ';', -1
	rows, err := lines.ReadAll()
	if err != nil || len(rows) < 2 {
		return fmt.Errorf("read sipp's counters: %d lines: %w", len(rows), err)
	}
	for i, name := range rows[0] {
		to := map[string]*int{"TotalCallCreated": &l.calls, "FailedCall(C)": &l.failed, "Retransmissions(C)": &l.repeated}[name]
		if to == nil {
			continue
		}
		if *to, err = strconv.Atoi(rows[len(rows)-1][i]); err != nil {
			return fmt.Errorf("read sipp's counters: %w", err)
		}
	}
	return nil
}
