// Package loop keeps a case open until everything that was begun for it has ended:
// the tasks that follow from what others answered, the looks after the family, what
// the social-work station does for it, the citizen's way to offices, and the list of
// what is open before the ticket may close (DOMAIN 1, 4: a case cannot close until
// follow-up and referrals are closed, or waived with a reason).
package loop

import (
	"context"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// TaskID is the internal number of a task.
type TaskID int64

// TaskKind says what somebody has to do because of what happened elsewhere.
type TaskKind string

// The kinds of task.
const (
	TaskReturned TaskKind = "referral_returned" // another department says that it is not theirs: back to the first owner (首问负责)
	TaskScreen   TaskKind = "screen"            // a service elsewhere was refused: is another aid due? (DOMAIN 1, 7)
	TaskReassess TaskKind = "reassess"          // a special aid was granted: is temporary aid due as well? (DOMAIN 1, 21)
	TaskFollowUp TaskKind = "follow_up"         // a look found that it is not enough: is more aid due, on this very case? (DOMAIN 1, 27)
)

// TaskKinds lists every TaskKind.
func TaskKinds() []TaskKind { return []TaskKind{TaskReturned, TaskScreen, TaskReassess, TaskFollowUp} }

// TaskState is where a task stands.
type TaskState string

// The states. Zero is never valid.
const (
	TaskOpen TaskState = "open"
	TaskLate TaskState = "late" // its day has passed; owner and head know
	TaskDone TaskState = "done"
)

// TaskStates lists every TaskState.
func TaskStates() []TaskState { return []TaskState{TaskOpen, TaskLate, TaskDone} }

// TaskEvent moves a task.
type TaskEvent string

// The events.
const (
	TaskLapse  TaskEvent = "lapse"
	TaskFinish TaskEvent = "finish"
)

// TaskEvents lists every TaskEvent.
func TaskEvents() []TaskEvent { return []TaskEvent{TaskLapse, TaskFinish} }

// taskTransitions is the whole life of a task. A pair not listed is refused.
//
//	open ─lapse▶ late ─finish▶ done
//	  └───────finish────────────▲
var taskTransitions = map[TaskState]map[TaskEvent]TaskState{
	TaskOpen: {TaskLapse: TaskLate, TaskFinish: TaskDone},
	TaskLate: {TaskFinish: TaskDone},
	TaskDone: {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s TaskState) Next(ev TaskEvent) (TaskState, error) {
	if next, ok := taskTransitions[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("task", s, ev)
}

// TaskOutcome is what came of a task.
type TaskOutcome string

// The outcomes.
const (
	OutcomeDue     TaskOutcome = "due"     // more aid is due: it is decided on this very case
	OutcomeNotDue  TaskOutcome = "not_due" // looked at, with the reason
	OutcomeHandled TaskOutcome = "handled" // what came back was sent again, elsewhere, or dropped with the reason
)

// TaskOutcomes lists every TaskOutcome.
func TaskOutcomes() []TaskOutcome { return []TaskOutcome{OutcomeDue, OutcomeNotDue, OutcomeHandled} }

// Tests are the two questions of the cascade after a special aid (DOMAIN 1, 21): is the
// basic living still in difficulty because the household spends too much, or because its
// income has fallen sharply?
type Tests struct {
	SpendTooHigh bool `json:"spend_too_high"`
	IncomeFell   bool `json:"income_fell"`
}

// Task is something that somebody has to do on a case.
type Task struct {
	ID       TaskID
	PublicID string
	Ticket   ticket.ID
	Kind     TaskKind
	Ref      string      // public id of what it follows from
	Post     area.PostID // who has to
	State    TaskState
	Opened   time.Time
	DueAt    time.Time
	Outcome  TaskOutcome
	Tests    *Tests // of a reassessment that was made
	Reason   act.Private
	DoneBy   area.StaffID
	DoneAt   time.Time
	Version  int64
}

// Subject names the task in timers.
func (k Task) Subject() act.Subject { return act.Subject{Kind: "case_task", ID: int64(k.ID)} }

// TimerTask fires on the day a task is due.
const TimerTask = "case_task"

// TaskTx is what tasks need of a transaction.
type TaskTx interface {
	relief.Tx
	// AddTask writes a task and sets its ID.
	AddTask(ctx context.Context, k *Task) error
	// TaskByRef resolves a public id, in scope, without a lock.
	TaskByRef(ctx context.Context, publicID string) (TaskID, ticket.ID, error)
	// TaskTicket is the ticket of a task.
	TaskTicket(ctx context.Context, id TaskID) (ticket.ID, error)
	// TaskForUpdate locks and loads a task.
	TaskForUpdate(ctx context.Context, id TaskID) (Task, error)
	// OpenTasksOf locks the tasks that follow from one thing and are not done.
	OpenTasksOf(ctx context.Context, id ticket.ID, kind TaskKind, ref string) ([]Task, error)
	// SaveTask writes the row guarded by k.Version and raises it. act.ErrConflict where it moved.
	SaveTask(ctx context.Context, k *Task) error
}

// OpenTask gives somebody something to do on a case until a time, and tells them.
func OpenTask(ctx context.Context, tx TaskTx, t ticket.Ticket, kind TaskKind, ref string, post area.PostID, due time.Time) error {
	k := Task{PublicID: uuid.NewString(), Ticket: t.ID, Kind: kind, Ref: ref, Post: post, State: TaskOpen, Opened: tx.Now(), DueAt: due, Version: 1}
	if err := tx.AddTask(ctx, &k); err != nil {
		return err
	}
	if err := tx.Arm(ctx, act.Timer{Subject: k.Subject(), Kind: TimerTask, Epoch: 1, DueAt: due}); err != nil {
		return err
	}
	if err := ticket.Tell(ctx, tx, &t, "task.opened", "", map[string]any{"task": k.PublicID, "kind": string(kind), "due": due}); err != nil {
		return err
	}
	return relief.TellPost(ctx, tx, t, post, "task_"+string(kind), k.PublicID, map[string]string{"due": ticket.InWords(due)})
}

// TaskDoers are the roles that do tasks.
func TaskDoers() []area.Role {
	return []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleAgent, area.RoleSupervisor}
}

// Done is what came of a task, as whoever did it says.
type Done struct {
	Outcome TaskOutcome
	Tests   *Tests
	Reason  string
}

func (d Done) validate(kind TaskKind) error {
	switch {
	case kind == TaskReturned && d.Outcome != OutcomeHandled, kind != TaskReturned && d.Outcome != OutcomeDue && d.Outcome != OutcomeNotDue:
		return act.Invalid("outcome", "unknown_outcome", "Say due or not_due; of a returned referral: handled.")
	case kind == TaskReassess && d.Tests == nil:
		return act.Invalid("tests", "tests_required", "Answer both questions: does the household spend too much, has its income fallen?")
	case kind == TaskReassess && d.Outcome == OutcomeDue && !d.Tests.SpendTooHigh && !d.Tests.IncomeFell:
		return act.Invalid("outcome", "tests_say_no", "Temporary aid is due where the spending is too high or the income has fallen; by your answers neither is so.")
	case d.Reason == "":
		return act.Invalid("reason", "reason_required", "Say what you looked at; it is kept.")
	default:
		return ticket.PlainText("reason", d.Reason)
	}
}

// FinishTask writes down what came of a task.
func FinishTask(ctx context.Context, tx TaskTx, publicID string, d Done) (ticket.ID, error) {
	id, of, err := tx.TaskByRef(ctx, publicID)
	if err != nil {
		return 0, err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return 0, err
	}
	k, err := tx.TaskForUpdate(ctx, id)
	if err != nil {
		return 0, err
	}
	if !tx.Actor().May(TaskDoers()...) {
		return 0, act.NotFound("task")
	}
	if err := d.validate(k.Kind); err != nil {
		return 0, err
	}
	return of, finish(ctx, tx, t, &k, d)
}

// Settle ends the tasks that follow from one thing and need nobody any more.
func Settle(ctx context.Context, tx TaskTx, t ticket.Ticket, kind TaskKind, ref, reason string) error {
	tasks, err := tx.OpenTasksOf(ctx, t.ID, kind, ref)
	if err != nil {
		return err
	}
	for _, k := range tasks {
		if err := finish(ctx, tx, t, &k, Done{Outcome: OutcomeHandled, Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}

func finish(ctx context.Context, tx TaskTx, t ticket.Ticket, k *Task, d Done) (err error) {
	if k.State, err = k.State.Next(TaskFinish); err != nil {
		return err
	}
	k.Outcome, k.Tests, k.Reason, k.DoneBy, k.DoneAt = d.Outcome, d.Tests, act.Private(d.Reason), tx.Actor().StaffID, tx.Now()
	if err := tx.SaveTask(ctx, k); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, k.Subject(), TimerTask); err != nil {
		return err
	}
	data := map[string]any{"task": k.PublicID, "kind": string(k.Kind), "outcome": string(d.Outcome), "by": tx.Actor().Name}
	if d.Tests != nil {
		data["spend_too_high"], data["income_fell"] = d.Tests.SpendTooHigh, d.Tests.IncomeFell
	}
	return ticket.Tell(ctx, tx, &t, "task.done", "", data)
}

// TaskDue is the handler of TimerTask: whoever has the task, the ticket's owner and the
// township's head are told that its day has passed.
func TaskDue(ctx context.Context, tx TaskTx, timer act.Timer) error {
	of, err := tx.TaskTicket(ctx, TaskID(timer.Subject.ID))
	if err != nil {
		return err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return err
	}
	k, err := tx.TaskForUpdate(ctx, TaskID(timer.Subject.ID))
	if err != nil || k.State != TaskOpen || !t.Status.Open() {
		return err
	}
	k.State = TaskLate
	if err := tx.SaveTask(ctx, &k); err != nil {
		return err
	}
	if err := ticket.Tell(ctx, tx, &t, "task.late", "", map[string]any{"task": k.PublicID, "kind": string(k.Kind)}); err != nil {
		return err
	}
	if err := relief.TellPost(ctx, tx, t, k.Post, "task_late", k.PublicID, nil); err != nil {
		return err
	}
	if k.Post != t.Owner {
		if err := relief.TellPost(ctx, tx, t, t.Owner, "task_late", k.PublicID, nil); err != nil {
			return err
		}
	}
	return relief.TellHead(ctx, tx, t, "task_late", k.PublicID+":head", nil)
}

// TaskView is a task as the ticket's page shows it.
type TaskView struct {
	ID       string      `json:"id"`
	Kind     TaskKind    `json:"kind" enum:"referral_returned,screen,reassess,follow_up"`
	Ref      string      `json:"ref" doc:"What it follows from: the id of a referral, or of a follow-up"`
	For      string      `json:"for" doc:"The post that has to do it"`
	State    TaskState   `json:"state" enum:"open,late,done"`
	OpenedAt time.Time   `json:"opened_at"`
	DueAt    time.Time   `json:"due_at"`
	Outcome  TaskOutcome `json:"outcome,omitempty" enum:"due,not_due,handled"`
	Tests    *Tests      `json:"tests,omitempty"`
	Reason   string      `json:"reason,omitempty"`
	DoneBy   string      `json:"done_by,omitempty"`
	DoneAt   *time.Time  `json:"done_at,omitempty"`
	Finish   bool        `json:"finish" doc:"You may say what came of it"`
}
