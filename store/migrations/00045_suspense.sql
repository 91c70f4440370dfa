-- +goose Up
-- What cannot be explained yet is ended by an adjustment of two people; the cash of a reversed receipt comes back; a claim to what was not paid twice after all
-- ends by itself; what a bank takes or pays of its own accord is booked; and a payout that agrees with the bank or the cash is reconciled.
SELECT set_config('app.scope', '*', true); -- the tables are closed to their owner, too
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_event_check;
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_event_check CHECK (event IN ('fund_allocated','float_funded','claim_repaid','float_moved',
    'approved','reserved','released','cash_issued','receipted','cash_returned','cancelled','reversed',
    'advance_issued','advance_handed_over','advance_returned','advance_claimed','advance_repaid','cash_short','cash_over',
    'goods_bought','goods_given','goods_moved','goods_missing','goods_surplus',
    'bank_sent','bank_succeeded','bank_failed','bank_returned','reissued','late_success','recovery_opened','recovered','year_closed',
    'claim_netted','suspense_covered','suspense_paid_in','suspense_claimed','suspense_spent','float_refilled','surplus_kept','surplus_deposited','bank_fee','bank_interest'));

-- ── tries and claims: which try is the payment, and which was paid twice ────
ALTER TABLE disbursement_attempts ADD COLUMN twice boolean NOT NULL DEFAULT false; -- what it has paid was paid twice
UPDATE disbursement_attempts a SET twice = true WHERE state = 'succeeded'
    AND EXISTS (SELECT 1 FROM claims c WHERE c.disbursement_id = a.disbursement_id AND c.attempt = a.number AND c.why = 'late_success');
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE disbursement_attempts ADD CONSTRAINT disbursement_attempts_twice CHECK (NOT twice OR state = 'succeeded');
GRANT UPDATE (twice) ON disbursement_attempts TO hotline_app;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF EXISTS (SELECT 1 FROM disbursement_attempts a WHERE a.disbursement_id = NEW.disbursement_id AND (a.state NOT IN ('failed','cancelled') OR a.number >= NEW.number)) THEN
            RAISE EXCEPTION 'payout % has a try that is not proved dead', NEW.disbursement_id USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_attempts_one_alive';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM payee_accounts p WHERE p.id = NEW.account_id AND p.verified_by IS NOT NULL) THEN
            RAISE EXCEPTION 'payout % goes to an account that nobody verified', NEW.disbursement_id USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_attempts_verified';
        END IF;
    ELSIF NEW.state = 'sent' AND OLD.state <> 'sent' AND EXISTS (SELECT 1 FROM disbursement_attempts a WHERE a.disbursement_id = NEW.disbursement_id AND a.number <> NEW.number AND a.state NOT IN ('failed','cancelled')) THEN
        RAISE EXCEPTION 'payout % has another try that is not proved dead', NEW.disbursement_id USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_attempts_one_alive';
    ELSIF OLD.state IN ('sent','acked','unknown','succeeded','failed') AND (NEW.state IN ('reserved','batched','cancelled') OR NEW.batch_id IS DISTINCT FROM OLD.batch_id OR NEW.seq IS DISTINCT FROM OLD.seq)
        OR OLD.state = 'cancelled' OR OLD.state IN ('succeeded','failed') AND NEW.state NOT IN ('succeeded','failed') THEN
        RAISE EXCEPTION 'try % of payout % is % and does not become %', OLD.number, OLD.disbursement_id, OLD.state, NEW.state USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_attempts_sent';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
ALTER TABLE claims ALTER COLUMN disbursement_id DROP NOT NULL, ALTER COLUMN attempt DROP NOT NULL,
    ADD COLUMN staff_id bigint REFERENCES staff (id), -- of a shortage: who carried the cash
    ADD COLUMN netted_at timestamptz, -- the second try proved dead: nothing is to be given back
    DROP CONSTRAINT claims_why_check,
    ADD CONSTRAINT claims_why_check CHECK (why IN ('late_success','reversed','shortage')),
    ADD CONSTRAINT claims_of CHECK ((why = 'shortage') = (staff_id IS NOT NULL) AND (why = 'shortage') = (disbursement_id IS NULL) AND (disbursement_id IS NULL) = (attempt IS NULL)),
    ADD CONSTRAINT claims_netted CHECK (netted_at IS NULL OR (why = 'late_success' AND recovered_fen = fen));
GRANT UPDATE (netted_at) ON claims TO hotline_app;
DROP POLICY claims_scope ON claims;
CREATE POLICY claims_scope ON claims USING (app_sees(area_code) OR EXISTS (SELECT 1 FROM disbursements d WHERE d.id = disbursement_id));

-- ── reconciled: it agrees with the bank's statement, or with the cash ───────
CREATE INDEX disbursements_to_reconcile ON disbursements (area_code) WHERE state IN ('receipted','succeeded');
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_disbursement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('cancelled','reversed')
       OR (OLD.state = 'receipted' AND NEW.state NOT IN ('receipted','reversed','reconciled'))
       OR (OLD.state = 'reconciled' AND NEW.state NOT IN ('reconciled','reversed') AND NOT (NEW.state = 'failed' AND OLD.channel = 'bank')) THEN
        RAISE EXCEPTION 'disbursement % is % and stays so', OLD.id, OLD.state USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursements_terminal';
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'disbursement % moved by another version', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursements_version';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- ── cash of a reversed receipt ──────────────────────────────────────────────
ALTER TABLE advance_acts ADD COLUMN disbursement_id bigint REFERENCES disbursements (id), ADD COLUMN receipt text NOT NULL DEFAULT '',
    DROP CONSTRAINT advance_acts_kind_check,
    ADD CONSTRAINT advance_acts_kind_check CHECK (kind IN ('issue','hand_over','return','count','settle','give_back')),
    DROP CONSTRAINT advance_acts_sides,
    ADD CONSTRAINT advance_acts_sides CHECK ((kind = 'count' OR (to_id IS NULL) = (kind IN ('return','settle','give_back'))) AND to_id IS DISTINCT FROM by_id),
    ADD CONSTRAINT advance_acts_give_back CHECK ((kind = 'give_back') = (disbursement_id IS NOT NULL) AND (kind = 'give_back') = (receipt <> ''));
CREATE INDEX advance_acts_payout ON advance_acts (disbursement_id) WHERE disbursement_id IS NOT NULL;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_advance_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE a advance_acts%ROWTYPE;
BEGIN
    SELECT * INTO STRICT a FROM advance_acts WHERE id = NEW.act_id;
    IF NEW.area_code <> a.area_code OR (NEW.outcome = 'withdrawn') <> (NEW.by_id = a.by_id)
       OR (NEW.outcome <> 'withdrawn' AND (a.to_id IS NOT NULL AND NEW.by_id <> a.to_id OR NEW.by_id = a.holder_id)) THEN
        RAISE EXCEPTION 'act % of an advance is not signed by the other person', a.id USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_signatures_two_people';
    END IF;
    IF NEW.outcome = 'signed' AND a.disbursement_id IS NOT NULL
       AND EXISTS (SELECT 1 FROM advance_acts o JOIN advance_signatures s ON s.act_id = o.id WHERE o.disbursement_id = a.disbursement_id AND s.outcome = 'signed') THEN
        RAISE EXCEPTION 'the cash of payout % was given back already', a.disbursement_id USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_signatures_given_back_once';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- ── adjustments: proposed by one person of county finance, signed by another ─
CREATE TABLE adjustments (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id        uuid        NOT NULL UNIQUE, -- made by the client before it sends
    kind             text        NOT NULL CONSTRAINT adjustments_kind_check CHECK (kind IN ('cover','paid_in','claim','write_off','surplus','fee','interest')),
    area_code        text        NOT NULL REFERENCES divisions (code), -- the county
    account_id       bigint      REFERENCES accounts (id), -- the suspense that it ends
    line_id          bigint      REFERENCES statement_lines (id), -- or the line that it books
    fen              bigint      NOT NULL CHECK (fen > 0 AND fen <= 10000000000),
    voucher          text        NOT NULL CHECK (voucher <> ''),
    note             text        NOT NULL DEFAULT '',
    by_id            bigint      NOT NULL REFERENCES staff (id),
    at               timestamptz NOT NULL,
    CONSTRAINT adjustments_of CHECK ((kind IN ('fee','interest')) = (line_id IS NOT NULL) AND (line_id IS NULL) = (account_id IS NOT NULL))
);
CREATE INDEX adjustments_area ON adjustments (area_code, id);
CREATE TABLE adjustment_signatures ( -- the answer of the second person: one for each
    adjustment_id bigint      PRIMARY KEY REFERENCES adjustments (id),
    area_code     text        NOT NULL REFERENCES divisions (code),
    outcome       text        NOT NULL CONSTRAINT adjustment_signatures_outcome_check CHECK (outcome IN ('signed','declined','withdrawn')),
    by_id         bigint      NOT NULL REFERENCES staff (id),
    note          text        NOT NULL DEFAULT '',
    at            timestamptz NOT NULL,
    CONSTRAINT adjustment_signatures_reason CHECK (outcome <> 'declined' OR note <> '')
);
-- +goose StatementBegin
CREATE FUNCTION guard_adjustment_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE a adjustments%ROWTYPE;
BEGIN
    SELECT * INTO STRICT a FROM adjustments WHERE id = NEW.adjustment_id;
    IF NEW.area_code <> a.area_code OR (NEW.outcome = 'withdrawn') <> (NEW.by_id = a.by_id) THEN
        RAISE EXCEPTION 'adjustment % is not signed by another person', a.id USING ERRCODE = 'check_violation', CONSTRAINT = 'adjustment_signatures_two_people';
    END IF;
    RETURN NEW;
END $$;
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['adjustments','adjustment_signatures'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_sees(area_code))', t || '_scope', t);
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_append_only', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE TRIGGER adjustment_signatures_guard BEFORE INSERT ON adjustment_signatures FOR EACH ROW EXECUTE FUNCTION guard_adjustment_signature();
GRANT SELECT, INSERT ON adjustments, adjustment_signatures TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE adjustment_signatures, adjustments;
DROP FUNCTION guard_adjustment_signature();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_advance_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE a advance_acts%ROWTYPE;
BEGIN
    SELECT * INTO STRICT a FROM advance_acts WHERE id = NEW.act_id;
    IF NEW.area_code <> a.area_code OR (NEW.outcome = 'withdrawn') <> (NEW.by_id = a.by_id)
       OR (NEW.outcome <> 'withdrawn' AND (a.to_id IS NOT NULL AND NEW.by_id <> a.to_id OR NEW.by_id = a.holder_id)) THEN
        RAISE EXCEPTION 'act % of an advance is not signed by the other person', a.id USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_signatures_two_people';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION guard_disbursement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('cancelled','reversed','reconciled')
       OR (OLD.state = 'receipted' AND NEW.state NOT IN ('receipted','reversed','reconciled')) THEN
        RAISE EXCEPTION 'disbursement % is % and stays so', OLD.id, OLD.state USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursements_terminal';
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'disbursement % moved by another version', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursements_version';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION guard_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF EXISTS (SELECT 1 FROM disbursement_attempts a WHERE a.disbursement_id = NEW.disbursement_id AND (a.state <> 'failed' OR a.number >= NEW.number)) THEN
            RAISE EXCEPTION 'payout % has a try that is not proved dead', NEW.disbursement_id USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_attempts_one_alive';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM payee_accounts p WHERE p.id = NEW.account_id AND p.verified_by IS NOT NULL) THEN
            RAISE EXCEPTION 'payout % goes to an account that nobody verified', NEW.disbursement_id USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_attempts_verified';
        END IF;
    ELSIF NEW.state = 'sent' AND OLD.state <> 'sent' AND EXISTS (SELECT 1 FROM disbursement_attempts a WHERE a.disbursement_id = NEW.disbursement_id AND a.number <> NEW.number AND a.state <> 'failed') THEN
        RAISE EXCEPTION 'payout % has another try that is not proved dead', NEW.disbursement_id USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_attempts_one_alive';
    ELSIF OLD.state IN ('sent','acked','unknown','succeeded','failed') AND (NEW.state IN ('reserved','batched','cancelled') OR NEW.batch_id IS DISTINCT FROM OLD.batch_id OR NEW.seq IS DISTINCT FROM OLD.seq)
        OR OLD.state = 'cancelled' OR OLD.state IN ('succeeded','failed') AND NEW.state NOT IN ('succeeded','failed') THEN
        RAISE EXCEPTION 'try % of payout % is % and does not become %', OLD.number, OLD.disbursement_id, OLD.state, NEW.state USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_attempts_sent';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
ALTER TABLE advance_acts DROP CONSTRAINT advance_acts_give_back, DROP CONSTRAINT advance_acts_sides, DROP CONSTRAINT advance_acts_kind_check,
    ADD CONSTRAINT advance_acts_sides CHECK ((kind = 'count' OR (to_id IS NULL) = (kind IN ('return','settle'))) AND to_id IS DISTINCT FROM by_id),
    ADD CONSTRAINT advance_acts_kind_check CHECK (kind IN ('issue','hand_over','return','count','settle')),
    DROP COLUMN disbursement_id, DROP COLUMN receipt;
DROP INDEX disbursements_to_reconcile;
DROP POLICY claims_scope ON claims;
CREATE POLICY claims_scope ON claims USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM disbursements d WHERE d.id = disbursement_id));
ALTER TABLE claims DROP CONSTRAINT claims_netted, DROP CONSTRAINT claims_of, DROP CONSTRAINT claims_why_check,
    ADD CONSTRAINT claims_why_check CHECK (why IN ('late_success','reversed')),
    DROP COLUMN netted_at, DROP COLUMN staff_id, ALTER COLUMN disbursement_id SET NOT NULL, ALTER COLUMN attempt SET NOT NULL;
ALTER TABLE disbursement_attempts DROP COLUMN twice;
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_event_check;
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_event_check CHECK (event IN ('fund_allocated','float_funded','claim_repaid','float_moved',
    'approved','reserved','released','cash_issued','receipted','cash_returned','cancelled','reversed',
    'advance_issued','advance_handed_over','advance_returned','advance_claimed','advance_repaid','cash_short','cash_over',
    'goods_bought','goods_given','goods_moved','goods_missing','goods_surplus',
    'bank_sent','bank_succeeded','bank_failed','bank_returned','reissued','late_success','recovery_opened','recovered','year_closed'));
