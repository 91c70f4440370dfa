package ivr

import (
	"context"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// inert is a CallLog for tests that never let a call begin.
type inert struct{}

func (inert) Open(_ context.Context, c ticket.Call) (ticket.CallReceipt, error) {
	return ticket.CallReceipt{ID: c.ID, Number: "2611240000017"}, nil
}
func (inert) Answered(context.Context, ticket.CallID, time.Time) error                { return nil }
func (inert) Keyed(context.Context, ticket.CallID, rune, time.Time) error             { return nil }
func (inert) Happened(context.Context, ticket.CallID, ticket.CallEvent) error         { return nil }
func (inert) Measured(context.Context, ticket.CallID, ticket.CallQuality) error       { return nil }
func (inert) Ended(context.Context, ticket.CallID, time.Time, ticket.EndReason) error { return nil }

// noFlows is the flows of a line that nobody calls.
type noFlows struct{}

func (noFlows) For(string) *flow.Flow { return nil }

// stillEndpoint is bound but not running: its gate can be asked directly.
func stillEndpoint(t testing.TB) *Endpoint {
	t.Helper()
	prompts := media.PromptSet{}
	for _, name := range PromptNames() {
		prompts[name] = media.NewPrompt(make([]int16, media.FrameSamples))
	}
	e, err := New(t.Context(), Config{NodeID: "test", UDP: []string{"127.0.0.1:0"},
		Trunks:  []Trunk{{Name: "trunk", CIDRs: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}},
		Numbers: []ServiceNumber{{Number: "12349"}}, AllowLoopbackMedia: true,
	}, Deps{Log: inert{}, Prompts: prompts, Flows: noFlows{}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		e.work.waitCalls()
		_ = e.closeListeners()
		_ = e.ua.Close()
	})
	return e
}

// ask gives the gate one datagram of a trunk and returns the status of its
// answer, 0 for none, and whether the message went on to sipgo.
func ask(e *Endpoint, data []byte) (status int, pass bool) {
	h := hop{transport: "UDP", src: netip.MustParseAddrPort("192.0.2.1:5060"), local: e.udp[0].local,
		write: func(answer []byte, _ netip.AddrPort) {
			fields := strings.Fields(string(answer))
			status, _ = strconv.Atoi(fields[1])
		}}
	pass = e.gate.datagram(data, h)
	return status, pass
}

// What a trunk gets for each message of RFC 4475. None of them calls a service
// number, so a sound INVITE ends in 404. 0 is no answer at all.
var tortureAnswers = map[string]int{
	// valid
	"dblreq": 405, "esc02": 405, "escnull": 405, "intmeth": 405, "mpart01": 405, // methods a trunk may not use
	"esc01": 404, "lwsdisp": 200, "semiuri": 200, "transports": 200,
	"noreason": 0, "unreason": 0, // responses
	"longreq": 400, "wsinv": 400, // no RFC 3261 branch in the top Via; see soundBranch

	// 3.1.2: the parser gives up
	"badaspec": 400, "baddn": 400, "badinv01": 400, "clerr": 400, "ltgtruri": 400, "lwsruri": 400, "lwsstart": 400,
	"ncl": 400, "novelsc": 400, "quotbal": 400, "scalar02": 400, "trws": 400,
	"bigcode": 0, "scalarlg": 0, // responses
	"test": 0, // no Via to answer to

	// parsed, and refused by us
	"badbranch": 400, "insuf": 400, "mcl01": 400, "mismatch01": 400, "mismatch02": 400, "multi01": 400,
	"escruri": 400, "inv2543": 400,
	"badvers": 505, "bext01": 420, "invut": 415, "sdp01": 406, "unkscm": 416,
	"cparam01": 405, "cparam02": 405, "regaut01": 405, "regbadct": 405, "regescrt": 405, "unksm2": 405, // REGISTER
	"bcast": 0, // a response

	"baddate": 404, // nothing here reads Date: the call would be taken
	"zeromf":  200, // addressed to us, so nothing has to be forwarded
}

func TestTorture(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/emiago/sipgo").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "sip", "testdata", "torture", "*", "*.dat"))
	if err != nil || len(files) != 50 {
		t.Fatalf("%d messages, %v", len(files), err)
	}
	e := stillEndpoint(t)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".dat")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, listed := tortureAnswers[name]
			if !listed {
				t.Error("no expectation")
			}
			if status, _ := ask(e, data); status != want {
				t.Errorf("answered %d, want %d", status, want)
			}
		})
	}
}
