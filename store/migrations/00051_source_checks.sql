-- +goose Up
-- What other departments say of a household: the consent it rests on, the check, and what each source said of each person
-- (ADR 31). What is not known stays unknown: there is no payload but with an answer that came.

CREATE TABLE source_consents (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id     uuid        NOT NULL UNIQUE, -- made by the client
    ticket_id     bigint      NOT NULL REFERENCES tickets (id), -- the purpose: this case and nothing else
    household_id  bigint      NOT NULL REFERENCES households (id),
    form          text        NOT NULL CHECK (form IN ('written','voice','on_site')),
    upload_id     bigint      REFERENCES uploads (id), -- the signed paper
    given_at      timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    staff_id      bigint      NOT NULL REFERENCES staff (id),
    withdrawn_at  timestamptz,
    withdrawn_by  bigint      REFERENCES staff (id),
    withdrawn_why text        NOT NULL DEFAULT '',
    CONSTRAINT source_consents_withdrawn CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_why = ''))
);
CREATE INDEX source_consents_ticket ON source_consents (ticket_id, id DESC);

CREATE TABLE source_consent_persons ( -- append-only
    consent_id      bigint NOT NULL REFERENCES source_consents (id),
    ticket_id       bigint NOT NULL REFERENCES tickets (id),
    person_id       bigint NOT NULL REFERENCES persons (id),
    given_by        text   NOT NULL CHECK (given_by IN ('self','guardian')),
    guardian_sealed bytea, -- the guardian's name
    PRIMARY KEY (consent_id, person_id),
    CONSTRAINT source_consent_guardian CHECK ((given_by = 'guardian') = (guardian_sealed IS NOT NULL))
);

CREATE TABLE source_checks (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL UNIQUE, -- made by the client
    ticket_id    bigint      NOT NULL REFERENCES tickets (id),
    household_id bigint      NOT NULL REFERENCES households (id),
    consent_id   bigint      NOT NULL REFERENCES source_consents (id), -- nothing leaves without one
    catalogue    text        NOT NULL CHECK (catalogue <> ''),
    why          text        NOT NULL CHECK (why IN ('assessment','sample')),
    staff_id     bigint      NOT NULL REFERENCES staff (id),
    asked_at     timestamptz NOT NULL,
    real_at      timestamptz NOT NULL DEFAULT clock_timestamp(), -- sources live in real time
    limit_ms     integer     NOT NULL CHECK (limit_ms BETWEEN 1000 AND 30000),
    claimed_by   text,        -- the node that asks; nobody asks a second time
    finished_at  timestamptz,
    took_ms      integer,
    flags_sealed bytea,       -- what differed from what was declared when it ended
    CONSTRAINT source_checks_finished CHECK ((finished_at IS NULL) = (took_ms IS NULL) AND (finished_at IS NULL) = (flags_sealed IS NULL))
);
CREATE INDEX source_checks_ticket ON source_checks (ticket_id, id DESC);
CREATE INDEX source_checks_to_ask ON source_checks (id) WHERE claimed_by IS NULL AND finished_at IS NULL;

CREATE TABLE source_answers (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    check_id       bigint      NOT NULL REFERENCES source_checks (id),
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    source         text        NOT NULL CHECK (source <> ''),
    person_id      bigint      NOT NULL REFERENCES persons (id),
    status         text        NOT NULL CHECK (status IN ('asking','ok','empty','timeout','error','stale')),
    code           text        NOT NULL DEFAULT '', -- why nothing is known; never what a source wrote
    asked_at       timestamptz NOT NULL,
    answered_at    timestamptz,
    took_ms        integer     NOT NULL DEFAULT 0,
    tries          integer     NOT NULL DEFAULT 0,
    as_of          date,
    valid_until    timestamptz, -- to when what was said counts
    payload_sealed bytea,
    UNIQUE (check_id, source, person_id),
    CONSTRAINT source_answers_waiting CHECK ((status = 'asking') = (answered_at IS NULL)),
    CONSTRAINT source_answers_known CHECK ((status IN ('ok','empty')) = (valid_until IS NOT NULL)),
    CONSTRAINT source_answers_payload CHECK (payload_sealed IS NULL OR status IN ('ok','stale')),
    CONSTRAINT source_answers_ok CHECK (status <> 'ok' OR payload_sealed IS NOT NULL),
    CONSTRAINT source_answers_why CHECK ((status IN ('timeout','error','stale')) = (code <> ''))
);
CREATE INDEX source_answers_recent ON source_answers (answered_at);
-- What was answered once stays.
-- +goose StatementBegin
CREATE FUNCTION source_answers_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'asking' THEN
        RAISE EXCEPTION 'answer % was given' , OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'source_answers_stay';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER source_answers_stay BEFORE UPDATE ON source_answers FOR EACH ROW EXECUTE FUNCTION source_answers_stay();

CREATE TABLE source_breakers ( -- how each node stands to each source; nobody's data
    node   text        NOT NULL,
    source text        NOT NULL,
    state  text        NOT NULL CHECK (state IN ('closed','half-open','open')),
    since  timestamptz NOT NULL,
    seen   timestamptz NOT NULL,
    PRIMARY KEY (node, source)
);
ALTER TABLE source_breakers ENABLE ROW LEVEL SECURITY; ALTER TABLE source_breakers FORCE ROW LEVEL SECURITY;
CREATE POLICY source_breakers_scope ON source_breakers USING (app_scope() <> '') WITH CHECK (app_scope() = '*');
GRANT SELECT, INSERT, UPDATE (state, since, seen) ON source_breakers TO hotline_app;

-- +goose StatementBegin
DO $$
DECLARE child text;
BEGIN
    FOREACH child IN ARRAY ARRAY['source_consents','source_consent_persons','source_checks','source_answers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id))', child || '_scope', child);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO hotline_app', child);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT UPDATE (withdrawn_at, withdrawn_by, withdrawn_why) ON source_consents TO hotline_app;
GRANT UPDATE (claimed_by, finished_at, took_ms, flags_sealed) ON source_checks TO hotline_app;
GRANT UPDATE (status, code, answered_at, took_ms, tries, as_of, valid_until, payload_sealed) ON source_answers TO hotline_app;

-- +goose Down
SELECT set_config('app.scope', '*', true);
DELETE FROM timers WHERE kind = 'source_check_over';
DROP TABLE source_breakers, source_answers, source_checks, source_consent_persons, source_consents CASCADE;
DROP FUNCTION source_answers_stay;
