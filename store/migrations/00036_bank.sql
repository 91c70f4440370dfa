-- +goose Up
-- Paying through a bank: where a payee's money goes, the tries at each payout, batches, files both ways, and what is to be claimed back.
SELECT set_config('app.scope', '*', true); -- the tables are closed to their owner, too

-- ── the payee's account: entered by one person, verified by another, replaced and never edited ──
CREATE TABLE payee_accounts (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id     uuid        NOT NULL UNIQUE,
    ticket_id     bigint      NOT NULL REFERENCES tickets (id),
    payee_index   bytea       NOT NULL,
    number_sealed bytea       NOT NULL,
    holder_sealed bytea       NOT NULL,
    number_index  bytea       NOT NULL CHECK (octet_length(number_index) = 16),
    bank          text        NOT NULL CHECK (bank ~ '^([0-9]{12})?$'), -- the payee's; empty: the agent bank itself
    entered_by    bigint      NOT NULL REFERENCES staff (id),
    entered_at    timestamptz NOT NULL,
    verified_by   bigint      REFERENCES staff (id),
    verified_at   timestamptz,
    CONSTRAINT payee_accounts_two_people CHECK (verified_by IS NULL OR verified_by <> entered_by),
    CHECK ((verified_by IS NULL) = (verified_at IS NULL))
);
CREATE INDEX payee_accounts_newest ON payee_accounts (ticket_id, payee_index, id DESC);
-- +goose StatementBegin
CREATE FUNCTION guard_payee_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.verified_by IS NOT NULL THEN
        RAISE EXCEPTION 'account % is verified after it was entered', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_accounts_entered_first';
    ELSIF TG_OP = 'UPDATE' AND OLD.verified_by IS NOT NULL THEN
        RAISE EXCEPTION 'account % is verified and stays so', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'payee_accounts_verified';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER payee_accounts_guard BEFORE INSERT OR UPDATE ON payee_accounts FOR EACH ROW EXECUTE FUNCTION guard_payee_account();
CREATE TRIGGER payee_accounts_kept BEFORE DELETE OR TRUNCATE ON payee_accounts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE disbursements ADD COLUMN account_id bigint REFERENCES payee_accounts (id), ADD COLUMN account_index bytea,
    ADD CONSTRAINT disbursements_account CHECK ((channel = 'bank') = (account_id IS NOT NULL) AND (account_id IS NULL) = (account_index IS NULL));
CREATE INDEX disbursements_account_index ON disbursements (account_index) WHERE account_index IS NOT NULL;
CREATE INDEX disbursements_for_bank ON disbursements (area_code, reserved_at) WHERE channel = 'bank' AND state = 'reserved';
GRANT UPDATE (account_id, account_index) ON disbursements TO hotline_app;
-- Where money is on its way, the account stays the one that it was sent to.
-- +goose StatementBegin
CREATE FUNCTION guard_disbursement_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'failed' THEN
        RAISE EXCEPTION 'payout % is % and keeps its account', OLD.id, OLD.state USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursements_account_kept';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER disbursements_account_kept BEFORE UPDATE OF account_id, account_index ON disbursements FOR EACH ROW
    WHEN (NEW.account_id IS DISTINCT FROM OLD.account_id OR NEW.account_index IS DISTINCT FROM OLD.account_index) EXECUTE FUNCTION guard_disbursement_account();

-- ── batches and files ───────────────────────────────────────────────────────
CREATE TABLE bank_batches (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    text        NOT NULL UNIQUE CHECK (public_id ~ '^[0-9a-f]{32}$'), -- once with a bank, never used again
    area_code    text        NOT NULL REFERENCES divisions (code), -- the county whose fund pays
    bank         text        NOT NULL CHECK (bank <> ''),
    state        text        NOT NULL CONSTRAINT bank_batches_state_check CHECK (state IN ('draft','sent','acked','answered','closed','discarded')),
    payouts      integer     NOT NULL CHECK (payouts > 0),
    fen          bigint      NOT NULL CHECK (fen > 0), -- control sum
    execute_on   date        NOT NULL,
    file_name    text        CONSTRAINT bank_batches_file_name UNIQUE,
    file_sha256  bytea       CONSTRAINT bank_batches_file_sha256 UNIQUE,
    made_by      bigint      NOT NULL REFERENCES staff (id),
    made_at      timestamptz NOT NULL,
    released_by  bigint      REFERENCES staff (id),
    released_at  timestamptz,
    answer_due   timestamptz, -- what the bank has not answered by then is unknown
    closed_by    bigint      REFERENCES staff (id),
    closed_at    timestamptz,
    version      bigint      NOT NULL,
    CONSTRAINT bank_batches_two_people CHECK (released_by IS NULL OR released_by <> made_by),
    CONSTRAINT bank_batches_released CHECK ((state IN ('draft','discarded')) = (released_by IS NULL)
        AND (released_by IS NULL) = (released_at IS NULL) AND (released_by IS NULL) = (file_sha256 IS NULL) AND (released_by IS NULL) = (file_name IS NULL)),
    CONSTRAINT bank_batches_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX bank_batches_open ON bank_batches (area_code, id DESC);
CREATE TABLE bank_files ( -- what went to a bank and what came back, byte for byte
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid        NOT NULL UNIQUE,
    batch_id    bigint      NOT NULL REFERENCES bank_batches (id),
    area_code   text        NOT NULL REFERENCES divisions (code),
    bank        text        NOT NULL,
    direction   text        NOT NULL CONSTRAINT bank_files_direction_check CHECK (direction IN ('out','in')),
    name        text        NOT NULL CHECK (name <> ''),
    media_type  text        NOT NULL,
    size        integer     NOT NULL CHECK (size > 0),
    sha256      bytea       NOT NULL CHECK (octet_length(sha256) = 32),
    body_sealed bytea       NOT NULL,
    loaded_by   bigint      REFERENCES staff (id), -- empty: the program itself
    at          timestamptz NOT NULL,
    CONSTRAINT bank_files_name UNIQUE (direction, bank, name),
    CONSTRAINT bank_files_sha256 UNIQUE (direction, sha256)
);
CREATE INDEX bank_files_batch ON bank_files (batch_id);
CREATE TRIGGER bank_files_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ── tries ───────────────────────────────────────────────────────────────────
CREATE TABLE disbursement_attempts (
    disbursement_id bigint      NOT NULL REFERENCES disbursements (id),
    number          integer     NOT NULL CHECK (number > 0),
    reference       text        NOT NULL UNIQUE CHECK (reference ~ '^[0-9A-Za-z-]{1,35}$'), -- end-to-end id: another one for every try
    account_id      bigint      NOT NULL REFERENCES payee_accounts (id),
    batch_id        bigint      REFERENCES bank_batches (id),
    seq             integer     CHECK (seq > 0),
    state           text        NOT NULL CONSTRAINT disbursement_attempts_state_check CHECK (state IN ('reserved','batched','sent','acked','succeeded','failed','unknown','cancelled')),
    reason          text        NOT NULL DEFAULT '',
    code            text        NOT NULL DEFAULT '', -- the bank's
    made_at         timestamptz NOT NULL,
    answered_at     timestamptz,
    version         bigint      NOT NULL,
    PRIMARY KEY (disbursement_id, number),
    UNIQUE (batch_id, seq),
    CONSTRAINT disbursement_attempts_batch CHECK ((batch_id IS NULL) = (seq IS NULL) AND (batch_id IS NULL) = (state IN ('reserved','cancelled')))
);
-- The next try is made when the one before is proved dead, and never sooner; what was sent is never unsent.
-- +goose StatementBegin
CREATE FUNCTION guard_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
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
-- Who said where the money goes, or confirmed it, does not review it. Who made or released the batch may: they chose nobody, and
-- a county's finance is often two people.
-- +goose StatementBegin
CREATE FUNCTION guard_bank_review() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM disbursement_attempts a JOIN payee_accounts p ON p.id = a.account_id
               WHERE a.disbursement_id = NEW.disbursement_id AND NEW.reviewer_id IN (p.entered_by, p.verified_by)) THEN
        RAISE EXCEPTION 'payout % is reviewed by somebody who entered or verified its account', NEW.disbursement_id USING ERRCODE = 'check_violation', CONSTRAINT = 'after_reviews_bank';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER after_reviews_bank BEFORE UPDATE ON after_reviews FOR EACH ROW WHEN (NEW.reviewer_id IS NOT NULL) EXECUTE FUNCTION guard_bank_review();
CREATE TRIGGER disbursement_attempts_guard BEFORE INSERT OR UPDATE ON disbursement_attempts FOR EACH ROW EXECUTE FUNCTION guard_attempt();
CREATE TRIGGER disbursement_attempts_kept BEFORE DELETE OR TRUNCATE ON disbursement_attempts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ── what is to be claimed back ──────────────────────────────────────────────
CREATE TABLE claims (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id       uuid        NOT NULL UNIQUE,
    disbursement_id bigint      NOT NULL REFERENCES disbursements (id),
    attempt         integer     NOT NULL,
    area_code       text        NOT NULL REFERENCES divisions (code), -- the county whose fund paid
    fen             bigint      NOT NULL CHECK (fen > 0),
    recovered_fen   bigint      NOT NULL DEFAULT 0 CHECK (recovered_fen BETWEEN 0 AND 2 * fen), -- given back by the payee, and through the bank as well
    why             text        NOT NULL CONSTRAINT claims_why_check CHECK (why IN ('late_success','reversed')),
    reason          text        NOT NULL DEFAULT '',
    opened_by       bigint      REFERENCES staff (id), -- empty: the bank's answer alone
    opened_at       timestamptz NOT NULL,
    version         bigint      NOT NULL
);
CREATE UNIQUE INDEX claims_one_open ON claims (disbursement_id, attempt) WHERE recovered_fen < fen;
CREATE INDEX claims_open ON claims (area_code, opened_at) WHERE recovered_fen < fen;
CREATE TRIGGER claims_kept BEFORE DELETE OR TRUNCATE ON claims FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ── row level security and grants ───────────────────────────────────────────
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['payee_accounts','bank_batches','bank_files','disbursement_attempts','claims'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['bank_batches','bank_files'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I USING (app_sees(area_code))', t || '_scope', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['disbursement_attempts','claims'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR EXISTS (SELECT 1 FROM disbursements d WHERE d.id = disbursement_id))', t || '_scope', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY payee_accounts_scope ON payee_accounts USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id));
GRANT SELECT, INSERT ON payee_accounts, bank_batches, bank_files, disbursement_attempts, claims TO hotline_app;
GRANT UPDATE (verified_by, verified_at) ON payee_accounts TO hotline_app;
GRANT UPDATE (state, file_name, file_sha256, released_by, released_at, answer_due, closed_by, closed_at, version) ON bank_batches TO hotline_app;
GRANT UPDATE (batch_id, seq, state, reason, code, answered_at, version) ON disbursement_attempts TO hotline_app;
GRANT UPDATE (recovered_fen, version) ON claims TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TRIGGER after_reviews_bank ON after_reviews;
DROP FUNCTION guard_bank_review();
DROP TABLE claims, disbursement_attempts, bank_files, bank_batches CASCADE;
DROP TRIGGER disbursements_account_kept ON disbursements;
DROP FUNCTION guard_attempt(), guard_disbursement_account();
DROP INDEX disbursements_for_bank;
ALTER TABLE disbursements DROP COLUMN account_id, DROP COLUMN account_index;
DROP TABLE payee_accounts CASCADE;
DROP FUNCTION guard_payee_account();
