package store

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// claim is who a device may write for: somebody who was signed in on it, with the role and the
// place that they had then.
type claim struct {
	Staff  int64  `json:"s"`
	Role   string `json:"r"`
	Area   string `json:"a"`
	Issued int64  `json:"t"` // seconds since 1970
}

// Claim signs that somebody is signed in on a device now, so that what they write on it without
// a network stays theirs, whoever is signed in when it is sent.
func (db *DB) Claim(staff area.Staff, at time.Time) string {
	body, _ := json.Marshal(claim{int64(staff.ID), string(staff.Role), string(staff.Area), at.Unix()}) // four plain fields: it cannot fail
	text := base64.RawURLEncoding.EncodeToString(body)
	return text + "." + base64.RawURLEncoding.EncodeToString(db.sealer.MAC("author's claim", []byte(text)))
}

// Claimed is who a claim was given to, as they were then, and when. Somebody who has left since is
// still the author of what they wrote.
func (db *DB) Claimed(ctx context.Context, text string) (staff area.Staff, issued time.Time, err error) {
	unknown := act.Invalid("claim", "claim_unknown", "This claim was not given by this line, or was changed. Whoever wrote it must sign in and send it; nothing was done.")
	body, mac, ok := strings.Cut(text, ".")
	given, err := base64.RawURLEncoding.DecodeString(mac)
	if !ok || err != nil || subtle.ConstantTimeCompare(given, db.sealer.MAC("author's claim", []byte(body))) != 1 {
		return area.Staff{}, time.Time{}, unknown
	}
	plain, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return area.Staff{}, time.Time{}, unknown
	}
	var c claim
	if err := json.Unmarshal(plain, &c); err != nil {
		return area.Staff{}, time.Time{}, unknown
	}
	err = translate("find an author", db.pool.QueryRowContext(ctx, `SELECT id, login, name, post_id, active FROM staff WHERE id = $1`, c.Staff).
		Scan((*int64)(&staff.ID), &staff.Login, &staff.Name, (*int64)(&staff.PostID), &staff.Active))
	staff.Role, staff.Area = area.Role(c.Role), area.Code(c.Area)
	return staff, time.Unix(c.Issued, 0), err
}
