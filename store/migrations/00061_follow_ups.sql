-- +goose Up
-- What is done for a household beside money, and afterwards (DOMAIN 1, 25, 27 to 29, 48, 52): looks after it with a next
-- date, a plan of who needs what, the citizen's ways to offices. All are children of a ticket and are seen with it.
SELECT set_config('app.scope', '*', true);
CREATE TABLE follow_ups (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id     uuid        NOT NULL UNIQUE, -- made by the client
    ticket_id     bigint      NOT NULL REFERENCES tickets (id),
    catalogue     text        NOT NULL CHECK (catalogue <> ''),
    kind          text        NOT NULL CHECK (kind <> ''),
    holds         boolean     NOT NULL, -- the case stays open while it runs
    reason_sealed bytea       NOT NULL,
    post_id       bigint      NOT NULL REFERENCES posts (id),
    next_on       date        NOT NULL,
    state         text        NOT NULL CHECK (state IN ('planned','late','ended')),
    created_by    bigint      NOT NULL REFERENCES staff (id),
    created_at    timestamptz NOT NULL,
    ended_by      bigint      REFERENCES staff (id),
    ended_at      timestamptz,
    end_sealed    bytea,
    version       bigint      NOT NULL,
    CONSTRAINT follow_ups_ended CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX follow_ups_once ON follow_ups (ticket_id, kind) WHERE state <> 'ended';
CREATE INDEX follow_ups_ticket ON follow_ups (ticket_id);
CREATE INDEX follow_ups_live ON follow_ups (next_on) WHERE state <> 'ended';

CREATE TABLE follow_looks ( -- the history; never changed
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL,
    follow_up_id bigint      NOT NULL REFERENCES follow_ups (id),
    ticket_id    bigint      NOT NULL REFERENCES tickets (id),
    way          text        NOT NULL CHECK (way IN ('visit','call')),
    outcome      text        NOT NULL CHECK (outcome IN ('fine','not_enough','not_met')),
    found_sealed bytea       NOT NULL,
    due_on       date        NOT NULL, -- the day that it was planned for
    next_on      date,                 -- null: it was the last
    staff_id     bigint      NOT NULL REFERENCES staff (id),
    at           timestamptz NOT NULL,
    CONSTRAINT follow_looks_public_id_key UNIQUE (public_id)
);
CREATE INDEX follow_looks_of ON follow_looks (follow_up_id);
CREATE INDEX follow_looks_ticket ON follow_looks (ticket_id);

CREATE TABLE plan_items (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid        NOT NULL UNIQUE,
    ticket_id   bigint      NOT NULL REFERENCES tickets (id),
    catalogue   text        NOT NULL CHECK (catalogue <> ''),
    person_ref  uuid        REFERENCES persons (public_id), -- null: the whole household
    need        text        NOT NULL CHECK (need <> ''),
    measure     text        NOT NULL CHECK (measure <> ''),
    work        boolean     NOT NULL, -- it is to bring an income of their own
    goal_sealed bytea,
    due_on      date        NOT NULL,
    state       text        NOT NULL CHECK (state IN ('open','done','dropped')),
    result      text,
    came_sealed bytea,
    created_by  bigint      NOT NULL REFERENCES staff (id),
    created_at  timestamptz NOT NULL,
    done_by     bigint      REFERENCES staff (id),
    done_at     timestamptz,
    version     bigint      NOT NULL,
    CONSTRAINT plan_items_done CHECK ((state = 'open') = (done_at IS NULL) AND (state = 'done') = (result IS NOT NULL))
);
CREATE INDEX plan_items_ticket ON plan_items (ticket_id);

CREATE TABLE mandates ( -- the citizen lets us go for them
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid        NOT NULL UNIQUE,
    ticket_id  bigint      NOT NULL REFERENCES tickets (id),
    errands    text[]      NOT NULL CHECK (cardinality(errands) > 0 AND errands <@ ARRAY['apply','papers','sign','collect','ask']),
    consent    text        NOT NULL CHECK (consent IN ('written','spoken','recorded','guardian')),
    staff_id   bigint      NOT NULL REFERENCES staff (id),
    at         timestamptz NOT NULL,
    ended_by   bigint      REFERENCES staff (id),
    ended_at   timestamptz
);
CREATE INDEX mandates_ticket ON mandates (ticket_id);

CREATE TABLE trips (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid        NOT NULL,
    ticket_id  bigint      NOT NULL REFERENCES tickets (id),
    made_on    date        NOT NULL,
    place      text        NOT NULL CHECK (place IN ('township','county','department','hospital','bank','village')),
    errand     text        NOT NULL CHECK (errand IN ('apply','papers','sign','collect','ask')),
    mandate_id bigint      REFERENCES mandates (id), -- one of ours went; null: the citizen did
    staff_id   bigint      NOT NULL REFERENCES staff (id),
    at         timestamptz NOT NULL,
    CONSTRAINT trips_public_id_key UNIQUE (public_id)
);
CREATE INDEX trips_ticket ON trips (ticket_id);

-- +goose StatementBegin
DO $$ DECLARE child text; BEGIN
    FOREACH child IN ARRAY ARRAY['follow_ups','follow_looks','plan_items','mandates','trips'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false))',
                       child || '_scope', child);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT SELECT, INSERT ON follow_ups, follow_looks, plan_items, mandates, trips TO hotline_app;
GRANT UPDATE (next_on, state, ended_by, ended_at, end_sealed, version) ON follow_ups TO hotline_app;
GRANT UPDATE (state, result, came_sealed, done_by, done_at, version) ON plan_items TO hotline_app;
GRANT UPDATE (ended_by, ended_at) ON mandates TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- A look that found that it is not enough is a task of the owner's, and what runs holds the case.
ALTER TABLE case_tasks DROP CONSTRAINT case_tasks_kind_check, ADD CONSTRAINT case_tasks_kind_check CHECK (kind IN ('referral_returned','screen','reassess','follow_up'));
ALTER TABLE loop_waivers DROP CONSTRAINT loop_waivers_code_check, ADD CONSTRAINT loop_waivers_code_check CHECK (code IN ('referral','task','follow_up','service','callback','life_danger'));

-- +goose Down
SELECT set_config('app.scope', '*', true);
DELETE FROM case_tasks WHERE kind = 'follow_up';
DELETE FROM loop_waivers WHERE code IN ('follow_up','service');
ALTER TABLE loop_waivers DROP CONSTRAINT loop_waivers_code_check, ADD CONSTRAINT loop_waivers_code_check CHECK (code IN ('referral','task','callback','life_danger'));
ALTER TABLE case_tasks DROP CONSTRAINT case_tasks_kind_check, ADD CONSTRAINT case_tasks_kind_check CHECK (kind IN ('referral_returned','screen','reassess'));
DROP TABLE trips, mandates, plan_items, follow_looks, follow_ups CASCADE;
