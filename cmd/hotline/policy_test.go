package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// runPolicy is a command's output.
func runPolicy(t *testing.T, cmd *cobra.Command, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestPolicyCheck(t *testing.T) {
	config := filepath.Join(t.TempDir(), "none.yaml") // no settings: the built-in rules
	out, err := runPolicy(t, policyCommand(&config), "check")
	if err != nil || !strings.Contains(out, "aid-seed-2021 in force from 2021-01-01") || !strings.Contains(out, "aid-law-2026 in force from 2026-07-01") {
		t.Errorf("%v\n%s", err, out)
	}
	law, err := os.ReadFile("../../configs/policy/aid-law-2026.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "aid-city-2027.yaml")
	broken := strings.NewReplacer("first_pay: next", "first_pay: later", "percent: 150", "percent: 15").Replace(string(law))
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = runPolicy(t, policyCommand(&config), "check", file)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	at := func(fault string) string { // where the file has it
		before, _, _ := strings.Cut(broken, fault)
		return fmt.Sprintf("aid-city-2027.yaml:%d: ", 1+strings.Count(before, "\n"))
	}
	if err == nil || len(lines) != 2 || !strings.HasPrefix(lines[0], at("percent: 15}")+"edge[0].percent: must lie between") || !strings.HasPrefix(lines[1], at("first_pay: later")+"first_pay: must be one of same, next") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestPolicyDiffAndExplain(t *testing.T) {
	config := filepath.Join(t.TempDir(), "none.yaml")
	out, err := runPolicy(t, policyCommand(&config), "diff", "aid-seed-2021", "../../configs/policy/aid-law-2026.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"first_pay: same -> next", "up_to_fen: 300000 (3000.00) -> 500000 (5000.00)", "1440.00              1800.00", "2026-07              2026-08"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	out, err = runPolicy(t, policyCommand(&config), "explain")
	if err != nil || !strings.Contains(out, "       1440.00  低保金：（标准 900.00 − 人均 540.00）= 360.00，× 4 人\n") {
		t.Errorf("%v\n%s", err, out)
	}
	file := filepath.Join(t.TempDir(), "family.json")
	if err := os.WriteFile(file, []byte(`{"area":"990101101000","on":"2026-12-01","members":[{"ref":"a","born":"1990-01-01"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err = runPolicy(t, policyCommand(&config), "explain", "--inputs", file, "--lang", "en")
	if err != nil || !strings.HasPrefix(out, "aid-law-2026  2026-12-01") || !strings.Contains(out, "        900.00  Due each month\n") {
		t.Errorf("%v\n%s", err, out)
	}
	for what, args := range map[string][]string{
		"a language that is none":  {"explain", "--lang", "fr"},
		"a version that is none":   {"diff", "aid-seed-2021", "aid-2099"},
		"a file that is not there": {"explain", "--inputs", "nowhere.json"},
	} {
		if out, err := runPolicy(t, policyCommand(&config), args...); err == nil {
			t.Errorf("%s was taken:\n%s", what, out)
		}
	}
}
