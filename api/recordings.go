package api

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Recordings opens the audio of recordings, on whichever node it lies.
type Recordings interface {
	// OpenRecording opens one for hearing. An act.Fault tells why it cannot be heard; act.ErrUnavailable that its node
	// does not answer. ctx must last as long as the audio is read.
	OpenRecording(ctx context.Context, node, id string) (RecordedAudio, error)
}

// RecordedAudio is a recording as a stereo WAV file: left what the party said,
// right what it heard. It is used by one goroutine at a time.
type RecordedAudio interface {
	io.Closer
	// WAVSize is the size of the file in octets.
	WAVSize() int64
	// ReadWAVAt reads it from an octet on, opening no more than it must.
	ReadWAVAt(p []byte, off int64) (int, error)
	// Peaks draws it in at most so many stretches.
	Peaks(stretches int) (ticket.RecordingPeaks, error)
	// Verify authenticates all of it.
	Verify() error
}

// RecordingRows are the recordings in the database, within the actor's scope.
type RecordingRows interface {
	ticket.RecordingTx
	// TicketRecordings lists those of a ticket in the order of time, without Acts.
	TicketRecordings(ctx context.Context, id ticket.ID) ([]ticket.RecordingView, error)
	// RecordingByRef loads one; act.ErrNotFound outside the scope.
	RecordingByRef(ctx context.Context, id string) (ticket.RecordingView, error)
	// ListenByToken finds the listen that a token opens in the actor's session; act.ErrNotFound where it is over or another's.
	ListenByToken(ctx context.Context, recording string, tokenHash, session []byte) (ticket.Listen, error)
}

// Who may have business with recordings at all; ticket.MayListen decides for each.
var (
	listeners = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty,
		area.RoleCityDuty, area.RoleCityHead, area.RoleAuditor}
	holders = []area.Role{area.RoleSupervisor, area.RoleAuditor}
)

// recordingTable is the part of the table where calls are heard again.
func recordingTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: get, path: "/tickets/{id}/recordings", who: listeners, background: true,
			summary: "The recordings and voicemail of a ticket", bind: read((*Server).listRecordings)},
		{method: post, path: "/recordings/{id}/listens", who: listeners,
			summary: "Open a recording to hear it; leaves a record", bind: bindListen},
		{method: get, path: "/recordings/{id}/audio", who: listeners, summary: "The audio of a listen, by ranges", bind: bindAudio},
		{method: get, path: "/recordings/{id}/peaks", who: listeners, summary: "A picture of a recording", bind: bindPeaks},
		{method: post, path: "/recordings/{id}/legal-hold", who: holders,
			summary: "Keep a recording beyond its time", bind: do((*Server).holdRecording)},
		{method: post, path: "/recordings/{id}/legal-hold-release", who: holders,
			summary: "Let a held recording go when its time is over", bind: do((*Server).releaseRecording)},
	}
}

// RecordingList is what was recorded of the calls of a ticket.
type RecordingList struct {
	Items []ticket.RecordingView `json:"items"`
}

func (s *Server) listRecordings(ctx context.Context, tx Tx, in *TicketRef) (RecordingList, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return RecordingList{}, err
	}
	facts, err := recordingFacts(ctx, tx, id)
	if err != nil {
		return RecordingList{}, err
	}
	list, err := tx.TicketRecordings(ctx, id)
	for i := range list {
		list[i].Acts = ticket.RecordingActs(tx.Actor(), list[i], facts)
	}
	return RecordingList{Items: list}, err
}

// recordingFacts is what the ticket says about who may hear its recordings.
func recordingFacts(ctx context.Context, tx Tx, id ticket.ID) (ticket.RecordingFacts, error) {
	v, err := tx.TicketView(ctx, id)
	me := tx.Actor()
	return ticket.RecordingFacts{Owner: v.OwnerPost == me.PostID, OfferedToMe: v.OfferedToMe, CallTaker: v.CallTakerID == me.StaffID && me.StaffID != 0,
		Open: v.Status.Open()}, err
}

type listenInput struct {
	ThingRef
	Body struct {
		Purpose  string `json:"purpose" minLength:"2" maxLength:"200" doc:"Why; it goes into the audit chain"`
		Download bool   `json:"download,omitempty" doc:"It leaves the house as a file"`
	}
}

// Listen is a permission to hear a recording once, in this session.
type Listen struct {
	Audio string `json:"audio" doc:"Where the WAV file is; asked by ranges. All requests of one listen are one record"`
	Bytes int64  `json:"bytes" doc:"Size of the WAV file"`
	Lasts int    `json:"lasts_seconds" doc:"How long the address is good"`
}

// bindListen is POST /recordings/{id}/listens. The recording is authenticated
// as a whole before anything of it is played, outside any transaction: its
// node may be another.
func bindListen(s *Server, r *route) {
	huma.Register(s.api, r.operation(), func(ctx context.Context, in *listenInput) (*answer[Listen], error) {
		out, err := s.listen(ctx, in)
		if err != nil {
			return nil, s.refuse(ctx, r, err)
		}
		return &answer[Listen]{Body: out}, nil
	})
}

func (s *Server) listen(ctx context.Context, in *listenInput) (Listen, error) {
	rec, facts, err := s.audible(ctx, in.ID)
	if err != nil {
		return Listen{}, err
	}
	size, err := s.authenticate(ctx, rec)
	if err != nil {
		return Listen{}, err
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails since Go 1.24
	token := tokenText(secret)
	out := Listen{Audio: base + "/recordings/" + rec.ID + "/audio?listen=" + token, Bytes: size}
	err = s.deps.Run(ctx, requestOf(ctx).actor, func(tx Tx) error {
		lasts, err := ticket.BeginListen(ctx, tx, ticket.Listen{Recording: rec, Purpose: in.Body.Purpose, Download: in.Body.Download,
			TokenHash: tokenHash(token), Session: requestOf(ctx).token}, facts)
		out.Lasts = int(lasts.Seconds())
		return err
	})
	return out, err
}

// audible loads a recording that the actor may hear.
func (s *Server) audible(ctx context.Context, id string) (rec ticket.RecordingView, facts ticket.RecordingFacts, err error) {
	err = s.deps.Run(ctx, requestOf(ctx).actor, func(tx Tx) error {
		if rec, err = tx.RecordingByRef(ctx, id); err != nil {
			return err
		}
		if facts, err = recordingFacts(ctx, tx, rec.Ticket); err != nil {
			return err
		}
		if !ticket.MayListen(tx.Actor(), rec, facts) {
			return ticket.NotInRecordingState(rec)
		}
		return nil
	})
	return rec, facts, err
}

// authenticate reads all of a recording, where it lies, and tells its size as a
// WAV file. One that was changed is an alarm.
func (s *Server) authenticate(ctx context.Context, rec ticket.RecordingView) (int64, error) {
	audio, err := s.openRecording(ctx, rec)
	if err != nil {
		return 0, err
	}
	defer audio.Close() //nolint:errcheck // only read
	if err := audio.Verify(); err != nil {
		return 0, s.alarmTampered(ctx, rec, err)
	}
	return audio.WAVSize(), nil
}

func (s *Server) openRecording(ctx context.Context, rec ticket.RecordingView) (RecordedAudio, error) {
	if s.deps.Recordings == nil {
		return nil, act.ErrUnavailable
	}
	audio, err := s.deps.Recordings.OpenRecording(ctx, rec.Node, rec.ID)
	if err != nil {
		return nil, s.alarmTampered(ctx, rec, err)
	}
	return audio, nil
}

// alarmTampered passes an error on; that a recording does not authenticate must
// not only be seen by who wanted to hear it.
func (s *Server) alarmTampered(ctx context.Context, rec ticket.RecordingView, err error) error {
	if f, ok := errors.AsType[*act.Fault](err); ok && f.Code == "recording_tampered" {
		s.deps.Logger.ErrorContext(ctx, "a recording does not authenticate", "alarm", true, "recording", rec.ID, "node", rec.Node, "error", err)
	}
	return err
}

type peaksInput struct {
	ThingRef
	Stretches int `query:"stretches" minimum:"10" maximum:"2000" default:"400"`
}

// bindPeaks draws a recording for those who may hear it. The picture tells who
// spoke when and nothing of what was said, so it leaves no record.
func bindPeaks(s *Server, r *route) {
	huma.Register(s.api, r.operation(), func(ctx context.Context, in *peaksInput) (*answer[ticket.RecordingPeaks], error) {
		out, err := s.peaks(ctx, in)
		if err != nil {
			return nil, s.refuse(ctx, r, err)
		}
		return &answer[ticket.RecordingPeaks]{Body: out}, nil
	})
}

func (s *Server) peaks(ctx context.Context, in *peaksInput) (ticket.RecordingPeaks, error) {
	rec, _, err := s.audible(ctx, in.ID)
	if err != nil {
		return ticket.RecordingPeaks{}, err
	}
	audio, err := s.openRecording(ctx, rec)
	if err != nil {
		return ticket.RecordingPeaks{}, err
	}
	defer audio.Close() //nolint:errcheck // only read
	drawn, err := audio.Peaks(in.Stretches)
	return drawn, s.alarmTampered(ctx, rec, err)
}

type holdInput struct {
	ThingRef
	Body struct {
		Reason string `json:"reason" minLength:"2" maxLength:"500" doc:"Such as the file number of a complaint"`
	}
}

func (s *Server) holdRecording(ctx context.Context, tx Tx, in *holdInput) (ticket.RecordingView, error) {
	return s.changedRecording(ctx, tx, in, ticket.HoldRecording)
}

func (s *Server) releaseRecording(ctx context.Context, tx Tx, in *holdInput) (ticket.RecordingView, error) {
	return s.changedRecording(ctx, tx, in, ticket.ReleaseRecording)
}

func (s *Server) changedRecording(ctx context.Context, tx Tx, in *holdInput,
	change func(context.Context, ticket.RecordingTx, string, string) (ticket.RecordingView, error)) (ticket.RecordingView, error) {
	rec, err := change(ctx, tx, in.ID, in.Body.Reason)
	if err != nil {
		return ticket.RecordingView{}, err
	}
	facts, err := recordingFacts(ctx, tx, rec.Ticket)
	if err != nil {
		return ticket.RecordingView{}, err
	}
	if rec, err = tx.RecordingByRef(ctx, in.ID); err != nil {
		return ticket.RecordingView{}, err
	}
	rec.Acts = ticket.RecordingActs(tx.Actor(), rec, facts)
	return rec, nil
}

// mountInternal serves what other nodes ask of this one. Each handler
// authenticates by itself; no session opens anything here.
func (s *Server) mountInternal() {
	for prefix, handler := range s.deps.Internal {
		s.app.Get(prefix+"*", adaptor.HTTPHandler(handler))
	}
}

// describeAudio adds the hand-written operation to the document.
func (s *Server) describeAudio(r *route) {
	op := r.operation()
	text := &huma.Schema{Type: huma.TypeString}
	op.Parameters = append(op.Parameters,
		&huma.Param{Name: "id", In: "path", Required: true, Schema: text},
		&huma.Param{Name: "listen", In: "query", Required: true, Schema: text, Description: "As POST /recordings/{id}/listens gave it"},
		&huma.Param{Name: fiber.HeaderRange, In: "header", Schema: text, Description: "One range of octets; the answer may be shorter"})
	sound := map[string]*huma.MediaType{"audio/wav": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	op.Responses = map[string]*huma.Response{
		"200":     {Description: "The whole file: A-law, 8 kHz, left what the party said, right what it heard", Content: sound},
		"206":     {Description: "A range of it, at most " + strconv.Itoa(audioPiece>>10) + " KiB", Content: sound},
		"416":     {Description: "The range lies outside the file"},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{problemType: {Schema: s.schemaOf(Problem{})}}},
	}
	s.api.OpenAPI().AddOperation(&op)
}
