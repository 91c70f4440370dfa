package localservers

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

// The names that every installation shares.
const (
	DatabaseName = "hotline"

	// RoleOwner owns the database and runs the migrations.
	RoleOwner = "hotline_owner"
	// RoleApp is the program's: rows as granted and as row-level security lets
	// through, no tables of its own.
	RoleApp = "hotline_app"
	// RoleInspect sees every row of every table and can change none.
	RoleInspect = "hotline_inspect"

	roleSuper = "postgres"
)

// createRoles makes the roles and the database on the first start, and repairs
// what somebody has changed by hand on later ones.
func (p *Postgres) createRoles(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.SuperURL)
	if err != nil {
		return fmt.Errorf("create the database roles: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	roles := []struct{ name, attributes string }{
		{RoleOwner, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION"},
		{RoleApp, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION"},
		{RoleInspect, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS NOREPLICATION"},
	}
	for _, r := range roles {
		// Statements about roles take no parameters; names and passwords are our own.
		create := fmt.Sprintf(`DO $$ BEGIN CREATE ROLE %[1]s; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
			ALTER ROLE %[1]s %s PASSWORD '%s'`, r.name, r.attributes, p.state.Passwords[r.name])
		if _, err := conn.Exec(ctx, create); err != nil {
			return fmt.Errorf("create the role %s: %w", r.name, err)
		}
	}
	const inspect = `GRANT pg_read_all_data TO ` + RoleInspect + `; ALTER ROLE ` + RoleInspect + ` SET default_transaction_read_only = on`
	if _, err := conn.Exec(ctx, inspect); err != nil {
		return fmt.Errorf("create the role %s: %w", RoleInspect, err)
	}
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, DatabaseName).Scan(&exists); err != nil {
		return fmt.Errorf("look for the database %s: %w", DatabaseName, err)
	}
	if exists {
		return nil
	}
	return CreateDatabase(ctx, p.SuperURL, DatabaseName, "template1")
}

// CreateDatabase makes a database of RoleOwner from a template, with the same
// rights as the program's own: RoleApp and RoleInspect may connect and nobody
// else, and RoleApp may create nothing. superURL must be a superuser's.
func CreateDatabase(ctx context.Context, superURL, name, template string) (err error) {
	conn, err := pgx.Connect(ctx, superURL)
	if err != nil {
		return fmt.Errorf("create the database %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	id := pgx.Identifier{name}.Sanitize()
	statements := []string{ // CREATE DATABASE runs in no transaction, hence one by one
		`CREATE DATABASE ` + id + ` OWNER ` + RoleOwner + ` TEMPLATE ` + pgx.Identifier{template}.Sanitize(),
		`REVOKE ALL ON DATABASE ` + id + ` FROM PUBLIC`, // a copy does not inherit its template's rights
		`GRANT CONNECT ON DATABASE ` + id + ` TO ` + RoleApp + `, ` + RoleInspect,
	}
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("create the database %s: %w", name, err)
		}
	}
	return nil
}

// InDatabase is serverURL pointing at the database name instead of its own.
func InDatabase(serverURL, name string) (string, error) {
	u, err := url.Parse(serverURL)
	if err != nil {
		return "", errors.New("read a database address: it is no URL") // its text may hold a password
	}
	u.Path = "/" + name
	return u.String(), nil
}
