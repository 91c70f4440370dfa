package integrity

import (
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// File is the integrity file of one person, as those who work on a case of theirs see it.
type File struct {
	Person  string      `json:"person" format:"uuid"`
	Name    string      `json:"name" doc:"Masked"`
	Papers  []PaperView `json:"papers" doc:"The newest first"`
	Entries []EntryView `json:"entries" doc:"The newest first"`
}

// PaperView is a commitment or a notice.
type PaperView struct {
	Kind   PaperKind `json:"kind" enum:"commitment,notice"`
	Form   string    `json:"form"`
	Signed Signed    `json:"signed" enum:"screen,paper,voice,refused"`
	Reason string    `json:"reason,omitempty" doc:"Why it was refused"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// EntryView is an entry with its history.
type EntryView struct {
	ID        string     `json:"id" format:"uuid"`
	Kind      Kind       `json:"kind" enum:"kept,broken"`
	Behaviour Behaviour  `json:"behaviour"`
	State     State      `json:"state" enum:"reported,evidence,notified,cleared,active,appealed,repaired,expired"`
	Outcome   Outcome    `json:"outcome,omitempty" enum:"none,light,serious"`
	AnswerDue *time.Time `json:"answer_due,omitempty" doc:"Until then the person may answer"`
	Answered  bool       `json:"answered"`
	Until     *time.Time `json:"until,omitempty" doc:"Then it ends"`
	Steps     []StepView `json:"steps" doc:"The oldest first"`
	NextActs  []string   `json:"next_acts" doc:"What you could do with it now"`

	ReportedBy, DecidedBy area.StaffID `json:"-"`
}

// StepView is one line of an entry's history.
type StepView struct {
	Event   Event     `json:"event,omitempty" doc:"Absent: the report"`
	Note    string    `json:"note,omitempty"`
	Uploads []string  `json:"uploads,omitempty"`
	By      string    `json:"by,omitempty" doc:"Absent: its day had come"`
	At      time.Time `json:"at"`
}

// Word is the words of a behaviour of any version; the code itself where none knows it any more.
func (v Versions) Word(kind Kind, code string) Behaviour {
	for _, r := range slices.Backward(v) {
		for _, b := range r.behaviours(kind) {
			if b.Code == code {
				return b
			}
		}
	}
	return Behaviour{Code: code, Zh: code, En: code}
}

// Allows lists what somebody could do with an entry now; the act itself asks once more.
func (e EntryView) Allows(who act.Actor, now time.Time) []string {
	acts := []string{}
	may := func(name string, ev Event, roles []area.Role, ok bool) {
		if _, err := e.State.Next(ev); err == nil && ok && who.May(roles...) {
			acts = append(acts, name)
		}
	}
	broken, other := e.Kind == Broken, who.StaffID != e.ReportedBy
	heard := e.Answered || e.AnswerDue != nil && !now.Before(*e.AnswerDue)
	may("prove", EventProve, reporters, true)
	may("notify", EventNotify, reporters, broken)
	may("answer", EventAnswer, reporters, true)
	may("decide", EventSanction, deciders, other && heard)
	may("decide", EventPraise, deciders, other && !broken)
	may("repair", EventRepair, deciders, broken)
	may("appeal", EventAppeal, reporters, broken)
	may("judge", EventUphold, judges, other && who.StaffID != e.DecidedBy)
	return acts
}
