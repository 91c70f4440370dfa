package localservers_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/internal/localservers"
)

// holderEnv makes this test binary a process that starts servers and is killed.
const holderEnv = "HOTLINE_TEST_HOLD_SERVERS_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holderEnv); dir != "" {
		if _, err := localservers.Start(context.Background(), localservers.Options{Dir: dir, Durable: true}); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("up")
		select {}
	}
	os.Exit(m.Run())
}

func TestDataSurvivesARestartAndAKill(t *testing.T) {
	dir := reachableFolder(t)
	s := start(t, dir, true)
	exec1(t, s.Postgres.OwnerURL, `CREATE TABLE calls (id int)`)
	exec1(t, s.Postgres.OwnerURL, `INSERT INTO calls VALUES (1)`)
	redisCommand(t, s.Redis.AppURL, "SET hl:call 1", "+OK")
	postgres, redis := s.Postgres.OwnerURL, s.Redis.AppURL

	s.Postgres.Kill()
	expectRefused(t, postgres)
	must(t, s.Postgres.Start(t.Context()))
	exec1(t, postgres, `INSERT INTO calls VALUES (2)`)

	must(t, s.Redis.Stop(t.Context()))
	expectRefused(t, redis)
	must(t, s.Redis.Start(t.Context()))
	redisCommand(t, redis, "GET hl:call", "$1")

	must(t, s.Stop(t.Context()))
	expectNoProcess(t, dir)

	s = start(t, dir, true)
	if s.Postgres.OwnerURL != postgres || s.Redis.AppURL != redis {
		t.Error("addresses or passwords changed over a restart")
	}
	if n := count(t, s.Postgres.OwnerURL, `SELECT count(*) FROM calls`); n != 2 {
		t.Errorf("%d rows after the restart, want 2", n)
	}
	redisCommand(t, s.Redis.AppURL, "GET hl:call", "$1")
}

func TestACommitSurvivesAKillWithoutFsync(t *testing.T) {
	s := start(t, reachableFolder(t), false)
	exec1(t, s.Postgres.OwnerURL, `CREATE TABLE calls AS SELECT generate_series(1, 1000) AS id`)
	s.Postgres.Kill()
	must(t, s.Postgres.Start(t.Context()))
	if n := count(t, s.Postgres.OwnerURL, `SELECT count(*) FROM calls`); n != 1000 {
		t.Errorf("%d rows after the kill, want 1000", n)
	}
}

func TestRolesMayDoTheirDutyAndNoMore(t *testing.T) {
	s := start(t, reachableFolder(t), false)
	exec1(t, s.Postgres.OwnerURL, `CREATE TABLE cases (id int)`)
	exec1(t, s.Postgres.OwnerURL, `ALTER TABLE cases ENABLE ROW LEVEL SECURITY`)
	exec1(t, s.Postgres.OwnerURL, `CREATE POLICY nobody ON cases USING (false) WITH CHECK (true)`)
	exec1(t, s.Postgres.OwnerURL, `GRANT SELECT, INSERT ON cases TO `+localservers.RoleApp)
	exec1(t, s.Postgres.AppURL, `INSERT INTO cases VALUES (1)`)

	if n := count(t, s.Postgres.AppURL, `SELECT count(*) FROM cases`); n != 0 {
		t.Errorf("the program sees %d rows past the policy, want 0", n)
	}
	if n := count(t, s.Postgres.InspectURL, `SELECT count(*) FROM cases`); n != 1 {
		t.Errorf("inspection sees %d rows, want 1", n)
	}
	for what, refused := range map[string]struct{ url, sql string }{
		"the program makes a table":           {s.Postgres.AppURL, `CREATE TABLE t (id int)`},
		"the program makes a temporary table": {s.Postgres.AppURL, `CREATE TEMP TABLE t (id int)`},
		"the program makes a schema":          {s.Postgres.AppURL, `CREATE SCHEMA x`},
		"inspection writes":                   {s.Postgres.InspectURL, `SET default_transaction_read_only = off; INSERT INTO cases VALUES (2)`},
		"inspection makes a table":            {s.Postgres.InspectURL, `SET default_transaction_read_only = off; CREATE TABLE t (id int)`},
	} {
		if err := execute(t, refused.url, refused.sql); err == nil {
			t.Errorf("%s, and is not refused", what)
		}
	}
}

func TestRedisRefusesTheProgramWhatItDoesNotNeed(t *testing.T) {
	s := start(t, reachableFolder(t), false)
	for _, c := range []struct{ command, answer string }{
		{"SET hl:a 1", "+OK"},
		{"EVAL \"return 7\" 0", ":7"},
		{"PUBLISH hl:wake 1", ":0"},
		{"SET other 1", "-NOPERM"},
		{"PUBLISH other 1", "-NOPERM"},
		{"FLUSHALL", "-NOPERM"},
		{"KEYS *", "-NOPERM"},
		{"CONFIG GET maxmemory-policy", "-NOPERM"},
		{"ACL LIST", "-NOPERM"},
	} {
		redisCommand(t, s.Redis.AppURL, c.command, c.answer)
	}
	redisCommand(t, s.Redis.AdminURL, "FLUSHALL", "+OK")
}

func TestOneProcessAtATimeInAFolder(t *testing.T) {
	dir := reachableFolder(t)
	start(t, dir, false)
	if !localservers.InUse(dir) {
		t.Error("the folder does not count as in use")
	}
	_, err := localservers.Start(t.Context(), localservers.Options{Dir: dir})
	if !errors.Is(err, localservers.ErrFolderInUse) {
		t.Errorf("a second start in the folder: %v, want ErrFolderInUse", err)
	}
}

func TestServersEndWithAKilledProcessAndTheNextOneReusesTheirData(t *testing.T) {
	dir := reachableFolder(t)
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), holderEnv+"="+dir)
	out, err := holder.StdoutPipe()
	must(t, err)
	must(t, holder.Start())
	line, _ := bufio.NewReader(out).ReadString('\n')
	if line != "up\n" {
		t.Fatalf("the process that holds the servers says %q", line)
	}
	// kill -9 gives it no chance to stop its servers.
	must(t, holder.Process.Kill())
	_ = holder.Wait()
	expectNoProcess(t, dir) // the kernel told them

	s := start(t, dir, true)
	if n := count(t, s.Postgres.OwnerURL, `SELECT 1`); n != 1 {
		t.Errorf("got %d", n)
	}
	must(t, s.Stop(t.Context()))
	expectNoProcess(t, dir)
}

func TestAServerLeftRunningIsStoppedFirst(t *testing.T) {
	dir := reachableFolder(t)
	s := start(t, dir, true)
	must(t, s.Stop(t.Context()))

	// A Redis in our folder that nobody waits for, as after a kill that the kernel
	// could not pass on.
	stray := exec.Command("redis-server", "redis.conf")
	stray.Dir = filepath.Join(dir, "redis")
	stray.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, stray.Start())
	ended := make(chan struct{})
	go func() { _ = stray.Wait(); close(ended) }()
	eventually(t, "the stray server wrote its pid file", func() bool {
		_, err := os.Stat(filepath.Join(stray.Dir, "redis.pid"))
		return err == nil
	})
	var said strings.Builder
	again, err := localservers.Start(t.Context(), localservers.Options{
		Dir: dir, WithoutPostgres: true, Log: func(line string) { said.WriteString(line + "\n") },
	})
	must(t, err)
	<-ended
	if !strings.Contains(said.String(), "left behind") {
		t.Errorf("it did not say that it stopped a stray server: %s", said.String())
	}
	must(t, again.Stop(t.Context()))
}

func TestAFolderThatUserPostgresCannotReach(t *testing.T) {
	dir := t.TempDir() // 0700, so only root passes through
	s := start(t, dir, false)
	t.Cleanup(func() { // after the servers have stopped
		if target, err := os.Readlink(filepath.Join(dir, "postgres")); err == nil {
			_ = os.RemoveAll(target)
		}
	})
	exec1(t, s.Postgres.OwnerURL, `CREATE TABLE calls (id int)`)
	must(t, s.Stop(t.Context()))
	s = start(t, dir, false)
	if n := count(t, s.Postgres.OwnerURL, `SELECT count(*) FROM calls`); n != 0 {
		t.Errorf("%d rows, want 0", n)
	}
	must(t, s.Stop(t.Context()))

	// Somebody deletes the folder: the passwords are gone, and so must the data be.
	for _, name := range []string{"postgres", "postgres.json"} {
		must(t, os.RemoveAll(filepath.Join(dir, name)))
	}
	s = start(t, dir, false)
	if execute(t, s.Postgres.OwnerURL, `SELECT FROM calls`) == nil {
		t.Error("data of a deleted folder came back")
	}
}

func start(t *testing.T, dir string, durable bool) *localservers.Servers {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s, err := localservers.Start(ctx, localservers.Options{Dir: dir, Durable: durable, Log: func(line string) { t.Log(line) }})
	must(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		must(t, s.Stop(ctx))
		expectNoProcess(t, dir)
	})
	return s
}

// reachableFolder is a temporary folder that user postgres may pass through.
func reachableFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hotline-localservers-") //nolint:usetesting // t.TempDir is closed to user postgres
	must(t, err)
	must(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	return dir
}

// expectNoProcess fails if any process still works in dir.
func expectNoProcess(t *testing.T, dir string) {
	t.Helper()
	eventually(t, "no process is left in "+dir, func() bool {
		links, _ := filepath.Glob("/proc/[0-9]*/cwd")
		for _, link := range links {
			if cwd, err := os.Readlink(link); err == nil && strings.HasPrefix(cwd, dir+"/") {
				return false
			}
		}
		return true
	})
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		case <-look.C:
		}
	}
}

func execute(t *testing.T, url, sql string) error {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	must(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	// The simple protocol, since some texts hold several statements.
	_, err = conn.PgConn().Exec(context.Background(), sql).ReadAll()
	return err
}

func exec1(t *testing.T, url, sql string) {
	t.Helper()
	must(t, execute(t, url, sql))
}

func count(t *testing.T, url, sql string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	must(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	must(t, conn.QueryRow(context.Background(), sql).Scan(&n))
	return n
}

// redisCommand sends one command as the URL's user and compares how the answer
// begins.
func redisCommand(t *testing.T, address, command, answer string) {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	conn, err := net.Dial("tcp", u.Host)
	must(t, err)
	defer func() { _ = conn.Close() }()
	password, _ := u.User.Password()
	_, err = fmt.Fprintf(conn, "AUTH %s %s\r\n%s\r\n", u.User.Username(), password, command)
	must(t, err)
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); err != nil || line != "+OK\r\n" {
		t.Fatalf("sign in to Redis: %q, %v", line, err)
	}
	line, err := answers.ReadString('\n')
	must(t, err)
	if !strings.HasPrefix(line, answer) {
		t.Errorf("%s: Redis answered %q, want %q", command, line, answer)
	}
}

func expectRefused(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	if conn, err := net.Dial("tcp", u.Host); err == nil {
		_ = conn.Close()
		t.Errorf("%s still takes connections", u.Host)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
