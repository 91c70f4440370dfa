-- +goose Up
-- The integrity file of a person: commitments and notices, promises kept and broken, each with its history (DOMAIN 49 to 52).
-- Nothing that decides or pays reads it.
SELECT set_config('app.scope', '*', true);

CREATE TABLE integrity_entries (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid        NOT NULL UNIQUE, -- made by the client
    person_id   bigint      NOT NULL REFERENCES persons (id),
    ticket_id   bigint      NOT NULL REFERENCES tickets (id), -- the case it came up in
    area_code   text        NOT NULL REFERENCES divisions (code), -- where the person lived then
    kind        text        NOT NULL CHECK (kind IN ('kept','broken')),
    behaviour   text        NOT NULL CHECK (behaviour <> ''),
    rules       text        NOT NULL CHECK (rules <> ''),
    state       text        NOT NULL CHECK (state IN ('reported','evidence','notified','cleared','active','appealed','repaired','expired')),
    outcome     text        CHECK (outcome IN ('none','light','serious')),
    reported_by bigint      NOT NULL REFERENCES staff (id),
    reported_at timestamptz NOT NULL,
    answer_due  timestamptz, -- until then the person may answer
    answered    boolean     NOT NULL DEFAULT false,
    decided_by  bigint      REFERENCES staff (id),
    decided_at  timestamptz,
    until       timestamptz,
    version     bigint      NOT NULL,
    CONSTRAINT integrity_two_people CHECK (decided_by <> reported_by),
    CONSTRAINT integrity_decided CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (outcome IS NULL)),
    CONSTRAINT integrity_decided_state CHECK ((state IN ('reported','evidence','notified')) = (decided_by IS NULL)),
    CONSTRAINT integrity_ends CHECK (state NOT IN ('active','appealed') OR until > decided_at),
    CONSTRAINT integrity_heard CHECK (kind = 'kept' OR decided_by IS NULL OR answered OR answer_due <= decided_at)
);
CREATE INDEX integrity_entries_person ON integrity_entries (person_id);
CREATE INDEX integrity_entries_ticket ON integrity_entries (ticket_id);

CREATE TABLE integrity_steps ( -- append-only
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid        NOT NULL UNIQUE,
    entry_id    bigint      NOT NULL REFERENCES integrity_entries (id),
    event       text        NOT NULL CHECK (event IN ('','prove','notify','answer','clear','sanction','praise','repair','appeal','uphold','overturn','lapse')), -- empty: the report
    note_sealed bytea,
    uploads     jsonb       NOT NULL DEFAULT '[]',
    staff_id    bigint      REFERENCES staff (id), -- null: by its day
    at          timestamptz NOT NULL
);
CREATE INDEX integrity_steps_entry ON integrity_steps (entry_id, id);

CREATE TABLE integrity_papers ( -- append-only
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id uuid        NOT NULL UNIQUE, -- made by the client
    person_id bigint      NOT NULL REFERENCES persons (id),
    ticket_id bigint      NOT NULL REFERENCES tickets (id),
    area_code text        NOT NULL REFERENCES divisions (code),
    kind      text        NOT NULL CHECK (kind IN ('commitment','notice')),
    form      text        NOT NULL CHECK (form <> ''), -- version of the form
    signed    text        NOT NULL CHECK (signed IN ('screen','paper','voice')),
    upload    uuid,       -- the signature, or the photo of the paper
    staff_id  bigint      NOT NULL REFERENCES staff (id),
    at        timestamptz NOT NULL,
    CHECK ((signed = 'voice') = (upload IS NULL))
);
CREATE INDEX integrity_papers_person ON integrity_papers (person_id);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['integrity_entries','integrity_steps','integrity_papers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO hotline_app', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['integrity_entries','integrity_papers'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I USING (app_sees_people(area_code) OR app_sees_person(person_id))', t || '_scope', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['integrity_steps','integrity_papers'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_append_only', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY integrity_steps_scope ON integrity_steps USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM integrity_entries e WHERE e.id = entry_id));
GRANT UPDATE (state, outcome, answer_due, answered, decided_by, decided_at, until, version) ON integrity_entries TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
SELECT set_config('app.scope', '*', true);
DROP TABLE integrity_papers, integrity_steps, integrity_entries;
DELETE FROM timers WHERE kind = 'integrity_entry';
