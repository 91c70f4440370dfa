package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/internal/localservers"
)

// devJSON tells programs where the running demo city is.
type devJSON struct {
	API             string            `json:"api"`
	SIP             map[string]string `json:"sip"`
	Number          string            `json:"number"`
	TownshipNumbers map[string]string `json:"township_numbers"`
	Postgres        string            `json:"postgres"` // reads everything, changes nothing
	Redis           string            `json:"redis"`    // the administrator
	Users           []devUser         `json:"users"`
	Banks           map[string]string `json:"banks"`   // the page of each bank, by its id
	Sources         string            `json:"sources"` // the page of the data sources
}

func writeDevJSON(dir string, n *node, city configs.City, servers *localservers.Servers, users []devUser, banks map[string]string, sources string) error {
	d := devJSON{API: "http://" + n.listener.Addr().String(), SIP: map[string]string{}, TownshipNumbers: map[string]string{},
		Postgres: servers.Postgres.InspectURL, Redis: servers.Redis.AdminURL, Users: users, Banks: banks, Sources: sources}
	for _, a := range n.phone.Addrs() {
		d.SIP[a.Network] = a.Addr.String()
	}
	for _, number := range city.Numbers {
		if number.Area.Level() == area.LevelTownship {
			d.TownshipNumbers[string(number.Area)] = number.Number
		} else {
			d.Number = number.Number
		}
	}
	return writeJSONFile(filepath.Join(dir, "dev.json"), d)
}

// welcome is what a newcomer sees when the city is ready.
func welcome(cfg configs.Config, n *node, city configs.City, users []devUser, banks map[string]string, sources string) string {
	var b strings.Builder
	places := map[area.Code]string{}
	for _, d := range city.Divisions {
		places[d.Code] = d.Name
	}
	fmt.Fprintf(&b, "\n  console   http://%s\n  line      sip:%s@%s (UDP and TCP)\n", n.listener.Addr(), city.Numbers[0].Number, n.phone.Addrs()[0].Addr)
	for _, id := range slices.Sorted(maps.Keys(banks)) {
		fmt.Fprintf(&b, "  %s  %s (a simulated bank: what it has, and how to make it fail)\n", id, banks[id])
	}
	fmt.Fprintf(&b, "  sources   %s (16 simulated data sources: how each behaves, and how to change it)\n", sources)
	b.WriteString("\n")
	fmt.Fprintf(&b, "  %-17s %-16s %-12s %s\n", "sign-in", "password", "place", "who")
	for _, u := range users {
		fmt.Fprintf(&b, "  %-17s %-16s %-12s %s (%s)\n", u.Name, u.Password, places[u.Area], u.Person, u.Role)
	}
	if cfg.Demo.Enabled {
		fmt.Fprintf(&b, "\n  To answer a call yourself: sign in as agent1 at http://%s/desk (Chromium, a microphone), press\n"+
			"  上线接电话 (Sign on for calls), and place one from another terminal: %s call\n", n.listener.Addr(), os.Args[0])
		fmt.Fprintf(&b, "\n  These people are invented. Move the clock with: %s dev clock +2h\n", os.Args[0])
	}
	return b.String()
}
