-- +goose Up
-- Limits on sums of a day, a year, a kind of aid and a worker. A sum over a fixed stretch of time is kept beside its key,
-- since adding a year of payouts up at each payout would take longer than paying.
SELECT set_config('app.scope', '*', true);
-- Payouts of before count as those of now do, or a year's budget and a household's months would begin anew with this version.
INSERT INTO limit_uses (disbursement_id, kind, key, fen, at)
    SELECT d.id, k.kind, k.key, d.fen, d.submitted_at
      FROM disbursements d, LATERAL (SELECT to_char(d.submitted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS day) at, LATERAL (VALUES
           ('aid_kind', d.aid_kind || ':' || encode(d.household_index, 'hex')),
           ('budget', left(d.area_code, 6) || '000000:' || d.aid_kind || ':' || left(at.day, 4)),
           ('township_day', d.area_code || ':' || at.day),
           ('worker_day', CASE WHEN d.level = 'solo' THEN d.maker_id || ':' || at.day END)) k (kind, key)
     WHERE d.state NOT IN ('cancelled', 'reversed') AND k.key IS NOT NULL
    ON CONFLICT DO NOTHING;
INSERT INTO limit_keys (kind, key) SELECT DISTINCT kind, key FROM limit_uses ON CONFLICT DO NOTHING;
ALTER TABLE limit_keys ADD COLUMN used_fen bigint NOT NULL DEFAULT 0;
UPDATE limit_keys k SET used_fen = coalesce((SELECT sum(fen) FROM limit_uses u WHERE u.kind = k.kind AND u.key = k.key AND u.released_at IS NULL), 0);
REVOKE INSERT ON limit_keys FROM hotline_app;
GRANT INSERT (kind, key) ON limit_keys TO hotline_app;
ALTER TABLE limit_uses ADD FOREIGN KEY (kind, key) REFERENCES limit_keys (kind, key);

-- +goose StatementBegin
CREATE FUNCTION limit_uses_sum() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE limit_keys SET used_fen = used_fen + NEW.fen WHERE kind = NEW.kind AND key = NEW.key;
    ELSIF OLD.released_at IS NULL AND NEW.released_at IS NOT NULL THEN
        UPDATE limit_keys SET used_fen = used_fen - NEW.fen WHERE kind = NEW.kind AND key = NEW.key;
    ELSIF OLD.released_at IS NOT NULL THEN
        RAISE EXCEPTION 'what was let go of a limit does not count again' USING ERRCODE = 'check_violation', CONSTRAINT = 'limit_uses_released';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER limit_uses_sum AFTER INSERT OR UPDATE ON limit_uses FOR EACH ROW EXECUTE FUNCTION limit_uses_sum();

ALTER TABLE disbursements ADD COLUMN level_why text NOT NULL DEFAULT ''; -- why it needs more people than its sum alone would ask for

CREATE INDEX disbursements_paid_alone ON disbursements (payer_id, issued_at) WHERE level = 'solo';

-- What a county may spend on a kind of aid in a calendar year, as it was set and changed: the newest counts.
CREATE TABLE budgets (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area_code  text        NOT NULL REFERENCES divisions (code), -- the county
    aid_kind   text        NOT NULL CHECK (aid_kind <> ''),
    year       integer     NOT NULL CHECK (year BETWEEN 2000 AND 2999),
    fen        bigint      NOT NULL CHECK (fen >= 0),
    voucher    text        NOT NULL CHECK (voucher <> ''), -- the document that says so
    set_by     bigint      REFERENCES staff (id),
    set_at     timestamptz NOT NULL,
    UNIQUE (area_code, voucher, aid_kind, year)
);
CREATE INDEX budgets_now ON budgets (area_code, aid_kind, year, id DESC);
ALTER TABLE budgets ENABLE ROW LEVEL SECURITY; ALTER TABLE budgets FORCE ROW LEVEL SECURITY;
-- A township pays within its county's budget, and has to know it.
CREATE POLICY budgets_read ON budgets FOR SELECT USING (app_sees(area_code) OR starts_with(app_scope(), left(area_code, 6)));
CREATE POLICY budgets_write ON budgets FOR INSERT WITH CHECK (app_sees(area_code));
CREATE TRIGGER budgets_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON budgets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON budgets TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE budgets;
DROP INDEX disbursements_paid_alone;
ALTER TABLE disbursements DROP COLUMN level_why;
DROP TRIGGER limit_uses_sum ON limit_uses;
DROP FUNCTION limit_uses_sum();
ALTER TABLE limit_uses DROP CONSTRAINT limit_uses_kind_key_fkey;
REVOKE INSERT (kind, key) ON limit_keys FROM hotline_app;
GRANT INSERT ON limit_keys TO hotline_app;
ALTER TABLE limit_keys DROP COLUMN used_fen;
