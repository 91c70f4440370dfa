-- +goose Up
-- The money. Entries and postings are only ever added; balances follow them by trigger; what an application could
-- get wrong (a sum that is not zero, money handed out twice, one person alone above the limit) the tables refuse.

-- ── accounts, entries, postings ─────────────────────────────────────────────
CREATE TABLE accounts (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id       uuid        NOT NULL UNIQUE,
    kind            text        NOT NULL CHECK (kind IN ('fund','float','cash','payable','in_transit','expense','returned','recovery','suspense',
                        'rounding','stock','appropriation')),
    area_code       text        NOT NULL REFERENCES divisions (code),
    holder          text        NOT NULL, -- staff:7, ticket:12, a kind of aid, or empty
    posted_fen      bigint      NOT NULL DEFAULT 0, -- debit positive
    pending_in_fen  bigint      NOT NULL DEFAULT 0 CHECK (pending_in_fen >= 0),
    pending_out_fen bigint      NOT NULL DEFAULT 0 CHECK (pending_out_fen >= 0),
    version         bigint      NOT NULL DEFAULT 1,
    opened_at       timestamptz NOT NULL,
    UNIQUE (kind, area_code, holder),
    UNIQUE (id, area_code),
    CONSTRAINT accounts_never_below_zero CHECK (kind NOT IN ('fund','float','cash','stock') OR posted_fen - pending_out_fen >= 0),
    CONSTRAINT accounts_never_above_approved CHECK (kind <> 'payable' OR posted_fen + pending_in_fen <= 0)
);
CREATE TABLE ledger_entries (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id       uuid        NOT NULL UNIQUE,
    key             text        NOT NULL UNIQUE, -- makes an effect happen once
    event           text        NOT NULL CHECK (event IN ('fund_allocated','float_funded','approved','reserved','released','cash_issued','receipted',
                        'cash_returned','cancelled','reversed')),
    area_code       text        NOT NULL REFERENCES divisions (code),
    disbursement_id bigint,
    resolves        bigint      UNIQUE REFERENCES ledger_entries (id), -- a hold ends once
    reverses        bigint      UNIQUE REFERENCES ledger_entries (id), -- an entry is mirrored once
    actor           text        NOT NULL,
    actor_id        bigint      REFERENCES staff (id),
    reason          text        NOT NULL DEFAULT '',
    at              timestamptz NOT NULL
);
CREATE INDEX ledger_entries_disbursement ON ledger_entries (disbursement_id);
CREATE TABLE postings (
    entry_id   bigint   NOT NULL REFERENCES ledger_entries (id),
    line       smallint NOT NULL CHECK (line > 0),
    account_id bigint   NOT NULL,
    area_code  text     NOT NULL,
    layer      text     NOT NULL CHECK (layer IN ('posted','pending','released')),
    fen        bigint   NOT NULL CHECK (fen <> 0 AND abs(fen) <= 10000000000), -- debit positive
    PRIMARY KEY (entry_id, line),
    FOREIGN KEY (account_id, area_code) REFERENCES accounts (id, area_code)
);
CREATE INDEX postings_account ON postings (account_id, entry_id);

-- Balances are what the postings sum to, and nobody else writes them.
-- +goose StatementBegin
CREATE FUNCTION postings_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
CREATE TRIGGER postings_balance AFTER INSERT ON postings REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION postings_balance();

-- Every entry sums to zero in each layer, and a release or reversal is the exact mirror of what it names. Checked at
-- commit, and for a posting that is added to an old entry as well.
-- +goose StatementBegin
CREATE FUNCTION check_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
CREATE CONSTRAINT TRIGGER entries_zero_sum AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry();
CREATE CONSTRAINT TRIGGER postings_zero_sum AFTER INSERT ON postings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry();

-- Not even the owner edits history by accident.
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER postings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON postings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ── payouts ─────────────────────────────────────────────────────────────────
CREATE TABLE disbursements (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id       uuid        NOT NULL UNIQUE, -- made by the client before it sends
    ticket_id       bigint      NOT NULL REFERENCES tickets (id),
    decision_id     bigint      NOT NULL,
    aid_kind        text        NOT NULL CHECK (aid_kind <> ''),
    channel         text        NOT NULL CHECK (channel IN ('cash')),
    area_code       text        NOT NULL REFERENCES divisions (code), -- the township whose float pays
    fen             bigint      NOT NULL CHECK (fen > 0 AND fen <= 10000000000),
    payee_index     bytea       NOT NULL,
    household_index bytea       NOT NULL,
    content_hash    bytea       NOT NULL CHECK (octet_length(content_hash) = 32),
    policy          text        NOT NULL,
    state           text        NOT NULL CHECK (state IN ('draft','submitted','checked','reserved','cash_issued','receipted','batched','sent','acked',
                        'succeeded','failed','unknown','fixed','reconciled','cancelled','reversed')),
    level           text        NOT NULL CHECK (level IN ('solo','township','county')),
    call_taker_id   bigint      REFERENCES staff (id),
    maker_id        bigint      NOT NULL REFERENCES staff (id),
    maker_role      text        NOT NULL,
    checker_id      bigint      REFERENCES staff (id),
    payer_id        bigint      REFERENCES staff (id),
    companion_id    bigint      REFERENCES staff (id),
    second_id       bigint      REFERENCES staff (id),
    attempt         integer     NOT NULL DEFAULT 0,
    cancel_note     text        NOT NULL DEFAULT '',
    submitted_at    timestamptz NOT NULL,
    county_from     timestamptz,
    checked_at      timestamptz,
    reserved_at     timestamptz,
    issued_at       timestamptz,
    receipted_at    timestamptz,
    ended_at        timestamptz,
    second_due      timestamptz,
    second_at       timestamptz,
    version         bigint      NOT NULL,
    -- Promise 7, whatever the program does.
    CONSTRAINT disbursements_checker CHECK (checker_id IS NULL OR (checker_id <> maker_id AND checker_id IS DISTINCT FROM call_taker_id)),
    CONSTRAINT disbursements_payer CHECK (payer_id IS NULL OR (payer_id IS DISTINCT FROM call_taker_id AND payer_id IS DISTINCT FROM checker_id
        AND (level = 'solo' OR payer_id <> maker_id))),
    CONSTRAINT disbursements_two_people CHECK (level = 'solo' OR state IN ('draft','submitted','cancelled') OR checker_id IS NOT NULL),
    CONSTRAINT disbursements_second CHECK ((second_id IS NULL) = (second_at IS NULL) AND (second_id IS NULL OR (second_id <> maker_id
        AND second_id IS DISTINCT FROM payer_id AND second_id IS DISTINCT FROM call_taker_id))),
    CONSTRAINT disbursements_companion CHECK (companion_id IS DISTINCT FROM payer_id OR companion_id IS NULL),
    CONSTRAINT disbursements_receipt CHECK (state NOT IN ('receipted') OR (payer_id IS NOT NULL AND receipted_at IS NOT NULL
        AND (level = 'solo' OR companion_id IS NOT NULL))),
    CONSTRAINT disbursements_solo CHECK ((level = 'solo') = (second_due IS NOT NULL))
);
-- One live payout for one purpose.
CREATE UNIQUE INDEX disbursements_purpose ON disbursements (ticket_id, decision_id, aid_kind, payee_index) WHERE state NOT IN ('cancelled','reversed');
CREATE INDEX disbursements_ticket ON disbursements (ticket_id);
CREATE INDEX disbursements_decision ON disbursements (decision_id);
CREATE INDEX disbursements_to_check ON disbursements (area_code, submitted_at) WHERE state = 'submitted';
CREATE INDEX disbursements_to_sign ON disbursements (area_code, second_due) WHERE level = 'solo' AND second_at IS NULL AND state NOT IN ('cancelled','reversed');
ALTER TABLE ledger_entries ADD FOREIGN KEY (disbursement_id) REFERENCES disbursements (id);

-- What is over stays over, and a row moves one version at a time.
-- +goose StatementBegin
CREATE FUNCTION guard_disbursement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('cancelled','reversed','reconciled')
       OR (OLD.state = 'receipted' AND NEW.state NOT IN ('receipted','reversed','reconciled')) THEN
        RAISE EXCEPTION 'disbursement % is % and stays so', OLD.id, OLD.state USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursements_terminal';
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'disbursement % moved by another version', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursements_version';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER disbursements_guard BEFORE UPDATE ON disbursements FOR EACH ROW EXECUTE FUNCTION guard_disbursement();

-- ── limits on sums, counted across areas by blind index ─────────────────────
CREATE TABLE limit_keys ( -- the row that payouts sharing a limit wait for
    kind text NOT NULL,
    key  text NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE TABLE limit_uses (
    disbursement_id bigint      NOT NULL REFERENCES disbursements (id),
    kind            text        NOT NULL,
    key             text        NOT NULL,
    fen             bigint      NOT NULL CHECK (fen > 0),
    at              timestamptz NOT NULL,
    released_at     timestamptz,
    PRIMARY KEY (disbursement_id, kind, key)
);
CREATE INDEX limit_uses_sum ON limit_uses (kind, key, at) WHERE released_at IS NULL;
CREATE TABLE limit_freezes ( -- whose solo limit is taken, because of which payout
    staff_id        bigint      NOT NULL REFERENCES staff (id),
    disbursement_id bigint      NOT NULL REFERENCES disbursements (id),
    frozen_at       timestamptz NOT NULL,
    lifted_at       timestamptz,
    lifted_by       bigint      REFERENCES staff (id),
    PRIMARY KEY (staff_id, disbursement_id)
);
CREATE INDEX limit_freezes_now ON limit_freezes (staff_id) WHERE lifted_at IS NULL;
CREATE TABLE staff_relatives ( -- 近亲属备案: by blind index only
    staff_id       bigint NOT NULL REFERENCES staff (id),
    identity_index bytea  NOT NULL,
    PRIMARY KEY (staff_id, identity_index)
);

-- ── row level security and grants ───────────────────────────────────────────
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['accounts','ledger_entries','postings','disbursements','limit_keys','limit_uses','limit_freezes','staff_relatives'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    -- Sums and registers know no area: a household may move, and they hold blind indexes only.
    FOREACH t IN ARRAY ARRAY['limit_keys','limit_uses','limit_freezes','staff_relatives'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() <> '''')', t || '_scope', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY accounts_scope ON accounts USING (app_sees(area_code));
CREATE POLICY postings_scope ON postings USING (app_sees(area_code));
CREATE POLICY ledger_entries_scope ON ledger_entries
    USING (app_sees(area_code) OR EXISTS (SELECT 1 FROM postings p WHERE p.entry_id = ledger_entries.id)) WITH CHECK (app_sees(area_code));
CREATE POLICY disbursements_scope ON disbursements
    USING (app_sees(area_code) OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id)) WITH CHECK (app_scope() <> '');

GRANT SELECT, INSERT ON accounts, ledger_entries, postings, disbursements, limit_keys, limit_uses, limit_freezes, staff_relatives TO hotline_app;
-- A row lock needs the right to update something: these columns, and no amount, payee or hash.
GRANT UPDATE (version) ON accounts TO hotline_app;
GRANT UPDATE (key) ON limit_keys TO hotline_app;
GRANT UPDATE (state, call_taker_id, checker_id, payer_id, companion_id, second_id, attempt, cancel_note, checked_at, reserved_at, issued_at,
    receipted_at, ended_at, second_at, version) ON disbursements TO hotline_app;
GRANT UPDATE (released_at) ON limit_uses TO hotline_app;
GRANT UPDATE (lifted_at, lifted_by) ON limit_freezes TO hotline_app;
GRANT DELETE ON staff_relatives TO hotline_app; -- a register entry that was a mistake
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE staff_relatives, limit_freezes, limit_uses, limit_keys, postings, ledger_entries, disbursements, accounts CASCADE;
DROP FUNCTION guard_disbursement(), refuse_change(), check_entry(), postings_balance();
