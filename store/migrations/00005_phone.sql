-- +goose Up
-- What a call does to its ticket after the INVITE: its steps, the agents who had it, how it sounded, and the call-backs.

-- ── who acts, beside the area: the post and the person, and when ────────────
-- The transaction's time is a setting too: a policy that asked app_now() could use no index.
-- +goose StatementBegin
CREATE FUNCTION app_tx_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('app.now', true), ''), 'infinity')::timestamptz $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION app_staff() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('app.staff', true), ''), '0')::bigint $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION app_post() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('app.post', true), ''), '0')::bigint $$;
-- +goose StatementEnd

ALTER TABLE tickets
    ADD COLUMN with_agent   boolean  NOT NULL DEFAULT false, -- an agent has the call or its wrap-up: the ladder rests
    ADD COLUMN triaged_at   timestamptz,                     -- the first triage; null while nobody has said what and where it is
    ADD COLUMN voicemail    boolean  NOT NULL DEFAULT false,
    ADD COLUMN survey_score smallint CHECK (survey_score BETWEEN 1 AND 5);
UPDATE tickets SET triaged_at = first.at
    FROM (SELECT ticket_id, min(at) AS at FROM timeline WHERE kind = 'ticket.triaged' GROUP BY ticket_id) first WHERE first.ticket_id = tickets.id;
CREATE INDEX tickets_of_caller ON tickets (caller_index, invited_at DESC) WHERE caller_index IS NOT NULL; -- the closed ones too: a number's history

ALTER TABLE calls
    ADD COLUMN reached_at       timestamptz, -- first time a person spoke with the caller
    ADD COLUMN disposition      text CHECK (disposition <> ''), -- a code of the policy
    ADD COLUMN disposition_note text,
    ADD COLUMN disposed_by      bigint REFERENCES staff (id),
    ADD COLUMN disposed_at      timestamptz;

-- ── the steps of a call, as they happened ───────────────────────────────────
CREATE TABLE call_events (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call_id   uuid        NOT NULL REFERENCES calls (id),
    ticket_id bigint      NOT NULL REFERENCES tickets (id),
    at        timestamptz NOT NULL,
    kind      text        NOT NULL CHECK (kind IN ('flow_entered','queued','rang_agent','unanswered','connected','agent_lost','agent_left','left_queue','held',
                 'resumed','consulted','transferred','conferenced','supervised','rang_duty','marked','voicemail','callback_asked','surveyed','secret_digits')),
    leg       text        NOT NULL,
    staff_id  bigint      REFERENCES staff (id),
    queue     text        NOT NULL,
    reason    text        NOT NULL,
    seconds   integer     NOT NULL,
    data      jsonb       NOT NULL, -- the whole event
    digest    bytea       NOT NULL, -- of the event: told twice, or replayed, it is still one
    UNIQUE (call_id, digest)
);
CREATE INDEX call_events_staff ON call_events (staff_id, at DESC) WHERE staff_id IS NOT NULL;
CREATE INDEX call_events_kind ON call_events (kind, at);

-- What RTCP and our own counters told about one leg (RFC 3550); times in microseconds.
CREATE TABLE call_quality (
    call_id        uuid    NOT NULL REFERENCES calls (id),
    ticket_id      bigint  NOT NULL REFERENCES tickets (id),
    leg            text    NOT NULL,
    sent           bigint  NOT NULL,
    received       bigint  NOT NULL,
    lost           bigint  NOT NULL,
    far_lost       bigint  NOT NULL,
    jitter_us      bigint  NOT NULL,
    far_jitter_us  bigint  NOT NULL,
    round_trip_us  bigint  NOT NULL,
    longest_gap_us bigint  NOT NULL,
    digest         bytea   NOT NULL,
    PRIMARY KEY (call_id, leg, digest)
);

-- Which agents a call was put to, and how long each may see its ticket, wherever it lies.
CREATE TABLE call_agents (
    call_id      uuid        NOT NULL REFERENCES calls (id),
    ticket_id    bigint      NOT NULL REFERENCES tickets (id),
    staff_id     bigint      NOT NULL REFERENCES staff (id),
    rang_at      timestamptz NOT NULL,
    connected_at timestamptz, -- null: never answered
    left_at      timestamptz, -- null: ringing or talking
    sees_until   timestamptz NOT NULL,
    PRIMARY KEY (call_id, staff_id)
);
CREATE INDEX call_agents_staff ON call_agents (staff_id, sees_until);
CREATE INDEX call_agents_talked ON call_agents (staff_id, connected_at DESC) WHERE connected_at IS NOT NULL;

-- ── call-backs: one open task for a number ──────────────────────────────────
CREATE TABLE callbacks (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    ticket_id    bigint      NOT NULL REFERENCES tickets (id),
    call_id      uuid        NOT NULL REFERENCES calls (id), -- whose number is dialled
    caller_index bytea       NOT NULL,
    origin       text        NOT NULL CHECK (origin IN ('missed','asked')),
    urgent       boolean     NOT NULL,
    state        text        NOT NULL CHECK (state IN ('open','claimed','visit','done','cancelled')),
    calls        integer     NOT NULL DEFAULT 1, -- how many calls of the number it stands for
    entered_at   timestamptz NOT NULL, -- since when the citizen waits: the place in the queue
    created_at   timestamptz NOT NULL,
    try_at       timestamptz NOT NULL, -- not to be tried before
    due_at       timestamptz NOT NULL, -- the try is late after this
    tries        integer     NOT NULL DEFAULT 0,
    first_try_at timestamptz,
    holder_id    bigint      REFERENCES posts (id), -- who has claimed it, or who is to visit
    claimed_at   timestamptz,
    ended_at     timestamptz,
    outcome      text CHECK (outcome IN ('reached','called_again','visited','withdrawn','moot')),
    note         text        NOT NULL DEFAULT '',
    epoch        bigint      NOT NULL DEFAULT 1, -- rises with every change of state: older timers are void
    CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CHECK ((state IN ('done','cancelled')) = (ended_at IS NOT NULL)),
    CHECK (state <> 'claimed' OR holder_id IS NOT NULL)
);
CREATE UNIQUE INDEX callbacks_one_open ON callbacks (caller_index) WHERE state IN ('open','claimed','visit');
CREATE INDEX callbacks_todo ON callbacks (try_at, id) WHERE state IN ('open','claimed','visit');
CREATE INDEX callbacks_ticket ON callbacks (ticket_id);

-- ── row level security ──────────────────────────────────────────────────────
-- An agent sees the ticket of a call that was put to them, and its owner sees it, wherever it lies (DOMAIN 0a.3).
-- The settings are asked for in subselects: written out in place they would keep the index from being used.
ALTER TABLE call_agents ENABLE ROW LEVEL SECURITY; ALTER TABLE call_agents FORCE ROW LEVEL SECURITY;
CREATE POLICY call_agents_scope ON call_agents USING (app_scope() = '*' OR staff_id = app_staff());
DROP POLICY tickets_scope ON tickets;
CREATE POLICY tickets_scope ON tickets USING (app_sees(area_code)
        OR (app_staff() <> 0 AND (owner_id = app_post() OR id IN (SELECT a.ticket_id FROM call_agents a WHERE a.staff_id = (SELECT app_staff()) AND a.sees_until > (SELECT app_tx_now())))))
    WITH CHECK (app_scope() <> '');
-- +goose StatementBegin
DO $$
DECLARE child text;
BEGIN
    FOREACH child IN ARRAY ARRAY['call_events', 'call_quality', 'callbacks'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id))',
                       child || '_scope', child);
    END LOOP;
END $$;
-- +goose StatementEnd

GRANT SELECT, INSERT ON call_events, call_quality TO hotline_app;
GRANT SELECT, INSERT, UPDATE ON call_agents, callbacks TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP POLICY tickets_scope ON tickets;
CREATE POLICY tickets_scope ON tickets USING (app_sees(area_code)) WITH CHECK (app_scope() <> '');
DROP TABLE callbacks, call_agents, call_quality, call_events;
ALTER TABLE calls DROP COLUMN reached_at, DROP COLUMN disposition, DROP COLUMN disposition_note, DROP COLUMN disposed_by, DROP COLUMN disposed_at;
DROP INDEX tickets_of_caller;
ALTER TABLE tickets DROP COLUMN with_agent, DROP COLUMN triaged_at, DROP COLUMN voicemail, DROP COLUMN survey_score;
DROP FUNCTION app_post(), app_staff(), app_tx_now();
