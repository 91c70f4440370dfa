package api

import (
	"context"
	"net/http"

	"example.org/hotline/area"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// adjustTable is the part of the table about ending what stands in suspense.
func adjustTable() []*route {
	finance := []area.Role{area.RoleCountyFinance}
	return []*route{
		{method: http.MethodPost, path: "/ledger/adjustments", fresh: true, who: finance,
			summary: "Propose how something in suspense is ended, or that a line of the bank's statement is a fee or interest; a colleague signs", bind: do((*Server).proposeAdjustment)},
		{method: http.MethodPost, path: "/ledger/adjustments/{id}/signature", fresh: true, who: finance, committed: failpoint.PayoutAfterCommit,
			summary: "Sign what a colleague has proposed: it is booked", bind: do(answering[Reconciliation]((*Server).answerAdjustment).sign())},
		{method: http.MethodPost, path: "/ledger/adjustments/{id}/refusal", who: finance, summary: "Say that you do not sign, and why; nothing is booked", bind: do(answering[Reconciliation]((*Server).answerAdjustment).decline())},
		{method: http.MethodPost, path: "/ledger/adjustments/{id}/withdrawal", who: finance, summary: "Take back what you have proposed and nobody has signed", bind: do(answering[Reconciliation]((*Server).answerAdjustment).withdraw())},
	}
}

type adjustInput struct {
	Body struct {
		ID        string                `json:"id,omitempty" format:"uuid" doc:"Made by you before you send, kept for the retry"`
		Kind      ledger.AdjustmentKind `json:"kind" enum:"cover,paid_in,claim,write_off,surplus,fee,interest"`
		AccountID string                `json:"account_id,omitempty" format:"uuid" doc:"What stands in suspense"`
		LineID    string                `json:"line_id,omitempty" format:"uuid" doc:"Or the line that is a fee or interest"`
		AmountFen int64                 `json:"amount_fen,omitempty" minimum:"1" doc:"Absent: all that stands there"`
		Voucher   string                `json:"voucher" minLength:"1" maxLength:"60" doc:"The document that says so"`
		Note      string                `json:"note,omitempty" maxLength:"1000"`
	}
}

func (s *Server) proposeAdjustment(ctx context.Context, tx Tx, in *adjustInput) (Reconciliation, error) {
	b := in.Body
	for field, text := range map[string]string{"voucher": b.Voucher, "note": b.Note} {
		if err := ticket.PlainText(field, text); err != nil {
			return Reconciliation{}, err
		}
	}
	_, err := relief.ProposeAdjustment(ctx, tx, ledger.AdjustInput{PublicID: newID(ctx, b.ID), Kind: b.Kind, Suspense: b.AccountID, Line: b.LineID, Fen: b.AmountFen, Voucher: b.Voucher, Note: b.Note})
	if err != nil {
		return Reconciliation{}, err
	}
	return s.reconciliation(ctx, tx, &reconciliationInput{})
}

func (s *Server) answerAdjustment(ctx context.Context, tx Tx, id string, o ledger.AdvanceOutcome, note string) (Reconciliation, error) {
	if _, err := relief.AnswerAdjustment(ctx, tx, id, o, note); err != nil {
		return Reconciliation{}, err
	}
	return s.reconciliation(ctx, tx, &reconciliationInput{})
}
