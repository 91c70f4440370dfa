package api

import (
	"context"

	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// answering is how an act that waits for another person is brought to its end. Its three
// methods are that person's signature and refusal, and the first one's withdrawal.
type answering[V any] func(s *Server, ctx context.Context, tx Tx, id string, o ledger.AdvanceOutcome, note string) (V, error)

func (answer answering[V]) sign() handler[plainInput, V] {
	return func(s *Server, ctx context.Context, tx Tx, in *plainInput) (V, error) {
		return answer(s, ctx, tx, in.ID, ledger.AdvanceSigned, "")
	}
}

func (answer answering[V]) decline() handler[reasonInput, V] {
	return func(s *Server, ctx context.Context, tx Tx, in *reasonInput) (none V, err error) {
		if err := ticket.PlainText("reason", in.Body.Reason); err != nil {
			return none, err
		}
		return answer(s, ctx, tx, in.ID, ledger.AdvanceDeclined, in.Body.Reason)
	}
}

func (answer answering[V]) withdraw() handler[plainInput, V] {
	return func(s *Server, ctx context.Context, tx Tx, in *plainInput) (V, error) {
		return answer(s, ctx, tx, in.ID, ledger.AdvanceWithdrawn, "")
	}
}
