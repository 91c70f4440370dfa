package store

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"example.org/hotline/internal/act"
)

// Replay looks for the answer that a key of the actor has already been given,
// and holds the key until the transaction ends: of two requests with one key
// the second waits here, and then finds the first one's answer, or acts itself
// if the first was rolled back. act.ErrKeyReused where the key was used for
// another route or body.
func (tx *Tx) Replay(ctx context.Context, key act.IdempotencyKey, route string, bodyHash []byte) (answer []byte, found bool, err error) {
	if err := tx.lockText(ctx, fmt.Sprintf("idempotency|%d|%s", tx.actor.StaffID, key)); err != nil {
		return nil, false, err
	}
	var usedFor string
	var hash, sealed []byte
	err = tx.scan(ctx, "find idempotency key", `SELECT route, body_hash, response FROM idempotency_keys WHERE staff_id = ? AND key = ?`,
		[]any{int64(tx.actor.StaffID), string(key)}, &usedFor, &hash, &sealed)
	switch {
	case errors.Is(err, act.ErrNotFound):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case usedFor != route || subtle.ConstantTimeCompare(hash, tx.bodyMAC(bodyHash)) != 1:
		return nil, false, &act.Fault{Kind: act.ErrKeyReused, Code: "key_reused",
			Detail: "This Idempotency-Key was used for another request; nothing was done. Make a new key for a new act."}
	}
	answer, err = tx.db.sealer.Open(tx.answerContext(key), sealed)
	if err != nil {
		return nil, false, fmt.Errorf("open kept answer: %w", err)
	}
	return answer, true, nil
}

// KeepAnswer stores what a key was answered, in the act's own transaction. The
// answer is sealed and the body's hash is keyed: a body may hold an identity
// number, which a bare hash would not hide.
func (tx *Tx) KeepAnswer(ctx context.Context, key act.IdempotencyKey, route string, bodyHash []byte, status int, answer []byte) error {
	sealed, err := tx.db.sealer.Seal(tx.answerContext(key), answer)
	if err != nil {
		return fmt.Errorf("seal answer: %w", err)
	}
	_, err = tx.exec(ctx, "keep answer", `INSERT INTO idempotency_keys (staff_id, key, route, body_hash, status, response, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, int64(tx.actor.StaffID), string(key), route, tx.bodyMAC(bodyHash), status, sealed, tx.now)
	return err
}

func (tx *Tx) bodyMAC(bodyHash []byte) []byte { return tx.db.sealer.MAC("idempotency", bodyHash) }

func (tx *Tx) answerContext(key act.IdempotencyKey) string {
	return fmt.Sprintf("idempotency_keys.response|%d|%s", tx.actor.StaffID, key)
}
