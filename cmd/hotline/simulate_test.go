package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/hotline/dispatch/sim"
)

func simulate(t *testing.T, args ...string) (string, error) {
	t.Helper()
	t.Chdir(t.TempDir()) // no settings of a developer's machine
	var out bytes.Buffer
	cmd := root()
	cmd.SetOut(&out)
	cmd.SetArgs(append([]string{"simulate"}, args...))
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// The command plays the generated and the demo city, as a table, as JSON and as a chart.
func TestSimulate(t *testing.T) {
	table, err := simulate(t, "--days", "2", "--city", "demo")
	if err != nil || !strings.Contains(table, "lost 0, duplicates 0, orphans 0: sound") {
		t.Errorf("%v: %s", err, table)
	}
	chart := filepath.Join(t.TempDir(), "chart.svg")
	text, err := simulate(t, "--days", "1", "--scenario", "flood", "--json", "--svg", chart, "--seed", "3")
	var report sim.Report
	if err != nil || json.Unmarshal([]byte(text), &report) != nil || report.Calls < 1800 || report.Seed != 3 {
		t.Errorf("%v: %s", err, text)
	}
	if svg, err := os.ReadFile(chart); err != nil || !bytes.HasPrefix(svg, []byte("<svg ")) {
		t.Errorf("the chart: %v", err)
	}
	for _, wrong := range [][]string{{"--days", "0"}, {"--scenario", "storm"}, {"--city", "atlantis"}, {"--from", "yesterday"}, {"--policy", "ladder-1999"}, {"--config", "missing.yaml"}} {
		if _, err := simulate(t, wrong...); err == nil {
			t.Errorf("%v: no error", wrong)
		}
	}
}
