package notify

import (
	"context"

	"example.org/hotline/internal/act"
)

// Live shows a notice in the console of the one it is for: as an event of the
// event log, which a console that was away for a while catches up with.
type Live struct {
	// Emit writes an event in a transaction of its own.
	Emit func(ctx context.Context, e act.Event) error
}

// Name is "live".
func (Live) Name() string { return "live" }

// Send writes the event. The console writes the text itself, in its own
// language, from the template's key and fields.
func (l Live) Send(ctx context.Context, m Message) (string, error) {
	data := map[string]any{"ref": m.Ref, "login": m.Login, "template": m.Template, "fields": m.Fields, "text": m.Text, "urgent": m.Urgent}
	return "", l.Emit(ctx, act.Event{Kind: "notice.live", Subject: act.Subject{Kind: "notice"}, Ticket: m.Ticket, Area: m.Area, Data: data})
}
