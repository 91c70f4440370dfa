-- +goose Up
-- Vouchers that a county has repaid, days, months and years that are closed, and what a bank says happened on a fund's account.
CREATE TABLE float_claims ( -- 报销: the county repays a float what was paid out of it, against the receipts
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid        NOT NULL UNIQUE,
    area_code  text        NOT NULL REFERENCES divisions (code), -- whose float
    fen        bigint      NOT NULL CHECK (fen > 0),
    voucher    text        NOT NULL CHECK (voucher <> ''),
    made_by    bigint      NOT NULL REFERENCES staff (id),
    at         timestamptz NOT NULL,
    UNIQUE (area_code, voucher)
);
CREATE TABLE float_claim_items (
    claim_id        bigint NOT NULL REFERENCES float_claims (id),
    disbursement_id bigint NOT NULL REFERENCES disbursements (id),
    kind            text   NOT NULL CHECK (kind IN ('spent','set_off')), -- a receipt; or one that was repaid and is taken back since
    fen             bigint NOT NULL CHECK (fen > 0),
    PRIMARY KEY (disbursement_id, kind)
);
CREATE INDEX claim_items_claim ON float_claim_items (claim_id);

CREATE TABLE ledger_closes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid        NOT NULL UNIQUE,
    area_code  text        NOT NULL REFERENCES divisions (code), -- the county
    kind       text        NOT NULL CHECK (kind IN ('day','month','year')),
    through    date        NOT NULL, -- its last day, in Shanghai
    note       text        NOT NULL DEFAULT '',
    report     text        NOT NULL, -- what was true then, as JSON, kept as the bytes that were hashed
    hash       bytea       NOT NULL CHECK (octet_length(hash) = 32), -- SHA-256 of the report as it was written
    closed_by  bigint      NOT NULL REFERENCES staff (id),
    closed_at  timestamptz NOT NULL,
    UNIQUE (area_code, kind, through)
);

CREATE TABLE bank_statements (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL UNIQUE,
    area_code    text        NOT NULL REFERENCES divisions (code), -- the county whose fund's account it is
    bank         text        NOT NULL CHECK (bank <> ''),
    from_day     date        NOT NULL,
    to_day       date        NOT NULL CHECK (to_day >= from_day),
    opening_fen  bigint      NOT NULL,
    closing_fen  bigint      NOT NULL,
    sha256       bytea       NOT NULL CHECK (octet_length(sha256) = 32), -- of its file, which may hold several: the same file is loaded once
    loaded_by    bigint      NOT NULL REFERENCES staff (id),
    loaded_at    timestamptz NOT NULL,
    UNIQUE (area_code, bank, from_day, to_day),
    UNIQUE (id, area_code)
);
CREATE INDEX bank_statements_file ON bank_statements (bank, sha256);
CREATE TABLE statement_lines (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE,
    statement_id   bigint      NOT NULL,
    area_code      text        NOT NULL,
    line           integer     NOT NULL CHECK (line > 0),
    day            date        NOT NULL,
    fen            bigint      NOT NULL CHECK (fen <> 0), -- as it changed the account: below zero what left
    reference      text        NOT NULL DEFAULT '', -- ours, end to end
    bank_reference text        NOT NULL DEFAULT '',
    came_back      boolean     NOT NULL DEFAULT false,
    entry_id       bigint      REFERENCES ledger_entries (id), -- the entry that tells the same; null: none yet
    explained      text        NOT NULL DEFAULT '', -- why none will
    settled_by     bigint      REFERENCES staff (id), -- null: matched by its reference
    settled_at     timestamptz,
    UNIQUE (statement_id, line),
    FOREIGN KEY (statement_id, area_code) REFERENCES bank_statements (id, area_code),
    CONSTRAINT statement_lines_settled CHECK ((entry_id IS NULL AND explained = '') = (settled_at IS NULL))
);
CREATE UNIQUE INDEX statement_lines_entry ON statement_lines (entry_id) WHERE entry_id IS NOT NULL; -- an entry is on a statement once
CREATE INDEX statement_lines_open ON statement_lines (area_code, day) WHERE settled_at IS NULL;

-- A closed day stays as it was: nothing is dated into it.
-- +goose StatementBegin
CREATE FUNCTION refuse_closed_day() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- A closing waits for who is booking, and who books then sees it.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('closing:' || left(NEW.area_code, 6) || '000000', 0));
    IF EXISTS (SELECT 1 FROM ledger_closes WHERE area_code = left(NEW.area_code, 6) || '000000' AND kind = 'day' AND through >= ledger_day(NEW.at)) THEN
        RAISE EXCEPTION 'the books of that day are closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_day_open';
    END IF;
    RETURN NULL;
END $$;
-- What a line of a statement was matched with stays so.
CREATE FUNCTION guard_statement_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.settled_at IS NOT NULL THEN
        RAISE EXCEPTION 'line % of the statement is settled', OLD.line USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_lines_once';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_entries_day_open AFTER INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_closed_day();
CREATE TRIGGER statement_lines_guard BEFORE UPDATE ON statement_lines FOR EACH ROW EXECUTE FUNCTION guard_statement_line();

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['float_claims','ledger_closes','bank_statements','statement_lines'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_sees(area_code))', t || '_scope', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['float_claims','float_claim_items','ledger_closes','bank_statements'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_append_only', t);
    END LOOP;
END $$;
-- +goose StatementEnd
ALTER TABLE float_claim_items ENABLE ROW LEVEL SECURITY; ALTER TABLE float_claim_items FORCE ROW LEVEL SECURITY;
CREATE POLICY claim_items_scope ON float_claim_items USING (EXISTS (SELECT 1 FROM float_claims c WHERE c.id = claim_id));
GRANT SELECT, INSERT ON float_claims, float_claim_items, ledger_closes, bank_statements, statement_lines TO hotline_app;
GRANT UPDATE (entry_id, explained, settled_by, settled_at) ON statement_lines TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TRIGGER ledger_entries_day_open ON ledger_entries;
DROP TABLE statement_lines, bank_statements, ledger_closes, float_claim_items, float_claims;
DROP FUNCTION refuse_closed_day();
DROP FUNCTION guard_statement_line();
