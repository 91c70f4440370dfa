package api

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// Where money moves by a person's hand: each of these is one command of
// package relief, in one transaction with ledger, clock and timeline.

type startPayoutInput struct {
	TicketRef
	Body struct {
		ID         string `json:"id,omitempty" format:"uuid" doc:"Made by you before you send, kept for the retry"`
		DecisionID string `json:"decision_id" format:"uuid"`
		AmountFen  int64  `json:"amount_fen" minimum:"1" doc:"The decision's sum"`
		Channel    string `json:"channel,omitempty" enum:"cash,advance,goods,bank" default:"cash" doc:"Cash out of the township's float, what the payer carries as a standing advance, goods out of the township's store, or to the payee's account"`
		AccountID  string `json:"account_id,omitempty" format:"uuid" doc:"Of a payout by bank: a verified account of the payee's"`
		Basket     []struct {
			Goods  string `json:"goods_id" format:"uuid"`
			Pieces int64  `json:"pieces" minimum:"1"`
		} `json:"basket,omitempty" maxItems:"50" doc:"Of a payout in goods: worth exactly the sum"`
	}
}

func (s *Server) startPayout(ctx context.Context, tx Tx, in *startPayoutInput) (Ticket, error) {
	b := in.Body
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, of, err := tx.DecisionByRef(ctx, b.DecisionID)
		if errors.Is(err, act.ErrNotFound) || (err == nil && of != id) {
			return act.Invalid("decision_id", "unknown_decision", "This ticket has no such decision.")
		}
		if err != nil {
			return err
		}
		var basket []relief.Pieces
		for _, l := range b.Basket {
			basket = append(basket, relief.Pieces{Goods: l.Goods, Count: l.Pieces})
		}
		_, err = relief.StartPayout(ctx, tx, relief.PayoutInput{PublicID: newID(ctx, b.ID), Decision: b.DecisionID, Fen: b.AmountFen,
			Channel: ledger.Channel(b.Channel), Account: b.AccountID, Basket: basket}, s.rules(tx))
		return err
	})
}

func (s *Server) onPayout(ctx context.Context, tx Tx, ref string, do func() error) (Ticket, error) {
	return onThing(ctx, s, tx, ref, tx.DisbursementByRef, do)
}

type signatureInput struct {
	ThingRef
	Body struct {
		ContentHash string `json:"content_hash" pattern:"^[0-9a-f]{64}$" doc:"Of what you have read, as the page shows it"`
	}
}

func (s *Server) checkPayout(ctx context.Context, tx Tx, in *signatureInput) (Ticket, error) {
	return s.onPayout(ctx, tx, in.ID, func() error {
		_, err := relief.CheckPayout(ctx, tx, in.ID, in.Body.ContentHash)
		return err
	})
}

func (s *Server) secondSign(ctx context.Context, tx Tx, in *signatureInput) (Ticket, error) {
	return s.onPayout(ctx, tx, in.ID, func() error {
		_, err := relief.SecondSign(ctx, tx, in.ID, in.Body.ContentHash)
		return err
	})
}

func (s *Server) issueCash(ctx context.Context, tx Tx, in *plainInput) (Ticket, error) {
	return s.onPayout(ctx, tx, in.ID, func() error {
		_, err := relief.IssueCash(ctx, tx, in.ID, s.policy(tx))
		return err
	})
}

type receiptInput struct {
	ThingRef
	Body struct {
		ID              string     `json:"id,omitempty" format:"uuid"`
		Photo           string     `json:"photo" format:"uuid" doc:"Completed upload: the hand-over"`
		Signature       string     `json:"signature" enum:"screen,thumb_paper,witness"`
		SignatureUpload string     `json:"signature_upload" format:"uuid" doc:"Completed upload: the signature, or the paper"`
		Witness         string     `json:"witness,omitempty" maxLength:"80"`
		Companion       string     `json:"companion,omitempty" maxLength:"40" doc:"Login of the colleague who was there; required above the solo limit"`
		DeviceAt        *time.Time `json:"device_at,omitempty"`
	}
}

func (s *Server) receipt(ctx context.Context, tx Tx, in *receiptInput) (Ticket, error) {
	b := in.Body
	var deviceAt time.Time
	if b.DeviceAt != nil {
		deviceAt = *b.DeviceAt
	}
	return s.onPayout(ctx, tx, in.ID, func() error {
		_, err := relief.Receive(ctx, tx, in.ID, relief.ReceiptInput{PublicID: newID(ctx, b.ID), Photo: b.Photo, Signature: relief.SignatureKind(b.Signature),
			SignedImage: b.SignatureUpload, Witness: b.Witness, Companion: b.Companion, DeviceAt: deviceAt}, s.rules(tx))
		return err
	})
}

func (s *Server) returnCash(ctx context.Context, tx Tx, in *reasonInput) (Ticket, error) {
	return s.onPayout(ctx, tx, in.ID, func() error {
		_, err := relief.ReturnCash(ctx, tx, in.ID, in.Body.Reason)
		return err
	})
}

func (s *Server) cancelPayout(ctx context.Context, tx Tx, in *reasonInput) (Ticket, error) {
	return s.onPayout(ctx, tx, in.ID, func() error {
		_, err := relief.CancelPayout(ctx, tx, in.ID, in.Body.Reason, s.rules(tx))
		return err
	})
}

func (s *Server) reversePayout(ctx context.Context, tx Tx, in *reasonInput) (Ticket, error) {
	return s.onPayout(ctx, tx, in.ID, func() error {
		_, err := relief.ReversePayout(ctx, tx, in.ID, in.Body.Reason)
		return err
	})
}

type reviewInput struct {
	ThingRef
	Body struct {
		Outcome string `json:"outcome" enum:"ok,finding"`
		Note    string `json:"note,omitempty" maxLength:"1000" doc:"What was found; required with a finding. County finance and the auditor read it"`
	}
}

func (s *Server) reviewPayout(ctx context.Context, tx Tx, in *reviewInput) (Ticket, error) {
	return s.onPayout(ctx, tx, in.ID, func() error {
		_, err := relief.ReviewPayout(ctx, tx, in.ID, ledger.ReviewOutcome(in.Body.Outcome), in.Body.Note)
		return err
	})
}
