package servers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"example.org/hotline/internal/localservers"
)

// Run starts one PostgreSQL, runs the command with SharedEnv set so that every
// test binary below it uses that server, and stops the server again. Its error
// is the command's own (an *exec.ExitError) if that failed. When ctx ends, the
// command is asked to end by SIGTERM.
func Run(ctx context.Context, name string, args ...string) (err error) {
	folder, err := newFolder()
	if err != nil {
		return err
	}
	starting, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	s, err := localservers.Start(starting, localservers.Options{
		Dir: folder, WithoutRedis: true,
		Log: func(line string) { fmt.Fprintln(os.Stderr, line) },
	})
	if err != nil {
		return errors.Join(err, os.RemoveAll(folder))
	}
	defer func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), startLimit)
		defer cancel()
		err = errors.Join(err, s.Stop(grace), os.RemoveAll(folder))
	}()
	shared, err := json.Marshal(urlsOf(s.Postgres))
	if err != nil {
		return fmt.Errorf("tell the tests of their server: %w", err)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), SharedEnv+"="+string(shared))
	return cmd.Run()
}
