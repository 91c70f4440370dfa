// Command hotline is a city's civil-affairs line: a phone that is always
// answered, a ticket with an owner and a clock for every call, and the relief
// that follows. Each subcommand has a file of its own; serve.go wires the rooms.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	err := root().ExecuteContext(untilSignalled(os.Exit))
	if err != nil {
		var quiet *exitError
		if !errors.As(err, &quiet) {
			fmt.Fprintln(os.Stderr, "hotline:", err)
		}
		os.Exit(1)
	}
}

// untilSignalled returns a context that ends with the first SIGINT or SIGTERM;
// the second ends the process at once. It does not leave that to the system's
// default: who was started in a shell's background was told to ignore SIGINT.
func untilSignalled(exit func(int)) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		second := <-signals
		exit(128 + int(second.(syscall.Signal))) //nolint:errcheck // what Unix makes of every signal
	}()
	return ctx
}

// exitError ends with status 1 after the command itself has said why.
type exitError struct{ why string }

func (e *exitError) Error() string { return e.why }

func root() *cobra.Command {
	var config string
	cmd := &cobra.Command{
		Use:           "hotline",
		Short:         "A city's civil-affairs line: call, ticket, dispatch, relief, ledger",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.PersistentFlags().StringVar(&config, "config", "", "configuration file (default: $HOTLINE_CONFIG, else .hotline/hotline.yaml where hotline dev left one)")
	cmd.AddCommand(serveCommand(&config), devCommand(&config), migrateCommand(&config), importCommand(&config), callCommand(), flowCommand(&config), auditCommand(&config), recordingsCommand(&config), doctorCommand(&config), versionCommand(), noticesCommand(&config), simulateCommand(&config), ledgerCommand(&config), policyCommand(&config), sourceCommand(&config), alertCommand(&config))
	return cmd
}
