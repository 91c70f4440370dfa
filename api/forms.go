package api

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/form"
	"example.org/hotline/relief/integrity"
	"example.org/hotline/ticket"
)

// FormRows are what printed forms say, within the actor's scope.
type FormRows interface {
	// ReceiptFacts are what the payee of a payout signs for.
	ReceiptFacts(ctx context.Context, disbursement string) (form.ReceiptFacts, error)
	// RefusalFacts are what a refused person is told; act.ErrNotFound where the decision is no refusal.
	RefusalFacts(ctx context.Context, decision string) (form.RefusalFacts, error)
	// PersonParty is a form's party for somebody of the household that a case is about, by public id.
	PersonParty(ctx context.Context, id ticket.ID, person string) (form.Party, error)
}

// formTable is the part of the table about what is printed.
func formTable() []*route {
	get := http.MethodGet
	return []*route{
		{method: get, path: "/disbursements/{id}/form", who: slices.Concat(payers, []area.Role{area.RoleCountyFinance, area.RoleAuditor}),
			summary: "The receipt that a payee signs, as PDF; each print leaves a record", bind: printing(form.Receipt, (*Server).receiptForm)},
		{method: get, path: "/decisions/{id}/form", who: owners,
			summary: "The letter of a refusal, as PDF; each print leaves a record", bind: printing(form.Refusal, (*Server).refusalForm)},
		{method: get, path: "/tickets/{id}/commitment-form", who: integrity.Reporters(),
			summary: "The commitment that somebody of the household is asked for, as PDF; each print leaves a record", bind: printing(form.Commitment, (*Server).personForm)},
		{method: get, path: "/tickets/{id}/integrity-notice-form", who: integrity.Reporters(),
			summary: "What promises kept and broken bring, for somebody of the household, as PDF; each print leaves a record", bind: printing(form.IntegrityNotice, (*Server).integrityNoticeForm)},
		{method: get, path: "/tickets/{id}/integrity-record-form", who: integrity.Reporters(),
			summary: "Which promises somebody of the household kept and broke, as PDF; each print leaves a record", bind: printing(form.IntegrityRecord, (*Server).integrityRecordForm)},
		{method: get, path: "/public-notices/{id}/form", who: owners,
			summary: "The notice for the village's board with a square code to its page, as PDF; each print leaves a record", bind: printing(form.PublicNotice, (*Server).noticeForm)},
	}
}

// asked is which form is asked for.
type asked struct {
	id     string // of what stands in the path
	person string // of the household; only where a form is about one of them
	origin string // of the pages that a square code leads to
}

// printed is what a form says: the case it is of, its values, and what its square code says.
type printed struct {
	of     ticket.ID
	values map[string]string
	code   string
}

type filler func(s *Server, ctx context.Context, tx Tx, in asked) (printed, error)

func (s *Server) receiptForm(ctx context.Context, tx Tx, in asked) (printed, error) {
	facts, err := tx.ReceiptFacts(ctx, in.id)
	return printed{of: facts.Ticket, values: facts.Values(s.aidInWords(facts.AidKind, tx), tx.Now())}, err
}

func (s *Server) refusalForm(ctx context.Context, tx Tx, in asked) (printed, error) {
	facts, err := tx.RefusalFacts(ctx, in.id)
	return printed{of: facts.Ticket, values: facts.Values(tx.Now())}, err
}

// personForm fills in what says no more than whom it is about.
func (s *Server) personForm(ctx context.Context, tx Tx, in asked) (printed, error) {
	id, err := tx.TicketByRef(ctx, in.id)
	if err != nil {
		return printed{}, err
	}
	party, err := tx.PersonParty(ctx, id, in.person)
	return printed{of: id, values: party.Values(tx.Now())}, err
}

// noticeForm is what of a notice hangs on the board. After its term nobody prints it again.
func (s *Server) noticeForm(ctx context.Context, tx Tx, in asked) (printed, error) {
	n, village, err := tx.PublicNoticePage(ctx, in.id)
	if err != nil {
		return printed{}, err
	}
	if !n.Public(tx.Now()) {
		return printed{}, act.Refused("notice_down", "The notice does not hang any more; take the paper down as well.")
	}
	facts := form.NoticeFacts{Village: village, Head: string(n.Head), Aid: s.aidNamed(n).Zh, People: n.People, Fen: n.Fen, From: n.StartsOn, Until: n.EndsOn, Phone: n.Phone}
	return printed{of: n.Ticket, values: facts.Values(tx.Now()), code: strings.TrimRight(in.origin, "/") + "/notices/" + n.PublicID}, nil
}

// aidInWords is what the catalogue in force calls a kind of aid, in Chinese.
func (s *Server) aidInWords(code string, tx Tx) string {
	if aid, err := s.deps.Rules.Aids.At(tx.Now()).Aid(code); err == nil {
		return aid.Zh
	}
	return code
}

const pdfType = "application/pdf"

// aboutPersons are the forms about one person of a household.
var aboutPersons = map[form.Kind]bool{form.Commitment: true, form.IntegrityNotice: true, form.IntegrityRecord: true, form.NameConsent: true}

// printing serves a form as PDF.
func printing(kind form.Kind, fill filler) binder {
	return func(s *Server, r *route) {
		s.app.Add(r.method, fiberPath(r.path), func(c *fiber.Ctx) error {
			ctx, in := c.UserContext(), asked{id: c.Params("id"), person: c.Query("member"), origin: cmp.Or(s.cfg.Origin, c.BaseURL())}
			var document form.Document
			err := s.deps.Run(ctx, requestOf(ctx).actor, func(tx Tx) error {
				p, err := fill(s, ctx, tx, in)
				if err != nil {
					return err
				}
				if document, err = s.deps.Forms.Set.Fill(kind, p.values); err != nil {
					return err
				}
				document.Code = p.code
				return tx.Audit(ctx, act.Record{Action: "form.print", Subject: act.Subject{Kind: "ticket", ID: int64(p.of)}, Area: tx.Actor().Area,
					Data: map[string]any{"form": string(kind), "of": in.id, "version": document.Version}})
			})
			if err != nil {
				return err
			}
			var pdf bytes.Buffer
			if err := s.deps.Forms.Font.Write(&pdf, document); err != nil {
				return err
			}
			c.Set(fiber.HeaderContentType, pdfType)
			c.Set(fiber.HeaderContentDisposition, `inline; filename="`+string(kind)+`.pdf"`)
			c.Set(fiber.HeaderCacheControl, "no-store")
			return c.Send(pdf.Bytes())
		})
		op := r.operation()
		op.Parameters = append(op.Parameters, &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
		if aboutPersons[kind] {
			op.Parameters = append(op.Parameters, &huma.Param{Name: "member", In: "query", Required: true, Description: "Whom of the household it is about", Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}})
		}
		op.Responses = map[string]*huma.Response{
			"200":     {Description: "The form", Content: map[string]*huma.MediaType{pdfType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}},
			"default": {Description: "Error", Content: map[string]*huma.MediaType{problemType: {Schema: s.schemaOf(Problem{})}}},
		}
		s.api.OpenAPI().AddOperation(&op)
	}
}
