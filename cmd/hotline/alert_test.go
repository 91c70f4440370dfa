package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/hotline/area"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
)

// A file of alerts is looked at, refused whole for one line, carried out, and changes nothing
// when it is brought again.
func TestImportAlerts(t *testing.T) {
	dir := t.TempDir()
	keys := filepath.Join(dir, "keys")
	if err := seal.Generate(keys); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "hotline.yaml")
	settings := "node: {data_dir: " + dir + "}\nkeys: {file: " + keys + "}\npostgres: {url: '" + servers.Database(t, "hotline", store.Migrate).AppURL + "'}\n" +
		"alerts: [{sender: 残联, office: 甲县残联, area: '990101000000'}]\n"
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := loadConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	db, err := openStore(cfg, newLogger(cfg.Log))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.ImportDirectory(t.Context(), area.Directory{Divisions: []area.Division{{Code: "990100000000", Name: "测试市"}, {Code: "990101000000", Name: "甲县"}},
		Desks: []area.Desk{{Area: "990101000000", Role: area.RoleCountyDuty, Name: "甲县值班台"}}})
	if err != nil {
		t.Fatal(err)
	}
	bring := func(file string, args ...string) (string, error) {
		t.Helper()
		var out bytes.Buffer
		cmd := root()
		cmd.SetOut(&out)
		cmd.SetIn(strings.NewReader(file))
		cmd.SetArgs(append([]string{"--config", config, "alert", "import", "-", "--sender", "残联"}, args...))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	const sound = "编号,类型,姓名,区划代码,金额\nC-1,残疾,周测试,990101101000,\nC-2,大额医疗费,吴测试,,60000.50\n"
	var quiet *exitError
	if out, err := bring(sound+"C-3,中奖,郑测试,,\nC-4,残疾,冯测试,,1.234\n", "--apply"); !errors.As(err, &quiet) || !strings.Contains(out, "line 4, kind") || !strings.Contains(out, "line 5, yuan") || !strings.Contains(out, "Faults: 2. Nothing was changed") {
		t.Errorf("with faults: %v\n%s", err, out)
	}
	if out, err := bring(sound); err != nil || !strings.Contains(out, "2 lines: 2 new") || !strings.Contains(out, "--apply carries it out") {
		t.Errorf("looked at: %v\n%s", err, out)
	}
	if out, err := bring(sound, "--apply"); err != nil || !strings.Contains(out, "2 lines: 2 new") || !strings.Contains(out, "Applied.") {
		t.Errorf("carried out: %v\n%s", err, out)
	}
	if out, err := bring(sound, "--apply"); err != nil || !strings.Contains(out, "0 new, 0 onto an open ticket, 2 taken before") {
		t.Errorf("again: %v\n%s", err, out)
	}
}
