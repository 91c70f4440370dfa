package main

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ledger"
	"example.org/hotline/store"
)

// devUser is a sign-in of the demo city, as dev.json shows it.
type devUser struct {
	Name     string    `json:"name"` // the login
	Person   string    `json:"person"`
	Role     area.Role `json:"role"`
	Area     area.Code `json:"area"`
	Password string    `json:"password"`
}

// Money that the demo city starts with, in fen: a county's fund for a year of
// emergencies, and what a township's float holds when full (DOMAIN 0a.8).
const (
	demoFundFen  = 200_000_00 * 10
	demoFloatFen = 50_000_00
)

// seedCity makes the demo city where there is none, with rosters in force from
// the city's present time on. Doing it again changes nothing.
func seedCity(ctx context.Context, db *store.DB, dir string, city configs.City, say func(string, ...any)) ([]devUser, error) {
	passwords, fresh, err := demoPasswords(filepath.Join(dir, "passwords.json"), city)
	if err != nil {
		return nil, err
	}
	directory := directoryOf(city)
	users := make([]devUser, 0, len(city.Staff))
	for i, s := range directory.Staff {
		users = append(users, devUser{Name: s.Login, Person: s.Name, Role: s.Role, Area: s.Area, Password: passwords[s.Login]})
		if !fresh[s.Login] {
			continue
		}
		if directory.Staff[i].PasswordHash, err = api.HashPassword(passwords[s.Login]); err != nil {
			return nil, err
		}
	}
	if len(fresh) > 0 {
		say("making the demo city: %d places, %d people", len(directory.Divisions), len(directory.Staff))
	}
	if err := db.ImportDirectory(ctx, directory); err != nil {
		return nil, fmt.Errorf("make the demo city: %w", err)
	}
	if err := db.ImportAgents(ctx, agentsOf(city)); err != nil {
		return nil, fmt.Errorf("make the demo city's agents: %w", err)
	}
	if err := seedRosters(ctx, db, city); err != nil {
		return nil, fmt.Errorf("make the demo city's rosters: %w", err)
	}
	if err := seedRelatives(ctx, db, city); err != nil {
		return nil, fmt.Errorf("declare the demo city's relatives: %w", err)
	}
	return users, seedMoney(ctx, db, city)
}

// devSeedCommand brings the demo city into a database that is configured and
// migrated already: for a training or a test system.
func devSeedCommand(config *string) *cobra.Command {
	return &cobra.Command{
		Use:   "seed",
		Short: "Bring the demo city into the configured database (needs demo.enabled) and print its sign-ins as JSON",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(*config)
			if err != nil {
				return err
			}
			if !cfg.Demo.Enabled {
				return errors.New("demo.enabled is false: invented people do not belong on a real line")
			}
			city, err := configs.DemoCity()
			if err != nil {
				return err
			}
			if err := os.MkdirAll(cfg.Node.DataDir, 0o700); err != nil {
				return fmt.Errorf("make the data folder: %w", err)
			}
			if _, err := seal.LoadOrGenerate(cfg.Keys.File); err != nil {
				return err
			}
			db, err := openStore(cfg, newLogger(cfg.Log))
			if err != nil {
				return err
			}
			defer db.Close() //nolint:errcheck // the process ends here
			users, err := seedCity(cmd.Context(), db, cfg.Node.DataDir, city, func(string, ...any) {})
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(users) //nolint:gosec // G117: passwords of invented people, which this command exists to print
		},
	}
}

// directoryOf turns the demo file into what the database takes.
func directoryOf(city configs.City) area.Directory {
	var d area.Directory
	for _, div := range city.Divisions {
		d.Divisions = append(d.Divisions, area.Division{Code: div.Code, Name: div.Name})
	}
	for _, desk := range city.Desks {
		d.Desks = append(d.Desks, area.Desk{Area: desk.Area, Role: desk.Role, Name: desk.Name})
	}
	for _, g := range city.Agencies {
		d.Agencies = append(d.Agencies, area.Agency{Name: g.Name, Area: g.Area, Contact: g.Contact, ContractFrom: g.From, ContractUntil: g.Until})
	}
	for _, s := range city.Staff {
		d.Staff = append(d.Staff, area.NewStaff{Login: s.Login, Name: s.Name, Role: s.Role, Area: s.Area, Phone: s.Phone, Skills: s.Skills, Agency: s.Agency})
	}
	for _, s := range city.Stations {
		d.Stations = append(d.Stations, area.Station{Area: s.Area, Name: s.Name, Lead: s.Lead, OpenedOn: s.OpenedOn})
	}
	for _, h := range city.Trusts {
		d.Trusts = append(d.Trusts, h.Households()...)
	}
	for _, a := range city.Absences {
		d.Absences = append(d.Absences, area.NewAbsence{Login: a.Login, Reason: a.Reason, From: a.From, To: a.To})
	}
	return d
}

// agentsOf lists what the demo city's agents serve.
func agentsOf(city configs.City) []acd.Profile {
	profiles := make([]acd.Profile, 0, len(city.Agents))
	for _, a := range city.Agents {
		profiles = append(profiles, acd.Profile{Login: a.Login, Queues: a.Queues, Priority: a.Priority})
	}
	return profiles
}

// seedMoney gives each county a fund, and each county and township its float, once.
func seedMoney(ctx context.Context, db *store.DB, city configs.City) error {
	return db.InTx(ctx, act.SystemConsole, func(tx *store.Tx) error {
		for _, div := range city.Divisions {
			if div.Code.Level() == area.LevelCounty {
				if err := once(ledger.AllocateFund(ctx, tx, div.Code, demoFundFen, "demo-fund-"+string(div.Code))); err != nil {
					return err
				}
			}
		}
		for _, div := range city.Divisions {
			if level := div.Code.Level(); level == area.LevelTownship || level == area.LevelCounty {
				if err := once(ledger.FundFloat(ctx, tx, div.Code, demoFloatFen, "demo-float-"+string(div.Code))); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// once takes a booking that an earlier start has made as made: a restart of the
// demo city must not fail on money it has given already.
func once(err error) error {
	if fault, ok := errors.AsType[*act.Fault](err); ok && fault.Code == "already_booked" {
		return nil
	}
	return err
}

// demoPasswords reads the passwords of the demo people and makes those that are
// missing: fresh are the people whose hashes are not in the database yet.
func demoPasswords(path string, city configs.City) (passwords map[string]string, fresh map[string]bool, err error) {
	passwords, fresh = map[string]string{}, map[string]bool{}
	if err := readJSONFile(path, &passwords); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}
	for _, s := range city.Staff {
		if passwords[s.Login] == "" {
			passwords[s.Login], fresh[s.Login] = randomText(), true
		}
	}
	if len(fresh) == 0 {
		return passwords, fresh, nil
	}
	return passwords, fresh, writeJSONFile(path, passwords)
}

// randomText is a password that a person can read off a screen: 80 bits.
func randomText() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// keepText reads a small file, or makes it.
func keepText(path string, fresh func() string) (string, error) {
	b, err := os.ReadFile(path)
	if err == nil {
		return string(b), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	text := fresh()
	return text, os.WriteFile(path, []byte(text), 0o600)
}

func readJSONFile(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return nil
}

// writeJSONFile replaces a file as a whole, so that a reader never sees half of it.
func writeJSONFile(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if err := os.WriteFile(path+".new", append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return os.Rename(path+".new", path)
}
