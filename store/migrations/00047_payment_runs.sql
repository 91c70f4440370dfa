-- +goose Up
-- Many payouts made by one person as a list, and signed by another by the list's hash (docs/adr/0027).
SELECT set_config('app.scope', '*', true); -- the tables are closed to their owner, too

-- ── a payout may carry out one month of an entitlement instead of a decision ──
ALTER TABLE disbursements ALTER COLUMN decision_id DROP NOT NULL,
    ADD COLUMN period text NOT NULL DEFAULT '' CHECK (period ~ '^([0-9]{4}-(0[1-9]|1[0-2]))?$'), -- 2026-12
    ADD CONSTRAINT disbursements_authority CHECK ((decision_id IS NULL) = (period <> ''));
CREATE UNIQUE INDEX disbursements_period ON disbursements (ticket_id, aid_kind, period, payee_index) WHERE period <> '' AND state NOT IN ('cancelled','reversed');

-- ── runs and their lines ────────────────────────────────────────────────────
CREATE TABLE payment_runs (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL UNIQUE, -- made by the client before it sends
    area_code    text        NOT NULL REFERENCES divisions (code), -- the county whose fund pays
    source       text        NOT NULL CONSTRAINT payment_runs_source_check CHECK (source IN ('decisions','entitlements')),
    period       text        NOT NULL CHECK (period ~ '^([0-9]{4}-(0[1-9]|1[0-2]))?$'),
    state        text        NOT NULL CONSTRAINT payment_runs_state_check CHECK (state IN ('draft','signed','done','discarded')),
    lines        integer     NOT NULL CHECK (lines > 0),
    fen          bigint      NOT NULL CHECK (fen > 0),
    content_hash bytea       NOT NULL CHECK (octet_length(content_hash) = 32),
    made_by      bigint      NOT NULL REFERENCES staff (id),
    made_role    text        NOT NULL,
    made_at      timestamptz NOT NULL,
    signed_by    bigint      REFERENCES staff (id),
    signed_at    timestamptz,
    worked       integer     NOT NULL DEFAULT 0 CHECK (worked >= 0 AND worked <= lines), -- lines that were taken up so far
    reserved     integer     NOT NULL DEFAULT 0 CHECK (reserved >= 0 AND reserved <= worked),
    reserved_fen bigint      NOT NULL DEFAULT 0 CHECK (reserved_fen >= 0 AND reserved_fen <= fen),
    ended_at     timestamptz,
    version      bigint      NOT NULL,
    CONSTRAINT payment_runs_two_people CHECK (signed_by IS NULL OR signed_by <> made_by),
    CONSTRAINT payment_runs_signed CHECK ((state IN ('draft','discarded')) = (signed_by IS NULL) AND (signed_by IS NULL) = (signed_at IS NULL) AND (signed_by IS NOT NULL OR worked = 0)),
    CONSTRAINT payment_runs_ended CHECK ((state IN ('done','discarded')) = (ended_at IS NOT NULL) AND (state <> 'done' OR worked = lines)),
    CONSTRAINT payment_runs_period CHECK ((source = 'entitlements') = (period <> ''))
);
CREATE INDEX payment_runs_newest ON payment_runs (area_code, id DESC);
CREATE INDEX payment_runs_to_work ON payment_runs (signed_at) WHERE state = 'signed';
CREATE TABLE run_lines (
    run_id          bigint   NOT NULL REFERENCES payment_runs (id),
    seq             integer  NOT NULL CHECK (seq > 0),
    payout_id       uuid     NOT NULL UNIQUE, -- public id of the payout that the line becomes
    ticket_id       bigint   NOT NULL REFERENCES tickets (id),
    decision_id     bigint   REFERENCES decisions (id),
    entitlement_id  bigint,
    aid_kind        text     NOT NULL CHECK (aid_kind <> ''),
    area_code       text     NOT NULL REFERENCES divisions (code), -- the township
    fen             bigint   NOT NULL CHECK (fen > 0 AND fen <= 10000000000),
    payee_index     bytea    NOT NULL,
    household_index bytea    NOT NULL,
    account_id      bigint   NOT NULL REFERENCES payee_accounts (id),
    account_index   bytea    NOT NULL,
    state           text     NOT NULL CONSTRAINT run_lines_state_check CHECK (state IN ('waits','reserved','left_out')),
    why             text     NOT NULL DEFAULT '', -- code of the refusal for which it was left out
    left_fen        bigint   CHECK (left_fen >= 0), -- what its limit would still have allowed
    disbursement_id bigint   UNIQUE REFERENCES disbursements (id),
    PRIMARY KEY (run_id, seq),
    CONSTRAINT run_lines_authority CHECK ((decision_id IS NULL) <> (entitlement_id IS NULL)),
    CONSTRAINT run_lines_reserved CHECK ((state = 'reserved') = (disbursement_id IS NOT NULL)),
    CONSTRAINT run_lines_left_out CHECK ((state = 'left_out') = (why <> '') AND (left_fen IS NULL OR state = 'left_out'))
);
CREATE INDEX run_lines_ticket ON run_lines (ticket_id);

-- What was signed is what was frozen, and what a line came to stays.
-- +goose StatementBegin
CREATE FUNCTION guard_payment_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version <> OLD.version + 1 OR NEW.worked < OLD.worked OR OLD.state IN ('done','discarded') OR OLD.state = 'signed' AND NEW.state NOT IN ('signed','done')
       OR OLD.signed_by IS NOT NULL AND (NEW.signed_by IS DISTINCT FROM OLD.signed_by OR NEW.signed_at IS DISTINCT FROM OLD.signed_at) THEN
        RAISE EXCEPTION 'run % is % and does not become %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_runs_forward';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION guard_run_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'waits' THEN
        RAISE EXCEPTION 'line % of run % is % and stays so', OLD.seq, OLD.run_id, OLD.state USING ERRCODE = 'check_violation', CONSTRAINT = 'run_lines_terminal';
    END IF;
    RETURN NEW;
END $$;
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['payment_runs','run_lines'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_sees(area_code))', t || '_scope', t);
        EXECUTE format('CREATE TRIGGER %I BEFORE DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_kept', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE TRIGGER payment_runs_guard BEFORE UPDATE ON payment_runs FOR EACH ROW EXECUTE FUNCTION guard_payment_run();
CREATE TRIGGER run_lines_guard BEFORE UPDATE ON run_lines FOR EACH ROW EXECUTE FUNCTION guard_run_line();
GRANT SELECT, INSERT ON payment_runs, run_lines TO hotline_app;
GRANT UPDATE (state, signed_by, signed_at, worked, reserved, reserved_fen, ended_at, version) ON payment_runs TO hotline_app;
GRANT UPDATE (state, why, left_fen, disbursement_id) ON run_lines TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE run_lines, payment_runs;
DROP FUNCTION guard_run_line(), guard_payment_run();
DROP INDEX disbursements_period;
ALTER TABLE disbursements DROP CONSTRAINT disbursements_authority, DROP COLUMN period, ALTER COLUMN decision_id SET NOT NULL;
