package act

import (
	"time"

	"example.org/hotline/area"
)

// Logged is an event as it stands in the numbered log that live streams resume
// from.
type Logged struct {
	Seq int64
	Event
}

// AuditRow is one link of the audit chain as auditors read it.
type AuditRow struct {
	Lane    int16     `json:"lane"`
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Role    area.Role `json:"role"`
	Action  string    `json:"action"`
	Subject string    `json:"subject" doc:"What kind of row it is about"`
	Area    area.Code `json:"area"`
	Reason  string    `json:"reason,omitempty"`
	Data    string    `json:"data" doc:"Canonical JSON, as it was hashed"`
	Hash    string    `json:"hash" doc:"Hexadecimal"`
}
