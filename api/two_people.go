package api

import (
	"context"

	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// answering is how an act that waits for another person is brought to its end. Its three
// methods are that person's signature and refusal, and the first one's withdrawal.
type answering[V any] func(s *Server, ctx context.Context, tx Tx, id string, o ledger.AdvanceOutcome, note string) (V, error)

func (answer answering[V]) sign(s *Server, ctx context.Context, tx Tx, in *plainInput) (V, error) {
	return answer(s, ctx, tx, in.ID, ledger.AdvanceSigned, "")
}

func (answer answering[V]) decline(s *Server, ctx context.Context, tx Tx, in *reasonInput) (V, error) {
	if err := ticket.PlainText("reason", in.Body.Reason); err != nil {
		var none V
		return none, err
	}
	return answer(s, ctx, tx, in.ID, ledger.AdvanceDeclined, in.Body.Reason)
}

func (answer answering[V]) withdraw(s *Server, ctx context.Context, tx Tx, in *plainInput) (V, error) {
	return answer(s, ctx, tx, in.ID, ledger.AdvanceWithdrawn, "")
}
