package ivr

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"example.org/hotline/ivr/media"
)

// Deps is what the endpoint works with. Log, Prompts, Flows and Now are required.
// What else is nil is missing for good, and the flow takes the branch for that:
// a line without a queue has no agents, and so on, as told beside each field.
type Deps struct {
	Log     CallLog
	Prompts Prompts
	Flows   Flows
	Now     func() time.Time // the line's clock
	Logger  *slog.Logger     // nil: slog.Default()

	Queue    Queue     // nil: nobody is ever signed on
	Legs     AgentLegs // nil: no agent's leg is ever found
	Recorder Recorder  // nil: calls are not recorded, voicemail fails
	Outbound Outbound  // nil: the endpoint itself by Config.Outbound; without that, duty phones and transfers fail
	Contacts Contacts  // nil: callers are unknown, nobody is on duty

	Signer Signer // nil: no agent of another node can be joined

	// Holiday tells a rest day of the line's calendar, make-up days taken into account; nil: never.
	Holiday func(time.Time) bool
	// Emergency are the numbers a flow or an agent may transfer to, by name ("120": "120"); SECURITY T2.
	// Where the endpoint makes the calls itself they are those of Config.Outbound.
	Emergency map[string]string
}

// withDefaults fills what has a default.
func (d Deps) withDefaults() Deps {
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	if d.Holiday == nil {
		d.Holiday = func(time.Time) bool { return false }
	}
	return d
}

// validate reports all that is missing at once.
func (d Deps) validate() error {
	var faults []error
	if d.Log == nil || d.Flows == nil || d.Now == nil {
		faults = append(faults, errors.New("phone: no call log, no call flows or no clock"))
	}
	if d.Prompts == nil {
		return errors.Join(append(faults, errors.New("phone: no prompts"))...)
	}
	for _, name := range PromptNames() {
		if _, ok := d.Prompts.Prompt(name); !ok {
			faults = append(faults, fmt.Errorf("phone: prompt %q is missing", name))
		}
	}
	return errors.Join(faults...)
}

// agentsOn counts who is signed on for a queue.
func (d Deps) agentsOn(queue string) int {
	if d.Queue == nil {
		return 0
	}
	return d.Queue.AgentsOn(queue)
}

func nonEmpty(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

// without returns a list without the first of an item.
func without[T comparable](list []T, item T) []T {
	if i := slices.Index(list, item); i >= 0 {
		return slices.Delete(slices.Clone(list), i, i+1)
	}
	return list
}

// promptsOf looks recordings up as they are now, so that a replaced voice is heard
// from the next sentence on.
func (e *Endpoint) promptsOf(names []string) []media.Prompt {
	prompts := make([]media.Prompt, 0, len(names))
	for _, name := range names {
		p, ok := e.deps.Prompts.Prompt(name)
		if !ok {
			e.log.Error("ALARM: a prompt is missing; the caller hears nothing in its place", slog.String("prompt", name))
			continue
		}
		prompts = append(prompts, p)
	}
	return prompts
}
