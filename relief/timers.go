package relief

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// SecondSignatureDue is the handler of ledger.TimerSecondSignature: without a
// signature the maker's solo limit is frozen, and head and county are told.
func SecondSignatureDue(ctx context.Context, tx Tx, timer act.Timer) error {
	t, d, err := payoutOfTimer(ctx, tx, timer)
	if err != nil {
		return err
	}
	lapsed, err := ledger.LapseSecondSignature(ctx, tx, d)
	if err != nil || !lapsed {
		return err
	}
	if err := told(ctx, tx, t, d, "disbursement.signature_overdue", "", nil); err != nil {
		return err
	}
	maker, err := tx.StaffName(ctx, d.Maker)
	if err != nil {
		return err
	}
	late := message{"second_signature_late", d.PublicID, map[string]string{"worker": maker}}
	if err := tellSigner(ctx, tx, t, d.Area, ledger.LevelTownship, late); err != nil {
		return err
	}
	return tellSigner(ctx, tx, t, d.Area, ledger.LevelCounty, late)
}

// CheckUnanswered is the handler of ledger.TimerCheckUnanswered: the township
// head has not answered, so the county's duty officer is asked.
func CheckUnanswered(ctx context.Context, tx Tx, timer act.Timer) error {
	t, d, err := payoutOfTimer(ctx, tx, timer)
	if err != nil || d.State != ledger.StateSubmitted {
		return err
	}
	if err := told(ctx, tx, t, d, "disbursement.check_unanswered", "", nil); err != nil {
		return err
	}
	return tellSigner(ctx, tx, t, d.Area.At(area.LevelCounty), ledger.LevelCounty, wanted(d, ":county"))
}

func payoutOfTimer(ctx context.Context, tx Tx, timer act.Timer) (ticket.Ticket, ledger.Disbursement, error) {
	of, err := tx.DisbursementCase(ctx, ledger.DisbursementID(timer.Subject.ID))
	if err != nil {
		return ticket.Ticket{}, ledger.Disbursement{}, err
	}
	t, err := tx.TicketForUpdate(ctx, ticket.ID(of))
	if err != nil {
		return ticket.Ticket{}, ledger.Disbursement{}, err
	}
	d, err := tx.DisbursementForUpdate(ctx, ledger.DisbursementID(timer.Subject.ID))
	return t, d, err
}
