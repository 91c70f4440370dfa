package localservers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// sharedParent holds the data of folders that user postgres cannot reach, such
// as those under /root.
const sharedParent = "/var/lib/hotline-dev"

// postgresAccount is whom PostgreSQL runs as: it refuses root, so root lends it
// the package's own user; anybody else runs it as himself (nil).
func postgresAccount() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, &MissingError{Program: "the user postgres", Package: "postgresql"}
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("look up the user postgres: %w", err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// postgresFolder makes the folder that only PostgreSQL's account may enter and
// returns its real path: home/postgres, or a folder under sharedParent that
// home/postgres links to when the account cannot reach home.
func postgresFolder(ctx context.Context, h home, account *syscall.Credential) (string, error) {
	own := h.path("postgres")
	if account == nil || reachable(ctx, h.dir, account) {
		return own, makeOwned(own, account)
	}
	sum := sha256.Sum256([]byte(h.dir))
	away := filepath.Join(sharedParent, hex.EncodeToString(sum[:8]))
	if target, err := os.Readlink(own); err != nil || target != away {
		if err := linkAway(h, own, away); err != nil {
			return "", err
		}
	}
	return away, makeOwned(away, account)
}

// linkAway points home/postgres to away. Where the link is new, data in away
// belongs to a folder of the same path that somebody has deleted meanwhile,
// with its passwords: it goes too.
func linkAway(h home, own, away string) error {
	h.log("User postgres cannot reach %s, so the database's files go to %s.", h.dir, away)
	data := filepath.Join(away, "data")
	if err := stopStale(h, "postgres", data, filepath.Join(data, "postmaster.pid"), syscall.SIGQUIT); err != nil {
		return err
	}
	if err := os.RemoveAll(away); err != nil {
		return fmt.Errorf("remove the database of a deleted folder: %w", err)
	}
	if err := os.MkdirAll(sharedParent, 0o755); err != nil { //nolint:gosec // user postgres passes through
		return fmt.Errorf("make the folder of the database: %w", err)
	}
	if err := os.RemoveAll(own); err != nil {
		return fmt.Errorf("link the folder of the database: %w", err)
	}
	if err := os.Symlink(away, own); err != nil {
		return fmt.Errorf("link the folder of the database: %w", err)
	}
	return nil
}

func makeOwned(dir string, account *syscall.Credential) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the database: %w", err)
	}
	if account == nil {
		return nil
	}
	if err := os.Chown(dir, int(account.Uid), int(account.Gid)); err != nil {
		return fmt.Errorf("give the folder of the database to user postgres: %w", err)
	}
	return nil
}

// reachable asks the kernel rather than reading mode bits, which say nothing
// about access lists or the mounts on the way.
func reachable(ctx context.Context, dir string, account *syscall.Credential) bool {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `cd -- "$1"`, "sh", dir) //nolint:gosec // the folder is an argument, never part of the script
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account}
	return cmd.Run() == nil
}
