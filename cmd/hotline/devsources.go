package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief/source"
	"example.org/hotline/relief/source/sourcesim"
)

// devSources are all data sources of the demo city, behind one server.
type devSources struct {
	origin, secret string // address; file of the secret that all share with the city
	catalogue      *source.Catalogue
	server         *http.Server
	done           chan error
}

func startSources(ctx context.Context, dir string) (*devSources, error) {
	d := &devSources{secret: filepath.Join(dir, "source-secret"), done: make(chan error, 1)}
	secret, err := keepText(d.secret, func() string { return randomText() + randomText() })
	if err != nil {
		return nil, err
	}
	signer, err := bankhttp.NewHMAC(secret)
	if err != nil {
		return nil, err
	}
	policies, err := configs.LoadPolicies("")
	if err != nil {
		return nil, err
	}
	d.catalogue = policies.Sources
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the demo city's data sources: %w", err)
	}
	d.origin = "http://" + l.Addr().String()
	d.server = &http.Server{Handler: sourcesim.New(sourcesim.Options{Catalogue: d.catalogue, Signer: signer, Now: time.Now}), ReadHeaderTimeout: 5 * time.Second}
	go func() { d.done <- d.server.Serve(l) }()
	return d, nil
}

// settings are the ways to the sources as the configuration has them.
func (d *devSources) settings() string {
	var s strings.Builder
	s.WriteString("sources:")
	for _, one := range d.catalogue.Departments {
		fmt.Fprintf(&s, "\n  - {department: %s, url: %q, key_id: demo, secret: %q, signed_answers: true}", one.Code, d.origin+"/"+one.Code, "file:"+d.secret)
	}
	return s.String()
}

// page is where people look at them.
func (d *devSources) page() string { return d.origin + "/admin" }

func (d *devSources) close() error {
	err := d.server.Close()
	if served := <-d.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
