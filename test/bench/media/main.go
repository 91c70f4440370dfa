// Program media measures how packets are paced and bridged: CPU, spacing, memory
// and delay, for the engine as it is (ivr/media) and for the other ways of
// sending that ADR 13 compares it with.
//
// The measured program is a second process of this one; everything its packets
// meet on their way back, and all counting, is in the first. Spacing and delay
// come from the kernel's own receive timestamps.
//
//	go run ./test/bench/media                         # the table
//	go run ./test/bench/media -ways engine -calls 300 # one cell
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	var o options
	child := flag.String("child", "", "internal: be the measured process, sending this way")
	far := flag.String("far", "", "internal: the far ends' ports")
	flag.StringVar(&o.ways, "ways", "engine,goroutine,sendto,sendmmsg,iouring", "ways of sending to measure, comma separated; none with an empty list")
	flag.StringVar(&o.calls, "calls", "100,300,600,1000", "calls that hear a prompt, comma separated")
	flag.StringVar(&o.bridges, "bridges", "100,300", "calls bridged and tapped on both legs, comma separated")
	flag.DurationVar(&o.length, "length", 10*time.Second, "how long each cell is measured")
	flag.StringVar(&o.profile, "profile", "", "write a CPU profile of the measured process to this file")
	flag.Parse()
	var err error
	if *child != "" {
		err = runChild(*child, *far, o.profile)
	} else {
		err = measure(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench media:", err)
		os.Exit(1)
	}
}

type options struct {
	ways, calls, bridges, profile string
	length                        time.Duration
}

func measure(o options) error {
	out := tabwriter.NewWriter(os.Stdout, 2, 0, 2, ' ', 0)
	fmt.Fprintf(out, "%d cores, %s, %s a cell; CPU is utime+stime of the measured process\n\n", runtime.NumCPU(), runtime.Version(), o.length) //nolint:errcheck // a terminal
	if o.ways != "" {
		fmt.Fprintln(out, "a prompt to each\tcalls\tCPU % per 100\tpackets/s, worst call\toff 20 ms p50\tp99\tmax ms\tkB per call") //nolint:errcheck // a terminal
	}
	for way := range strings.SplitSeq(o.ways, ",") {
		for _, n := range numbers(o.calls) {
			if way == "" {
				continue
			}
			if err := playing(out, way, n, o); err != nil {
				return err
			}
			if err := out.Flush(); err != nil {
				return err //nolint:wrapcheck // a terminal
			}
		}
	}
	fmt.Fprintln(out, "\nbridged, tapped on both legs\tcalls\tCPU % per 100\tlost of\tadded delay p50\tp99\tmax ms\tkB per call") //nolint:errcheck // a terminal
	for _, n := range numbers(o.bridges) {
		if err := bridging(out, n, o); err != nil {
			return err
		}
	}
	return out.Flush() //nolint:wrapcheck // a terminal
}

func numbers(list string) (all []int) {
	for text := range strings.SplitSeq(list, ",") {
		if n, err := strconv.Atoi(text); err == nil && n > 0 {
			all = append(all, n)
		}
	}
	return all
}

// playing measures one way of sending a prompt to n calls.
func playing(out *tabwriter.Writer, way string, n int, o options) error {
	far, err := newFarEnds(n)
	if err != nil {
		return err
	}
	defer far.close()
	c, err := startChild(way, far.ports(), o.profile)
	if err != nil {
		return err
	}
	u, err := c.run(o.length, far.begin)
	s := far.end()
	if err := errors.Join(err, c.stop()); err != nil {
		return fmt.Errorf("%s, %d calls: %w", way, n, err)
	}
	fmt.Fprintf(out, "%s\t%d\t%.1f\t%.2f\t%s\t%s\t%s\t%.1f\n", way, n, u.cpu*1e4/float64(n), s.worstRate, ms(s.off, 50), ms(s.off, 99), ms(s.off, 100), u.memory/float64(n)) //nolint:errcheck // a terminal
	return nil
}

// bridging measures n calls of two telephones each.
func bridging(out *tabwriter.Writer, n int, o options) error {
	far, err := newFarEnds(2 * n)
	if err != nil {
		return err
	}
	defer far.close()
	c, err := startChild("bridge", far.ports(), o.profile)
	if err != nil {
		return err
	}
	u, err := c.run(o.length, func() { far.talk(c.ports); far.begin() })
	far.hush()
	s := far.end()
	if err := errors.Join(err, c.stop()); err != nil {
		return fmt.Errorf("%d bridges: %w", n, err)
	}
	fmt.Fprintf(out, "engine\t%d\t%.1f\t%d of %d\t%s\t%s\t%s\t%.1f\n", n, u.cpu*1e4/float64(n), s.lost, s.received+s.lost, ms(s.delay, 50), ms(s.delay, 99), ms(s.delay, 100), u.memory/float64(n)) //nolint:errcheck // a terminal
	return nil
}

// measured is the second process.
type measured struct {
	cmd   *exec.Cmd
	in    *os.File
	lines *lineReader
	ports []int // the engine's RTP ports, where it told them
}

// used is what the measured process took: CPU in cores, memory in kB.
type used struct{ cpu, memory float64 }

func startChild(way, ports, profile string) (*measured, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find myself: %w", err)
	}
	in, input, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	m := &measured{cmd: exec.Command(self, "-child", way, "-far", ports, "-profile", profile), in: input} //nolint:noctx // ends when its standard input closes
	m.cmd.Stdin, m.cmd.Stderr = in, os.Stderr
	output, err := m.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	if err := m.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the measured process: %w", err)
	}
	m.lines = newLineReader(output)
	return m, in.Close() //nolint:wrapcheck // cannot fail
}

// run lets the child begin, waits for it to settle, calls begin and measures.
func (m *measured) run(length time.Duration, begin func()) (u used, err error) {
	if _, err := m.lines.next("idle"); err != nil {
		return used{}, err
	}
	idle := memoryOf(m.cmd.Process.Pid)
	fmt.Fprintln(m.in, "go") //nolint:errcheck // the next line tells
	if m.ports, err = m.lines.next("running"); err != nil {
		return used{}, err
	}
	time.Sleep(2 * time.Second) // let it settle: ports bound, heap grown
	begin()
	time.Sleep(time.Second)
	from, start := cpuOf(m.cmd.Process.Pid), time.Now()
	time.Sleep(length)
	took := time.Since(start)
	u.cpu = (cpuOf(m.cmd.Process.Pid) - from).Seconds() / took.Seconds()
	u.memory = float64(memoryOf(m.cmd.Process.Pid) - idle)
	return u, nil
}

func (m *measured) stop() error {
	return errors.Join(m.in.Close(), m.cmd.Wait())
}
