package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/dispatch/sim"
	"example.org/hotline/ticket"
)

// simulation is what `hotline simulate` was asked for.
type simulation struct {
	o        sim.Options
	scenario string
	city     string
	policy   string
	from     string
	json     bool
	svg      string
}

// simulateCommand is `hotline simulate`: calls against rosters and policy, with
// the real dispatch code and a clock that nobody waits for.
func simulateCommand(config *string) *cobra.Command {
	s := simulation{}
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Play calls against rosters and policy, and see whether the promises hold",
		Long: "Play calls against rosters and policy on a virtual clock. The ladder, the deadlines and the\n" +
			"commands are the program's own; what callers and workers do is a model (docs/simulation.md).\n" +
			"The same seed gives the same report. It ends with an error if a call was lost, anything\n" +
			"happened twice, or an open ticket had nobody or nothing to look after it.",
		Example: "  hotline simulate --days 30\n  hotline simulate --scenario flood --days 2 --svg flood.svg\n  hotline simulate --days 1 --scale 100 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.prepare(*config); err != nil {
				return err
			}
			return s.run(cmd)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&s.o.Days, "days", 30, "days with calls; every ticket is followed to its end")
	flags.IntVar(&s.o.Cities, "scale", 1, "so many cities of this size, each with its own people and calls")
	flags.Float64Var(&s.o.Load, "load", 1, "times the ordinary calls, for the same people")
	flags.Int64Var(&s.o.Seed, "seed", 1, "of chance")
	flags.StringVar(&s.scenario, "scenario", "month", "month, or flood: 2,000 calls in the evening of the first day")
	flags.StringVar(&s.city, "city", "generated", "generated (11 counties, 156 townships) or demo (the demo city and its rosters)")
	flags.StringVar(&s.policy, "policy", "", "version of the ladder policy (default: the one of the settings, else the newest)")
	flags.StringVar(&s.from, "from", "2026-03-01", "first day")
	flags.IntVar(&s.o.Agents, "agents", 0, "agents of a city at all hours (default: what Erlang A asks for, by the hour)")
	flags.BoolVar(&s.json, "json", false, "write JSON instead of the table")
	flags.StringVar(&s.svg, "svg", "", "draw a chart into this file")
	return cmd
}

// prepare turns flags and settings into what the simulation takes.
func (s *simulation) prepare(config string) error {
	cfg, err := loadConfig(config)
	if err != nil && config != "" { // without one it also runs where no line is set up
		return err
	}
	policies, err := configs.LoadPolicies(cfg.Policy.Dir)
	if err != nil {
		return err
	}
	if s.o.Policy = cmp.Or(s.policy, cfg.Policy.Ladder); s.o.Policy == "" {
		s.o.Policy = slices.Max(slices.Collect(maps.Keys(policies.Ladders)))
	}
	day, err := ticket.ParseDate(s.from)
	if err != nil {
		return fmt.Errorf("--from must be a day such as 2026-03-01: %w", err)
	}
	if s.o.Days < 1 || s.o.Cities < 1 || s.o.Load <= 0 || s.o.Agents < 0 {
		return errors.New("--days and --scale must be at least 1, --load more than 0")
	}
	s.o.Policies, s.o.Calendar = policies.Ladders, policies.Calendar
	s.o.From, s.o.Scenario = day.At(0), sim.Scenario(s.scenario)
	switch s.city {
	case "generated":
		return nil
	case "demo":
		s.o.City, err = demoCity(s.o)
		return err
	default:
		return errors.New("--city must be generated or demo")
	}
}

func (s *simulation) run(cmd *cobra.Command) error {
	report, err := sim.Run(cmd.Context(), s.o)
	if err != nil {
		return err
	}
	if s.svg != "" {
		if err := os.WriteFile(filepath.Clean(s.svg), []byte(report.SVG()), 0o644); err != nil { //nolint:gosec // a chart holds no secret
			return err
		}
	}
	if s.json {
		out := json.NewEncoder(cmd.OutOrStdout())
		out.SetIndent("", "  ")
		err = out.Encode(report)
	} else {
		err = report.WriteTable(cmd.OutOrStdout())
	}
	if err == nil && !report.Checks.Sound() {
		err = fmt.Errorf("the checks failed: lost %d, duplicates %d, orphans %d", report.Checks.Lost, report.Checks.Duplicates, report.Checks.Orphans)
	}
	return err
}

// demoCity is the demo city with its own people and rosters.
func demoCity(o sim.Options) (*sim.City, error) {
	demo, err := configs.DemoCity()
	if err != nil {
		return nil, err
	}
	city, posts, desks := sim.NewCity(), map[string]area.PostID{}, map[duty.Key]area.PostID{}
	for _, d := range demo.Divisions {
		city.AddPlace(area.Division{Code: d.Code, Name: d.Name})
	}
	for _, d := range demo.Desks {
		desks[duty.Key{Area: d.Area, Role: d.Role}] = city.AddPost(area.Post{Kind: area.PostDesk, Area: d.Area, Role: d.Role, Name: d.Name})
	}
	for _, s := range demo.Staff {
		posts[s.Login] = city.AddPost(area.Post{Kind: area.PostPerson, Area: s.Area, Role: s.Role, Name: s.Name})
	}
	for _, n := range demo.Numbers {
		role := area.RoleCountyDuty
		if n.Area.Level() >= area.LevelTownship {
			role = area.RoleWorker
		}
		city.Lines = append(city.Lines, ticket.Line{Number: n.Number, Area: n.Area, Owner: desks[duty.Key{Area: n.Area, Role: role}]})
	}
	var away []duty.Absence
	for _, a := range demo.Absences {
		away = append(away, duty.Absence{Post: posts[a.Login], Reason: a.Reason, Starts: a.From, Ends: a.To})
	}
	for _, d := range demo.Duty {
		r := duty.Roster{Key: duty.Key{Area: d.Area, Role: d.Role}, Absences: away}
		for i, shift := range d.Shifts(o.From.Add(-24*time.Hour), o.Days+90) {
			r.Shifts = append(r.Shifts, duty.Shift{ID: int64(i + 1), Position: shift.Position, Post: posts[shift.Login], Starts: shift.StartsAt, Ends: shift.EndsAt})
		}
		city.AddRoster(r)
	}
	return city, city.Ready(o.Calendar)
}
