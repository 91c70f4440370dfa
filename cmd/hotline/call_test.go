package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/caller"
	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

func TestKeysAreReadFromTheirFlag(t *testing.T) {
	got, err := parseKeys([]string{"1@4s", "#@0s", "a@1m500ms"})
	want := []caller.Press{{Key: '1', After: 4 * time.Second}, {Key: '#'}, {Key: 'A', After: time.Minute + 500*time.Millisecond}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("parseKeys = %v, %v; want %v", got, err, want)
	}
	for _, bad := range []string{"", "1", "1@", "1@4", "12@4s", "x@4s", "1@-4s", "@4s", "一@4s"} {
		if got, err := parseKeys([]string{bad}); err == nil || !strings.Contains(err.Error(), "1@4s") {
			t.Errorf("parseKeys(%q) = %v, %v; want an error that shows the form", bad, got, err)
		}
	}
}

func TestTargetIsCompleted(t *testing.T) {
	dev, stale := filepath.Join(t.TempDir(), "dev.json"), filepath.Join(t.TempDir(), "dev.json")
	city := devJSON{API: "http://127.0.0.1:8234", SIP: map[string]string{"udp": "127.0.0.1:5070", "tcp": "127.0.0.1:5071"}, Number: "12349",
		TownshipNumbers: map[string]string{"990102001000": "1234904", "990101001000": "1234901"}}
	if err := errors.Join(writeJSONFile(dev, city), writeJSONFile(stale, city)); err != nil {
		t.Fatal(err)
	}
	hold(t, filepath.Join(filepath.Dir(dev), "lock"))
	none := filepath.Join(t.TempDir(), "dev.json")
	tests := []struct {
		name              string
		flags             callFlags
		transport, devFil string
		want, fault       string
	}{
		{"whole", callFlags{target: "sip:12349@192.0.2.1:5060"}, "udp", none, "sip:12349@192.0.2.1:5060", ""},
		{"without scheme", callFlags{target: "12349@192.0.2.1"}, "udp", none, "sip:12349@192.0.2.1", ""},
		{"other number", callFlags{target: "SIP:12349@192.0.2.1", to: "1"}, "udp", none, "sip:1@192.0.2.1", ""},
		{"host and number", callFlags{target: "192.0.2.1:5060", to: "12349"}, "udp", none, "sip:12349@192.0.2.1:5060", ""},
		{"host alone", callFlags{target: "192.0.2.1:5060"}, "udp", dev, "", "which number"},
		{"demo city", callFlags{}, "udp", dev, "sip:1234901@127.0.0.1:5070", ""},
		{"demo city over TCP", callFlags{}, "TCP", dev, "sip:1234901@127.0.0.1:5071", ""},
		{"demo city, other number", callFlags{to: "12349"}, "udp", dev, "sip:12349@127.0.0.1:5070", ""},
		{"demo city, unknown transport", callFlags{}, "sctp", dev, "", "udp or tcp"},
		{"no demo city", callFlags{}, "udp", none, "", "start `hotline dev`"},
		{"demo city that was killed", callFlags{}, "udp", stale, "", "start `hotline dev`"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.flags.resolve(tt.transport, tt.devFil)
			if got != tt.want || (err == nil) != (tt.fault == "") || err != nil && !strings.Contains(err.Error(), tt.fault) {
				t.Errorf("resolve = %q, %v; want %q, %q", got, err, tt.want, tt.fault)
			}
		})
	}
}

// hold takes the lock that a running `hotline dev` has on its folder.
func hold(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		t.Fatal(err)
	}
}

func TestSoundIsCheckedBeforeTheCall(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.wav")
	if err := os.WriteFile(bad, []byte("no sound"), 0o600); err != nil {
		t.Fatal(err)
	}
	var o caller.Options
	if err := (callFlags{target: "1@127.0.0.1", play: bad}).apply(&o, ""); err == nil || !strings.Contains(err.Error(), "sox") {
		t.Errorf("apply = %v, want advice how to make a WAV file", err)
	}
}

func TestTimelineReadsWell(t *testing.T) {
	var out bytes.Buffer
	tl := &callTimeline{out: &out}
	at := time.Date(2026, 10, 1, 15, 40, 0, 0, time.UTC)
	for _, e := range []caller.Event{
		{Kind: caller.EventCalling, At: at}, {Kind: caller.EventRinging, At: at.Add(20 * time.Millisecond), Status: 180},
		{Kind: caller.EventAnswered, At: at.Add(1020 * time.Millisecond)}, {Kind: caller.EventHeard, At: at.Add(1100 * time.Millisecond)},
		{Kind: caller.EventPressed, At: at.Add(5 * time.Second), Text: "1"}, {Kind: caller.EventEnded, At: at.Add(15 * time.Second), Text: "callee"},
	} {
		tl.tell(e)
	}
	const want = "    0.00 s  INVITE sent\n    0.02 s  ringing\n    1.02 s  answered\n    1.10 s  hears the line speak\n    5.00 s  pressed key 1\n   15.00 s  hung up by the line\n"
	if out.String() != want {
		t.Errorf("timeline:\n%s\nwant:\n%s", out.String(), want)
	}
}

func TestSummaryTellsWhatBecameOfTheCall(t *testing.T) {
	at := time.Date(2026, 10, 1, 15, 40, 0, 0, time.UTC)
	tests := []struct {
		r    caller.Result
		want string
	}{
		{caller.Result{Status: 200, CalledAt: at, AnsweredAt: at.Add(time.Second), EndedAt: at.Add(3 * time.Second), HeardFor: time.Second, HeardLevel: -17.2, PacketsHeard: 50, PacketsSent: 100},
			"answered after 1.00 s, lasted 2.00 s; heard 1.00 s, at most -17 dBov loud; 50 packets in, 100 out"},
		{caller.Result{Status: 200, CalledAt: at, AnsweredAt: at, EndedAt: at}, "answered after 0.00 s, lasted 0.00 s; heard nothing; 0 packets in, 0 out"},
		{caller.Result{Status: 487, EndedBy: caller.SideCaller, CalledAt: at, EndedAt: at.Add(500 * time.Millisecond)}, "not answered: given up after 0.50 s"},
		{caller.Result{Status: 503, Reason: "Service Unavailable"}, "not answered: 503 Service Unavailable"},
	}
	for _, tt := range tests {
		if got := summary(tt.r); got != tt.want {
			t.Errorf("summary = %q, want %q", got, tt.want)
		}
	}
}

// keptCalls is a call log that takes every call.
type keptCalls struct{}

func (keptCalls) Open(_ context.Context, c ticket.Call) (ticket.CallReceipt, error) {
	return ticket.CallReceipt{ID: c.ID, Number: "2611240000017"}, nil
}
func (keptCalls) Answered(context.Context, ticket.CallID, time.Time) error          { return nil }
func (keptCalls) Keyed(context.Context, ticket.CallID, rune, time.Time) error       { return nil }
func (keptCalls) Happened(context.Context, ticket.CallID, ticket.CallEvent) error   { return nil }
func (keptCalls) Measured(context.Context, ticket.CallID, ticket.CallQuality) error { return nil }
func (keptCalls) Ended(context.Context, ticket.CallID, time.Time, ticket.EndReason) error {
	return nil
}

// oneFlow is a flow for every number.
type oneFlow struct{ *flow.Flow }

func (f oneFlow) For(string) *flow.Flow { return f.Flow }

// shortFlow is greeting, key, number, good-bye, with half a minute for the key.
func shortFlow(t *testing.T) oneFlow {
	t.Helper()
	const file = "../../ivr/testdata/flow-short.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := configs.LoadFlow(file, bytes.Replace(text, []byte("timeout: 5s"), []byte("timeout: 30s"), 1), flow.Environment{})
	if err != nil {
		t.Fatal(err)
	}
	return oneFlow{f}
}

// startLine runs a real endpoint whose prompts are short tones.
func startLine(t *testing.T) (udp, tcp string) {
	t.Helper()
	prompts := media.PromptSet{}
	for _, name := range ivr.PromptNames() {
		prompts[name] = media.NewPrompt(media.Tone(440, 8000, media.SampleRate/20))
	}
	e, err := ivr.New(t.Context(), ivr.Config{NodeID: "test", UDP: []string{"127.0.0.1:0"}, TCP: []string{"127.0.0.1:0"},
		Trunks:   []ivr.Trunk{{Name: "trunk", CIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}},
		Numbers:  []ivr.ServiceNumber{{Number: "12349"}},
		RTPFirst: 26000, RTPLast: 27999, RingDelay: 10 * time.Millisecond, AllowLoopbackMedia: true,
	}, ivr.Deps{Log: keptCalls{}, Prompts: prompts, Flows: shortFlow(t), Now: time.Now, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return e.Addrs()[0].Addr.String(), e.Addrs()[1].Addr.String()
}

// runCall is `hotline call` with arguments.
func runCall(t *testing.T, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out bytes.Buffer
	cmd := callCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	return out.String(), err
}

// inOrder wants every text, each behind the one before.
func inOrder(t *testing.T, out string, texts ...string) {
	t.Helper()
	rest := out
	for _, text := range texts {
		_, after, ok := strings.Cut(rest, text)
		if !ok {
			t.Errorf("no %q in its place in:\n%s", text, out)
			return
		}
		rest = after
	}
}

func TestCallTellsItsStory(t *testing.T) {
	udp, tcp := startLine(t)
	recording := filepath.Join(t.TempDir(), "heard.wav")
	// The key window is half a minute: without the key the call would not end in time.
	out, err := runCall(t, "sip:12349@"+udp, "--key", "1@300ms", "--record", recording)
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, out, "calling sip:12349@"+udp+" over udp, from "+demoFrom, "INVITE sent", "ringing", "answered",
		"hears the line speak", "pressed key 1", "hung up by the line", "answered after", "heard")
	if info, err := os.Stat(recording); err != nil || info.Size() < 1000 {
		t.Errorf("recording: %v, %v", info, err)
	}
	out, err = runCall(t, "--target", tcp, "--to", "12349", "--transport", "tcp", "--hang-up-after", "100ms")
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, out, "over tcp", "answered", "hung up by the caller")
}

func TestUnansweredCallEndsWithAStatus(t *testing.T) {
	udp, _ := startLine(t)
	out, err := runCall(t, "99999@"+udp)
	var quiet *exitError
	if !errors.As(err, &quiet) {
		t.Errorf("error %v, want an *exitError", err)
	}
	inOrder(t, out, "refused (404", "not answered: 404")
	if _, err := runCall(t, "a@b", "--target", "c@d"); err == nil || !strings.Contains(err.Error(), "once") {
		t.Errorf("two targets: %v", err)
	}
}
