-- +goose Up
-- A worker's standing advance: what was done with it, and who signed for it. Neither is ever changed.
CREATE TABLE advance_acts (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id uuid        NOT NULL UNIQUE, -- made by the client before it sends
    kind      text        NOT NULL CHECK (kind IN ('issue','hand_over','return','count')),
    area_code text        NOT NULL REFERENCES divisions (code), -- the township whose float it came from
    by_id     bigint      NOT NULL REFERENCES staff (id), -- who offered, or counted
    to_id     bigint      REFERENCES staff (id), -- who takes it; NULL where whoever keeps the float signs
    fen       bigint      NOT NULL CHECK (fen BETWEEN 0 AND 10000000000 AND (fen > 0 OR kind = 'count')), -- of a count: what was found
    book_fen  bigint, -- of a count: what the books said
    note      text        NOT NULL DEFAULT '',
    at        timestamptz NOT NULL,
    CONSTRAINT advance_acts_sides CHECK ((to_id IS NULL) = (kind IN ('return','count')) AND to_id IS DISTINCT FROM by_id),
    CONSTRAINT advance_acts_count CHECK ((book_fen IS NOT NULL) = (kind = 'count') AND (book_fen IS NULL OR book_fen = fen OR note <> ''))
);
CREATE INDEX advance_acts_area ON advance_acts (area_code, id);
CREATE TABLE advance_signatures ( -- the answer of the second person: one for each act
    act_id    bigint      PRIMARY KEY REFERENCES advance_acts (id),
    area_code text        NOT NULL REFERENCES divisions (code),
    outcome   text        NOT NULL CHECK (outcome IN ('signed','declined','withdrawn')),
    by_id     bigint      NOT NULL REFERENCES staff (id),
    note      text        NOT NULL DEFAULT '',
    at        timestamptz NOT NULL,
    CONSTRAINT advance_signatures_reason CHECK (outcome <> 'declined' OR note <> '')
);
-- Nobody is both sides of an act, whatever the program does.
-- +goose StatementBegin
CREATE FUNCTION guard_advance_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
CREATE TRIGGER advance_signatures_guard BEFORE INSERT ON advance_signatures FOR EACH ROW EXECUTE FUNCTION guard_advance_signature();
CREATE TRIGGER advance_acts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON advance_acts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER advance_signatures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON advance_signatures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whoever answers for a merged place today brings what was begun there to its end: cash in somebody's hands is
-- receipted or brought back, out of the accounts in which it lies (docs/adr/0019).
-- +goose StatementBegin
CREATE FUNCTION app_succeeded() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE gone AS (
        SELECT d.code FROM divisions d WHERE d.merged_into IS NOT NULL AND d.valid_to <= ledger_day(app_now()) AND app_sees(d.merged_into)
        UNION SELECT d.code FROM divisions d JOIN gone g ON d.merged_into = g.code WHERE d.valid_to <= ledger_day(app_now()))
    SELECT coalesce(array_agg(code), '{}') FROM gone
$$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['advance_acts','advance_signatures'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['accounts','postings','account_days','advance_acts','advance_signatures'] LOOP
        EXECUTE format('DROP POLICY IF EXISTS %I ON %I', t || '_scope', t);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_sees(area_code) OR area_code = ANY ((SELECT app_succeeded())::text[]))', t || '_scope', t);
    END LOOP;
END $$;
-- +goose StatementEnd
DROP POLICY ledger_entries_scope ON ledger_entries;
CREATE POLICY ledger_entries_scope ON ledger_entries
    USING (app_sees(area_code) OR area_code = ANY ((SELECT app_succeeded())::text[]) OR EXISTS (SELECT 1 FROM postings p WHERE p.entry_id = ledger_entries.id))
    WITH CHECK (app_sees(area_code) OR area_code = ANY ((SELECT app_succeeded())::text[]));
GRANT SELECT, INSERT ON advance_acts, advance_signatures TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE advance_signatures, advance_acts;
DROP FUNCTION guard_advance_signature();
DROP POLICY ledger_entries_scope ON ledger_entries;
CREATE POLICY ledger_entries_scope ON ledger_entries
    USING (app_sees(area_code) OR EXISTS (SELECT 1 FROM postings p WHERE p.entry_id = ledger_entries.id)) WITH CHECK (app_sees(area_code));
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['accounts','postings','account_days'] LOOP
        EXECUTE format('DROP POLICY %I ON %I', t || '_scope', t);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_sees(area_code))', t || '_scope', t);
    END LOOP;
END $$;
-- +goose StatementEnd
DROP FUNCTION app_succeeded();
