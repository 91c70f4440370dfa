package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
)

// Declarations from a file: every fault told and nothing written, then applied, and again without change.
func TestImportRelatives(t *testing.T) {
	dir := t.TempDir()
	keys := filepath.Join(dir, "keys")
	if err := seal.Generate(keys); err != nil {
		t.Fatal(err)
	}
	config, urls := filepath.Join(dir, "hotline.yaml"), servers.Database(t, "hotline", store.Migrate)
	settings := "node: {data_dir: " + dir + "}\nkeys: {file: " + keys + "}\npostgres: {url: '" + urls.AppURL + "'}\n"
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	bring := func(kind, file string, args ...string) (string, error) {
		t.Helper()
		var out bytes.Buffer
		cmd := root()
		cmd.SetOut(&out)
		cmd.SetIn(strings.NewReader(file))
		cmd.SetArgs(append([]string{"--config", config, "import", kind, "-"}, args...))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	if out, err := bring("areas", "code,name\n990100000000,测试市\n990101000000,甲县\n", "--apply"); err != nil {
		t.Fatalf("places: %v\n%s", err, out)
	}
	if out, err := bring("staff", "login,name,role,area\nfinance.a,甲会计,county_finance,990101000000\n", "--apply"); err != nil {
		t.Fatalf("people: %v\n%s", err, out)
	}
	conn, err := pgx.Connect(t.Context(), urls.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	registered := func() (n int) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM staff_relatives r JOIN staff s ON s.id = r.staff_id WHERE s.login = 'finance.a'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const good = "login,关系,姓名,身份证号,电话\nfinance.a,self,甲会计,PARENT1,\nfinance.a,parent,甲父,PARENT2,13800000000\n"
	file := strings.NewReplacer("PARENT1", demoRelatives[0].identity, "PARENT2", demoRelatives[1].identity).Replace(good)
	out, err := bring("relatives", file+"nobody,cousin,,123,9\n", "--apply")
	if err == nil || !strings.Contains(out, "Faults: 5") || registered() != 0 {
		t.Errorf("a faulty line: %v, %d registered\n%s", err, registered(), out)
	}
	if strings.Contains(out, demoRelatives[0].identity) {
		t.Errorf("a number is told:\n%s", out)
	}
	if out, err := bring("relatives", file); err != nil || registered() != 0 || !strings.Contains(out, "--apply carries it out") {
		t.Errorf("looked at: %v, %d registered\n%s", err, registered(), out)
	}
	for _, want := range []string{"2 declared, 0 as they were", "0 declared, 2 as they were"} {
		if out, err := bring("relatives", file, "--apply"); err != nil || registered() != 2 || !strings.Contains(out, want) {
			t.Errorf("applied, want %s: %v, %d registered\n%s", want, err, registered(), out)
		}
	}
}
