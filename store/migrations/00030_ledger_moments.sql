-- +goose Up
-- The books at any past moment: each posting keeps its entry's time, and each account what moved on every day, so that
-- a balance of long ago is a sum over days and not over the postings of years.
SELECT set_config('app.scope', '*', true); -- the tables are closed to their owner, too
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_moment UNIQUE (id, at);
ALTER TABLE postings ADD COLUMN at timestamptz;
ALTER TABLE postings DISABLE TRIGGER postings_append_only;
UPDATE postings p SET at = e.at FROM ledger_entries e WHERE e.id = p.entry_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE postings ENABLE TRIGGER postings_append_only;
ALTER TABLE postings ALTER COLUMN at SET NOT NULL,
    DROP CONSTRAINT postings_entry_id_fkey,
    ADD FOREIGN KEY (entry_id, at) REFERENCES ledger_entries (id, at);
DROP INDEX postings_account;
CREATE INDEX postings_account ON postings (account_id, at, entry_id, line);

-- +goose StatementBegin
CREATE FUNCTION ledger_day(at timestamptz) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT (at AT TIME ZONE 'Asia/Shanghai')::date $$;
-- +goose StatementEnd
CREATE TABLE account_days ( -- what moved on one account on one day, in Shanghai
    account_id      bigint NOT NULL,
    area_code       text   NOT NULL,
    day             date   NOT NULL,
    debit_fen       bigint NOT NULL DEFAULT 0, -- posted
    credit_fen      bigint NOT NULL DEFAULT 0, -- posted, as a positive sum
    pending_in_fen  bigint NOT NULL DEFAULT 0,
    pending_out_fen bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, day),
    FOREIGN KEY (account_id, area_code) REFERENCES accounts (id, area_code)
);
INSERT INTO account_days
    SELECT account_id, min(area_code), ledger_day(at),
           coalesce(sum(fen) FILTER (WHERE layer = 'posted' AND fen > 0), 0), coalesce(sum(-fen) FILTER (WHERE layer = 'posted' AND fen < 0), 0),
           coalesce(sum(fen) FILTER (WHERE (layer = 'pending' AND fen > 0) OR (layer = 'released' AND fen < 0)), 0),
           coalesce(sum(-fen) FILTER (WHERE (layer = 'pending' AND fen < 0) OR (layer = 'released' AND fen > 0)), 0)
      FROM postings GROUP BY account_id, ledger_day(at);
ALTER TABLE account_days ENABLE ROW LEVEL SECURITY; ALTER TABLE account_days FORCE ROW LEVEL SECURITY;
CREATE POLICY account_days_scope ON account_days USING (app_sees(area_code));
GRANT SELECT ON account_days TO hotline_app; -- the trigger alone writes them

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION postings_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE touched integer; expected integer;
BEGIN
    SELECT count(DISTINCT account_id) INTO expected FROM added;
    UPDATE accounts a SET posted_fen = a.posted_fen + m.posted, pending_in_fen = a.pending_in_fen + m.pending_in,
           pending_out_fen = a.pending_out_fen + m.pending_out, version = a.version + 1
      FROM (SELECT account_id,
                   coalesce(sum(fen) FILTER (WHERE layer = 'posted'), 0) AS posted,
                   coalesce(sum(fen) FILTER (WHERE (layer = 'pending' AND fen > 0) OR (layer = 'released' AND fen < 0)), 0) AS pending_in,
                   coalesce(sum(-fen) FILTER (WHERE (layer = 'pending' AND fen < 0) OR (layer = 'released' AND fen > 0)), 0) AS pending_out
              FROM added GROUP BY account_id) m
     WHERE a.id = m.account_id;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> expected THEN
        RAISE EXCEPTION 'postings to an account that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    INSERT INTO account_days AS d (account_id, area_code, day, debit_fen, credit_fen, pending_in_fen, pending_out_fen)
        SELECT account_id, min(area_code), ledger_day(at),
               coalesce(sum(fen) FILTER (WHERE layer = 'posted' AND fen > 0), 0), coalesce(sum(-fen) FILTER (WHERE layer = 'posted' AND fen < 0), 0),
               coalesce(sum(fen) FILTER (WHERE (layer = 'pending' AND fen > 0) OR (layer = 'released' AND fen < 0)), 0),
               coalesce(sum(-fen) FILTER (WHERE (layer = 'pending' AND fen < 0) OR (layer = 'released' AND fen > 0)), 0)
          FROM added GROUP BY account_id, ledger_day(at) ORDER BY account_id
        ON CONFLICT (account_id, day) DO UPDATE SET debit_fen = d.debit_fen + excluded.debit_fen, credit_fen = d.credit_fen + excluded.credit_fen,
               pending_in_fen = d.pending_in_fen + excluded.pending_in_fen, pending_out_fen = d.pending_out_fen + excluded.pending_out_fen;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION postings_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE touched integer; expected integer;
BEGIN
    SELECT count(DISTINCT account_id) INTO expected FROM added;
    UPDATE accounts a SET posted_fen = a.posted_fen + m.posted, pending_in_fen = a.pending_in_fen + m.pending_in,
           pending_out_fen = a.pending_out_fen + m.pending_out, version = a.version + 1
      FROM (SELECT account_id,
                   coalesce(sum(fen) FILTER (WHERE layer = 'posted'), 0) AS posted,
                   coalesce(sum(fen) FILTER (WHERE (layer = 'pending' AND fen > 0) OR (layer = 'released' AND fen < 0)), 0) AS pending_in,
                   coalesce(sum(-fen) FILTER (WHERE (layer = 'pending' AND fen < 0) OR (layer = 'released' AND fen > 0)), 0) AS pending_out
              FROM added GROUP BY account_id) m
     WHERE a.id = m.account_id;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> expected THEN
        RAISE EXCEPTION 'postings to an account that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TABLE account_days;
DROP FUNCTION ledger_day(timestamptz);
DROP INDEX postings_account;
ALTER TABLE postings DROP CONSTRAINT postings_entry_id_at_fkey, DROP COLUMN at, ADD FOREIGN KEY (entry_id) REFERENCES ledger_entries (id);
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_moment;
CREATE INDEX postings_account ON postings (account_id, entry_id);
