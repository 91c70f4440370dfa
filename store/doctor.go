package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
)

// Checkup is what the database tells of itself and of the role we come as, for
// `hotline doctor`.
type Checkup struct {
	Version   int           // server_version_num: 150004 is 15.4
	Standby   bool          // it takes no writes
	Ahead     time.Duration // the server's clock minus the node's
	RoundTrip time.Duration // how exact Ahead can be

	Role         string
	Excess       []string // what the role may do and must not: "superuser", "BYPASSRLS", …
	Migrated     bool     // some version of the schema is there
	ReadsVersion bool     // the role may ask which

	// The rest is only known of a migrated database.
	AppNow      time.Time
	ClockScale  float64       // app_now() in seconds for each real one
	ClockOffset time.Duration // app_now() minus the server's clock
	Unforced    []string      // tables whose row level security does not bind their owner
}

// Examine asks the database what `hotline doctor` wants to know. It changes nothing.
func (db *DB) Examine(ctx context.Context) (Checkup, error) {
	var c Checkup
	var now time.Time
	var super, bypass, createRole, createDB, createSchema, createTable, owns bool
	if err := db.pool.PingContext(ctx); err != nil { // connecting takes time that says nothing about clocks
		return c, translate("examine the database", err)
	}
	sent := time.Now()
	err := db.pool.QueryRowContext(ctx, `SELECT clock_timestamp(), current_setting('server_version_num')::int, pg_is_in_recovery(), current_user,
		r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, has_database_privilege(current_database(), 'CREATE'),
		has_schema_privilege('public', 'CREATE'),
		EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND pg_has_role(c.relowner, 'MEMBER')),
		to_regclass('public.app_clock') IS NOT NULL,
		coalesce(has_table_privilege(to_regclass('public.goose_db_version')::oid, 'SELECT'), false)
		FROM pg_roles r WHERE r.rolname = current_user`).Scan(&now, &c.Version, &c.Standby, &c.Role,
		&super, &bypass, &createRole, &createDB, &createSchema, &createTable, &owns, &c.Migrated, &c.ReadsVersion)
	if err != nil {
		return c, translate("examine the database", err)
	}
	c.RoundTrip = time.Since(sent)
	c.Ahead = now.Sub(sent.Add(c.RoundTrip / 2))
	for _, right := range []struct {
		has  bool
		name string
	}{{super, "superuser"}, {bypass, "BYPASSRLS"}, {createRole, "CREATEROLE"}, {createDB, "CREATEDB"},
		{createSchema, "CREATE in the database"}, {createTable, "CREATE in the schema public"}, {owns && !super, "owner of tables"}} {
		if right.has {
			c.Excess = append(c.Excess, right.name)
		}
	}
	if !c.Migrated {
		return c, nil
	}
	return c, db.examineSchema(ctx, &c)
}

// examineSchema asks what only a migrated database knows.
func (db *DB) examineSchema(ctx context.Context, c *Checkup) error {
	var offset float64
	err := db.pool.QueryRowContext(ctx, `SELECT app_now(), scale, extract(epoch FROM app_now() - clock_timestamp())::float8 FROM app_clock`).
		Scan(&c.AppNow, &c.ClockScale, &offset)
	if err != nil {
		return translate("examine the clock", err)
	}
	c.AppNow, c.ClockOffset = c.AppNow.UTC(), time.Duration(offset*float64(time.Second))
	rows, err := db.pool.QueryContext(ctx, `SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
		AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1`)
	if err != nil {
		return translate("examine row level security", err)
	}
	defer rows.Close() //nolint:errcheck // the read's own error is checked below
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return translate("examine row level security", err)
		}
		c.Unforced = append(c.Unforced, table)
	}
	return translate("examine row level security", rows.Err())
}

// WithoutDesk lists those of the service numbers whose area has no desk that
// could own their calls.
func (db *DB) WithoutDesk(ctx context.Context, numbers []ServiceNumber) (missing []ServiceNumber, err error) {
	err = db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		for _, n := range numbers {
			_, err := tx.Desk(ctx, n.Area, n.Desk)
			if errors.Is(err, act.ErrNotFound) {
				missing = append(missing, n)
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	return missing, err
}

// DutyGap is a time in which a township has nobody on duty.
type DutyGap struct {
	Area     area.Code
	Name     string
	From, To time.Time
}

// DutyGaps lists, for every township, when nobody is on duty in a role from now
// until ahead: no roster, or only people who are absent or have left.
// It also tells how many townships there are.
func (db *DB) DutyGaps(ctx context.Context, role area.Role, ahead time.Duration) (gaps []DutyGap, townships int, err error) {
	err = db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		var towns []struct{ Code, Name string }
		if err := tx.find(ctx, "list townships", &towns, `SELECT code, name FROM divisions WHERE `+isTownship+` ORDER BY code`, tx.now, tx.now); err != nil {
			return err
		}
		served, err := tx.nobodyServes(ctx, role, tx.now, tx.now.Add(ahead))
		if err != nil {
			return err
		}
		for _, t := range towns {
			holes, ok := served[area.Code(t.Code)]
			if !ok {
				holes = []duty.Hole{{Starts: tx.now, Ends: tx.now.Add(ahead)}}
			}
			for _, h := range holes {
				gaps = append(gaps, DutyGap{Area: area.Code(t.Code), Name: t.Name, From: h.Starts, To: h.Ends})
			}
		}
		townships = len(towns)
		return nil
	})
	return gaps, townships, err
}

// nobodyServes lists for each area with a roster of a role when it has nobody.
func (tx *Tx) nobodyServes(ctx context.Context, role area.Role, from, to time.Time) (map[area.Code][]duty.Hole, error) {
	rosters, err := tx.rosters(ctx, from, to, `x.role = ?`, string(role))
	holes := make(map[area.Code][]duty.Hole, len(rosters))
	for _, r := range rosters {
		schedule, err := duty.New(r, tx.db.calendar.Day)
		if err != nil {
			return nil, err
		}
		holes[r.Area] = schedule.Nobody(from, to)
	}
	return holes, err
}

// isTownship holds of divisions on township level that are valid at a time, given twice.
const isTownship = `substr(code, 10) = '000' AND substr(code, 7, 3) <> '000' AND valid_from <= ?::date AND (valid_to IS NULL OR valid_to > ?::date)`

// CheckAuditEnds looks at the end of every lane without walking it: that the
// head is the last record, that this record carries the seal of our keys, and
// that the newest anchor of each lane is still there. VerifyAudit does the whole.
// It also tells how many records there are.
func (db *DB) CheckAuditEnds(ctx context.Context, anchors []AuditHead) (faults []AuditFault, records int64, err error) {
	newest := map[int16]AuditHead{}
	for _, a := range anchors {
		if a.Seq > newest[a.Lane].Seq {
			newest[a.Lane] = a
		}
	}
	err = db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		for lane := range int16(lanes) {
			what, seq, err := tx.checkAuditEnd(ctx, lane, newest[lane])
			if err != nil {
				return err
			}
			if records += seq; what != "" {
				faults = append(faults, AuditFault{Lane: lane, Seq: seq, What: what})
			}
		}
		return nil
	})
	return faults, records, err
}

// checkAuditEnd reads head and last record in one statement, hence from one snapshot.
func (tx *Tx) checkAuditEnd(ctx context.Context, lane int16, anchor AuditHead) (what string, seq int64, err error) {
	var headHash, prev, hash []byte
	l := auditLink{Lane: lane}
	err = tx.scan(ctx, "read audit head", `SELECT h.seq, h.hash, coalesce(r.seq, 0), coalesce(r.at, app_now()), coalesce(r.actor, ''), coalesce(r.actor_id, 0),
		coalesce(r.role, ''), coalesce(r.action, ''), coalesce(r.subject_kind, ''), coalesce(r.subject_id, 0), coalesce(r.area_code, ''),
		coalesce(r.reason, ''), coalesce(r.data, ''), coalesce(r.prev_hash, ''), coalesce(r.hash, '')
		FROM audit_heads h LEFT JOIN LATERAL (SELECT * FROM audit_records a WHERE a.lane = h.lane ORDER BY a.seq DESC LIMIT 1) r ON true
		WHERE h.lane = ?`, []any{lane}, &seq, &headHash, &l.Seq, &l.At, &l.Actor, &l.ActorID, &l.Role, &l.Action, &l.SubjectKind, &l.SubjectID,
		&l.AreaCode, &l.Reason, &l.Data, &prev, &hash)
	if err != nil {
		return "", 0, err
	}
	if seq != l.Seq || !bytes.Equal(headHash, hash) {
		return "the lane's end is not where its head says: records were cut off or added", seq, nil
	}
	if l.Seq > 0 {
		l.At = l.At.UTC()
		want, err := l.hash(tx.db.sealer, prev)
		if err != nil {
			return "", 0, err
		}
		if !bytes.Equal(want, hash) {
			return "its last record was changed, or was written with another key file", seq, nil
		}
	}
	if anchor.Seq == 0 {
		return "", seq, nil
	}
	var kept []byte
	err = tx.scan(ctx, "read anchored record", `SELECT hash FROM audit_records WHERE lane = ? AND seq = ?`, []any{lane, anchor.Seq}, &kept)
	switch {
	case errors.Is(err, act.ErrNotFound):
		return fmt.Sprintf("record %d was anchored outside the database and is gone", anchor.Seq), seq, nil
	case err == nil && !bytes.Equal(kept, anchor.Hash):
		return fmt.Sprintf("record %d differs from the anchor kept outside the database", anchor.Seq), seq, nil
	}
	return "", seq, err
}
