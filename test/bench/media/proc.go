package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of /proc/PID/stat: 1/100 s on every Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// cpuOf is the CPU a process has used.
func cpuOf(pid int) time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * clockTick
}

// memoryOf is what a process holds in memory, in kB.
func memoryOf(pid int) int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	pages, _ := strconv.Atoi(strings.Fields(string(b))[1])
	return pages * os.Getpagesize() / 1024
}

// lineReader reads what the measured process says: a word and numbers.
type lineReader struct{ scan *bufio.Scanner }

func newLineReader(r io.Reader) *lineReader {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	return &lineReader{s}
}

func (l *lineReader) next(word string) (rest []int, err error) {
	if !l.scan.Scan() {
		return nil, fmt.Errorf("the measured process ended before it was %s", word)
	}
	fields := strings.Fields(l.scan.Text())
	if len(fields) == 0 || fields[0] != word {
		return nil, fmt.Errorf("the measured process said %q, not %s", l.scan.Text(), word)
	}
	for _, f := range fields[1:] {
		n, err := strconv.Atoi(f)
		if err != nil {
			return nil, fmt.Errorf("a port of the measured process: %w", err)
		}
		rest = append(rest, n)
	}
	return rest, nil
}

// ms is a percentile of durations, in milliseconds.
func ms(all []time.Duration, percent int) string {
	if len(all) == 0 {
		return "-"
	}
	slices.Sort(all)
	return fmt.Sprintf("%.2f", float64(all[min(len(all)-1, len(all)*percent/100)].Microseconds())/1000)
}
