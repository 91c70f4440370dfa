package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// NoticeRows are what did not reach its reader, and what people wrote back,
// within the actor's scope.
type NoticeRows interface {
	// DeadLetters lists deliveries that reached nobody, newest first; the zero Cursor ends the list.
	DeadLetters(ctx context.Context, channel, reason string, before ticket.Cursor, limit int) ([]ticket.DeadLetter, ticket.Cursor, error)
	// DeadLetterCauses counts them by channel and reason.
	DeadLetterCauses(ctx context.Context) ([]ticket.DeadLetterCause, error)
	// ResendDeadLetter sends one again.
	ResendDeadLetter(ctx context.Context, ref string) error
	// ResendDeadLetters sends all of a cause again and tells how many they are.
	ResendDeadLetters(ctx context.Context, cause ticket.DeadLetterCause) (int, error)
	// Replies lists what was written to the line, newest first; the zero Cursor ends the list.
	Replies(ctx context.Context, before ticket.Cursor, limit int) ([]ticket.ReplyView, ticket.Cursor, error)
	// ReadNotice notes that the actor has seen a notice.
	ReadNotice(ctx context.Context, ref string) error
}

// mountInbound lets providers in. Each handler authenticates by itself; no
// session opens anything here.
func (s *Server) mountInbound() {
	for prefix, handler := range s.deps.Inbound {
		s.app.Post(prefix+"*", adaptor.HTTPHandler(handler))
	}
}

// notifyTable is the part of the table about how people are told.
func notifyTable() []*route {
	get, post, del := http.MethodGet, http.MethodPost, http.MethodDelete
	resenders := []area.Role{area.RoleSupervisor, area.RoleCountyDuty, area.RoleCityDuty} // each of their own area's, as row level security has it
	watchers := []area.Role{area.RoleSupervisor, area.RoleCountyDuty, area.RoleCityDuty, area.RoleCityHead, area.RoleAuditor}
	return []*route{
		{method: get, path: "/contacts", who: everyone, summary: "Your own contact methods", bind: read((*Server).listContacts)},
		{method: post, path: "/contacts", who: everyone, summary: "Add a contact method; it is used once it was verified", bind: do((*Server).addContact)},
		{method: post, path: "/contacts/language", who: everyone, summary: "Choose the language in which you are written to", bind: do((*Server).setContactLanguage)},
		{method: post, path: "/contacts/push", who: everyone, summary: "Subscribe this browser to web push", bind: do((*Server).addPush)},
		{method: post, path: "/contacts/{id}/changes", who: everyone, summary: "Change a contact method", bind: do((*Server).changeContact)},
		{method: del, path: "/contacts/{id}", who: everyone, summary: "Remove a contact method", bind: do((*Server).removeContact)},
		{method: post, path: "/contacts/{id}/tests", who: everyone, summary: "Send a test message with a code", bind: do((*Server).testContact)},
		{method: post, path: "/contacts/{id}/verification", who: everyone, summary: "Type in the code of a test", bind: do((*Server).verifyContact)},

		{method: post, path: "/notices/{id}/reading", who: everyone, summary: "Say that you have read a notice: the rest of its ladder is not sent", bind: each((*Server).readNotice)},
		{method: get, path: "/notices/preview", who: leaders, summary: "Every notice as its reader sees it, with typical values", bind: read((*Server).previewNotices)},
		{method: get, path: "/dead-letters", who: watchers, background: true, summary: "Notices that reached nobody, newest first", bind: read((*Server).listDeadLetters)},
		{method: get, path: "/dead-letters/causes", who: watchers, background: true, summary: "Why they did not, with how many", bind: read((*Server).listDeadLetterCauses)},
		{method: post, path: "/dead-letters/{id}/resending", who: resenders, summary: "Send one of them again", bind: do((*Server).resendDeadLetter)},
		{method: post, path: "/dead-letters/resending", who: resenders, summary: "Send all of one cause again", bind: do((*Server).resendDeadLetters)},
		{method: get, path: "/replies", who: watchers, background: true, summary: "What people wrote to the line by SMS, newest first", bind: read((*Server).listReplies)},
	}
}

type listDeadLettersInput struct {
	Paging
	Channel string `query:"channel" maxLength:"20"`
	Reason  string `query:"reason" maxLength:"500"`
}

// DeadLetterPage is one page of notices that reached nobody.
type DeadLetterPage struct {
	Items []ticket.DeadLetter `json:"items"`
	Next  string              `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

func (s *Server) listDeadLetters(ctx context.Context, tx Tx, in *listDeadLettersInput) (DeadLetterPage, error) {
	before, err := parseCursor(in.Cursor)
	if err != nil {
		return DeadLetterPage{}, err
	}
	rows, next, err := tx.DeadLetters(ctx, in.Channel, in.Reason, before, in.Limit)
	return DeadLetterPage{Items: append([]ticket.DeadLetter{}, rows...), Next: cursorText(next)}, err
}

// DeadLetterCauseList is why notices reached nobody, the most frequent cause first.
type DeadLetterCauseList struct {
	Items []ticket.DeadLetterCause `json:"items"`
}

func (s *Server) listDeadLetterCauses(ctx context.Context, tx Tx, _ *struct{}) (DeadLetterCauseList, error) {
	causes, err := tx.DeadLetterCauses(ctx)
	return DeadLetterCauseList{Items: causes}, err
}

// DeliveryRef names a delivery in a path.
type DeliveryRef struct {
	ID string `path:"id" minLength:"1" maxLength:"36" doc:"Id of the notice's delivery"`
}

// Resent is how many notices are on their way again.
type Resent struct {
	Count int `json:"count"`
}

func (s *Server) resendDeadLetter(ctx context.Context, tx Tx, in *DeliveryRef) (Resent, error) {
	return Resent{Count: 1}, tx.ResendDeadLetter(ctx, in.ID)
}

type resendInput struct {
	Body struct {
		Channel string `json:"channel" minLength:"1" maxLength:"20"`
		Reason  string `json:"reason" maxLength:"500" doc:"As the list of causes has it"`
	}
}

func (s *Server) resendDeadLetters(ctx context.Context, tx Tx, in *resendInput) (Resent, error) {
	n, err := tx.ResendDeadLetters(ctx, ticket.DeadLetterCause{Channel: in.Body.Channel, Reason: in.Body.Reason})
	return Resent{Count: n}, err
}

type listRepliesInput struct{ Paging }

// ReplyPage is one page of replies by SMS.
type ReplyPage struct {
	Items []ticket.ReplyView `json:"items"`
	Next  string             `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

func (s *Server) listReplies(ctx context.Context, tx Tx, in *listRepliesInput) (ReplyPage, error) {
	before, err := parseCursor(in.Cursor)
	if err != nil {
		return ReplyPage{}, err
	}
	rows, next, err := tx.Replies(ctx, before, in.Limit)
	return ReplyPage{Items: rows, Next: cursorText(next)}, err
}

func (s *Server) readNotice(ctx context.Context, tx Tx, in *DeliveryRef) (Done, error) {
	return Done{Done: true}, tx.ReadNotice(ctx, in.ID)
}

// Done says that an act was done.
type Done struct {
	Done bool `json:"done"`
}

// NoticePreview is a notice with typical values.
type NoticePreview struct {
	Name       string   `json:"name"`
	For        string   `json:"for" enum:"staff,citizen"`
	Zh         string   `json:"zh"`
	En         string   `json:"en"`
	Characters int      `json:"characters" doc:"Of the Chinese text"`
	Parts      int      `json:"parts" doc:"Short messages it takes: 70 characters in one, 67 in each of several"`
	Most       int      `json:"most" doc:"Short messages it may take"`
	Personal   []string `json:"personal" doc:"Fields that are about a person"`
}

// SortPreviews puts notices to citizens first, each kind by name.
func SortPreviews(list []NoticePreview) {
	slices.SortFunc(list, func(a, b NoticePreview) int { return cmp.Or(cmp.Compare(a.For, b.For), cmp.Compare(a.Name, b.Name)) })
}

// NoticePreviewList is every notice.
type NoticePreviewList struct {
	Items []NoticePreview `json:"items"`
}

func (s *Server) previewNotices(context.Context, Tx, *struct{}) (NoticePreviewList, error) {
	if s.deps.Telling.Preview == nil {
		return NoticePreviewList{Items: []NoticePreview{}}, nil
	}
	return NoticePreviewList{Items: s.deps.Telling.Preview()}, nil
}

var errNoPush = act.Refused("push_not_set_up", "The line has no keys for web push; its administrator makes them with hotline notices keys.")
