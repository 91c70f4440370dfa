package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/hotline/internal/seal"
	"example.org/hotline/relief/source/sourcesim"
)

// Every fault of a catalogue is told with its line; without settings nobody is reached.
func TestSourceCheck(t *testing.T) {
	config := filepath.Join(t.TempDir(), "none.yaml")
	out, err := runPolicy(t, sourceCommand(&config), "check")
	if err != nil || !strings.Contains(out, "16 sources of 9 departments") || !strings.Contains(out, "0 of them are reached") {
		t.Errorf("%v\n%s", err, out)
	}
	whole, err := os.ReadFile("../../configs/catalogue/sources.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "sources-2027.yaml")
	broken := strings.NewReplacer("limit: 30s", "limit: 31s", "method: POST", "method: GET").Replace(string(whole))
	broken = strings.Replace(broken, "method: GET", "method: POST", strings.Count(broken, "method: GET")-1) // the last one alone
	if broken == string(whole) {
		t.Fatal("nothing was broken")
	}
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	at := func(fault string) string {
		before, _, _ := strings.Cut(broken, fault)
		return fmt.Sprintf("sources-2027.yaml:%d: ", 1+strings.Count(before, "\n"))
	}
	out, err = runPolicy(t, sourceCommand(&config), "check", file)
	if err == nil || !strings.Contains(out, at("limit: 31s")+"limit: must lie between 1s and 30s") || !strings.Contains(out, at("method: GET")+"sources[") || !strings.Contains(out, "must be POST or PUT") {
		t.Errorf("%v\n%s", err, out)
	}
}

// A source is tried with somebody who does not exist: its state, its time and which fields
// were found are told, and nothing of what stands in them.
func TestSourceTry(t *testing.T) {
	dir := t.TempDir()
	keys, config := filepath.Join(dir, "keys"), filepath.Join(dir, "hotline.yaml")
	if err := seal.Generate(keys); err != nil {
		t.Fatal(err)
	}
	city, err := startSources(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer city.close()
	settings := "node: {data_dir: " + dir + "}\nkeys: {file: " + keys + "}\npostgres: {url: 'postgres://nobody@127.0.0.1:1/none'}\n" + city.settings() + "\n"
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	sim := city.server.Handler.(*sourcesim.Sim)
	try := func(args ...string) (string, error) {
		t.Helper()
		out, err := runPolicy(t, sourceCommand(&config), append([]string{"try"}, args...)...)
		if said := regexp.MustCompile(`\d{6,}|测A|晴川|测试人员|68[,_]?000`).FindString(out); said != "" {
			t.Errorf("%v: it shows %q\n%s", args, said, out)
		}
		return out, err
	}
	out, err := try("vehicles", "--serial", "011")
	if err != nil || !strings.Contains(out, ": OK in ") || !strings.Contains(out, "1 record of vehicles") || !regexp.MustCompile(`plate +/\S+ +in 1\n`).MatchString(out) || sim.Asked("vehicles") != 1 {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := try("vehicles", "--serial", "010"); err != nil || !strings.Contains(out, ": EMPTY in ") {
		t.Errorf("somebody without a car: %v\n%s", err, out)
	}
	for as, want := range map[sourcesim.Behaviour]string{sourcesim.Wrong: "refused: ", sourcesim.Forged: "wrong_signature: ", sourcesim.Refuses: "refused: ", sourcesim.Old: "too_old: "} {
		if err := sim.Behave("vehicles", as); err != nil {
			t.Fatal(err)
		}
		if out, err := try("vehicles", "--serial", "011"); err == nil || !strings.Contains(out, want) {
			t.Errorf("%s: %v\n%s", as, err, out)
		}
	}
	before := sim.Asked("vehicles")
	if out, err := try("vehicles", "--simulator", "--serial", "011"); err != nil || !strings.Contains(out, ": OK in ") || sim.Asked("vehicles") != before {
		t.Errorf("played here, the department is not asked: %v\n%s", err, out)
	}
	if _, err := try("horses"); err == nil || !strings.Contains(err.Error(), "name one of") || !strings.Contains(err.Error(), "vehicles") {
		t.Errorf("a source that is none: %v", err)
	}
	for _, serial := range []string{"1", "1234", "1x3"} {
		if _, err := try("vehicles", "--serial", serial); err == nil || !strings.Contains(err.Error(), "three digits") {
			t.Errorf("serial %s: %v", serial, err)
		}
	}
	none := filepath.Join(dir, "none.yaml")
	if _, err := runPolicy(t, sourceCommand(&none), "try", "vehicles"); err == nil || !strings.Contains(err.Error(), "--simulator") {
		t.Errorf("without a way: %v", err)
	}
}

// Every code that a reading may carry has its remedy.
func TestEveryCodeOfASourceIsExplained(t *testing.T) {
	if out, err := os.ReadFile("../../relief/source/source.go"); err != nil {
		t.Fatal(err)
	} else {
		for _, m := range regexp.MustCompile(`Why\w+ += "(\w+)"`).FindAllStringSubmatch(string(out), -1) {
			if code := m[1]; whySource[code] == "" && !slices.Contains([]string{"no_identity", "not_connected", "not_asked", "consent_withdrawn"}, code) { // no question leaves for these
				t.Errorf("%s is not explained", code)
			}
		}
	}
}
