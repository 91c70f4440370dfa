package seal

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// fileHead tells whoever opens a key file what it is.
const fileHead = `# Master keys of the hotline: version, then 32 bytes in base64. The newest seals,
# the older ones still open. Losing this file loses every sealed value: keep a
# copy where the database's backups are not.
`

// Load reads a key file: one line "VERSION BASE64" for each version, with
// comments after #. A file that others may read is refused (T26). Errors name
// the file and line and never repeat what is in them.
func Load(path string) (*Keyring, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	defer file.Close() //nolint:errcheck // read only: nothing to lose
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o177 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %04o: make it a plain file of its owner alone (chmod 0400 or 0600)", ErrKeyFile, path, mode.Perm())
	}
	keys := map[int][]byte{}
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		if err := parseLine(lines.Text(), keys); err != nil {
			return nil, fmt.Errorf("%w: %s:%d: %w", ErrKeyFile, path, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrKeyFile, path, err)
	}
	return NewKeyring(keys)
}

func parseLine(line string, keys map[int][]byte) error {
	line, _, _ = strings.Cut(line, "#")
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return nil
	}
	if len(fields) != 2 {
		return errors.New(`write "VERSION BASE64"`)
	}
	version, err := strconv.Atoi(fields[0])
	if err != nil || version < 1 || version > maxVersion {
		return fmt.Errorf("the version must be a number from 1 to %d", maxVersion)
	}
	key, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil || len(key) != masterLen {
		return fmt.Errorf("the key of version %d must be %d bytes in base64", version, masterLen)
	}
	if _, twice := keys[version]; twice {
		return fmt.Errorf("version %d is there twice", version)
	}
	keys[version] = key
	return nil
}

// Generate writes a new key file with version 1, for its owner alone. An
// existing file is never touched: fs.ErrExist.
func Generate(path string) error {
	return create(path, []byte(fileHead), 1)
}

// Rotate adds the next version to a key file. Values sealed before still open.
// Every node must have the new file before one of them seals with it.
func Rotate(path string) (version int, err error) {
	ring, err := Load(path)
	if err != nil {
		return 0, err
	}
	old, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	version = ring.KeyVersion() + 1
	next := path + ".next"
	if err := create(next, append(bytes.TrimRight(old, "\n"), '\n'), version); err != nil {
		return 0, err
	}
	if err := os.Rename(next, path); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	return version, syncDir(path)
}

// create writes head and one fresh key, and returns once they are on the disk.
func create(path string, head []byte, version int) error {
	key := make([]byte, masterLen)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("draw a key: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	_, err = fmt.Fprintf(file, "%s%d %s\n", head, version, base64.StdEncoding.EncodeToString(key))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("%w: %w", ErrKeyFile, errors.Join(err, os.Remove(path)))
	}
	return syncDir(path)
}

func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// LoadOrGenerate is Load, but makes the file first where there is none. It is
// for a development machine: in production a missing key file is a fault.
func LoadOrGenerate(path string) (*Keyring, error) {
	if err := Generate(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return Load(path)
}
