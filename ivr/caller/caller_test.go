package caller

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Whoever gives up on a number where nobody is need not wait for SIP's timers.
func TestLeavingBeforeAnyAnswer(t *testing.T) {
	deaf, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	ctx, cancel := context.WithCancel(t.Context())
	started := time.Now()
	r, err := Dial(ctx, Options{Target: "12349@" + deaf.LocalAddr().String(), OnEvent: func(e Event) {
		if e.Kind == EventCalling {
			cancel()
		}
	}})
	if err != nil || r.Answered() || r.Status != 0 || r.EndedBy != SideCaller {
		t.Errorf("%+v, %v", r, err)
	}
	if r.CalledAt.Before(started) || r.EndedAt.Before(r.CalledAt) || r.HeardLevel != -127 {
		t.Errorf("%+v", r)
	}
}

func TestARecordingThatCannotBeWrittenIsSaidAtOnce(t *testing.T) {
	_, err := Dial(t.Context(), Options{Target: "12349@127.0.0.1:5060", RecordWAV: t.TempDir() + "/none/x.wav"})
	if err == nil || errors.Is(err, ErrOptions) {
		t.Errorf("%v", err)
	}
}
