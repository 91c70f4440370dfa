-- +goose Up
-- Goods come into stores, go to others and are counted by two people; the advance of somebody who is gone is settled in
-- their name; a duty is handed over by the same count; and an account is mended as often as it takes.
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_event_check;
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_event_check CHECK (event IN ('fund_allocated','float_funded','claim_repaid','float_moved',
    'approved','reserved','released','cash_issued','receipted','cash_returned','cancelled','reversed',
    'advance_issued','advance_handed_over','advance_returned','advance_claimed','advance_repaid','cash_short','cash_over',
    'goods_bought','goods_given','goods_moved','goods_missing','goods_surplus',
    'bank_sent','bank_succeeded','bank_failed','bank_returned','reissued','late_success','recovery_opened','recovered','year_closed'));

-- ── acts with goods: what was done, line by line, and who signed for it; none of it is ever changed ──
CREATE TABLE store_acts (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id uuid        NOT NULL UNIQUE, -- made by the client before it sends
    kind      text        NOT NULL CHECK (kind IN ('purchase','transfer','count')),
    area_code text        NOT NULL REFERENCES divisions (code), -- the store that is counted, or that the goods come into
    from_area text        REFERENCES divisions (code), -- of a transfer: the county's store
    by_id     bigint      NOT NULL REFERENCES staff (id), -- who bought, gave or counted
    voucher   text        NOT NULL DEFAULT '', -- of a purchase: the invoice
    note      text        NOT NULL DEFAULT '',
    at        timestamptz NOT NULL,
    CONSTRAINT store_acts_sides CHECK ((from_area IS NOT NULL) = (kind = 'transfer') AND from_area IS DISTINCT FROM area_code),
    CONSTRAINT store_acts_invoice CHECK ((voucher <> '') = (kind = 'purchase'))
);
CREATE INDEX store_acts_area ON store_acts (area_code, id);
CREATE TABLE store_act_lines (
    act_id    bigint   NOT NULL REFERENCES store_acts (id),
    line      smallint NOT NULL CHECK (line > 0),
    goods_id  bigint   NOT NULL REFERENCES goods (id),
    source_id bigint   REFERENCES goods (id), -- of a transfer: the same kind in the county's store
    pieces    bigint   NOT NULL CHECK (pieces >= 0), -- of a count: what was found
    book      bigint   CHECK (book >= 0), -- of a count: what the books said
    cost_fen  bigint   NOT NULL CHECK (cost_fen > 0), -- of one piece
    PRIMARY KEY (act_id, line),
    UNIQUE (act_id, goods_id)
);
CREATE TABLE store_signatures ( -- of the second person, and of whoever approves that a difference is booked
    act_id    bigint      NOT NULL REFERENCES store_acts (id),
    step      text        NOT NULL CHECK (step IN ('second','approve')),
    area_code text        NOT NULL REFERENCES divisions (code),
    outcome   text        NOT NULL CHECK (outcome IN ('signed','declined','withdrawn')),
    by_id     bigint      NOT NULL REFERENCES staff (id),
    note      text        NOT NULL DEFAULT '',
    at        timestamptz NOT NULL,
    PRIMARY KEY (act_id, step),
    CONSTRAINT store_signatures_reason CHECK (outcome <> 'declined' OR note <> '')
);
-- Nobody stands for two people, whatever the program does.
-- +goose StatementBegin
CREATE FUNCTION guard_store_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE a store_acts%ROWTYPE; before store_signatures%ROWTYPE;
BEGIN
    SELECT * INTO STRICT a FROM store_acts WHERE id = NEW.act_id;
    SELECT * INTO before FROM store_signatures WHERE act_id = NEW.act_id;
    IF NEW.area_code <> a.area_code OR (NEW.outcome = 'withdrawn') <> (NEW.by_id = a.by_id) OR (NEW.step = 'second') <> (before.act_id IS NULL)
       OR (NEW.step = 'approve' AND (a.kind <> 'count' OR before.outcome <> 'signed' OR before.by_id = NEW.by_id)) THEN
        RAISE EXCEPTION 'act % with goods is not signed by another person', a.id USING ERRCODE = 'check_violation', CONSTRAINT = 'store_signatures_two_people';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER store_signatures_guard BEFORE INSERT ON store_signatures FOR EACH ROW EXECUTE FUNCTION guard_store_signature();

-- ── a standing advance, settled in the name of somebody who is gone; a count that one colleague is to sign ──
ALTER TABLE advance_acts DROP CONSTRAINT advance_acts_kind_check, DROP CONSTRAINT advance_acts_sides, DROP CONSTRAINT advance_acts_count, DROP CONSTRAINT advance_acts_check;
ALTER TABLE advance_acts ADD COLUMN holder_id bigint REFERENCES staff (id), -- in whose name it is settled; NULL: whoever began the act
    ADD CONSTRAINT advance_acts_kind_check CHECK (kind IN ('issue','hand_over','return','count','settle')),
    ADD CONSTRAINT advance_acts_check CHECK (fen BETWEEN 0 AND 10000000000 AND (fen > 0 OR kind IN ('count','settle'))),
    ADD CONSTRAINT advance_acts_sides CHECK ((kind = 'count' OR (to_id IS NULL) = (kind IN ('return','settle'))) AND to_id IS DISTINCT FROM by_id),
    ADD CONSTRAINT advance_acts_count CHECK ((book_fen IS NOT NULL) = (kind IN ('count','settle')) AND (book_fen IS NULL OR book_fen = fen OR note <> '')),
    ADD CONSTRAINT advance_acts_holder CHECK ((holder_id IS NOT NULL) = (kind = 'settle') AND holder_id IS DISTINCT FROM by_id AND (kind <> 'settle' OR note <> ''));
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
-- +goose StatementEnd

-- ── a duty is handed over by the ledger's count of the advance; what was counted before stands as it was written ──
ALTER TABLE duty_handovers ALTER COLUMN cash_fen DROP NOT NULL, ADD COLUMN count_id uuid REFERENCES advance_acts (public_id),
    ADD CONSTRAINT duty_handovers_one_count CHECK (cash_fen IS NULL OR count_id IS NULL);

-- ── a payout that was mended wrongly is mended again, before the next try ──
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_disbursement_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('failed', 'fixed') THEN
        RAISE EXCEPTION 'payout % is % and keeps its account', OLD.id, OLD.state USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursements_account_kept';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['store_acts','store_act_lines','store_signatures'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_append_only', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['store_acts','store_signatures'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I USING (app_sees(area_code) OR area_code = ANY ((SELECT app_succeeded())::text[]))', t || '_scope', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY store_act_lines_scope ON store_act_lines USING (EXISTS (SELECT 1 FROM store_acts a WHERE a.id = act_id));
GRANT SELECT, INSERT ON store_acts, store_act_lines, store_signatures TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
SELECT set_config('app.scope', '*', true);
DROP TABLE store_signatures, store_act_lines, store_acts;
DROP FUNCTION guard_store_signature();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_disbursement_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'failed' THEN
        RAISE EXCEPTION 'payout % is % and keeps its account', OLD.id, OLD.state USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursements_account_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION guard_advance_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE a advance_acts%ROWTYPE;
BEGIN
    SELECT * INTO STRICT a FROM advance_acts WHERE id = NEW.act_id;
    IF NEW.area_code <> a.area_code OR (NEW.outcome = 'withdrawn') <> (NEW.by_id = a.by_id)
       OR (NEW.outcome <> 'withdrawn' AND a.to_id IS NOT NULL AND NEW.by_id <> a.to_id) THEN
        RAISE EXCEPTION 'act % of an advance is not signed by the other person', a.id USING ERRCODE = 'check_violation', CONSTRAINT = 'advance_signatures_two_people';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
UPDATE duty_handovers h SET cash_fen = coalesce((SELECT a.fen FROM advance_acts a WHERE a.public_id = h.count_id), 0) WHERE cash_fen IS NULL;
ALTER TABLE duty_handovers DROP CONSTRAINT duty_handovers_one_count, DROP COLUMN count_id, ALTER COLUMN cash_fen SET NOT NULL;
ALTER TABLE advance_acts DROP CONSTRAINT advance_acts_holder, DROP CONSTRAINT advance_acts_count, DROP CONSTRAINT advance_acts_sides, DROP CONSTRAINT advance_acts_check, DROP CONSTRAINT advance_acts_kind_check;
ALTER TABLE advance_acts DROP COLUMN holder_id,
    ADD CONSTRAINT advance_acts_kind_check CHECK (kind IN ('issue','hand_over','return','count')),
    ADD CONSTRAINT advance_acts_check CHECK (fen BETWEEN 0 AND 10000000000 AND (fen > 0 OR kind = 'count')),
    ADD CONSTRAINT advance_acts_sides CHECK ((to_id IS NULL) = (kind IN ('return','count')) AND to_id IS DISTINCT FROM by_id),
    ADD CONSTRAINT advance_acts_count CHECK ((book_fen IS NOT NULL) = (kind = 'count') AND (book_fen IS NULL OR book_fen = fen OR note <> ''));
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_event_check;
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_event_check CHECK (event IN ('fund_allocated','float_funded','claim_repaid','float_moved',
    'approved','reserved','released','cash_issued','receipted','cash_returned','cancelled','reversed',
    'advance_issued','advance_handed_over','advance_returned','cash_short','cash_over','goods_bought','goods_given',
    'bank_sent','bank_succeeded','bank_failed','bank_returned','reissued','late_success','recovery_opened','recovered','year_closed'));
