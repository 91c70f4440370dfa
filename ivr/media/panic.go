package media

import (
	"cmp"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// panicEvery spaces the log lines of panics: what panics at one turn is likely
// to do so at each, fifty times a second.
const panicEvery = time.Second

var (
	panicLogged atomic.Int64 // unix nanoseconds of the last line
	panicLog    atomic.Pointer[slog.Logger]
)

// LogTo says where a panic in somebody's sound is written; before it,
// slog.Default. The threads that it may happen on are shared by all lines of a
// program, so the latest counts.
func LogTo(log *slog.Logger) { panicLog.Store(log) }

// survive keeps a fault in the sound of one party from ending the process with
// every call in it: that turn or packet is lost, and the next is tried. To be deferred.
func survive(what string) {
	p := recover()
	if p == nil {
		return
	}
	now, last := time.Now().UnixNano(), panicLogged.Load()
	if now-last < int64(panicEvery) || !panicLogged.CompareAndSwap(last, now) {
		return
	}
	cmp.Or(panicLog.Load(), slog.Default()).Error("media: panic", slog.String("in", what), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
}
