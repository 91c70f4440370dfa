package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.org/hotline/internal/localservers"
	"example.org/hotline/ivr/caller"
	"example.org/hotline/ivr/media"
)

// callFlags are the flags of `hotline call` that are not the caller's own options.
type callFlags struct {
	target string   // "sip:NUMBER@HOST:PORT"; "sip:" may be left out, and the number with to
	to     string   // number to dial instead of the target's
	keys   []string // "1@4s"
	play   string   // WAV file
}

func callCommand() *cobra.Command {
	var flags callFlags
	var o caller.Options
	cmd := &cobra.Command{
		Use:   "call [TARGET]",
		Short: "Place a call over SIP and RTP as a citizen would, and tell what happens",
		Long: "Place a call over SIP and RTP as a citizen would, and tell what happens.\n" +
			"Without a target it calls the first township's number of the demo city that\n" +
			"`hotline dev` runs in this folder. It ends with status 1 if nobody answered.",
		Example: "  hotline call --key 1@4s\n  hotline call sip:12349@192.0.2.10:5060 --transport tcp --record heard.wav\n  hotline call --to 1234902 --cancel-after 500ms",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && flags.target != "" {
				return errors.New("give the target once: as an argument or with --target")
			}
			flags.target = cmp.Or(flags.target, strings.Join(args, ""))
			if err := flags.apply(&o, filepath.Join(devFolder, "dev.json")); err != nil {
				return err
			}
			result, err := placeCall(cmd.Context(), cmd.OutOrStdout(), o)
			if err == nil && !result.Answered() {
				return &exitError{"not answered"}
			}
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.target, "target", "", "whom to call, sip:NUMBER@HOST:PORT (default: the demo city that runs here)")
	f.StringVar(&flags.to, "to", "", "number to dial (default: the target's, else the demo city's first township number)")
	f.StringVar(&o.Transport, "transport", "udp", "udp or tcp")
	f.StringVar(&o.From, "from", demoFrom, "number to call from; anonymous withholds it")
	f.StringArrayVar(&flags.keys, "key", nil, "press a key so long after the answer, such as 1@4s; may be repeated")
	f.StringVar(&flags.play, "play", "", "WAV file to play from the answer on: 8 kHz, mono, 16-bit PCM or A-law")
	f.StringVar(&o.RecordWAV, "record", "", "WAV file to write what is heard to")
	f.DurationVar(&o.HangupAfter, "hang-up-after", 0, "hang up so long after the answer (default: when the line does)")
	f.DurationVar(&o.CancelAfter, "cancel-after", 0, "give up so long after dialling if not answered by then (default: never)")
	f.DurationVar(&o.MaxDuration, "max-duration", 10*time.Minute, "hang up at the latest so long after the answer")
	return cmd
}

// parseKeys reads "1@4s": the key and when it is pressed, counted from the answer.
func parseKeys(texts []string) ([]caller.Press, error) {
	var keys []caller.Press
	for _, text := range texts {
		key, at, ok := strings.Cut(text, "@")
		key = strings.ToUpper(key)
		after, err := time.ParseDuration(at)
		if !ok || err != nil || after < 0 || len(key) != 1 || !strings.Contains("0123456789*#ABCD", key) {
			return nil, fmt.Errorf("--key %q: write the key and when to press it, such as 1@4s", text)
		}
		keys = append(keys, caller.Press{Key: rune(key[0]), After: after})
	}
	return keys, nil
}

// placeCall places one call and writes each step to out as it happens, then
// what became of it. A call that nobody answered is a Result, not an error.
// Ending ctx cancels or hangs up, whichever is due.
func placeCall(ctx context.Context, out io.Writer, o caller.Options) (caller.Result, error) {
	t := &callTimeline{out: out}
	o.OnEvent = t.tell
	t.say("calling %s over %s, from %s", o.Target, cmp.Or(o.Transport, "udp"), cmp.Or(o.From, "anonymous"))
	result, err := caller.Dial(ctx, o)
	if err != nil {
		return result, err
	}
	t.say("%s", summary(result))
	return result, t.err
}

// apply turns the flags into the caller's options. Keys and sound are checked
// before anybody's phone rings; the target comes from devFile if need be.
func (f callFlags) apply(o *caller.Options, devFile string) (err error) {
	if o.Digits, err = parseKeys(f.keys); err != nil {
		return err
	}
	if o.Target, err = f.resolve(o.Transport, devFile); err != nil || f.play == "" {
		return err
	}
	if o.PlayWAV, err = os.ReadFile(f.play); err != nil {
		return fmt.Errorf("read the sound to play: %w", err)
	}
	if _, err := media.ReadPrompt(o.PlayWAV); err != nil {
		return fmt.Errorf("%s: %w; make one by: sox IN.wav -r 8000 -c 1 -b 16 OUT.wav", f.play, err)
	}
	return nil
}

// resolve completes the target, from the demo city that runs here where it
// names no host.
func (f callFlags) resolve(transport, devFile string) (string, error) {
	target := f.target
	if len(target) >= 4 && strings.EqualFold(target[:4], "sip:") {
		target = target[4:]
	}
	number, host, found := strings.Cut(target, "@")
	if !found {
		number, host = "", target
	}
	if host == "" {
		dev, err := readRunningDev(devFile)
		if err != nil {
			return "", err
		}
		host, number = dev.SIP[strings.ToLower(transport)], cmp.Or(number, dev.firstTownshipNumber())
		if host == "" {
			return "", fmt.Errorf("the demo city does not listen on %q: take udp or tcp", transport)
		}
	}
	if number = cmp.Or(f.to, number); number == "" {
		return "", fmt.Errorf("which number at %s? Write sip:NUMBER@%s, or give --to", host, host)
	}
	return "sip:" + number + "@" + host, nil
}

// readRunningDev reads where the demo city of this folder is. The file outlives
// a city that was killed, and somebody else may listen on its port by now.
func readRunningDev(path string) (devJSON, error) {
	var dev devJSON
	if err := readJSONFile(path, &dev); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return dev, err
	}
	if dir := filepath.Dir(path); dev.API == "" || !localservers.InUse(dir) {
		return dev, fmt.Errorf("no demo city runs in %s: start `hotline dev`, or say whom to call: hotline call sip:NUMBER@HOST:PORT", dir)
	}
	return dev, nil
}

// firstTownshipNumber is that of the lowest area code, else the line's own.
func (d devJSON) firstTownshipNumber() string {
	for _, code := range slices.Sorted(maps.Keys(d.TownshipNumbers)) {
		return d.TownshipNumbers[code]
	}
	return d.Number
}

// callTimeline writes the steps of a call with the time since its INVITE. It is
// told from one goroutine.
type callTimeline struct {
	out      io.Writer
	began    time.Time
	answered bool
	err      error
}

func (t *callTimeline) say(format string, args ...any) {
	if _, err := fmt.Fprintf(t.out, format+"\n", args...); err != nil && t.err == nil {
		t.err = err
	}
}

func (t *callTimeline) tell(e caller.Event) {
	if t.began.IsZero() {
		t.began = e.At
	}
	t.answered = t.answered || e.Kind == caller.EventAnswered
	t.say("%8.2f s  %s", e.At.Sub(t.began).Seconds(), t.stepText(e))
}

// stepText says a step in words.
func (t *callTimeline) stepText(e caller.Event) string {
	switch e.Kind {
	case caller.EventCalling:
		return "INVITE sent"
	case caller.EventProgress:
		return fmt.Sprintf("the line is at work (%d %s)", e.Status, e.Text)
	case caller.EventRinging:
		return "ringing"
	case caller.EventAnswered:
		return "answered"
	case caller.EventHeard:
		return "hears the line speak"
	case caller.EventPressed:
		return "pressed key " + e.Text
	case caller.EventRefused:
		return fmt.Sprintf("refused (%d %s)", e.Status, e.Text)
	case caller.EventEnded:
		switch {
		case !t.answered:
			return "given up by the caller"
		case e.Text == string(caller.SideCallee):
			return "hung up by the line"
		default:
			return "hung up by the caller"
		}
	default:
		return string(e.Kind)
	}
}

// summary is what became of the call, in one line.
func summary(r caller.Result) string {
	if !r.Answered() {
		switch {
		case r.EndedBy == caller.SideCaller:
			return fmt.Sprintf("not answered: given up after %.2f s", r.EndedAt.Sub(r.CalledAt).Seconds())
		case r.Status != 0:
			return fmt.Sprintf("not answered: %d %s", r.Status, r.Reason)
		default:
			return "not answered"
		}
	}
	heard := "heard nothing"
	if r.HeardFor > 0 {
		heard = fmt.Sprintf("heard %.2f s, at most %.0f dBov loud", r.HeardFor.Seconds(), r.HeardLevel)
	}
	return fmt.Sprintf("answered after %.2f s, lasted %.2f s; %s; %d packets in, %d out", r.AnsweredAt.Sub(r.CalledAt).Seconds(),
		r.EndedAt.Sub(r.AnsweredAt).Seconds(), heard, r.PacketsHeard, r.PacketsSent)
}
