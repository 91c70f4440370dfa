package ivr

import (
	"context"
	"log/slog"
)

// sipLogger lets warnings and errors of sipgo through, without their
// attributes: those hold whole messages, and so telephone numbers and keys.
func sipLogger(to *slog.Logger) *slog.Logger {
	return slog.New(bareHandler{to.Handler()})
}

type bareHandler struct{ slog.Handler }

func (h bareHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h bareHandler) Handle(ctx context.Context, r slog.Record) error {
	return h.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, "sipgo: "+r.Message, r.PC))
}

func (h bareHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h bareHandler) WithGroup(string) slog.Handler      { return h }
