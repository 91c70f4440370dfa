package localservers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
)

// OldestPostgres is the oldest major version the migrations are written for:
// from 15 on, PUBLIC may not create tables in schema public.
const OldestPostgres = 15

// MissingError says that a program of an installed package was not found.
type MissingError struct {
	Program string // what was looked for
	Package string // the Debian package that brings it
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s not found: install the package %s, or run `make deps`, which installs all that is missing", e.Program, e.Package)
}

// postgresBin is the folder of the newest installed PostgreSQL's programs.
// Debian keeps them out of PATH, one folder per major version.
func postgresBin() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	major := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	sort.Slice(found, func(i, j int) bool { return major(found[i]) > major(found[j]) })
	if len(found) > 0 && major(found[0]) >= OldestPostgres {
		return filepath.Dir(found[0]), nil
	}
	return "", &MissingError{Program: fmt.Sprintf("PostgreSQL %d or newer", OldestPostgres), Package: "postgresql"}
}

func redisServer() (string, error) {
	if path, err := exec.LookPath("redis-server"); err == nil {
		return path, nil
	}
	const debian = "/usr/bin/redis-server"
	if _, err := os.Stat(debian); err == nil {
		return debian, nil
	}
	return "", &MissingError{Program: "redis-server 7", Package: "redis-server"}
}
