// Package journal is what the line stands on when PostgreSQL is away: an
// append-only, sealed, fsynced file of the calls that came in (promise 2), the
// ticket numbers a node holds in advance, and the last known offset between the
// node's clock and the database's. It knows no database and no framework.
//
//	INVITE ──▶ store: transaction ──ok──▶ receipt
//	               │ database away
//	               ▼
//	           Append ──fsync──▶ receipt{Journaled}
//	               ⋮ database back
//	           Replay ──apply──▶ store: same transaction, a no-op where the row exists
//	               └──after apply returned nil──▶ segment deleted
//
// What is on disk is applied at least once. Apply must therefore be idempotent
// by the call's id.
package journal
