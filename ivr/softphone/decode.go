package softphone

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
)

// The caps on what a browser says, in octets. An SDP offer of one audio line
// has about 2 kB.
const (
	maxMessage   = 64 << 10
	maxSDP       = 16 << 10
	maxCandidate = 2 << 10
	maxWord      = 100 // of every other text
)

// A refusal is what a request is answered that was not done: a code that the
// page translates and a hint for who builds pages.
type refusal struct{ code, detail string }

func (r *refusal) Error() string { return r.code + ": " + r.detail }

func refuse(code, detail string) *refusal { return &refusal{code, detail} }

// The codes of refusals.
const (
	codeMalformed    = "malformed"     // not a message of the protocol
	codeUnknownType  = "unknown_type"  // no such message
	codeHelloFirst   = "hello_first"   // the first message is hello
	codeNotLeader    = "not_leader"    // another tab leads; say hello with take_over
	codeNotSignedOn  = "not_signed_on" // sign_on first
	codeNoAudio      = "no_audio"      // the WebRTC leg is not connected
	codeNoCall       = "no_call"       // there is no call to do it with
	codeForbidden    = "forbidden"     // the role may not
	codeTooFast      = "too_fast"      // over the rate; it was not done
	codeBusy         = "busy"          // too much waits to be done already
	codeSDPRefused   = "sdp_refused"   // not one audio line with PCMA
	codeNobody       = "nobody"        // no such agent is signed on
	codeUnavailable  = "unavailable"   // this node does not do it
	codeInCall       = "in_call"       // not while a call lasts
	codeUnknownOffer = "unknown_offer" // the call is not offered here any more
	codeFailed       = "failed"        // the line could not; try again
)

var (
	tabForm   = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)
	requestID = regexp.MustCompile(`^[A-Za-z0-9_.-]{0,64}$`)
)

// decode reads one request strictly: unknown fields, other types and anything
// after the object are refused. The error is a *refusal; the request carries its
// id where that could be read.
func decode(data []byte) (Request, error) {
	var r Request
	if len(data) > maxMessage || !utf8.Valid(data) {
		return r, refuse(codeMalformed, "at most 64 KiB of UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Request{ID: soundID(r.ID)}, refuse(codeMalformed, "one JSON object with the fields of the protocol")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Request{ID: soundID(r.ID)}, refuse(codeMalformed, "one JSON object, and nothing after it")
	}
	r.ID = soundID(r.ID)
	return r, r.check()
}

// soundID leaves out what could not be an id, so that nothing odd is echoed.
func soundID(id string) string {
	if requestID.MatchString(id) {
		return id
	}
	return ""
}

// words are the texts that are names or ids.
func (r *Request) words() []string {
	w := []string{r.Tab, string(r.Offer), string(r.Status), string(r.Reason), string(r.Verb), r.Key, r.Call, string(r.Mode), r.Login, r.Task}
	if r.Target != nil {
		w = append(w, string(r.Target.Kind), r.Target.Login, r.Target.Queue, r.Target.Name, r.Target.Duty)
	}
	return w
}

// check holds a request to what its type needs.
func (r *Request) check() error {
	if len(r.SDP) > maxSDP || len(r.Candidate) > maxCandidate {
		return refuse(codeMalformed, "a description has at most 16 KiB, a candidate 2 KiB")
	}
	for _, w := range r.words() {
		if len(w) > maxWord || strings.ContainsFunc(w, func(c rune) bool { return c < ' ' }) {
			return refuse(codeMalformed, "a name or id has at most 100 octets and no control characters")
		}
	}
	need := func(ok bool, detail string) error {
		if ok {
			return nil
		}
		return refuse(codeMalformed, detail)
	}
	switch r.Type {
	case "sign_on", "sign_off", "wrap_up_done", "watch", "ping":
		return nil
	case "hello":
		return need(tabForm.MatchString(r.Tab), "tab: 8 to 64 letters, digits, - or _")
	case "offer":
		return need(r.SDP != "", "sdp is missing")
	case "candidate":
		return need(len(r.Candidate) > 0, "candidate is missing")
	case "accept", "reject":
		return need(r.Offer != "", "offer is missing")
	case "command":
		return r.checkCommand()
	case "status":
		return need(r.Status == acd.StatusAvailable || r.Status == acd.StatusPaused && r.Reason != "", "status: available, or paused with a reason")
	case "supervise":
		return need(r.Call != "" && slices.Contains(joinModes, r.Mode), "call and mode: listen, whisper, barge, take_over or leave")
	case "force":
		return need(r.Login != "" && slices.Contains([]acd.Status{acd.StatusAvailable, acd.StatusPaused, acd.StatusSignedOff}, r.Status), "login and status")
	case "call_back":
		return need(r.Task != "", "task is missing")
	default:
		return refuse(codeUnknownType, "no such message")
	}
}

var joinModes = []acd.JoinMode{acd.JoinListen, acd.JoinWhisper, acd.JoinBarge, acd.JoinTakeOver, acd.JoinLeave}

var verbs = []ivr.AgentVerb{ivr.VerbHangUp, ivr.VerbHold, ivr.VerbResume, ivr.VerbKey, ivr.VerbConsult, ivr.VerbConsultEnd, ivr.VerbSwap,
	ivr.VerbTransfer, ivr.VerbConference, ivr.VerbRecordPause, ivr.VerbRecordResume}

// keys are what a telephone has (RFC 4733 section 3.2).
const keys = "0123456789*#ABCD"

func (r *Request) checkCommand() error {
	switch {
	case !slices.Contains(verbs, r.Verb):
		return refuse(codeMalformed, "no such verb")
	case r.Verb == ivr.VerbKey && (len(r.Key) != 1 || !strings.Contains(keys, r.Key)):
		return refuse(codeMalformed, "key: one of "+keys)
	case r.Verb == ivr.VerbConsult && r.Target == nil:
		return refuse(codeMalformed, "a consult needs its target")
	case r.Target != nil:
		return r.checkTarget()
	}
	return nil
}

func (r *Request) checkTarget() error {
	t := *r.Target
	named := map[ivr.TargetKind]string{ivr.TargetAgent: t.Login, ivr.TargetStaff: t.Login, ivr.TargetQueue: t.Queue, ivr.TargetEmergency: t.Name, ivr.TargetDuty: t.Duty}
	if named[t.Kind] == "" {
		return refuse(codeMalformed, "target: a kind, and the name that belongs to it")
	}
	return nil
}
