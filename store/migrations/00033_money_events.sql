-- +goose Up
-- Every event of the money's table (docs/architecture.md, "The money"), and every way in which a payout can travel.
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_event_check;
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_event_check CHECK (event IN ('fund_allocated','float_funded','claim_repaid','float_moved',
    'approved','reserved','released','cash_issued','receipted','cash_returned','cancelled','reversed',
    'advance_issued','advance_handed_over','advance_returned','cash_short','cash_over','goods_bought','goods_given',
    'bank_sent','bank_succeeded','bank_failed','bank_returned','reissued','late_success','recovery_opened','recovered','year_closed'));
ALTER TABLE disbursements DROP CONSTRAINT disbursements_channel_check;
ALTER TABLE disbursements ADD CONSTRAINT disbursements_channel_check CHECK (channel IN ('cash','advance','goods','bank'));

-- +goose Down
ALTER TABLE disbursements DROP CONSTRAINT disbursements_channel_check;
ALTER TABLE disbursements ADD CONSTRAINT disbursements_channel_check CHECK (channel IN ('cash'));
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_event_check;
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_event_check CHECK (event IN ('fund_allocated','float_funded','approved','reserved','released',
    'cash_issued','receipted','cash_returned','cancelled','reversed'));
