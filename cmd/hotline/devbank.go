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

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/ledger/rail/banksim"
	"example.org/hotline/ledger/rail/gateway"
)

// devBank is one bank of the demo city.
type devBank struct {
	id, form, unit, agent string
	account               rail.Private
	county                configs.DemoDivision
	sim                   *banksim.Bank
}

// devBanks are the banks of the demo city, one for each county, behind one server.
// The first speaks a layout of files, the others ISO 20022.
type devBanks struct {
	origin, secret string // address; file of the secret that all share with the city
	banks          []*devBank
	server         *http.Server
	done           chan error
}

// devOpening is what lies on a county's paying account at first: its fund, without what its floats were filled with, so
// that the bank's statements and the books begin alike.
func devOpening(city configs.City, county area.Code) int64 {
	left := int64(demoFundFen)
	for _, d := range city.Divisions {
		if level := d.Code.Level(); county.Contains(d.Code) && (level == area.LevelCounty || level == area.LevelTownship) {
			left -= demoFloatFen
		}
	}
	return left
}

func startBanks(ctx context.Context, dir string, city configs.City) (*devBanks, error) {
	file := filepath.Join(dir, "bank-secret")
	secret, err := keepText(file, func() string { return randomText() + randomText() })
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
	all, mux := &devBanks{secret: file, done: make(chan error, 1)}, http.NewServeMux()
	for _, d := range city.Divisions {
		if d.Code.Level() != area.LevelCounty {
			continue
		}
		b := &devBank{id: "bank-" + d.Code.Prefix(), form: gateway.FormISO20022, unit: d.Code.Prefix() + "1", agent: d.Code.Prefix() + "000017", account: rail.Private(d.Code.Prefix() + "200300400"), county: d}
		if len(all.banks) == 0 {
			b.form = "demo_rural"
		}
		b.sim, err = banksim.New(banksim.Options{Layout: policies.Banks[b.form], Signer: signer, Now: time.Now, Unit: b.unit, Debit: b.account, Opening: devOpening(city, d.Code),
			State: filepath.Join(dir, b.id+".json")})
		if err != nil {
			return nil, err
		}
		mux.Handle("/"+b.id+"/", b.sim)
		all.banks = append(all.banks, b)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the demo city's banks: %w", err)
	}
	all.origin = "http://" + l.Addr().String()
	all.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { all.done <- all.server.Serve(l) }()
	return all, nil
}

// settings are the banks as the configuration has them.
func (d *devBanks) settings() string {
	var s strings.Builder
	s.WriteString("banks:")
	for _, b := range d.banks {
		fmt.Fprintf(&s, `
  - {id: %s, county: %s, form: %s, unit: %q, unit_name: %s, debit_account: %q, agent_bank: %q, answer_limit: 2h, runs: [10h, 15h30m], transport: http,
     http: {url: %q, key_id: demo, signing: hmac-sha256, secret: %q, timeout: 5s, counts_once: true}}`,
			b.id, b.county.Code, b.form, b.unit, b.county.Name+"民政局", string(b.account), b.agent, d.origin+"/"+b.id, "file:"+d.secret)
	}
	return s.String()
}

// pages are where people look at each bank, by its id.
func (d *devBanks) pages() map[string]string {
	pages := map[string]string{}
	for _, b := range d.banks {
		pages[b.id] = d.origin + "/" + b.id + "/admin"
	}
	return pages
}

func (d *devBanks) close() error {
	err := d.server.Close()
	if served := <-d.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
