package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of /proc/PID/stat: 1/100 s on every Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// process is one line of /proc/PID/stat.
type process struct {
	pid, parent int
	name        string
	own, waited time.Duration // CPU of itself, and of children it has waited for
}

func processes() []process {
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	var all []process
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		if p, ok := readStat(string(b)); ok {
			all = append(all, p)
		}
	}
	return all
}

func readStat(text string) (p process, ok bool) {
	open, shut := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || shut < open {
		return p, false
	}
	p.name = text[open+1 : shut]
	fields := strings.Fields(text[shut+1:])
	if len(fields) < 15 {
		return p, false
	}
	number := func(i int) int { n, _ := strconv.Atoi(fields[i]); return n }
	p.pid, _ = strconv.Atoi(strings.TrimSpace(text[:open]))
	p.parent = number(1)
	p.own = time.Duration(number(11)+number(12)) * clockTick
	p.waited = time.Duration(number(13)+number(14)) * clockTick
	return p, true
}

// cpuOf adds up what the processes for which is holds have used, with their children.
func cpuOf(is func(process) bool) (sum time.Duration) {
	all := processes()
	roots := map[int]bool{}
	for _, p := range all {
		if is(p) {
			roots[p.pid] = true
			sum += p.own + p.waited
		}
	}
	for _, p := range all {
		if roots[p.parent] && !roots[p.pid] {
			sum += p.own + p.waited
		}
	}
	return sum
}

// usage is the CPU of the program and of the servers this process has started.
type usage struct{ program, postgres, redis, load time.Duration }

func usageOf(programPID int) usage {
	mine := func(name string) func(process) bool {
		return func(p process) bool { return p.parent == os.Getpid() && p.name == name }
	}
	var self time.Duration
	for _, p := range processes() {
		if p.pid == os.Getpid() {
			self = p.own
		}
	}
	return usage{cpuOf(func(p process) bool { return p.pid == programPID }), cpuOf(mine("postgres")), cpuOf(mine("redis-server")), self}
}

func (u usage) since(before usage, calls int) string {
	per := func(d time.Duration) string {
		return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000/float64(calls))
	}
	return fmt.Sprintf("program %s, PostgreSQL %s, Redis %s ms", per(u.program-before.program), per(u.postgres-before.postgres), per(u.redis-before.redis))
}
