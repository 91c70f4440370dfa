package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/hotline/area"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
	"example.org/hotline/test/places"
	"example.org/hotline/test/servers"
)

// A whole city from a file: looked at, refused for its last line, applied, and
// the same again changes nothing.
func TestImportAreas(t *testing.T) {
	dir := t.TempDir()
	keys := filepath.Join(dir, "keys")
	if err := seal.Generate(keys); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "hotline.yaml")
	settings := "node: {data_dir: " + dir + "}\nkeys: {file: " + keys + "}\npostgres: {url: '" + servers.Database(t, "hotline", store.Migrate).AppURL + "'}\n"
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	bring := func(kind string, stdin []byte, args ...string) (string, error) {
		t.Helper()
		var out bytes.Buffer
		cmd := root()
		cmd.SetOut(&out)
		cmd.SetIn(bytes.NewReader(stdin))
		cmd.SetArgs(append([]string{"--config", config, "import", kind}, args...))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	run := func(stdin []byte, args ...string) (string, error) { return bring("areas", stdin, args...) }
	whole := places.CSV(places.Generate(places.Counties, places.Townships, places.Villages))
	file := filepath.Join(dir, "places.csv")
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}

	out, err := run(append(whole, "990199101201,天外村,,,\n"...), "-", "--apply")
	var quiet *exitError
	if !errors.As(err, &quiet) || !strings.Contains(out, "line 4571, code: The place it lies in, 990199101000, is neither in the file nor in the tree. Add a line for it") ||
		!strings.Contains(out, "Faults: 1. Nothing was changed") {
		t.Errorf("a fault in the last line: %v\n%s", err, out)
	}
	if out, err := run(nil, file); err != nil || !strings.Contains(out, "4569 lines: 4569 new") || !strings.Contains(out, "--apply carries it out") {
		t.Errorf("looked at: %v\n%s", err, out)
	}
	if out, err := run(nil, file, "--apply"); err != nil || !strings.Contains(out, "4569 lines: 4569 new") || !strings.Contains(out, "Applied.") {
		t.Errorf("applied: %v\n%s", err, out)
	}
	out, err = run(nil, file, "--json")
	var p area.ImportPreview
	if err = errors.Join(err, json.Unmarshal([]byte(out), &p)); err != nil || p.Counts.Same != 4569 || p.Applied != nil || p.File != "places.csv" {
		t.Errorf("the same again: %v %+v", err, p.Counts)
	}
	if _, err := run(nil, filepath.Join(dir, "nowhere.csv")); err == nil {
		t.Error("a file that is not there is read")
	}

	staff := "账号,姓名,角色,区划代码,电话\nkeeper,管理员,system_admin,990101000000,19900000001\nhelper,协理,协理员,990101101201,19900000002\n"
	out, err = bring("staff", []byte(staff+"x,某,协理员,990101101201,1\n"), "-", "--apply")
	if !errors.As(err, &quiet) || !strings.Contains(out, "line 4, phone: It is no telephone number.") || !strings.Contains(out, "Faults: 2. Nothing was changed") {
		t.Errorf("a fault in a file of people: %v\n%s", err, out)
	}
	if out, err := bring("staff", []byte(staff), "-", "--apply"); err != nil || !strings.Contains(out, "2 lines: 2 new, 0 changed, 0 as they are; 1 village assistants") || !strings.Contains(out, "Applied.") {
		t.Errorf("people applied, an administrator among them: %v\n%s", err, out)
	}
}
