package configs

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Watched is something read from folders that a running node keeps current: when
// a file changes, is added or goes, all of it is read anew and takes the old
// one's place for whoever asks next. What is faulty is refused with an alarm in
// the log, and the old one stays.
type Watched[T any] struct {
	what    string
	read    func(old T) (T, error)
	folders []string
	log     *slog.Logger
	now     atomic.Pointer[T]
	reading sync.Mutex // one reload at a time
	stamp   string     // of the files last read, or refused
}

// Watch reads for the first time and fails with what is faulty. Read gets what is
// in force, the zero T at first. Empty folders stand for what is built in and
// never changes. What names it in the log.
func Watch[T any](what string, log *slog.Logger, read func(old T) (T, error), folders ...string) (*Watched[T], error) {
	w := &Watched[T]{what: what, read: read, log: log,
		folders: slices.DeleteFunc(slices.Clone(folders), func(folder string) bool { return folder == "" })}
	w.stamp = w.stampNow()
	var none T
	first, err := read(none)
	if err != nil {
		return nil, err
	}
	w.now.Store(&first)
	return w, nil
}

// Now is what is in force.
func (w *Watched[T]) Now() T { return *w.now.Load() }

// Reload reads anew at once, whether or not a file has changed: for a signal.
func (w *Watched[T]) Reload() error {
	w.reading.Lock()
	defer w.reading.Unlock()
	w.stamp = w.stampNow()
	return w.take()
}

// Run looks at the folders at every tick until ctx ends, and returns nil. A
// change is taken over once a whole tick has passed without another: files are
// copied one after the other, and slowly.
func (w *Watched[T]) Run(ctx context.Context, tick <-chan time.Time) error {
	settling := ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick:
			settling = w.look(settling)
		}
	}
}

// look takes over what has changed and kept still since the last look, whose
// stamp is settling; it returns the stamp of a change that is not taken over yet.
func (w *Watched[T]) look(settling string) string {
	w.reading.Lock()
	defer w.reading.Unlock()
	stamp := w.stampNow()
	switch {
	case stamp == w.stamp:
		return ""
	case stamp != settling:
		return stamp
	}
	w.stamp = stamp
	_ = w.take() // it has been told
	return ""
}

func (w *Watched[T]) take() error {
	fresh, err := w.read(w.Now())
	if err != nil {
		w.log.Error("ALARM: "+w.what+" changed and is faulty; what was in force stays", slog.String("alarm", "configuration"), slog.Any("error", err))
		return err
	}
	w.now.Store(&fresh)
	w.log.Info(w.what + " changed and is in force for new calls")
	return nil
}

// stampNow sums up names, sizes and times of all files. A folder that cannot be
// read has a stamp too: reading it then says what is wrong.
func (w *Watched[T]) stampNow() string {
	sum := sha256.New()
	for _, folder := range w.folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := os.Stat(path) // a link may lead to another version
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(sum, path, info.Size(), info.ModTime().UnixNano())
			return err
		})
		_, _ = fmt.Fprintln(sum, folder, err) // a hash takes everything
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}
