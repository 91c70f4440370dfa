// Command cmd runs its arguments as a command with one private PostgreSQL for
// all the test binaries that the command starts:
//
//	go run ./test/servers/cmd go test ./...
//
// It ends with the command's exit code.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"example.org/hotline/test/servers"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: cmd COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	// A Ctrl-C reaches the command by itself, and once that has ended we stop the
	// server. signal.Ignore would not do: the command would inherit it.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	err := servers.Run(ctx, os.Args[1], os.Args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(max(exit.ExitCode(), 1))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
