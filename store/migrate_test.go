package store

import (
	"testing"

	"example.org/hotline/test/servers"
)

// Every migration goes down and up again, and a second run changes nothing.
func TestMigrationsUpDownUp(t *testing.T) {
	urls := servers.Database(t, "hotline", Migrate)
	if err := MigrateDown(t.Context(), urls.OwnerURL); err != nil {
		t.Fatal(err)
	}
	var left int
	err := connect(t, urls.SuperURL).QueryRow(t.Context(), `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relname NOT LIKE 'goose%'`).Scan(&left)
	if err != nil {
		t.Fatal(err)
	}
	if left != 0 {
		t.Errorf("%d tables, indexes and sequences are left behind", left)
	}
	for range 2 {
		if err := Migrate(t.Context(), urls.OwnerURL); err != nil {
			t.Fatal(err)
		}
	}
	current, newest, err := SchemaVersion(t.Context(), urls.OwnerURL)
	if err != nil || current != newest {
		t.Errorf("at %d of %d (%v)", current, newest, err)
	}
}
