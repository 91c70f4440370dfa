package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.org/hotline/configs"
	"example.org/hotline/internal/localservers"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
)

// devOptions are the flags of `hotline dev`.
type devOptions struct {
	dir      string
	at       string
	scale    float64
	demoCall bool
	api      string
	sip      string
}

func devCommand(config *string) *cobra.Command {
	var o devOptions
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Serve a demo city with servers of its own; nothing of the system is touched",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return runDev(cmd.Context(), cmd.OutOrStdout(), o) },
	}
	cmd.PersistentFlags().StringVar(&o.dir, "dir", devFolder, "folder of the demo city's servers and data")
	f := cmd.Flags()
	f.StringVar(&o.at, "at", "", "set the city's clock to this time, RFC 3339, such as 2026-10-01T23:40:00+08:00")
	f.Float64Var(&o.scale, "demo-time-scale", 0, "let the city's clock run this many times faster (default: as it ran before, at first 1)")
	f.BoolVar(&o.demoCall, "demo-call", false, "place one call over real SIP and show what becomes of it")
	f.StringVar(&o.api, "api", "", "address of the console and the API (default: 127.0.0.1 and the port of last time)")
	f.StringVar(&o.sip, "sip", "", "address of the phone side, UDP and TCP (default: 127.0.0.1 and the port of last time)")
	cmd.AddCommand(devClockCommand(&o), devSeedCommand(config))
	return cmd
}

// runDev starts the servers, makes the demo city where there is none, and
// serves it until ctx ends. Then it stops what it started, in the order in
// which the parts need one another.
func runDev(ctx context.Context, out io.Writer, o devOptions) (err error) {
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) } //nolint:errcheck // a terminal
	move, err := o.move()
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return fmt.Errorf("find the folder: %w", err)
	}
	say("starting PostgreSQL and Redis of our own in %s", dir)
	servers, err := localservers.Start(ctx, localservers.Options{Dir: dir, Durable: true, Log: func(line string) { say("  %s", line) }})
	if err != nil {
		return err
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		say("stopping PostgreSQL and Redis")
		err = errors.Join(err, servers.Stop(stop))
	}()
	city, err := configs.DemoCity()
	if err != nil {
		return err
	}
	messages, err := startSink(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, messages.close()) }()
	banks, err := startBanks(ctx, dir, city)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, banks.close()) }()
	departments, err := startSources(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, departments.close()) }()
	cfg, err := devConfig(ctx, dir, o, city, servers, messages.settings()+"\n"+banks.settings()+"\n"+departments.settings())
	if err != nil {
		return err
	}
	users, err := settle(ctx, dir, move, cfg, city, say)
	if err != nil {
		return err
	}
	log, err := devLogger(dir)
	if err != nil {
		return err
	}
	n, err := newNode(ctx, cfg, log, messages.list)
	if err != nil {
		return err
	}
	if err := messages.giveContacts(ctx, n.db, city); err != nil {
		return err
	}
	context.AfterFunc(ctx, func() {
		say("stopping: new calls are refused, live ones may end for %s; Ctrl-C again ends at once", cfg.Drain.Timeout)
	})
	return n.run(ctx, func(ctx context.Context) error {
		if err := writeDevJSON(dir, n, city, servers, users, banks.pages(), departments.page()); err != nil {
			return err
		}
		say("%s", welcome(cfg, n, city, users, banks.pages(), departments.page()))
		say("READY")
		if o.demoCall {
			return demoCall(ctx, out, n, city)
		}
		return nil
	})
}

// settle brings the database and the city into it, and sets the clock; nil
// leaves it as it is.
func settle(ctx context.Context, dir string, move clockMove, cfg configs.Config, city configs.City, say func(string, ...any)) ([]devUser, error) {
	owner := cfg.Postgres.OwnerURL.Reveal()
	say("bringing the database to the newest version")
	if err := store.Migrate(ctx, owner); err != nil {
		return nil, err
	}
	if move != nil {
		if _, err := store.MoveClock(ctx, owner, move); err != nil {
			return nil, err
		}
	}
	keys, err := seal.Load(cfg.Keys.File)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(store.Options{URL: cfg.Postgres.URL.Reveal(), MaxConns: 4, Sealer: keys, Logger: newLogger(cfg.Log)})
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // serving opens its own
	return seedCity(ctx, db, dir, city, say)
}

// move is how the flags want the city's clock moved; nil for not at all.
func (o devOptions) move() (clockMove, error) {
	var at time.Time
	switch {
	case o.at == "" && o.scale == 0:
		return nil, nil //nolint:nilnil // no move is no fault
	case !(o.scale >= 0 && o.scale <= maxScale):
		return nil, fmt.Errorf("--demo-time-scale must lie above 0 and be at most %d", maxScale)
	case o.at != "":
		var err error
		if at, err = time.Parse(time.RFC3339, o.at); err != nil {
			return nil, fmt.Errorf("--at must look like 2026-10-01T23:40:00+08:00")
		}
	}
	return func(now time.Time, scale float64) (time.Time, float64) {
		if !at.IsZero() {
			now = at
		}
		if o.scale > 0 {
			scale = o.scale
		}
		return now, scale
	}, nil
}

// devConfig writes the settings of the demo city, so that every other command
// finds them, and reads them back as a node would. others are those of the
// providers that play the outside.
func devConfig(ctx context.Context, dir string, o devOptions, city configs.City, servers *localservers.Servers, others string) (configs.Config, error) {
	keys := filepath.Join(dir, "keys")
	if _, err := seal.LoadOrGenerate(keys); err != nil {
		return configs.Config{}, err
	}
	ports, err := devPorts(ctx, dir, o)
	if err != nil {
		return configs.Config{}, err
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Written by `hotline dev` at each start; changes are lost.")
	line("node: {id: dev, ordinal: 0, data_dir: %s}", strconv.Quote(filepath.Join(dir, "node")))
	line("postgres: {url: %q, owner_url: %q}", servers.Postgres.AppURL, servers.Postgres.OwnerURL)
	line("redis: {url: %q}", servers.Redis.AppURL)
	line("api: {listen: %q, public_origin: %q}", ports.API, "http://"+ports.API)
	line("sip:\n  udp: [%q]\n  tcp: [%q]\n  allow_loopback_media: true\n  ring_delay: 1s", ports.SIP, ports.SIP)
	line("  rtp_first: 30000\n  rtp_last: 32999")
	line("  trunks: [{name: demo, cidrs: [127.0.0.0/8], media_cidrs: [127.0.0.0/8]}]\n  numbers:")
	for _, n := range city.Numbers {
		line("    - {number: %s, area: %s}", n.Number, n.Area)
	}
	line("softphone: {listen: 127.0.0.1:0}")
	line("%s", others)
	line("keys: {file: %q}", keys)
	line("drain: {timeout: 30s}")
	line("demo: {enabled: true}")
	path := filepath.Join(dir, "hotline.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return configs.Config{}, fmt.Errorf("write the settings: %w", err)
	}
	return configs.Load(path, os.Environ())
}

// devAddresses are where the city is reached; they stay the same over restarts while they are free.
type devAddresses struct {
	API string `json:"api"`
	SIP string `json:"sip"`
}

func devPorts(ctx context.Context, dir string, o devOptions) (devAddresses, error) {
	path := filepath.Join(dir, "ports.json")
	kept := devAddresses{API: "127.0.0.1:8234", SIP: "127.0.0.1:5060"}
	if err := readJSONFile(path, &kept); err != nil && !errors.Is(err, os.ErrNotExist) {
		return devAddresses{}, err
	}
	var err error
	if kept.API, err = freeAddress(ctx, o.api, kept.API, "tcp"); err != nil {
		return devAddresses{}, err
	}
	if kept.SIP, err = freeAddress(ctx, o.sip, kept.SIP, "udp", "tcp"); err != nil {
		return devAddresses{}, err
	}
	return kept, writeJSONFile(path, kept)
}

// freeAddress is the address that was asked for, else the preferred one where it
// is free, else any free port of the loopback.
func freeAddress(ctx context.Context, asked, preferred string, networks ...string) (string, error) {
	if asked != "" {
		if _, err := netip.ParseAddrPort(asked); err != nil {
			return "", fmt.Errorf("%q must be an address and a port such as 127.0.0.1:8234", asked)
		}
		return asked, nil
	}
	for _, candidate := range append([]string{preferred}, make([]string, 20)...) {
		if candidate == "" {
			candidate = "127.0.0.1:0"
		}
		if bound, ok := bindable(ctx, candidate, networks); ok {
			return bound, nil
		}
	}
	return "", errors.New("no free port on the loopback")
}

// bindable tries an address on all networks; port 0 takes the port that the first one gave.
func bindable(ctx context.Context, address string, networks []string) (string, bool) {
	var sockets net.ListenConfig
	for _, network := range networks {
		if network == "udp" {
			c, err := sockets.ListenPacket(ctx, "udp", address)
			if err != nil {
				return "", false
			}
			address = c.LocalAddr().String()
			_ = c.Close() // it was only asked whether it is free
			continue
		}
		l, err := sockets.Listen(ctx, "tcp", address)
		if err != nil {
			return "", false
		}
		address = l.Addr().String()
		_ = l.Close() // as above
	}
	return address, true
}

// devLogger writes the log to a file in the folder: the screen is for the story.
func devLogger(dir string) (*slog.Logger, error) {
	f, err := os.OpenFile(filepath.Join(dir, "hotline.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	return slog.New(slog.NewTextHandler(f, nil)), nil // open until the process ends
}
