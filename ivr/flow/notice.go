package flow

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// The prompts of a call to a member of staff about a ticket.
const (
	PromptWorkerChoice   = "worker_choice"   // 1 accept, 2 cannot go, 3 hear it again
	PromptWorkerAccepted = "worker_accepted" // after 1
	PromptWorkerDeclined = "worker_declined" // after 2
	PromptWorkerTaken    = "worker_taken"    // somebody else was quicker
	PromptWorkerAside    = "worker_aside"    // they must stand aside: 2 lets somebody else be asked
	PromptWorkerGoodbye  = "worker_goodbye"
	PromptAlarmNobody    = "alarm_nobody" // everybody was asked about the ticket, and nobody has accepted
	PromptAlarmHeard     = "alarm_heard"  // 1 I know, 3 hear it again
	PromptDutyAnswer     = "duty_answer"  // to a duty phone that has answered: press 1 to take the call
)

// Essentials is what a member of staff is told of a ticket before they choose:
// never a name, an address or an identity number (whoever answers may hear it).
type Essentials struct {
	Number   ticket.Number
	Priority ticket.Priority
	Cause    ticket.Cause
	Area     area.Code // township or county; spoken where the city has recorded area_CODE
	Due      time.Time // the next deadline; zero: not told
}

// Prompts puts the essentials together: 紧急工单，望湖街道，火灾。特别紧急，两小时内救助。
// 请在 十四点零五分 之前完成救助。 has tells which prompts there are.
func (e Essentials) Prompts(has func(name string) bool) []string {
	names := []string{"worker_hello", fragPause, "worker_ticket"}
	if e.Priority.Urgent() {
		names[2] = "worker_urgent"
	}
	if name := "area_" + string(e.Area); has(name) {
		names = append(names, name)
	}
	names = append(names, "cause_"+string(e.Cause), "priority_"+string(e.Priority))
	if !e.Due.IsZero() {
		names = append(append(append(names, "worker_by"), SayTime(e.Due)...), "worker_before")
	}
	names = append(append(names, fragPause, "worker_number"), SayTicket(e.Number)...)
	return append(names, fragPause)
}

// NoticePrompts lists every prompt that a call to staff needs, places aside.
func NoticePrompts() []string {
	names := []string{"worker_hello", "worker_urgent", "worker_ticket", "worker_number", "worker_by", "worker_before",
		PromptWorkerChoice, PromptWorkerAccepted, PromptWorkerDeclined, PromptWorkerTaken, PromptWorkerAside, PromptWorkerGoodbye, PromptAlarmNobody, PromptAlarmHeard, PromptDutyAnswer}
	for _, p := range ticket.Priorities() {
		names = append(names, "priority_"+string(p))
	}
	for _, c := range ticket.Causes() {
		names = append(names, "cause_"+string(c))
	}
	return names
}
