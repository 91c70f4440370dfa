package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/seal"
)

// wrapContext names the place of a wrapped key, so that two recordings cannot
// change keys.
func wrapContext(id uuid.UUID) string { return "recordings.key|" + id.String() }

// The places of a recording's files. They follow from the id alone.
func (s *Store) keyPath(id uuid.UUID) string { return filepath.Join(s.o.Dir, "keys", id.String()) }
func (s *Store) pendingPath(id uuid.UUID) string {
	return filepath.Join(s.o.Dir, "pending", id.String())
}
func (s *Store) filePath(id uuid.UUID) string {
	seconds, nanos := id.Time().UnixTime()
	day := time.Unix(seconds, nanos).UTC().Format("2006/01/02")
	return filepath.Join(s.o.Dir, filepath.FromSlash(day), id.String()+".rec")
}

// parseID reads a recording's id: a UUID of version 7, whose time is the folder's name.
func parseID(id string) (uuid.UUID, error) {
	u, err := uuid.Parse(id)
	if err != nil || u.Version() != 7 || u.String() != id {
		return u, fmt.Errorf("recording id: %w", ErrMissing)
	}
	return u, nil
}

// key reads and unwraps a recording's key.
func (s *Store) key(id uuid.UUID) ([]byte, error) {
	wrapped, err := os.ReadFile(s.keyPath(id))
	if errors.Is(err, fs.ErrNotExist) || err == nil && blank(wrapped) {
		return nil, ErrShredded
	}
	if err != nil {
		return nil, fmt.Errorf("read a recording's key: %w", err)
	}
	key, err := s.o.Sealer.Open(wrapContext(id), wrapped)
	switch {
	case errors.Is(err, seal.ErrTampered):
		return nil, fmt.Errorf("key: %w", ErrTampered)
	case err != nil:
		return nil, fmt.Errorf("unwrap a recording's key: %w", err)
	case len(key) != keyLen:
		return nil, fmt.Errorf("key: %w", ErrTampered)
	}
	return key, nil
}

// blank reports whether a key was overwritten.
func blank(b []byte) bool {
	for _, octet := range b {
		if octet != 0 {
			return false
		}
	}
	return true
}

// Shred destroys a recording's key for good, then removes its audio. Shredding
// twice is as once. A disk may keep old octets of an overwritten file; what it
// could give back is a key wrapped by the master key, which a rotation retires.
func (s *Store) Shred(id string) error {
	u, err := parseID(id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	_, running := s.live[u]
	s.mu.Unlock()
	if running {
		return ErrRunning
	}
	if err := destroy(s.keyPath(u)); err != nil {
		return fmt.Errorf("destroy the key of recording %s: %w", id, err)
	}
	for _, path := range []string{s.filePath(u), s.pendingPath(u)} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove recording %s: %w", id, err)
		}
	}
	return nil
}

// destroy overwrites a small file, brings that to the disk and removes it.
func destroy(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.Write(make([]byte, info.Size()))
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// Rewrap wraps every key anew that an older master key wraps, and tells how many
// there were. After that the older master key opens no recording any more.
func (s *Store) Rewrap() (n int, err error) {
	entries, err := os.ReadDir(filepath.Join(s.o.Dir, "keys"))
	if err != nil {
		return 0, fmt.Errorf("list the keys of recordings: %w", err)
	}
	for _, e := range entries {
		id, err := parseID(e.Name())
		if err != nil {
			continue
		}
		wrapped, err := os.ReadFile(s.keyPath(id))
		if err != nil || seal.SealedVersion(wrapped) == s.o.Sealer.KeyVersion() {
			continue // shredded meanwhile, or new enough
		}
		key, err := s.key(id)
		if err != nil {
			return n, err
		}
		if wrapped, err = s.o.Sealer.Seal(wrapContext(id), key); err != nil {
			return n, fmt.Errorf("wrap a recording's key: %w", err)
		}
		next := s.keyPath(id) + ".next"
		if err := errors.Join(writeSynced(next, wrapped), os.Rename(next, s.keyPath(id))); err != nil {
			return n, fmt.Errorf("rewrite a recording's key: %w", err)
		}
		n++
	}
	return n, syncDir(filepath.Join(s.o.Dir, "keys"))
}

// writeSynced writes a small file of the owner's alone and brings it to the disk.
func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDir brings a folder's names to the disk.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
