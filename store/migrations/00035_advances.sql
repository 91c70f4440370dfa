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

-- Goods in a township's store: one row for each kind at one price. Pieces are what the moves sum to, nobody else
-- writes them, and in fen they are what the stock's account says (the deferred triggers below).
CREATE TABLE goods (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id uuid        NOT NULL UNIQUE,
    area_code text        NOT NULL REFERENCES divisions (code), -- the township whose store it is
    name      text        NOT NULL CHECK (name <> ''),
    unit      text        NOT NULL CHECK (unit <> ''),
    cost_fen  bigint      NOT NULL CHECK (cost_fen > 0 AND cost_fen <= 10000000000), -- of one piece
    pieces    bigint      NOT NULL DEFAULT 0,
    held      bigint      NOT NULL DEFAULT 0 CHECK (held >= 0), -- of them for payouts under way
    added_by  bigint      REFERENCES staff (id),
    added_at  timestamptz NOT NULL,
    UNIQUE (area_code, name, unit, cost_fen),
    UNIQUE (id, area_code),
    CONSTRAINT goods_never_below_zero CHECK (pieces - held >= 0)
);
CREATE TABLE goods_moves ( -- the pieces of an entry that moves a stock
    entry_id  bigint   NOT NULL REFERENCES ledger_entries (id),
    line      smallint NOT NULL CHECK (line > 0),
    goods_id  bigint   NOT NULL,
    area_code text     NOT NULL,
    layer     text     NOT NULL CHECK (layer IN ('posted','pending','released')),
    pieces    bigint   NOT NULL CHECK (pieces <> 0), -- into the store positive
    PRIMARY KEY (entry_id, line),
    FOREIGN KEY (goods_id, area_code) REFERENCES goods (id, area_code)
);
CREATE INDEX goods_moves_goods ON goods_moves (goods_id, entry_id);
CREATE TABLE payout_goods ( -- what a payout in goods hands over
    disbursement_id bigint NOT NULL REFERENCES disbursements (id),
    goods_id        bigint NOT NULL REFERENCES goods (id),
    pieces          bigint NOT NULL CHECK (pieces > 0),
    cost_fen        bigint NOT NULL CHECK (cost_fen > 0),
    PRIMARY KEY (disbursement_id, goods_id)
);
-- +goose StatementBegin
CREATE FUNCTION goods_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE touched integer; expected integer;
BEGIN
    SELECT count(DISTINCT goods_id) INTO expected FROM added;
    UPDATE goods g SET pieces = g.pieces + m.posted, held = g.held + m.held
      FROM (SELECT goods_id, coalesce(sum(pieces) FILTER (WHERE layer = 'posted'), 0) AS posted, coalesce(sum(-pieces) FILTER (WHERE layer <> 'posted'), 0) AS held FROM added GROUP BY goods_id) m
     WHERE g.id = m.goods_id;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> expected THEN
        RAISE EXCEPTION 'moves of goods that are not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION check_store() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE store text := NEW.area_code; there bigint; held bigint; booked bigint; reserved bigint;
BEGIN
    SELECT coalesce(sum(g.pieces * g.cost_fen), 0), coalesce(sum(g.held * g.cost_fen), 0) INTO there, held FROM goods g WHERE g.area_code = store;
    SELECT coalesce(sum(a.posted_fen), 0), coalesce(sum(a.pending_out_fen), 0) INTO booked, reserved FROM accounts a WHERE a.kind = 'stock' AND a.area_code = store;
    IF there <> booked OR held <> reserved THEN
        RAISE EXCEPTION 'the store of % holds goods worth % and % of them held, its account says % and %', store, there, held, booked, reserved
            USING ERRCODE = 'check_violation', CONSTRAINT = 'goods_worth_their_account';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER goods_balance AFTER INSERT ON goods_moves REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION goods_balance();
CREATE CONSTRAINT TRIGGER goods_worth_their_account AFTER INSERT OR UPDATE ON goods DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_store();
CREATE CONSTRAINT TRIGGER accounts_worth_their_goods AFTER UPDATE ON accounts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'stock') EXECUTE FUNCTION check_store();
CREATE TRIGGER goods_moves_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON goods_moves FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payout_goods_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payout_goods FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

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
    FOREACH t IN ARRAY ARRAY['advance_acts','advance_signatures','goods','goods_moves','payout_goods'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['accounts','postings','account_days','advance_acts','advance_signatures','goods','goods_moves'] LOOP
        EXECUTE format('DROP POLICY IF EXISTS %I ON %I', t || '_scope', t);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_sees(area_code) OR area_code = ANY ((SELECT app_succeeded())::text[]))', t || '_scope', t);
    END LOOP;
END $$;
-- +goose StatementEnd
DROP POLICY ledger_entries_scope ON ledger_entries;
CREATE POLICY ledger_entries_scope ON ledger_entries
    USING (app_sees(area_code) OR area_code = ANY ((SELECT app_succeeded())::text[]) OR EXISTS (SELECT 1 FROM postings p WHERE p.entry_id = ledger_entries.id))
    WITH CHECK (app_sees(area_code) OR area_code = ANY ((SELECT app_succeeded())::text[]));
CREATE POLICY payout_goods_scope ON payout_goods USING (coalesce((SELECT true FROM disbursements d WHERE d.id = disbursement_id), false));
GRANT SELECT, INSERT ON advance_acts, advance_signatures, goods_moves, payout_goods TO hotline_app;
GRANT SELECT ON goods TO hotline_app;
GRANT INSERT (public_id, area_code, name, unit, cost_fen, added_by, added_at) ON goods TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TRIGGER accounts_worth_their_goods ON accounts;
DROP TABLE payout_goods, goods_moves, goods;
DROP FUNCTION check_store(), goods_balance();
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
