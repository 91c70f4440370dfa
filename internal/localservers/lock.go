package localservers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrFolderInUse says that a living process already runs servers in the folder.
var ErrFolderInUse = errors.New("the folder of the private servers is in use")

// folderLock is held for as long as this process may run servers in a folder.
// The kernel drops it with the process, however that ends.
type folderLock struct{ file *os.File }

func lockFolder(dir string) (*folderLock, error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the caller chose the folder
	if err != nil {
		return nil, fmt.Errorf("lock the folder of the private servers: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(path) //nolint:gosec // as above
		_ = f.Close()
		return nil, fmt.Errorf("%w: %s is held by process %s; stop it, or choose another folder",
			ErrFolderInUse, dir, strings.TrimSpace(string(holder)))
	}
	// The number is only for the message above; the lock is what counts.
	_ = f.Truncate(0)
	_, _ = fmt.Fprintln(f, os.Getpid())
	return &folderLock{file: f}, nil
}

func (l *folderLock) release() error {
	if l == nil || l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	return f.Close()
}

// InUse reports whether a living process holds the folder dir.
func InUse(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, "lock")); err != nil {
		return false
	}
	l, err := lockFolder(dir)
	if err != nil {
		return errors.Is(err, ErrFolderInUse)
	}
	_ = l.release()
	return false
}
