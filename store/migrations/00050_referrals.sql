-- +goose Up
-- What of a case another department decides (跟踪转介), and what follows of its answers (ADR 30). All are children of a
-- ticket and are seen with it.
CREATE TABLE referrals (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE, -- made by the client
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    catalogue      text        NOT NULL CHECK (catalogue <> ''), -- the version its item is of
    item           text        NOT NULL CHECK (item <> ''),
    department     text        NOT NULL CHECK (department <> ''),
    state          text        NOT NULL CHECK (state IN ('created','sent','accepted','returned','in_progress','resulted','confirmed','withdrawn')),
    result         text        CHECK (result IN ('granted','refused','not_needed')),
    request_sealed bytea       NOT NULL,
    consent        text        CHECK (consent IN ('written','spoken','recorded','guardian')),
    first_owner_id bigint      NOT NULL REFERENCES posts (id),
    created_by     bigint      NOT NULL REFERENCES staff (id),
    created_at     timestamptz NOT NULL,
    fields         jsonb       NOT NULL DEFAULT '[]', -- names of what left
    letter_sealed  bytea,      -- what left, as it left; null before
    due_at         timestamptz,
    extended       boolean     NOT NULL DEFAULT false,
    late           integer     NOT NULL DEFAULT 0,
    version        bigint      NOT NULL,
    CONSTRAINT referrals_left CHECK (state IN ('created','withdrawn') OR letter_sealed IS NOT NULL),
    CONSTRAINT referrals_resulted CHECK (state NOT IN ('resulted','confirmed') OR result IS NOT NULL)
);
CREATE UNIQUE INDEX referrals_once ON referrals (ticket_id, item) WHERE state NOT IN ('confirmed','withdrawn');
CREATE INDEX referrals_ticket ON referrals (ticket_id);
CREATE INDEX referrals_live ON referrals (due_at) WHERE state NOT IN ('confirmed','withdrawn');

CREATE TABLE referral_steps ( -- the history; never changed
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id     uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    referral_id   bigint      NOT NULL REFERENCES referrals (id),
    ticket_id     bigint      NOT NULL REFERENCES tickets (id),
    event         text        NOT NULL CHECK (event IN ('send','accept','return','start','extend','result','confirm','contest','withdraw')),
    result        text        CHECK (result IN ('granted','refused','not_needed')),
    at            timestamptz NOT NULL,
    staff_id      bigint      NOT NULL REFERENCES staff (id),
    via           text        CHECK (via IN ('letter','phone','in_person','wired')),
    said_by_sealed bytea,     -- who of the department said so, or took it
    said_on       date,       -- the day that they say it was, where it is another than at
    reason_sealed bytea
);
CREATE INDEX referral_steps_of ON referral_steps (referral_id);

CREATE TABLE case_tasks (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid        NOT NULL UNIQUE,
    ticket_id  bigint      NOT NULL REFERENCES tickets (id),
    kind       text        NOT NULL CHECK (kind IN ('referral_returned','screen','reassess')),
    ref        uuid        NOT NULL, -- what it follows from
    post_id    bigint      NOT NULL REFERENCES posts (id),
    state      text        NOT NULL CHECK (state IN ('open','late','done')),
    opened_at  timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    outcome    text        CHECK (outcome IN ('due','not_due','handled')),
    tests      jsonb,
    reason_sealed bytea,
    done_by    bigint      REFERENCES staff (id),
    done_at    timestamptz,
    version    bigint      NOT NULL,
    CONSTRAINT case_tasks_done CHECK ((state = 'done') = (outcome IS NOT NULL) AND (state = 'done') = (done_at IS NOT NULL)),
    CONSTRAINT case_tasks_tested CHECK (kind <> 'reassess' OR state <> 'done' OR tests IS NOT NULL)
);
CREATE INDEX case_tasks_ticket ON case_tasks (ticket_id);
CREATE INDEX case_tasks_live ON case_tasks (post_id, due_at) WHERE state <> 'done';

-- +goose StatementBegin
DO $$ DECLARE child text; BEGIN
    FOREACH child IN ARRAY ARRAY['referrals','referral_steps','case_tasks'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false))',
                       child || '_scope', child);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT SELECT, INSERT ON referrals, referral_steps, case_tasks TO hotline_app;
GRANT UPDATE (state, result, fields, letter_sealed, due_at, extended, late, version) ON referrals TO hotline_app;
GRANT UPDATE (state, outcome, tests, reason_sealed, done_by, done_at, version) ON case_tasks TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE case_tasks, referral_steps, referrals CASCADE;
