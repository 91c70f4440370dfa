package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.org/hotline/configs"
	"example.org/hotline/ivr/flow"
)

// simulated is a caller who is not there: what is known of them and what they do.
type simulated struct {
	facts   flow.Facts
	at      string
	rest    bool
	agents  int
	english bool
	script  []string // read before standard input
}

func flowSimulateCommand(settings func() configs.Config) *cobra.Command {
	s := simulated{facts: flow.Facts{Number: "12349", Ticket: "2611250000018", CallsToday: 1}}
	cmd := &cobra.Command{
		Use:   "simulate [FILE]",
		Short: "Walk through a flow in the terminal: read what the caller hears, type what happens",
		Long: "Walk through a flow in the terminal. It shows what the caller hears and asks what\n" +
			"happens: a key, digits, or one of the words it offers. Standard input may be a script,\n" +
			"one answer a line; at its end the caller hangs up.",
		Example: "  hotline flow simulate\n  hotline flow simulate --then '2,1' configs/flow/12349.yaml\n  printf 'no agent\\nnobody\\nrecorded\\n' | hotline flow simulate",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, texts, err := openFlow(strings.Join(args, ""), settings())
			if err != nil {
				return err
			}
			if err := s.prepare(time.Now()); err != nil {
				return err
			}
			return s.run(f, texts, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&s.facts.Known, "known", false, "the number is bound to a household")
	flags.BoolVar(&s.facts.Withheld, "withheld", false, "no number was sent")
	flags.BoolVar(&s.facts.OpenTicket, "open-ticket", false, "the same number has an open ticket")
	flags.BoolVar(&s.facts.CallbackDue, "callback-due", false, "a call-back is owed")
	flags.IntVar(&s.facts.CallsToday, "calls-today", 1, "calls of the same number today, this one included")
	flags.StringVar(&s.at, "at", "", "when the call comes, RFC 3339 (default: now)")
	flags.BoolVar(&s.rest, "holiday", false, "it is a rest day")
	flags.IntVar(&s.agents, "agents", 1, "agents signed on")
	flags.BoolVar(&s.english, "english", false, "show the English texts")
	flags.StringSliceVar(&s.script, "then", nil, "what happens, one after the other, before standard input is read")
	return cmd
}

// prepare turns the flags into facts.
func (s *simulated) prepare(now time.Time) error {
	if s.at != "" {
		at, err := time.Parse(time.RFC3339, s.at)
		if err != nil {
			return fmt.Errorf("--at must be such as 2026-10-01T08:30:00+08:00: %w", err)
		}
		now = at
	}
	s.facts.Now = func() time.Time { return now }
	s.facts.Holiday = func(time.Time) bool { return s.rest }
	s.facts.AgentsOn = func(string) int { return s.agents }
	return nil
}

// walk is one simulation under way.
type walk struct {
	flow    *flow.Flow
	machine *flow.Machine
	texts   map[string]string
	answers *bufio.Scanner
	script  []string
	out     io.Writer
	err     error // of writing
}

func (s *simulated) run(f *flow.Flow, texts configs.Prompts, in io.Reader, out io.Writer) error {
	w := &walk{flow: f, machine: f.Start(s.facts), texts: map[string]string{}, answers: bufio.NewScanner(in), script: s.script, out: out}
	for _, text := range texts.Texts {
		w.texts[text.Name] = text.Zh
		if s.english {
			w.texts[text.Name] = text.En + " "
		}
		if strings.HasPrefix(text.Sound, "pause") {
			w.texts[text.Name] = " "
		}
	}
	w.say("%s %s", f.Version(), f.Title())
	for ins := w.machine.First(); w.err == nil; {
		w.visited()
		event, goesOn := w.happens(ins)
		if !goesOn {
			break
		}
		ins = w.machine.Next(event)
	}
	return w.err
}

func (w *walk) say(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.out, format+"\n", args...)
	}
}

// visited shows the nodes that the last step has passed.
func (w *walk) visited() {
	for _, node := range w.machine.Visited() {
		w.say("● %s %s (%s)", node, w.flow.Label(node), w.flow.Kind(node))
	}
}

func (w *walk) hears(prompts []string) {
	if len(prompts) == 0 {
		return
	}
	var b strings.Builder
	for _, name := range prompts {
		b.WriteString(w.texts[name])
	}
	w.say("  hears: %s", strings.TrimSpace(b.String()))
}

// happens shows one instruction and asks what comes of it; false ends the call.
func (w *walk) happens(ins flow.Instruction) (flow.Event, bool) {
	done := flow.Event{Kind: flow.EventDone}
	switch i := ins.(type) {
	case flow.Play:
		w.hears(i.Prompts)
		return done, true
	case flow.Mark:
		w.say("  the ticket is marked %s%s", i.Priority, i.Kind)
		return done, true
	case flow.Wait:
		return w.ask(keyAnswers(i.Keys, map[string]flow.EventKind{"silence": flow.EventTimeout}))
	case flow.Gather:
		w.hears(i.Prompts)
		return w.ask(answers{digits: true, words: map[string]flow.EventKind{"silence": flow.EventTimeout}})
	case flow.Queue:
		w.queue(i)
		return w.ask(queueAnswers(i.Keys))
	case flow.Resume:
		w.say("  goes on waiting in the same place %s", i.Priority)
		w.hears(i.Prompts)
		return w.ask(queueAnswers("0123456789*#"))
	case flow.Ring:
		w.hears(i.Prompts)
		w.say("  rings the duty phones of %s, %s each", strings.Join(i.Duty, ", then "), i.Each)
		return w.ask(answers{words: map[string]flow.EventKind{"answered": flow.EventAnswered, "nobody": flow.EventFailed}})
	case flow.Transfer:
		w.hears(i.Prompts)
		w.say("  is put through to %s", i.To)
		return w.ask(answers{words: map[string]flow.EventKind{"answered": flow.EventAnswered, "nobody": flow.EventFailed}})
	case flow.Voicemail:
		w.hears(append(append([]string(nil), i.Prompts...), flow.PromptBeep))
		return w.ask(answers{words: map[string]flow.EventKind{"recorded": flow.EventDone, "nothing": flow.EventFailed}})
	case flow.Callback:
		w.say("  a call-back is put on the ticket")
		w.hears(i.Prompts)
		return w.ask(answers{words: map[string]flow.EventKind{"promised": flow.EventDone, "failed": flow.EventFailed}})
	case flow.Survey:
		w.hears(i.Prompts)
		if e, goesOn := w.ask(keyAnswers("0123456789", map[string]flow.EventKind{"silence": flow.EventTimeout})); !goesOn {
			return e, false
		}
		return done, true
	default:
		if end, ok := ins.(flow.Hangup); ok {
			w.hears(end.Prompts)
		}
		w.say("  the line hangs up")
		return done, false
	}
}

func (w *walk) queue(q flow.Queue) {
	w.say("  agents of the queue %q ring", q.Name)
	w.hears(q.Opening)
	for _, a := range q.Announcements {
		prompts := append([]string(nil), a.Prompts...)
		if a.Position {
			prompts = append(prompts, flow.SayPosition(2)...)
		}
		if a.Wait {
			prompts = append(prompts, flow.SayWait(3*time.Minute)...)
		}
		w.say("  after %s:", a.After)
		w.hears(prompts)
	}
	w.say("  after %s the longest wait is over", q.MaxWait)
}

// answers are what may come of an instruction.
type answers struct {
	keys   string
	digits bool
	words  map[string]flow.EventKind
}

func keyAnswers(keys string, words map[string]flow.EventKind) answers {
	return answers{keys: keys, words: words}
}

func queueAnswers(keys string) answers {
	return answers{keys: keys, words: map[string]flow.EventKind{"answered": flow.EventAnswered, "no agent": flow.EventNoAgent, "timeout": flow.EventTimeout}}
}

// ask shows what may happen until it understands an answer. False means that the
// caller has hung up, which they may at any moment.
func (w *walk) ask(a answers) (flow.Event, bool) {
	for w.err == nil {
		text, ok := w.answer(a)
		if !ok || text == "hang up" {
			w.say("  > the caller hangs up")
			return flow.Event{}, false
		}
		w.say("  > %s", text)
		if e, ok := a.event(text); ok {
			return e, true
		}
		w.say("  type %s", a)
	}
	return flow.Event{}, false
}

// answer is the next one of the script, then of standard input.
func (w *walk) answer(may answers) (string, bool) {
	if len(w.script) > 0 {
		next := w.script[0]
		w.script = w.script[1:]
		return strings.TrimSpace(next), true
	}
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.out, "  what happens? (%s) ", may)
	}
	if !w.answers.Scan() {
		return "", false
	}
	return strings.TrimSpace(w.answers.Text()), true
}

// sameWords are other ways to say what may happen.
var sameWords = map[string]string{"agent answers": "answered", "answer": "answered", "max wait": "timeout", "nothing said": "nothing"}

func (a answers) event(text string) (flow.Event, bool) {
	if other, ok := sameWords[text]; ok {
		text = other
	}
	if kind, ok := a.words[text]; ok {
		return flow.Event{Kind: kind}, true
	}
	if text == "" || strings.Trim(text, "0123456789*#") != "" {
		return flow.Event{}, false
	}
	if a.digits {
		return flow.Event{Kind: flow.EventDigits, Digits: text}, true
	}
	return flow.Event{Kind: flow.EventKey, Key: rune(text[0])}, len(text) == 1 && a.keys != ""
}

// String lists what may be typed.
func (a answers) String() string {
	var all []string
	switch {
	case a.digits:
		all = append(all, "digits,")
	case a.keys != "":
		all = append(all, "a key,")
	}
	for _, word := range []string{"silence", "answered", "no agent", "nobody", "timeout", "recorded", "nothing", "promised", "failed"} {
		if _, ok := a.words[word]; ok {
			all = append(all, word+",")
		}
	}
	return strings.Join(append(all, "or hang up"), " ")
}
