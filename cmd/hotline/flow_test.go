package main

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
)

// shippedFlow is the text of the flow that is built in.
func shippedFlow(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../configs/flow/12349.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// writeTo writes a file of a folder.
func writeTo(t *testing.T, folder, name, text string) {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFlowCheckProvesTheShippedFlow(t *testing.T) {
	var out bytes.Buffer
	if err := checkFlows(&out, configs.Config{}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), "every caller reaches a person or a voicemail") {
		t.Error(out.String())
	}
}

func TestFlowCheckReportsEveryFault(t *testing.T) {
	dir := t.TempDir()
	writeTo(t, dir, "a.yaml", strings.NewReplacer("nobody: voicemail", "nobody: voicemial", "max_wait: 3m", "max_wait: 3").Replace(shippedFlow(t)))
	writeTo(t, dir, "b.yaml", strings.NewReplacer("retries: 1", "retries: 7", "[greeting]", "[nonsense]").Replace(shippedFlow(t)))
	var out bytes.Buffer
	if err := checkFlows(&out, configs.Config{SIP: configs.SIPConfig{FlowDir: dir}}); err == nil {
		t.Error("no fault was found")
	}
	for _, want := range []string{"a.yaml:22: nodes.wait.queue.max_wait", "a.yaml:78: nodes.duty.ring.nobody", "b.yaml:20: nodes.wait.queue.opening[0]", "b.yaml:59: nodes.confirm.menu.retries"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is missing in\n%s", want, out.String())
		}
	}
}

// A flow that leads nobody to a person is refused before the line runs on it.
func TestALineDoesNotStartOnAnUnprovenFlow(t *testing.T) {
	short, err := os.ReadFile("../../ivr/testdata/flow-short.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeTo(t, dir, "short.yaml", string(short))
	if err := checkFlows(io.Discard, configs.Config{SIP: configs.SIPConfig{FlowDir: dir}}); err == nil {
		t.Error("hotline flow check takes it")
	}
	if _, err := openLine(configs.Config{SIP: configs.SIPConfig{FlowDir: dir}}, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "not proven") {
		t.Errorf("openLine = %v", err)
	}
}

func TestALineIsRefusedWhoseNumberNoFlowServes(t *testing.T) {
	dir := t.TempDir()
	writeTo(t, dir, "a.yaml", strings.Replace(shippedFlow(t), `["*"]`, "[12349]", 1))
	_, err := openLine(configs.Config{SIP: configs.SIPConfig{FlowDir: dir, Numbers: []configs.LineConfig{{Number: "12349"}, {Number: "1234901"}}}}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "no call flow serves 1234901") {
		t.Errorf("openLine = %v", err)
	}
}

// Flows and prompts change while the line runs: new calls get the new ones,
// calls in progress keep theirs, and what is faulty changes nothing.
func TestFlowsAndPromptsAreReplacedWhileTheLineRuns(t *testing.T) {
	flows, prompts := t.TempDir(), t.TempDir()
	writeTo(t, flows, "a.yaml", shippedFlow(t))
	sound := func(seconds int) string {
		return string(media.EncodeWAV(media.Tone(440, 4600, seconds*media.SampleRate)))
	}
	writeTo(t, prompts, "survey.wav", sound(2))
	var log bytes.Buffer
	l, err := openLine(configs.Config{SIP: configs.SIPConfig{FlowDir: flows, PromptsDir: prompts}}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	before := l.For("12349")
	running := before.Start(someFacts())

	writeTo(t, flows, "a.yaml", strings.Replace(shippedFlow(t), "12349-2026.1", "12349-2026.2", 1))
	writeTo(t, prompts, "survey.wav", sound(3))
	if err := l.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := l.For("12349").Version(); got != "12349-2026.2" {
		t.Errorf("new calls get %s", got)
	}
	if got := running.Flow().Version(); got != "12349-2026.1" {
		t.Errorf("the running call has %s", got)
	}
	if p, _ := l.Prompt("survey"); p.Duration() != 3*time.Second {
		t.Errorf("the new recording lasts %s", p.Duration())
	}

	for name, fault := range map[string]func(){
		"too quiet":          func() { writeTo(t, prompts, "survey.wav", string(media.EncodeWAV(make([]int16, media.SampleRate)))) },
		"other contents":     func() { writeTo(t, flows, "a.yaml", strings.Replace(shippedFlow(t), "3m", "4m", 1)) },
		"no prompt has this": func() { writeTo(t, prompts, "surwey.wav", sound(1)) },
		"not a WAV file":     func() { writeTo(t, prompts, "survey.wav", "RIFF") },
	} {
		fault()
		if err := l.Reload(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: Reload = %v", name, err)
		}
		if l.For("12349").Version() != "12349-2026.2" {
			t.Errorf("%s took effect", name)
		}
		writeTo(t, flows, "a.yaml", strings.Replace(shippedFlow(t), "12349-2026.1", "12349-2026.2", 1))
		writeTo(t, prompts, "survey.wav", sound(3))
		_ = os.Remove(filepath.Join(prompts, "surwey.wav")) // only one of them wrote it
	}
	if !strings.Contains(log.String(), "ALARM") {
		t.Errorf("no alarm:\n%s", log.String())
	}
}

func TestSimulateShowsWhatTheCallerHears(t *testing.T) {
	f, texts, err := openFlow("", configs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		script string
		want   []string
	}{
		{"1,agent answers,5", []string{"情况紧急，请按一", "marked P1", "已按紧急情况登记", "请为本次服务评分", "二六幺 幺二五 零零零 零零幺八", "the line hangs up"}},
		{"2,1,promised", []string{"确认回电，请按一", "已登记回电", "您的工单号是"}},
		{"2,silence,silence,max wait,answered", []string{"没有收到您的按键", "same place", "rings the duty phones of township, then county"}},
		{"no agent,nobody,nothing said", []string{"值班人员暂时没有接听", "没有听到留言"}},
		{"nonsense,hang up", []string{"type a key, answered, no agent, timeout, or hang up", "the caller hangs up"}},
		{"", []string{"the caller hangs up"}},
	} {
		s := simulated{facts: someFacts(), script: strings.Split(c.script, ",")}
		var out bytes.Buffer
		if err := s.prepare(time.Now()); err != nil {
			t.Fatal(err)
		}
		if err := s.run(f, texts, strings.NewReader(""), &out); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q: %q is missing in\n%s", c.script, want, out.String())
			}
		}
	}
}

func someFacts() flow.Facts { return flow.Facts{Ticket: "2611250000018", CallsToday: 1} }

// Every box and every label of the picture is there, and nothing else's markup.
func TestTheGraphShowsEveryNode(t *testing.T) {
	f, _, err := openFlow("", configs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	svg, dot := f.SVG(), f.DOT()
	for _, node := range f.Nodes() {
		if !strings.Contains(svg, ">"+f.Label(node)+"</text>") || !strings.Contains(dot, f.Label(node)) {
			t.Errorf("%s is not drawn", node)
		}
	}
	if strings.Count(svg, "<rect") != len(f.Nodes())+1 {
		t.Errorf("%d boxes for %d nodes", strings.Count(svg, "<rect")-1, len(f.Nodes()))
	}
}
