package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"example.org/hotline/internal/seal"
)

// Glance is what lies in a journal's folder, seen from outside.
type Glance struct {
	Pending int      // records that may wait to be applied; those of a segment under replay count until its end
	Damages []Damage // what cannot be read; a torn tail is none
	Aside   []string // damaged segments that were kept for a person to look at
}

// Look reads the journal in dir without opening it: it takes no lock and
// changes nothing, so that it may look while the line runs. A folder that is
// not there holds nothing.
func Look(dir string, sealer seal.Sealer) (Glance, error) {
	numbers, _, err := listSegments(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Glance{}, nil
	}
	if err != nil {
		return Glance{}, fmt.Errorf("look into the journal: %w", err)
	}
	var g Glance
	for _, number := range numbers {
		records, _, damages, err := readSegment(dir, number, sealer)
		if errors.Is(err, fs.ErrNotExist) {
			continue // applied and removed while we looked
		}
		if err != nil {
			return Glance{}, fmt.Errorf("look into the journal: %w", err)
		}
		g.Pending += len(records)
		for _, d := range damages {
			if !d.Torn {
				g.Damages = append(g.Damages, d)
			}
		}
	}
	if g.Aside, err = filepath.Glob(filepath.Join(dir, "*"+damagedExt)); err != nil {
		return Glance{}, fmt.Errorf("look into the journal: %w", err)
	}
	return g, nil
}

// Holder is the process that has the journal in dir open, 0 where nobody has.
// It looks in /proc/locks: trying the lock instead could keep a node that
// starts at this instant from getting it.
func Holder(dir string) (pid int, err error) {
	info, err := os.Stat(filepath.Join(dir, "lock"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look for the journal's holder: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, nil
	}
	file, err := os.Open("/proc/locks")
	if err != nil {
		return 0, fmt.Errorf("look for the journal's holder: %w", err)
	}
	defer file.Close()                              //nolint:errcheck // read only: nothing to lose
	inode := ":" + strconv.FormatUint(stat.Ino, 10) // "1: FLOCK ADVISORY WRITE 4711 fe:01:1234 0 EOF"
	for lines := bufio.NewScanner(file); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) < 6 || f[1] != "FLOCK" || !strings.HasSuffix(f[5], inode) {
			continue
		}
		if pid, err = strconv.Atoi(f[4]); err == nil {
			return pid, nil
		}
	}
	return 0, nil
}
