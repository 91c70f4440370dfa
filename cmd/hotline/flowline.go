package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
)

// watchEvery is how often the folders of flows and prompts are looked at. A
// change is in force after two looks.
const watchEvery = 3 * time.Second

// script is what callers hear and where they are led: flows and prompts, which
// are read, checked and replaced together.
type script struct {
	flows   configs.Flows
	prompts media.PromptSet
}

// line keeps the script of a running node current; it is the ivr.Flows and the
// ivr.Prompts of the phone.
type line struct{ *configs.Watched[script] }

var (
	_ ivr.Prompts = line{}
	_ ivr.Flows   = line{}
)

// openLine reads flows and prompts and proves that every caller reaches
// somebody. The queues that flows may name are those of the start, which the
// running line serves. The error lists every fault.
func openLine(cfg configs.Config, log *slog.Logger) (line, error) {
	queues, err := configs.LoadQueues(cfg.Queue.File)
	if err != nil {
		return line{}, err
	}
	watched, err := configs.Watch("the call flow or a prompt", log, func(old script) (script, error) {
		fresh, err := readScript(cfg.SIP, queues)
		if err == nil {
			err = prove(fresh, cfg.Demo.Enabled, log)
		}
		if err != nil {
			return script{}, err
		}
		return fresh, fresh.replace(old)
	}, cfg.SIP.FlowDir, cfg.SIP.PromptsDir)
	return line{watched}, err
}

// Prompt returns the prompt of that name and whether there is one.
func (l line) Prompt(name string) (media.Prompt, bool) { return l.Now().prompts.Prompt(name) }

// For returns the flow of a service number, nil where none serves it.
func (l line) For(number string) *flow.Flow { return l.Now().flows.For(number) }

// Run keeps the line current until ctx ends.
func (l line) Run(ctx context.Context) error {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	return l.Watched.Run(ctx, ticker.C)
}

// readScript reads and checks everything.
func readScript(cfg configs.SIPConfig, queues acd.Config) (script, error) {
	texts, err := configs.LoadPrompts(cfg.PromptsDir)
	if err != nil {
		return script{}, err
	}
	prompts, err := loadSpoken(texts)
	if err != nil {
		return script{}, err
	}
	flows, err := configs.LoadFlows(cfg.FlowDir, environment(prompts, queues))
	if err != nil {
		return script{}, err
	}
	if numbers := flows.Unserved(cfg.Numbers); len(numbers) > 0 {
		return script{}, &configs.Fault{File: "sip.numbers", Detail: "no call flow serves " + strings.Join(numbers, ", ") + ": name them in the numbers of one, or write \"*\" there"}
	}
	return script{flows, prompts}, nil
}

// prove refuses flows in which a caller may reach nobody. Where nobody real
// calls it only says so: short flows serve demonstrations and measurements.
func prove(s script, demo bool, log *slog.Logger) error {
	err := s.flows.Prove()
	if err != nil && demo {
		log.Warn("a call flow is used although a caller may reach nobody: this is no real line", slog.Any("error", err))
		return nil
	}
	return err
}

// environment is what flows are checked against.
func environment(prompts media.PromptSet, queues acd.Config) flow.Environment {
	return flow.Environment{
		Queue: func(name string) bool {
			return slices.ContainsFunc(queues.Queues, func(q acd.Queue) bool { return q.Key == name })
		},
		Prompt: func(name string) (time.Duration, bool) {
			p, ok := prompts.Prompt(name)
			return p.Duration(), ok
		},
	}
}

// loadSpoken reads the prompts and checks length and level of each.
func loadSpoken(texts configs.Prompts) (media.PromptSet, error) {
	prompts, err := media.LoadPrompts(texts.Files)
	faults := []error{err}
	for _, text := range texts.Texts {
		p, ok := prompts.Prompt(text.Name)
		if !ok || strings.HasPrefix(text.Sound, "pause") {
			continue
		}
		if err := p.Check(); err != nil {
			faults = append(faults, fmt.Errorf("prompt %s.wav: %w", text.Name, err))
		}
	}
	for _, name := range slices.Concat(ivr.PromptNames(), flow.Fragments(), flow.NoticePrompts()) {
		if _, ok := prompts.Prompt(name); !ok && err == nil {
			faults = append(faults, fmt.Errorf("prompt %s.wav: %w: record it, and add its text to prompts.yaml", name, fs.ErrNotExist))
		}
	}
	return prompts, errors.Join(faults...)
}

// replace takes over from the script before: a prompt that is gone stays for the
// calls whose flow may still name it.
func (s script) replace(old script) error {
	for name, p := range old.prompts {
		if _, ok := s.prompts[name]; !ok {
			s.prompts[name] = p
		}
	}
	return s.flows.Replacing(old.flows)
}
