-- +goose Up
SELECT set_config('app.scope', '*', true); -- the tables are closed to their owner, too

-- A look at one payout in so many, drawn when its money has arrived (SECURITY T20).
CREATE TABLE after_reviews (
    disbursement_id bigint      PRIMARY KEY REFERENCES disbursements (id),
    drawn_at        timestamptz NOT NULL,
    due_at          timestamptz NOT NULL CHECK (due_at > drawn_at),
    reviewer_id     bigint      REFERENCES staff (id),
    outcome         text        CONSTRAINT after_reviews_outcome_check CHECK (outcome IN ('ok','finding')),
    review_note     text        NOT NULL DEFAULT '',
    reviewed_at     timestamptz,
    CONSTRAINT after_reviews_result CHECK ((outcome IS NULL) = (reviewer_id IS NULL) AND (outcome IS NULL) = (reviewed_at IS NULL)
        AND (outcome IS NOT NULL OR review_note = '')),
    CONSTRAINT after_reviews_finding_says_what CHECK (outcome IS DISTINCT FROM 'finding' OR review_note <> '')
);
CREATE INDEX after_reviews_open ON after_reviews (due_at) WHERE outcome IS NULL;
CREATE INDEX after_reviews_findings ON after_reviews (reviewed_at) WHERE outcome = 'finding';

-- A draw begins open, has its result once, and never from somebody who had a hand in the payout.
-- +goose StatementBegin
CREATE FUNCTION guard_after_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.outcome IS NOT NULL THEN
            RAISE EXCEPTION 'a review of payout % begins open', NEW.disbursement_id USING ERRCODE = 'check_violation', CONSTRAINT = 'after_reviews_begin_open';
        END IF;
    ELSIF OLD.outcome IS NOT NULL THEN
        RAISE EXCEPTION 'payout % has been reviewed', NEW.disbursement_id USING ERRCODE = 'check_violation', CONSTRAINT = 'after_reviews_once';
    ELSIF EXISTS (SELECT 1 FROM disbursements d WHERE d.id = NEW.disbursement_id
                  AND NEW.reviewer_id IN (d.call_taker_id, d.maker_id, d.checker_id, d.payer_id, d.companion_id, d.second_id)) THEN
        RAISE EXCEPTION 'payout % is reviewed by somebody who had a hand in it', NEW.disbursement_id USING ERRCODE = 'check_violation', CONSTRAINT = 'after_reviews_uninvolved';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION guard_reviewer_signs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM after_reviews r WHERE r.disbursement_id = NEW.id AND r.reviewer_id = NEW.second_id) THEN
        RAISE EXCEPTION 'payout % is signed by its reviewer', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursements_reviewer_signs';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER after_reviews_guard BEFORE INSERT OR UPDATE ON after_reviews FOR EACH ROW EXECUTE FUNCTION guard_after_review();
CREATE TRIGGER after_reviews_kept BEFORE DELETE OR TRUNCATE ON after_reviews FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER disbursements_reviewer_signs BEFORE UPDATE OF second_id ON disbursements FOR EACH ROW WHEN (NEW.second_id IS DISTINCT FROM OLD.second_id) EXECUTE FUNCTION guard_reviewer_signs();

ALTER TABLE after_reviews ENABLE ROW LEVEL SECURITY; ALTER TABLE after_reviews FORCE ROW LEVEL SECURITY;
CREATE POLICY after_reviews_scope ON after_reviews
    USING (app_scope() = '*' OR coalesce((SELECT true FROM disbursements d WHERE d.id = disbursement_id), false));
GRANT SELECT, INSERT ON after_reviews TO hotline_app;
GRANT UPDATE (reviewer_id, outcome, review_note, reviewed_at) ON after_reviews TO hotline_app;

-- Whose float pays: the township's, or its county's where that was empty. Known when the sum is held, and kept while it is.
ALTER TABLE disbursements ADD COLUMN source_area text REFERENCES divisions (code);
ALTER TABLE disbursements DISABLE TRIGGER disbursements_guard;
UPDATE disbursements SET source_area = area_code;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE disbursements ENABLE TRIGGER disbursements_guard;
ALTER TABLE disbursements ALTER COLUMN source_area SET NOT NULL,
    ADD CONSTRAINT disbursements_source CHECK (source_area = area_code OR source_area = left(area_code, 6) || '000000');
-- +goose StatementBegin
CREATE FUNCTION guard_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('draft','submitted','checked','fixed') THEN
        RAISE EXCEPTION 'payout % is % and keeps the float that pays it', OLD.id, OLD.state USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursements_source_kept';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER disbursements_source_kept BEFORE UPDATE OF source_area ON disbursements FOR EACH ROW WHEN (NEW.source_area <> OLD.source_area) EXECUTE FUNCTION guard_source();
GRANT UPDATE (source_area) ON disbursements TO hotline_app;

-- An entry between a township and its county's float is weighed whole, also in the transaction of somebody who does not see the county.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION check_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE e ledger_entries%ROWTYPE; wanted bigint; scope text := app_scope();
BEGIN
    PERFORM set_config('app.scope', '*', true);
    IF TG_TABLE_NAME = 'postings' THEN wanted := NEW.entry_id; ELSE wanted := NEW.id; END IF;
    SELECT * INTO STRICT e FROM ledger_entries WHERE id = wanted;
    IF (SELECT count(*) FROM postings WHERE entry_id = e.id) < 2
       OR EXISTS (SELECT 1 FROM postings WHERE entry_id = e.id GROUP BY layer HAVING sum(fen) <> 0) THEN
        RAISE EXCEPTION 'entry % does not sum to zero', e.id USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_zero_sum';
    END IF;
    IF EXISTS (SELECT 1 FROM postings WHERE entry_id = e.id AND layer = 'released') <> (e.resolves IS NOT NULL)
       OR EXISTS (SELECT 1 FROM postings WHERE (entry_id = e.resolves AND layer = 'pending') OR (entry_id = e.id AND layer = 'released')
                  GROUP BY account_id HAVING sum(fen) <> 0) THEN
        RAISE EXCEPTION 'entry % does not mirror the hold it ends', e.id USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_mirror_hold';
    END IF;
    IF e.reverses IS NOT NULL AND EXISTS (SELECT 1 FROM postings WHERE entry_id IN (e.id, e.reverses) AND layer = 'posted'
                                          GROUP BY account_id HAVING sum(fen) <> 0) THEN
        RAISE EXCEPTION 'entry % does not mirror the entry it reverses', e.id USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_mirror_posted';
    END IF;
    PERFORM set_config('app.scope', scope, true);
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION check_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE e ledger_entries%ROWTYPE; wanted bigint;
BEGIN
    IF TG_TABLE_NAME = 'postings' THEN wanted := NEW.entry_id; ELSE wanted := NEW.id; END IF;
    SELECT * INTO STRICT e FROM ledger_entries WHERE id = wanted;
    IF (SELECT count(*) FROM postings WHERE entry_id = e.id) < 2
       OR EXISTS (SELECT 1 FROM postings WHERE entry_id = e.id GROUP BY layer HAVING sum(fen) <> 0) THEN
        RAISE EXCEPTION 'entry % does not sum to zero', e.id USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_zero_sum';
    END IF;
    IF EXISTS (SELECT 1 FROM postings WHERE entry_id = e.id AND layer = 'released') <> (e.resolves IS NOT NULL)
       OR EXISTS (SELECT 1 FROM postings WHERE (entry_id = e.resolves AND layer = 'pending') OR (entry_id = e.id AND layer = 'released')
                  GROUP BY account_id HAVING sum(fen) <> 0) THEN
        RAISE EXCEPTION 'entry % does not mirror the hold it ends', e.id USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_mirror_hold';
    END IF;
    IF e.reverses IS NOT NULL AND EXISTS (SELECT 1 FROM postings WHERE entry_id IN (e.id, e.reverses) AND layer = 'posted'
                                          GROUP BY account_id HAVING sum(fen) <> 0) THEN
        RAISE EXCEPTION 'entry % does not mirror the entry it reverses', e.id USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_mirror_posted';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TRIGGER disbursements_source_kept ON disbursements;
DROP FUNCTION guard_source();
ALTER TABLE disbursements DROP COLUMN source_area;
DROP TRIGGER disbursements_reviewer_signs ON disbursements;
DROP FUNCTION guard_reviewer_signs();
DROP TABLE after_reviews;
DROP FUNCTION guard_after_review();
