package api

import (
	"bytes"
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/form"
	"example.org/hotline/ticket"
)

// FormRows are what printed forms say, within the actor's scope.
type FormRows interface {
	// ReceiptFacts are what the payee of a payout signs for.
	ReceiptFacts(ctx context.Context, disbursement string) (form.ReceiptFacts, error)
	// RefusalFacts are what a refused person is told; act.ErrNotFound where the decision is no refusal.
	RefusalFacts(ctx context.Context, decision string) (form.RefusalFacts, error)
}

// formTable is the part of the table about what is printed.
func formTable() []*route {
	get := http.MethodGet
	return []*route{
		{method: get, path: "/disbursements/{id}/form", who: slices.Concat(payers, []area.Role{area.RoleCountyFinance, area.RoleAuditor}),
			summary: "The receipt that a payee signs, as PDF; each print leaves a record", bind: printing(form.Receipt, (*Server).receiptForm)},
		{method: get, path: "/decisions/{id}/form", who: owners,
			summary: "The letter of a refusal, as PDF; each print leaves a record", bind: printing(form.Refusal, (*Server).refusalForm)},
	}
}

// filler finds what a form says: the case it is of, and its values.
type filler func(s *Server, ctx context.Context, tx Tx, id string) (ticket.ID, map[string]string, error)

func (s *Server) receiptForm(ctx context.Context, tx Tx, id string) (ticket.ID, map[string]string, error) {
	facts, err := tx.ReceiptFacts(ctx, id)
	return facts.Ticket, facts.Values(s.aidInWords(facts.AidKind, tx), tx.Now()), err
}

func (s *Server) refusalForm(ctx context.Context, tx Tx, id string) (ticket.ID, map[string]string, error) {
	facts, err := tx.RefusalFacts(ctx, id)
	return facts.Ticket, facts.Values(tx.Now()), err
}

// aidInWords is what the catalogue in force calls a kind of aid, in Chinese.
func (s *Server) aidInWords(code string, tx Tx) string {
	if aid, err := s.deps.Rules.Aids.At(tx.Now()).Aid(code); err == nil {
		return aid.Zh
	}
	return code
}

const pdfType = "application/pdf"

// printing serves a form as PDF.
func printing(kind form.Kind, fill filler) binder {
	return func(s *Server, r *route) {
		s.app.Add(r.method, fiberPath(r.path), func(c *fiber.Ctx) error {
			ctx, id := c.UserContext(), c.Params("id")
			var document form.Document
			err := s.deps.Run(ctx, requestOf(ctx).actor, func(tx Tx) error {
				of, values, err := fill(s, ctx, tx, id)
				if err != nil {
					return err
				}
				if document, err = s.deps.Forms.Set.Fill(kind, values); err != nil {
					return err
				}
				return tx.Audit(ctx, act.Record{Action: "form.print", Subject: act.Subject{Kind: "ticket", ID: int64(of)}, Area: tx.Actor().Area, Data: map[string]any{"form": string(kind), "of": id}})
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
		op.Responses = map[string]*huma.Response{
			"200":     {Description: "The form", Content: map[string]*huma.MediaType{pdfType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}},
			"default": {Description: "Error", Content: map[string]*huma.MediaType{problemType: {Schema: s.schemaOf(Problem{})}}},
		}
		s.api.OpenAPI().AddOperation(&op)
	}
}
