package flow

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestASoundFlowIsProven(t *testing.T) {
	if err := build(t, line()).Prove(); err != nil {
		t.Fatal(err)
	}
}

// SECURITY T11: three retries then a person, no digits and a person. Each planted
// fault must be found, and told by the way a caller would take.
func TestTheProofFindsWhoeverReachesNobody(t *testing.T) {
	for _, c := range []struct {
		name  string
		plant func(nodes map[string]*NodeSource)
		want  []string
	}{
		{"the duty phones do not answer and the line hangs up", func(n map[string]*NodeSource) {
			n["duty"].Ring.Nobody = "number"
			n["promise"].Callback.Failed = "duty"
			delete(n, "mail")
		}, []string{"nodes.bye", "wait: the longest wait is over → duty: nobody answers → number: done", "hangs up"}},
		{"a menu first, and silence ends the call", func(n map[string]*NodeSource) {
			n["wait"].Queue.NoAgent = "last"
			n["last"] = &NodeSource{Menu: &menuNode{Prompts: []string{"p"}, Choices: choices{'1': "duty"}, Timeout: 5 * time.Second, Retries: ptr(2), Otherwise: "bye"}}
		}, []string{"last: the caller presses 0, which is no choice → last:", "hangs up"}},
		{"a call-back that nobody asked for", func(n map[string]*NodeSource) {
			n["duty"].Ring.Nobody = "promise"
		}, []string{"duty: nobody answers → promise: done", "hangs up"}},
		{"two menus ask more than three times in all", func(n map[string]*NodeSource) {
			n["confirm"].Menu.Retries = ptr(3)
			n["confirm"].Menu.Otherwise = "second"
			n["second"] = &NodeSource{Menu: &menuNode{Prompts: []string{"p"}, Choices: choices{'1': "wait"}, Timeout: 5 * time.Second, Retries: ptr(1), Otherwise: "wait"}}
		}, []string{"nodes.second", "asked again 4 times"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := line()
			c.plant(src.Nodes)
			err := build(t, src).Prove()
			if err == nil {
				t.Fatal("proven, and it is not")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("told %q\nwant %q in it", err, want)
				}
			}
		})
	}
}

// A round of keys is refused by the depth of menus already; the proof must find
// it by itself too.
func TestTheProofFindsARoundOfKeys(t *testing.T) {
	src := line()
	src.Nodes["wait"].Queue.NoAgent = "last"
	src.Nodes["last"] = &NodeSource{Menu: &menuNode{Prompts: []string{"p"}, Choices: choices{'1': "duty", '9': "duty"}, Timeout: 5 * time.Second, Retries: ptr(1), Otherwise: "duty"}}
	f := build(t, src)
	f.src.Nodes["last"].Menu.Choices['9'] = "last"
	err := f.Prove()
	if err == nil || !strings.Contains(err.Error(), "go round") {
		t.Fatalf("Prove = %v", err)
	}
}

// The proof knows who a branch tells apart, and only those.
func TestTheProofTellsWhoTheCallerIs(t *testing.T) {
	src := line()
	src.Nodes["mail"] = &NodeSource{Branch: &branchNode{Cases: []branchCase{{When: condition{CallsToday: 3, Withheld: ptr(false)}, Then: "number"}}, Else: "record"}}
	src.Nodes["record"] = line().Nodes["mail"]
	err := build(t, src).Prove()
	if err == nil || !strings.Contains(err.Error(), "at the 3. call of the day") || strings.Contains(err.Error(), "withheld") {
		t.Fatalf("Prove = %v", err)
	}
}

// Whatever comes, in whatever order, every call ends.
func TestEveryCallEnds(t *testing.T) {
	f := build(t, line())
	kinds := []EventKind{EventDone, EventKey, EventDigits, EventTimeout, EventAnswered, EventFailed, EventNoAgent}
	rapid.Check(t, func(t *rapid.T) {
		m := f.Start(Facts{CallsToday: 1, Withheld: rapid.Bool().Draw(t, "withheld")})
		m.First()
		for range 2000 {
			e := Event{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Key: rapid.SampledFrom([]rune("0123456789*#")).Draw(t, "key")}
			if _, over := m.Next(e).(Hangup); over {
				return
			}
		}
		t.Fatalf("still at %s", m.Node())
	})
}

// Nobody answers and nobody presses a key: the call comes to a voicemail and ends.
func TestSilenceEndsAtAVoicemail(t *testing.T) {
	m := build(t, line()).Start(Facts{})
	recorded := false
	for ins := m.First(); ; {
		switch ins.(type) {
		case Hangup:
			if !recorded {
				t.Fatal("hung up without a voicemail")
			}
			return
		case Queue, Resume, Wait:
			ins = m.Next(event(EventTimeout))
		case Ring, Transfer:
			ins = m.Next(event(EventFailed))
		case Voicemail:
			recorded = true
			ins = m.Next(event(EventDone))
		default:
			ins = m.Next(event(EventDone))
		}
	}
}

// The size of the shipped flow's proof is bounded by what people can understand;
// a proof that takes long would delay a hot reload.
func BenchmarkProve(b *testing.B) {
	f := build(b, line())
	for b.Loop() {
		if err := f.Prove(); err != nil {
			b.Fatal(err)
		}
	}
}
