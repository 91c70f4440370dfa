package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.org/hotline/ivr/flow"
)

// knownEnvironment has a handful of prompts of one second, one of nine, and one queue.
var knownEnvironment = flow.Environment{
	Prompt: func(name string) (time.Duration, bool) {
		switch name {
		case "missing":
			return 0, false
		case "long":
			return 9 * time.Second, true
		default:
			return time.Second, true
		}
	},
	Queue: func(name string) bool { return name == "aid" },
}

func TestTheShippedFlowIsSoundAndProven(t *testing.T) {
	flows, err := LoadFlows("", knownEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	if err := flows.Prove(); err != nil {
		t.Fatal(err)
	}
	if f := flows.For("1234901"); f == nil || f.Version() != "12349-2026.1" {
		t.Errorf("a number without a flow of its own is served by %v", f)
	}
	texts, err := LoadPrompts("")
	if err != nil {
		t.Fatal(err)
	}
	spoken := map[string]bool{}
	for _, text := range texts.Texts {
		spoken[text.Name] = true
	}
	for _, name := range append(flows.All()[0].Prompts(), flow.Fragments()...) {
		if !spoken[name] {
			t.Errorf("the shipped flow says %q, and no such prompt is shipped", name)
		}
	}
}

// Whatever comes, in whatever order: every call on the shipped flow ends.
func TestEveryCallOnTheShippedFlowEnds(t *testing.T) {
	flows, err := LoadFlows("", knownEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	kinds := []flow.EventKind{flow.EventDone, flow.EventKey, flow.EventTimeout, flow.EventAnswered, flow.EventFailed, flow.EventNoAgent}
	rapid.Check(t, func(t *rapid.T) {
		m := flows.For("12349").Start(flow.Facts{Withheld: rapid.Bool().Draw(t, "withheld"), CallsToday: 1})
		m.First()
		for range 2000 {
			e := flow.Event{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Key: rapid.SampledFrom([]rune("0123456789*#")).Draw(t, "key")}
			if _, over := m.Next(e).(flow.Hangup); over {
				return
			}
		}
		t.Fatalf("still at %s", m.Node())
	})
}

const soundFlow = `version: test-1
numbers: [12349]
start: wait
after_answer: survey
transfer_list:
  police: {number: 110}
nodes:
  wait:
    queue:
      name: aid
      opening: [greeting]
      music: music
      max_wait: 3m
      keys: {1: police, 2: ask}
      timeout: duty
      no_agent: duty
  police:
    transfer: {to: police, failed: duty}
  ask:
    menu:
      prompts: [ask]
      choices: {1: duty}
      timeout: 5s
      retries: 1
      otherwise: wait
  duty:
    ring: {duty: [county], each: 20s, music: music, nobody: mail}
  mail:
    voicemail: {prompts: [mail], longest: 1m, silence: 5s, next: bye}
  survey:
    survey: {prompts: [survey], timeout: 5s, next: bye}
  bye:
    hangup: {prompts: [bye]}
`

// Every fault of a flow file is told with its line and what to write instead.
func TestFaultsOfAFlowNameLineAndFix(t *testing.T) {
	if f, err := LoadFlow("x.yaml", []byte(soundFlow), knownEnvironment); err != nil || f.Prove() != nil {
		t.Fatalf("the sound flow: %v", err)
	}
	for _, c := range []struct{ name, replace, with, want string }{
		{"no version", "version: test-1", "version:", "x.yaml:1: version: must be"},
		{"no number", "[12349]", "[]", "x.yaml:2: numbers: name at least one"},
		{"start nowhere", "start: wait", "start: weit", `x.yaml:3: start: leads to the node "weit", which does not exist: did you mean "wait"?`},
		{"unknown key", "max_wait: 3m", "maximum_wait: 3m", "x.yaml:13: nodes.wait.queue.maximum_wait: unknown key; known here: announcements"},
		{"unknown kind", "    hangup: {prompts: [bye]}", "    hang_up: {prompts: [bye]}", "x.yaml:33: nodes.bye.hang_up: unknown key; known here: branch"},
		{"no kind", "    hangup: {prompts: [bye]}", "    label: x", "nodes.bye: must be of exactly one kind, and has 0: play"},
		{"two kinds", "    hangup: {prompts: [bye]}", "    hangup: {}\n    play: {prompts: [bye], next: bye}", "x.yaml:32: nodes.bye: must be of exactly one kind, and has 2"},
		{"dangling", "nobody: mail", "nobody: male", `x.yaml:27: nodes.duty.ring.nobody: leads to the node "male", which does not exist: did you mean "mail"?`},
		{"nowhere", ", nobody: mail", "", "x.yaml:27: nodes.duty.ring.nobody: says not where to go"},
		{"unknown prompt", "opening: [greeting]", "opening: [missing]", `x.yaml:11: nodes.wait.queue.opening[0]: there is no prompt "missing"`},
		{"unknown queue", "name: aid", "name: help", `x.yaml:10: nodes.wait.queue.name: there is no queue "help"`},
		{"unreachable", "no_agent: duty\n", "no_agent: duty\n  lost:\n    hangup: {}\n", "x.yaml:17: nodes.lost: no way leads here"},
		{"no timeout", "      timeout: 5s\n", "", "nodes.ask.menu.timeout: is missing"},
		{"no retries", "      retries: 1\n", "", "nodes.ask.menu.retries: is missing"},
		{"many retries", "retries: 1", "retries: 4", "x.yaml:24: nodes.ask.menu.retries: must lie between 0 and 3"},
		{"no longest wait", "      max_wait: 3m\n", "", "nodes.wait.queue.max_wait: is missing"},
		{"menus behind menus", "otherwise: wait", "otherwise: second\n" +
			"  second:\n    menu: {prompts: [x], choices: {1: third}, timeout: 5s, retries: 0, otherwise: wait}\n" +
			"  third:\n    menu: {prompts: [x], choices: {1: duty}, timeout: 5s, retries: 0, otherwise: wait}", "nodes.ask: begins more than 2 menus in a row"},
		{"round without waiting", "nobody: mail", "nobody: round", ""},
		{"long greeting", "opening: [greeting]", "opening: [long]", "x.yaml:11: nodes.wait.queue.opening: lasts 9.0 s: shorten it to 8s"},
		{"long way to the greeting", "start: wait", "start: intro\n", ""},
		{"doubled choice", "choices: {1: duty}", "choices: {1: duty, 1: wait}", "x.yaml:22: "},
		{"doubled choice in quotes", "choices: {1: duty}", `choices: {1: duty, "1": wait}`, "x.yaml:22: "},
		{"no key", "choices: {1: duty}", "choices: {11: duty}", "x.yaml:22: nodes.ask.menu.choices.11: must be a value it accepts: one key"},
		{"no choice", "choices: {1: duty}", "choices: {}", "nodes.ask.menu.choices: offers nothing"},
		{"not in the list", "to: police", "to: polize", `x.yaml:18: nodes.police.transfer.to: "polize" is not in this file's transfer_list: did you mean "police"?`},
		{"any telephone", "number: 110", "number: 13800000000", "x.yaml:6: transfer_list.police.number: must be a short service number"},
		{"survey too early", "timeout: duty", "timeout: survey", "nodes.survey: can be met before a conversation"},
		{"duty of nobody", "duty: [county]", "duty: [mayor]", "x.yaml:27: nodes.duty.ring.duty[0]: must be township, county or city"},
		{"no duration", "each: 20s", "each: 20", "x.yaml:27: nodes.duty.ring.each: must be a duration with its unit"},
		{"an anchor", "name: aid", "name: &a aid", "x.yaml:10: nodes.wait.queue.name: anchors, aliases and tags are not used here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(soundFlow, c.replace, c.with, 1)
			switch c.name {
			case "round without waiting":
				text += "  round:\n    play: {prompts: [x], next: duty}\n"
				c.want = "nodes.duty: leads back to itself without the caller pressing anything (duty → round → duty)"
			case "long way to the greeting":
				text += "  intro:\n    play: {prompts: [x, x, x, x, x, x, x, x], next: wait}\n"
				c.want = "x.yaml:3: start: a caller is spoken to for 9.0 s before anything else happens"
			}
			if text == soundFlow {
				t.Fatal("nothing was planted")
			}
			_, err := LoadFlow("x.yaml", []byte(text), knownEnvironment)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("LoadFlow = %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestAllFaultsOfAFlowAtOnce(t *testing.T) {
	text := strings.NewReplacer("name: aid", "name: help", "retries: 1", "retries: 9", "to: police", "to: army", "[mail]", "[missing]", "each: 20s", "each: 20").Replace(soundFlow)
	_, err := LoadFlow("x.yaml", []byte(text), knownEnvironment)
	for _, want := range []string{"x.yaml:10", "x.yaml:18", "x.yaml:24", "x.yaml:27", "x.yaml:29"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is missing in %v", want, err)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 5 {
		t.Errorf("%d faults, want 5:\n%v", n, err)
	}
}

// The proof tells the line of the node on which a caller is lost.
func TestAnUnprovenFlowIsToldWithItsLine(t *testing.T) {
	dir := t.TempDir()
	text := strings.Replace(soundFlow, "nobody: mail", "nobody: bye", 1)
	text = strings.Replace(text, "  mail:\n    voicemail: {prompts: [mail], longest: 1m, silence: 5s, next: bye}\n", "", 1)
	if err := os.WriteFile(filepath.Join(dir, "x.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	flows, err := LoadFlows(dir, knownEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	if err := flows.Prove(); err == nil || !strings.Contains(err.Error(), "x.yaml:30: nodes.bye: not proven: wait:") {
		t.Errorf("Prove = %v", err)
	}
}

func TestEveryNumberHasOneFlow(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml": soundFlow,
		"b.yaml": strings.NewReplacer("test-1", "test-2", "[12349]", `["*"]`).Replace(soundFlow),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flows, err := LoadFlows(dir, knownEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := flows.For("12349"), flows.For("1234902"); a.Version() != "test-1" || b.Version() != "test-2" {
		t.Errorf("served by %s and %s", a.Version(), b.Version())
	}
	if err := os.WriteFile(filepath.Join(dir, "c.yaml"), []byte(soundFlow), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadFlows(dir, knownEnvironment); err == nil || !strings.Contains(err.Error(), "c.yaml:1: version: another file has the same version") {
		t.Errorf("LoadFlows = %v", err)
	}
	if _, err := LoadFlows(t.TempDir(), knownEnvironment); err == nil {
		t.Error("an empty folder was taken")
	}
}

// A changed flow needs another version, even one that ran long ago.
func TestAChangedFlowNeedsAnotherVersion(t *testing.T) {
	load := func(text string) Flows {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "x.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		flows, err := LoadFlows(dir, knownEnvironment)
		if err != nil {
			t.Fatal(err)
		}
		return flows
	}
	first, same := load(soundFlow), load(soundFlow)
	if err := same.Replacing(first); err != nil {
		t.Errorf("the same file again: %v", err)
	}
	second := load(strings.Replace(soundFlow, "test-1", "test-2", 1))
	if err := second.Replacing(first); err != nil {
		t.Errorf("another version: %v", err)
	}
	changed := load(strings.Replace(soundFlow, "max_wait: 3m", "max_wait: 4m", 1))
	if err := changed.Replacing(second); err == nil || !strings.Contains(err.Error(), "x.yaml:1: version: has run with other contents") {
		t.Errorf("the version before with other contents: %v", err)
	}
}

// FuzzFlowFile holds the loader, the checks, the proof and the machine against
// any bytes: none may crash or hang.
func FuzzFlowFile(f *testing.F) {
	shipped, err := builtIn.ReadFile("flow/12349.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(shipped, []byte("21d1at"))
	f.Add([]byte(soundFlow), []byte("1a"))
	f.Fuzz(func(t *testing.T, text, inputs []byte) {
		loaded, err := LoadFlow("fuzz.yaml", text, knownEnvironment)
		if err != nil {
			return
		}
		_ = loaded.Prove() // most flows of random bytes prove faulty; that it comes to an end is all
		m := loaded.Start(flow.Facts{Now: time.Now, Holiday: func(time.Time) bool { return len(inputs)%2 == 0 }})
		m.First()
		kinds := []flow.EventKind{flow.EventDone, flow.EventKey, flow.EventDigits, flow.EventTimeout, flow.EventAnswered, flow.EventFailed, flow.EventNoAgent}
		for _, b := range inputs {
			m.Next(flow.Event{Kind: kinds[int(b)%len(kinds)], Key: rune(b), Digits: "1"})
			if m.Node() == "" {
				t.Fatal("the machine is nowhere")
			}
		}
	})
}
