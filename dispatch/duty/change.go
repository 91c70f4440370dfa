package duty

import (
	"time"

	"example.org/hotline/area"
)

// Change is an override or a temporary roster, which are of one numbering.
// Exactly one of the first two is given.
type Change struct {
	Key
	Override  *Override  `json:"override,omitempty"`
	Temporary *Temporary `json:"temporary,omitempty"`
	HandOver  *Note      `json:"hand_over,omitempty"` // of an Override that is one; nil also where the reader may not see it
}

// Until is when it ends: early, or as it was written.
func (c Change) Until() time.Time {
	if c.Temporary != nil {
		return c.Temporary.until()
	}
	return c.Override.until()
}

// EndedEarly reports whether somebody has ended it before its time.
func (c Change) EndedEarly() bool {
	return c.Temporary != nil && !c.Temporary.EndedAt.IsZero() || c.Override != nil && !c.Override.EndedAt.IsZero()
}

// Note is what goes with a hand-over: what the next must know, and the standing
// cash advance as both have counted it (DOMAIN 0a.11).
type Note struct {
	Text         string    `json:"note"`
	HandedOverBy string    `json:"handed_over_by"`         // name of whoever wrote it
	CashFen      int64     `json:"cash_fen"`               // as the one who hands over counted it
	CountedFen   *int64    `json:"counted_fen,omitempty"`  // as the one who takes over counted it; nil until they have
	ConfirmedBy  string    `json:"confirmed_by,omitempty"` // their name
	ConfirmedAt  time.Time `json:"confirmed_at,omitzero"`  // when they signed
}

// VersionView is a version with its history.
type VersionView struct {
	Version
	By        string    `json:"by"`
	Reason    string    `json:"reason,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

// ChangeView is a change with its history, and the names of its people.
type ChangeView struct {
	Change
	By        string                 `json:"by"`
	CreatedAt time.Time              `json:"created_at"`
	EndedBy   string                 `json:"ended_by,omitempty"`
	EndReason string                 `json:"end_reason,omitempty"`
	Names     map[area.PostID]string `json:"-"`
}

// Candidate is a post that somebody wants to put on a roster.
type Candidate struct {
	area.Post
	Active bool // it is a person's, and that person still works here
}

// People lists everybody it names.
func (c Change) People() []area.PostID {
	switch {
	case c.Temporary != nil:
		return c.Temporary.People()
	case c.Override.Remove == 0:
		return []area.PostID{c.Override.Add}
	case c.Override.Add == 0:
		return []area.PostID{c.Override.Remove}
	default:
		return []area.PostID{c.Override.Remove, c.Override.Add}
	}
}
