-- +goose Up
-- What an act of the money costs (docs/adr/0024): every rule as before, looked at once for each entry and not once more for each of its postings.

-- The postings of an entry come together, from line 1 on: the key of (entry, line) then keeps every later one out, and
-- what an entry sums to need only be asked once.
DROP TRIGGER postings_zero_sum ON postings;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION check_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE lines bigint; uneven boolean; lets_go boolean; scope text := app_scope(); everywhere text;
BEGIN
    everywhere := set_config('app.scope', '*', true); -- an assignment costs no statement
    SELECT count(*), coalesce(sum(fen) FILTER (WHERE layer = 'posted'), 0) <> 0 OR coalesce(sum(fen) FILTER (WHERE layer = 'pending'), 0) <> 0
           OR coalesce(sum(fen) FILTER (WHERE layer = 'released'), 0) <> 0, coalesce(bool_or(layer = 'released'), false)
      INTO lines, uneven, lets_go FROM postings WHERE entry_id = NEW.id;
    IF lines < 2 OR uneven THEN
        RAISE EXCEPTION 'entry % does not sum to zero', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_zero_sum';
    END IF;
    IF lets_go <> (NEW.resolves IS NOT NULL) THEN
        RAISE EXCEPTION 'entry % does not mirror the hold it ends', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_mirror_hold';
    END IF;
    IF NEW.resolves IS NOT NULL THEN
        IF EXISTS (SELECT 1 FROM postings WHERE (entry_id = NEW.resolves AND layer = 'pending') OR (entry_id = NEW.id AND layer = 'released')
                    GROUP BY account_id HAVING sum(fen) <> 0) THEN
            RAISE EXCEPTION 'entry % does not mirror the hold it ends', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_mirror_hold';
        END IF;
    END IF;
    IF NEW.reverses IS NOT NULL THEN
        IF EXISTS (SELECT 1 FROM postings WHERE entry_id IN (NEW.id, NEW.reverses) AND layer = 'posted' GROUP BY account_id HAVING sum(fen) <> 0) THEN
            RAISE EXCEPTION 'entry % does not mirror the entry it reverses', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_mirror_posted';
        END IF;
    END IF;
    everywhere := set_config('app.scope', scope, true);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION postings_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE touched bigint; expected bigint; together boolean;
BEGIN
    SELECT count(DISTINCT account_id), count(DISTINCT entry_id) = count(*) FILTER (WHERE line = 1) INTO expected, together FROM added;
    IF NOT together THEN
        RAISE EXCEPTION 'the postings of an entry come together' USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_zero_sum';
    END IF;
    WITH moved AS (
        SELECT account_id, min(area_code) AS area_code, ledger_day(at) AS day,
               coalesce(sum(fen) FILTER (WHERE layer = 'posted' AND fen > 0), 0) AS debit, coalesce(sum(-fen) FILTER (WHERE layer = 'posted' AND fen < 0), 0) AS credit,
               coalesce(sum(fen) FILTER (WHERE (layer = 'pending' AND fen > 0) OR (layer = 'released' AND fen < 0)), 0) AS pending_in,
               coalesce(sum(-fen) FILTER (WHERE (layer = 'pending' AND fen < 0) OR (layer = 'released' AND fen > 0)), 0) AS pending_out
          FROM added GROUP BY account_id, ledger_day(at) ORDER BY account_id),
    days AS (
        INSERT INTO account_days AS d (account_id, area_code, day, debit_fen, credit_fen, pending_in_fen, pending_out_fen) SELECT * FROM moved
        ON CONFLICT (account_id, day) DO UPDATE SET debit_fen = d.debit_fen + excluded.debit_fen, credit_fen = d.credit_fen + excluded.credit_fen,
               pending_in_fen = d.pending_in_fen + excluded.pending_in_fen, pending_out_fen = d.pending_out_fen + excluded.pending_out_fen),
    booked AS (
        UPDATE accounts a SET posted_fen = a.posted_fen + m.posted, pending_in_fen = a.pending_in_fen + m.pending_in,
               pending_out_fen = a.pending_out_fen + m.pending_out, version = a.version + 1
          FROM (SELECT account_id, sum(debit - credit) AS posted, sum(pending_in) AS pending_in, sum(pending_out) AS pending_out FROM moved GROUP BY account_id) m
         WHERE a.id = m.account_id RETURNING 1)
    SELECT count(*) INTO touched FROM booked;
    IF touched <> expected THEN
        RAISE EXCEPTION 'postings to an account that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

-- Keys are locked one after the other in one order for everybody, and made where nobody has counted under them before.
CREATE FUNCTION lock_limits(keys jsonb) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE wanted record;
BEGIN
    FOR wanted IN SELECT * FROM jsonb_to_recordset(keys) AS w (kind text, key text) ORDER BY kind COLLATE "C", key COLLATE "C" LOOP
        PERFORM 1 FROM limit_keys k WHERE k.kind = wanted.kind AND k.key = wanted.key FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO limit_keys (kind, key) VALUES (wanted.kind, wanted.key) ON CONFLICT DO NOTHING;
            IF NOT FOUND THEN -- somebody was first, and has committed by now
                PERFORM 1 FROM limit_keys k WHERE k.kind = wanted.kind AND k.key = wanted.key FOR UPDATE;
            END IF;
        END IF;
    END LOOP;
END $$;
-- +goose StatementEnd

-- Row security makes ready all that a policy names for every statement, also what is hardly ever asked: where the area
-- answers, nothing else is looked at. What is behind a function is made ready when it is called. Who sees what is as before.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION app_succeeded() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN -- its plan is kept, as that of an SQL function is not
    RETURN (WITH RECURSIVE gone AS (
            SELECT d.code FROM divisions d WHERE d.merged_into IS NOT NULL AND d.valid_to <= ledger_day(app_now()) AND app_sees(d.merged_into)
            UNION SELECT d.code FROM divisions d JOIN gone g ON d.merged_into = g.code WHERE d.valid_to <= ledger_day(app_now()))
        SELECT coalesce(array_agg(code), '{}') FROM gone);
END $$;
CREATE FUNCTION app_call_tickets() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY(SELECT a.ticket_id FROM call_agents a WHERE a.staff_id = app_staff() AND a.sees_until > app_tx_now());
END $$;
CREATE FUNCTION app_agency_tickets() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY(SELECT a.ticket_id FROM agency_access a WHERE a.staff_id = app_staff() AND a.ended_at IS NULL AND a.starts_at <= app_tx_now() AND a.ends_at > app_tx_now());
END $$;
CREATE FUNCTION app_sees_ticket(ticket bigint) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket);
END $$;
CREATE FUNCTION app_sees_postings(entry bigint) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM postings p WHERE p.entry_id = entry);
END $$;
-- +goose StatementEnd
ALTER POLICY tickets_scope ON tickets USING (app_sees(area_code)
        OR (app_staff() <> 0 AND (owner_id = app_post() OR id = ANY ((SELECT app_call_tickets())::bigint[])))
        OR (current_setting('app.role', true) = 'agency' AND id = ANY ((SELECT app_agency_tickets())::bigint[])));
ALTER POLICY disbursements_scope ON disbursements USING (app_sees(area_code) OR app_sees_ticket(ticket_id));
ALTER POLICY ledger_entries_scope ON ledger_entries
    USING (app_sees(area_code) OR area_code = ANY ((SELECT app_succeeded())::text[]) OR app_sees_postings(id));

-- +goose Down
ALTER POLICY ledger_entries_scope ON ledger_entries
    USING (app_sees(area_code) OR area_code = ANY ((SELECT app_succeeded())::text[]) OR EXISTS (SELECT 1 FROM postings p WHERE p.entry_id = ledger_entries.id));
ALTER POLICY disbursements_scope ON disbursements USING (app_sees(area_code) OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id));
ALTER POLICY tickets_scope ON tickets USING (app_sees(area_code)
        OR (app_staff() <> 0 AND (owner_id = app_post() OR id = ANY (ARRAY(SELECT a.ticket_id FROM call_agents a WHERE a.staff_id = (SELECT app_staff()) AND a.sees_until > (SELECT app_tx_now())))))
        OR (current_setting('app.role', true) = 'agency' AND id = ANY (ARRAY(SELECT a.ticket_id FROM agency_access a WHERE a.staff_id = (SELECT app_staff())
            AND a.ended_at IS NULL AND a.starts_at <= (SELECT app_tx_now()) AND a.ends_at > (SELECT app_tx_now())))));
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION app_succeeded() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE gone AS (
        SELECT d.code FROM divisions d WHERE d.merged_into IS NOT NULL AND d.valid_to <= ledger_day(app_now()) AND app_sees(d.merged_into)
        UNION SELECT d.code FROM divisions d JOIN gone g ON d.merged_into = g.code WHERE d.valid_to <= ledger_day(app_now()))
    SELECT coalesce(array_agg(code), '{}') FROM gone
$$;
-- +goose StatementEnd
DROP FUNCTION app_sees_postings(bigint), app_sees_ticket(bigint), app_agency_tickets(), app_call_tickets();
DROP FUNCTION lock_limits(jsonb);
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
CREATE CONSTRAINT TRIGGER postings_zero_sum AFTER INSERT ON postings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry();
