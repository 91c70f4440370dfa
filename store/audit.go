package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
)

// lanes is the number of audit chains. More than one, so that acts on
// different tickets do not queue for one head.
const lanes = 16

// auditLink is a record as it is hashed: every field but the hash itself.
type auditLink struct {
	Lane        int16     `json:"lane"`
	Seq         int64     `json:"seq"`
	At          time.Time `json:"at"` // UTC, whole microseconds, as PostgreSQL keeps it
	Actor       string    `json:"actor"`
	ActorID     int64     `json:"actor_id"`
	Role        string    `json:"role"`
	Action      string    `json:"action"`
	SubjectKind string    `json:"subject_kind"`
	SubjectID   int64     `json:"subject_id"`
	AreaCode    string    `json:"area_code"`
	Reason      string    `json:"reason"`
	Data        string    `json:"data"` // the very bytes that are stored
}

// hash chains a link to the one before it. It is keyed: whoever owns the
// database but not the key cannot rewrite the chain.
func (l auditLink) hash(sealer seal.Sealer, prev []byte) ([]byte, error) {
	canonical, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("write audit link: %w", err)
	}
	return sealer.MAC("audit", prev, canonical), nil
}

// appendAudit chains the queued records onto one lane. The lane's head row is
// locked until commit, so a lane has no gaps and no forks.
func (tx *Tx) appendAudit(ctx context.Context) error {
	if len(tx.audit) == 0 {
		return nil
	}
	lane := int16(tx.audit[0].Subject.ID & (lanes - 1))
	var seq int64
	var prev []byte
	if err := tx.scan(ctx, "lock audit lane", `SELECT seq, hash FROM audit_heads WHERE lane = ? FOR UPDATE`, []any{lane}, &seq, &prev); err != nil {
		return err
	}
	rows := make([]map[string]any, 0, len(tx.audit))
	for _, r := range tx.audit {
		data, err := toJSON(r.Data)
		if err != nil {
			return err
		}
		seq++
		link := auditLink{Lane: lane, Seq: seq, At: tx.now.Truncate(time.Microsecond), Actor: tx.actor.Name, ActorID: int64(tx.actor.StaffID),
			Role: string(tx.actor.Role), Action: r.Action, SubjectKind: r.Subject.Kind, SubjectID: r.Subject.ID,
			AreaCode: string(r.Area), Reason: r.Reason, Data: data}
		hash, err := link.hash(tx.db.sealer, prev)
		if err != nil {
			return err
		}
		rows = append(rows, map[string]any{"lane": link.Lane, "seq": link.Seq, "at": link.At, "actor": link.Actor, "actor_id": link.ActorID,
			"role": link.Role, "action": link.Action, "subject_kind": link.SubjectKind, "subject_id": link.SubjectID,
			"area_code": link.AreaCode, "reason": link.Reason, "data": link.Data, "prev_hash": hex.EncodeToString(prev), "hash": hex.EncodeToString(hash)})
		prev = hash
	}
	return tx.writeAudit(ctx, rows, lane, seq, prev)
}

// writeAudit writes the links and moves the lane's head in one statement whose
// text is the same for any number of links, so that it is planned once.
func (tx *Tx) writeAudit(ctx context.Context, rows []map[string]any, lane int16, seq int64, hash []byte) error {
	links, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write audit links: %w", err)
	}
	_, err = tx.exec(ctx, "append audit", `WITH links AS (
			INSERT INTO audit_records (lane, seq, at, actor, actor_id, role, action, subject_kind, subject_id, area_code, reason, data, prev_hash, hash)
			SELECT x.lane, x.seq, x.at, x.actor, x.actor_id, x.role, x.action, x.subject_kind, x.subject_id, x.area_code, x.reason, x.data,
			       decode(x.prev_hash, 'hex'), decode(x.hash, 'hex')
			FROM jsonb_to_recordset(?::jsonb) AS x(lane smallint, seq bigint, at timestamptz, actor text, actor_id bigint, role text, action text,
			     subject_kind text, subject_id bigint, area_code text, reason text, data text, prev_hash text, hash text))
		UPDATE audit_heads SET seq = ?, hash = decode(?, 'hex') WHERE lane = ?`, string(links), seq, hex.EncodeToString(hash), lane)
	return err
}

// AuditHead is the end of one lane: how many links, and the last hash.
type AuditHead struct {
	Lane int16  `json:"lane"`
	Seq  int64  `json:"seq"`
	Hash []byte `json:"hash"`
}

// AuditHeads reads the ends of all lanes, to be anchored outside the database.
func (db *DB) AuditHeads(ctx context.Context) ([]AuditHead, error) {
	var heads []AuditHead
	err := db.gorm.WithContext(ctx).Raw(`SELECT lane, seq, hash FROM audit_heads ORDER BY lane`).Scan(&heads).Error
	return heads, translate("read audit heads", err)
}

// AuditFault is one place where the chain does not hold.
type AuditFault struct {
	Lane int16
	Seq  int64
	What string
}

// VerifyAudit walks every lane and lists each fault: a changed, deleted,
// swapped or invented record, a head that is not the end of its lane, and an
// anchor (a head that was written down outside) the chain no longer passes
// through. It also tells how many records it read.
func (db *DB) VerifyAudit(ctx context.Context, anchors []AuditHead) (faults []AuditFault, records int64, err error) {
	err = db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		for lane := range int16(lanes) {
			found, n, err := tx.verifyLane(ctx, lane, anchors)
			if err != nil {
				return err
			}
			faults, records = append(faults, found...), records+n
		}
		return nil
	})
	return faults, records, err
}

func (tx *Tx) verifyLane(ctx context.Context, lane int16, anchors []AuditHead) (faults []AuditFault, records int64, err error) {
	fault := func(seq int64, what string) { faults = append(faults, AuditFault{Lane: lane, Seq: seq, What: what}) }
	anchored := map[int64][]byte{}
	for _, a := range anchors {
		if a.Lane == lane && a.Seq > 0 {
			anchored[a.Seq] = a.Hash
		}
	}
	rows, err := tx.query(ctx, `SELECT lane, seq, at, actor, actor_id, role, action, subject_kind, subject_id, area_code, reason, data, prev_hash, hash
		FROM audit_records WHERE lane = ? ORDER BY seq`, lane).Rows()
	if err != nil {
		return nil, 0, translate("read audit lane", err)
	}
	defer rows.Close() //nolint:errcheck // the read's own error is checked below
	var prev []byte
	var expect int64 = 1
	for rows.Next() {
		var l auditLink
		var prevHash, hash []byte
		if err := rows.Scan(&l.Lane, &l.Seq, &l.At, &l.Actor, &l.ActorID, &l.Role, &l.Action, &l.SubjectKind, &l.SubjectID,
			&l.AreaCode, &l.Reason, &l.Data, &prevHash, &hash); err != nil {
			return nil, 0, translate("read audit record", err)
		}
		records++
		l.At = l.At.UTC()
		if l.Seq != expect {
			fault(expect, fmt.Sprintf("records %d to %d are missing", expect, l.Seq-1))
		}
		if !bytes.Equal(prevHash, prev) {
			fault(l.Seq, "does not follow the record before it")
		}
		want, err := l.hash(tx.db.sealer, prevHash)
		if err != nil {
			return nil, 0, err
		}
		if !bytes.Equal(want, hash) {
			fault(l.Seq, "was changed after it was written")
		}
		if a, ok := anchored[l.Seq]; ok {
			if !bytes.Equal(a, hash) {
				fault(l.Seq, "differs from the anchor kept outside the database")
			}
			delete(anchored, l.Seq)
		}
		prev, expect = hash, l.Seq+1
	}
	if err := rows.Err(); err != nil {
		return nil, 0, translate("read audit lane", err)
	}
	for seq := range anchored {
		fault(seq, "was anchored outside the database and is gone")
	}
	var headSeq int64
	var headHash []byte
	if err := tx.scan(ctx, "read audit head", `SELECT seq, hash FROM audit_heads WHERE lane = ?`, []any{lane}, &headSeq, &headHash); err != nil {
		return nil, 0, err
	}
	if headSeq != expect-1 || !bytes.Equal(headHash, prev) {
		fault(headSeq, "the lane's end is not where its head says: records were cut off")
	}
	return faults, records, nil
}
