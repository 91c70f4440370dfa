-- +goose Up
-- The application for basic and temporary aid, from the counter to the monthly sum (DOMAIN 2.3). All are children of a ticket
-- and are seen with it. What people say of themselves, and whatever shows an income, is sealed.
SELECT set_config('app.scope', '*', true);

-- The 20 working days of an application are a clock of its ticket: they end with a decision alone, and may rest.
ALTER TABLE clocks ADD COLUMN paused_at timestamptz,
    DROP CONSTRAINT clocks_proof_check,
    ADD CONSTRAINT clocks_proof_check CHECK (proof IN ('receipt','bank','goods','no_aid_due','answered','retriaged','merged','accepted','decided'));

-- What a ticket is born from that neither called nor was reported in a village. Its id stands in tickets.call_id (ADR 21, ADR 32).
CREATE TABLE intakes (
    id              uuid        PRIMARY KEY,
    ticket_id       bigint      NOT NULL UNIQUE REFERENCES tickets (id),
    source          text        NOT NULL CHECK (source IN ('counter','department','province','alert')),
    staff_id        bigint      REFERENCES staff (id), -- null of what the program found
    phone_sealed    bytea,      -- {"raw":…,"e164":…} as calls.caller_sealed
    said_sealed     bytea       NOT NULL,
    speaker_sealed  bytea,      -- who came, where it is not for themselves
    relation        text        NOT NULL CHECK (relation IN ('self','spouse','child','parent','relative','neighbour','official','other')),
    office          text        NOT NULL DEFAULT '', -- the department, or the office elsewhere, that sent it
    their_number    text        NOT NULL DEFAULT '', -- what it is called there
    refused_service text        NOT NULL DEFAULT '', -- a service that was refused elsewhere: the screening begins with it
    area_code       text        NOT NULL REFERENCES divisions (code),
    taken_at        timestamptz NOT NULL,
    CHECK (source NOT IN ('department','province') OR office <> ''),
    CHECK ((source = 'alert') OR staff_id IS NOT NULL)
);

-- The question whether more is due: asked where a service was refused, or temporary aid was given (DOMAIN 1, 7 and 22).
CREATE TABLE screenings (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid        NOT NULL UNIQUE,
    ticket_id   bigint      NOT NULL REFERENCES tickets (id),
    why         text        NOT NULL CHECK (why IN ('refused_service','temporary_aid','special_aid','alert','follow_up')),
    about       text        NOT NULL DEFAULT '', -- the service, or the decision, that it came of
    asked_at    timestamptz NOT NULL,
    outcome     text        CHECK (outcome IN ('apply','not_due','unwilling')),
    reason      text        NOT NULL DEFAULT '',
    answered_by bigint      REFERENCES staff (id),
    answered_at timestamptz,
    CHECK ((outcome IS NULL) = (answered_at IS NULL) AND (outcome IS NULL) = (answered_by IS NULL)),
    CHECK (outcome IS NULL OR outcome = 'apply' OR reason <> '')
);
CREATE UNIQUE INDEX screenings_once ON screenings (ticket_id, why, about);
CREATE INDEX screenings_open ON screenings (ticket_id) WHERE outcome IS NULL;

CREATE TABLE applications (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id       uuid        NOT NULL UNIQUE,
    ticket_id       bigint      NOT NULL REFERENCES tickets (id),
    aid             text        NOT NULL CHECK (aid <> ''), -- code of the catalogue
    state           text        NOT NULL CHECK (state IN ('draft','submitted','supplement','accepted','investigating','hearing','reviewed','notice','objection',
                        'confirmed','paying','adjusted','suspended','exited','refused','withdrawn')),
    household_id    bigint      NOT NULL,
    household_index bytea       NOT NULL, -- what limits count under
    payee_index     bytea       NOT NULL,
    payee           uuid        NOT NULL, -- public id of the person who applies and is paid
    village         text        NOT NULL REFERENCES divisions (code), -- where the household lives: there the notice hangs
    rules           text        NOT NULL DEFAULT '', -- the version it is judged by, from its acceptance on
    gaps            jsonb       NOT NULL DEFAULT '[]', -- papers that the one notice has asked for
    gaps_noticed_at timestamptz, -- once, with all of them (一次性告知)
    submitted_at    timestamptz,
    accepted_at     timestamptz,
    checked_at      timestamptz,
    visited_at      timestamptz,
    visit_due_on    date,        -- the day after the acceptance: what is aimed at
    disputed        boolean     NOT NULL DEFAULT false,
    pause_reason    text        NOT NULL DEFAULT '', -- while the 20 days rest
    decided_at      timestamptz,
    first_month     text        CHECK (first_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    made_by         bigint      NOT NULL REFERENCES staff (id),
    made_at         timestamptz NOT NULL,
    version         bigint      NOT NULL,
    CHECK (state IN ('draft','submitted','supplement','refused','withdrawn') OR accepted_at IS NOT NULL),
    CHECK (state NOT IN ('confirmed','paying','adjusted','suspended','exited') OR (decided_at IS NOT NULL AND first_month IS NOT NULL)),
    CHECK (gaps_noticed_at IS NULL OR jsonb_array_length(gaps) > 0)
);
CREATE INDEX applications_ticket ON applications (ticket_id);
CREATE INDEX applications_household ON applications (household_id, aid);
-- Two applications of one household for one aid are never under way at once (DOMAIN 1, 24).
CREATE UNIQUE INDEX applications_once ON applications (household_id, aid) WHERE state NOT IN ('refused','withdrawn','exited');

CREATE TABLE declarations ( -- the newest counts, earlier ones stay
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE,
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    application_id bigint      NOT NULL REFERENCES applications (id),
    said_sealed    bytea       NOT NULL, -- incomes and property
    staff_id       bigint      NOT NULL REFERENCES staff (id),
    at             timestamptz NOT NULL
);
CREATE INDEX declarations_of ON declarations (application_id, id DESC);

CREATE TABLE home_visits ( -- what the visit of an application has beside any other
    visit_id       bigint      PRIMARY KEY REFERENCES visits (id),
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    application_id bigint      NOT NULL REFERENCES applications (id),
    left_at        timestamptz NOT NULL,
    gps_sealed     bytea,
    signature      text        NOT NULL CHECK (signature IN ('signed','refused','unable')),
    signature_note text        NOT NULL DEFAULT '',
    signed_image   uuid,
    CHECK (signature = 'signed' OR signature_note <> ''),
    CHECK ((signature = 'signed') = (signed_image IS NOT NULL))
);
CREATE INDEX home_visits_of ON home_visits (application_id);

CREATE TABLE statements ( -- what neighbours and the village's committee said, each a record of its own
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE,
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    application_id bigint      NOT NULL REFERENCES applications (id),
    role           text        NOT NULL CHECK (role IN ('neighbour','committee','employer','school','other')),
    name_sealed    bytea       NOT NULL,
    text_sealed    bytea       NOT NULL,
    said_at        timestamptz NOT NULL,
    photos         jsonb       NOT NULL,
    staff_id       bigint      NOT NULL REFERENCES staff (id),
    at             timestamptz NOT NULL
);
CREATE INDEX statements_of ON statements (application_id);

CREATE TABLE assessments (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE,
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    application_id bigint      NOT NULL REFERENCES applications (id),
    rules          text        NOT NULL, -- the version it was computed by
    inputs_sealed  bytea       NOT NULL, -- as they were, for ever
    result_sealed  bytea       NOT NULL, -- with every line of the arithmetic
    tier           text        NOT NULL,
    monthly_fen    bigint      NOT NULL CHECK (monthly_fen >= 0),
    staff_id       bigint      NOT NULL REFERENCES staff (id),
    at             timestamptz NOT NULL
);
CREATE INDEX assessments_of ON assessments (application_id, id DESC);

CREATE TABLE rulings ( -- what is decided on an application: proposed by one, confirmed by another
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE,
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    application_id bigint      NOT NULL REFERENCES applications (id),
    assessment_id  bigint      REFERENCES assessments (id),
    kind           text        NOT NULL CHECK (kind IN ('grant','refuse','adjust','suspend','resume','exit')),
    state          text        NOT NULL CHECK (state IN ('proposed','confirmed','declined','superseded')),
    fen            bigint      NOT NULL CHECK (fen >= 0 AND (kind NOT IN ('grant','adjust','resume') OR fen > 0)), -- a month, or once
    level          text        NOT NULL CHECK (level IN ('township','county')), -- whose word it needs
    from_month     text        CHECK (from_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    reason_code    text        NOT NULL, -- why somebody enters, is refused, changes or leaves: counted by reports
    reason         text        NOT NULL CHECK (reason <> ''),
    override       text        NOT NULL DEFAULT '', -- why it goes against what the cascade advises
    proposed_by    bigint      NOT NULL REFERENCES staff (id),
    proposed_role  text        NOT NULL,
    proposed_at    timestamptz NOT NULL,
    answered_by    bigint      REFERENCES staff (id),
    answered_at    timestamptz,
    answer         text        NOT NULL DEFAULT '',
    version        bigint      NOT NULL,
    CHECK ((answered_by IS NULL) = (answered_at IS NULL)),
    CHECK (state <> 'confirmed' OR answered_by IS NOT NULL),
    CONSTRAINT rulings_two_people CHECK (state NOT IN ('confirmed','declined') OR answered_by <> proposed_by)
);
CREATE INDEX rulings_of ON rulings (application_id, id DESC);
CREATE UNIQUE INDEX rulings_one_open ON rulings (application_id) WHERE state = 'proposed';

CREATE TABLE public_notices (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE, -- on the board, as a square code
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    application_id bigint      NOT NULL REFERENCES applications (id),
    ruling_id      bigint      NOT NULL REFERENCES rulings (id),
    state          text        NOT NULL CHECK (state IN ('posted','objected','clean','withdrawn')),
    village        text        NOT NULL REFERENCES divisions (code),
    head_sealed    bytea,      -- the head's name; null where only children live there
    people         integer     NOT NULL CHECK (people BETWEEN 1 AND 30),
    aid            text        NOT NULL,
    fen            bigint      NOT NULL CHECK (fen > 0),
    phone          text        NOT NULL CHECK (phone <> ''), -- the office's, for objections
    posted_at      timestamptz NOT NULL,
    starts_on      date        NOT NULL,
    ends_on        date        NOT NULL CHECK (ends_on >= starts_on), -- its last day
    closes_at      timestamptz NOT NULL,
    photo          uuid        NOT NULL, -- of the board it hangs on
    rules          text        NOT NULL,
    staff_id       bigint      NOT NULL REFERENCES staff (id),
    ended_at       timestamptz,
    version        bigint      NOT NULL,
    CHECK ((state = 'posted') = (ended_at IS NULL))
);
CREATE INDEX public_notices_of ON public_notices (application_id, id DESC);
CREATE UNIQUE INDEX public_notices_one_open ON public_notices (application_id) WHERE state = 'posted';

CREATE TABLE objections (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE,
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    application_id bigint      NOT NULL REFERENCES applications (id),
    notice_id      bigint      NOT NULL REFERENCES public_notices (id),
    text_sealed    bytea       NOT NULL,
    contact_sealed bytea,      -- null: anonymous
    staff_id       bigint      REFERENCES staff (id), -- null: from the page of the notice
    at             timestamptz NOT NULL,
    outcome        text        CHECK (outcome IN ('upheld','unfounded')),
    answer_sealed  bytea,
    answered_by    bigint      REFERENCES staff (id),
    answered_at    timestamptz,
    CHECK ((outcome IS NULL) = (answered_at IS NULL) AND (outcome IS NULL) = (answered_by IS NULL) AND (outcome IS NULL) = (answer_sealed IS NULL))
);
CREATE INDEX objections_of ON objections (application_id, id DESC);
CREATE INDEX objections_notice ON objections (notice_id) WHERE outcome IS NULL;

CREATE TABLE hearings ( -- the committee's 民主评议, and the person's word before aid is cut or ended (社会救助法 Art 48)
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE,
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    application_id bigint      NOT NULL REFERENCES applications (id),
    kind           text        NOT NULL CHECK (kind IN ('committee','before_cut')),
    held_at        timestamptz NOT NULL,
    present        integer     NOT NULL CHECK (present BETWEEN 1 AND 200),
    in_favour      integer     CHECK (in_favour BETWEEN 0 AND present), -- of a committee
    attendance     text        NOT NULL CHECK (attendance IN ('heard','in_writing','did_not_come')),
    said_sealed    bytea       NOT NULL,
    photos         jsonb       NOT NULL,
    staff_id       bigint      NOT NULL REFERENCES staff (id),
    at             timestamptz NOT NULL,
    used_by        bigint      REFERENCES rulings (id), -- the cut it was held before
    CHECK ((kind = 'committee') = (in_favour IS NOT NULL))
);
CREATE INDEX hearings_of ON hearings (application_id, id DESC);

CREATE TABLE appeals ( -- 复议 and lawsuit against a ruling (DOMAIN 1, 68)
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE,
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    application_id bigint      NOT NULL REFERENCES applications (id),
    ruling_id      bigint      NOT NULL REFERENCES rulings (id),
    kind           text        NOT NULL CHECK (kind IN ('review','lawsuit')),
    office         text        NOT NULL CHECK (office <> ''),
    filed_on       date        NOT NULL,
    in_term        boolean     NOT NULL,
    text_sealed    bytea       NOT NULL,
    staff_id       bigint      NOT NULL REFERENCES staff (id),
    at             timestamptz NOT NULL,
    outcome        text        CHECK (outcome IN ('upheld','overturned','changed','withdrawn')), -- what became of the ruling
    answer_sealed  bytea,
    answered_by    bigint      REFERENCES staff (id),
    answered_at    timestamptz,
    CHECK ((outcome IS NULL) = (answered_at IS NULL) AND (outcome IS NULL) = (answered_by IS NULL))
);
CREATE INDEX appeals_of ON appeals (application_id, id DESC);

-- What a household gets each month. A change ends one row and begins another, so that each month that was ever due can be
-- read: a month m is due where from_month <= m and m <= coalesce(until_month, m). Payment runs select from here.
CREATE TABLE entitlements (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id       uuid        NOT NULL UNIQUE,
    ticket_id       bigint      NOT NULL REFERENCES tickets (id),
    application_id  bigint      NOT NULL REFERENCES applications (id),
    ruling_id       bigint      NOT NULL REFERENCES rulings (id),
    household_id    bigint      NOT NULL,
    household_index bytea       NOT NULL,
    aid_kind        text        NOT NULL CHECK (aid_kind <> ''), -- code of the catalogue
    from_month      text        NOT NULL CHECK (from_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    until_month     text        CHECK (until_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'), -- its last; before from_month: none was ever due
    monthly_fen     bigint      NOT NULL CHECK (monthly_fen > 0),
    payee_index     bytea       NOT NULL,
    payee           uuid        NOT NULL, -- public id of the person
    account_id      bigint      REFERENCES payee_accounts (id), -- null: paid by hand
    area_code       text        NOT NULL REFERENCES divisions (code), -- the township
    members         jsonb       NOT NULL CHECK (jsonb_array_length(members) BETWEEN 1 AND 30), -- public ids of whom it counts
    rules           text        NOT NULL,
    why             text        NOT NULL CHECK (why IN ('entered','adjusted','resumed','easing_out')),
    made_by         bigint      NOT NULL REFERENCES staff (id),
    made_at         timestamptz NOT NULL,
    end_why         text        CHECK (end_why IN ('adjusted','suspended','exited')),
    end_reason      text        NOT NULL DEFAULT '', -- code: 进出 are counted by it
    ended_by        bigint      REFERENCES staff (id),
    ended_at        timestamptz,
    version         bigint      NOT NULL,
    CHECK ((until_month IS NULL) = (end_why IS NULL) AND (end_why IS NULL) = (ended_at IS NULL))
);
CREATE INDEX entitlements_due ON entitlements (area_code, from_month);
CREATE INDEX entitlements_of ON entitlements (application_id, id DESC);
CREATE UNIQUE INDEX entitlements_one_open ON entitlements (household_id, aid_kind) WHERE until_month IS NULL;
-- +goose StatementBegin
CREATE FUNCTION guard_entitlement() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.until_month IS NOT NULL AND NEW.until_month > OLD.until_month THEN
        RAISE EXCEPTION 'entitlement % has ended with % and is not prolonged', OLD.id, OLD.until_month USING ERRCODE = 'check_violation', CONSTRAINT = 'entitlements_ended';
    END IF;
    IF NEW.from_month <= coalesce(NEW.until_month, NEW.from_month) AND EXISTS (SELECT 1 FROM entitlements e
               WHERE e.household_id = NEW.household_id AND e.aid_kind = NEW.aid_kind AND e.id <> NEW.id AND e.from_month <= coalesce(e.until_month, e.from_month)
               AND e.from_month <= coalesce(NEW.until_month, e.from_month) AND NEW.from_month <= coalesce(e.until_month, NEW.from_month)) THEN
        RAISE EXCEPTION 'a household has % twice for one month', NEW.aid_kind USING ERRCODE = 'check_violation', CONSTRAINT = 'entitlements_once';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER entitlements_guard BEFORE INSERT OR UPDATE ON entitlements FOR EACH ROW EXECUTE FUNCTION guard_entitlement();

-- ── row level security and grants ───────────────────────────────────────────
-- +goose StatementBegin
DO $$
DECLARE child text;
BEGIN
    FOREACH child IN ARRAY ARRAY['intakes','screenings','applications','declarations','home_visits','statements','assessments','rulings','public_notices','objections',
                                 'hearings','appeals','entitlements'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id))', child || '_scope', child);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO hotline_app', child);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT UPDATE (outcome, reason, answered_by, answered_at) ON screenings TO hotline_app;
GRANT UPDATE (state, rules, gaps, gaps_noticed_at, submitted_at, accepted_at, checked_at, visited_at, visit_due_on, disputed, pause_reason, decided_at, first_month, version) ON applications TO hotline_app;
GRANT UPDATE (state, answered_by, answered_at, answer, version) ON rulings TO hotline_app;
GRANT UPDATE (state, ended_at, version) ON public_notices TO hotline_app;
GRANT UPDATE (outcome, answer_sealed, answered_by, answered_at) ON objections, appeals TO hotline_app;
GRANT UPDATE (used_by) ON hearings TO hotline_app;
GRANT UPDATE (until_month, end_why, end_reason, ended_by, ended_at, account_id, version) ON entitlements TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
SELECT set_config('app.scope', '*', true);
-- The older program shows no ticket without a call: what was taken in otherwise gets an empty one.
CREATE TEMPORARY TABLE taken_in ON COMMIT DROP AS SELECT t.id FROM tickets t JOIN intakes r ON r.id = t.call_id;
DROP TABLE entitlements, appeals, hearings, objections, public_notices, rulings, assessments, statements, home_visits, declarations, applications, screenings, intakes CASCADE;
DROP FUNCTION guard_entitlement;
INSERT INTO calls (id, ticket_id, node_id, trunk, sip_call_id, dialled, invited_at, ended_at, end_reason)
    SELECT t.call_id, min(t.id), 'intake', 'intake', t.call_id::text, '', min(t.invited_at), min(t.invited_at), 'completed'
    FROM tickets t JOIN taken_in x ON x.id = t.id GROUP BY t.call_id;
-- It knows neither the proofs of an application nor a clock that rests.
DELETE FROM clocks WHERE kind = 'decide';
UPDATE clocks SET proof = 'no_aid_due' WHERE proof IN ('accepted','decided');
ALTER TABLE clocks DROP COLUMN paused_at, DROP CONSTRAINT clocks_proof_check,
    ADD CONSTRAINT clocks_proof_check CHECK (proof IN ('receipt','bank','goods','no_aid_due','answered','retriaged','merged'));
