-- +goose Up
-- What an application rests on: the data check, what of it nobody knew and was let go, and how the household explained what differs; who kept an assessment
-- although the household had changed; and how many nameless objections came beyond what a notice takes.
SELECT set_config('app.scope', '*', true);

ALTER TABLE applications ADD COLUMN check_id bigint REFERENCES source_checks (id); -- null before, and where it rests on papers alone
GRANT UPDATE (check_id) ON applications TO hotline_app;

CREATE TABLE source_waivers ( -- a source that did not speak, let go by the head: of one check, or of none where no consent was given
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    application_id bigint      NOT NULL REFERENCES applications (id),
    check_id       bigint      REFERENCES source_checks (id),
    source         text        NOT NULL CHECK (source <> ''),
    reason         text        NOT NULL CHECK (reason <> ''),
    staff_id       bigint      NOT NULL REFERENCES staff (id),
    at             timestamptz NOT NULL
);
CREATE INDEX source_waivers_of ON source_waivers (application_id);

CREATE TABLE flag_answers ( -- what the household says of a difference that a check has found; the newest counts
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE,
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    application_id bigint      NOT NULL REFERENCES applications (id),
    said_sealed    bytea       NOT NULL, -- the difference as it was, and the answer
    staff_id       bigint      NOT NULL REFERENCES staff (id),
    at             timestamptz NOT NULL
);
CREATE INDEX flag_answers_of ON flag_answers (application_id, id DESC);

-- +goose StatementBegin
DO $$
DECLARE child text;
BEGIN
    FOREACH child IN ARRAY ARRAY['source_waivers','flag_answers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id))', child || '_scope', child);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO hotline_app', child);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

ALTER TABLE rulings ADD COLUMN kept_why text NOT NULL DEFAULT ''; -- why it was confirmed on an assessment that the household has changed since
GRANT UPDATE (kept_why) ON rulings TO hotline_app;

ALTER TABLE public_notices ADD COLUMN over_count integer NOT NULL DEFAULT 0 CHECK (over_count >= 0), ADD COLUMN over_at timestamptz; -- nameless objections beyond the limit: counted, not kept
GRANT UPDATE (over_count, over_at) ON public_notices TO hotline_app;

-- +goose Down
SELECT set_config('app.scope', '*', true);
ALTER TABLE public_notices DROP COLUMN over_count, DROP COLUMN over_at;
ALTER TABLE rulings DROP COLUMN kept_why;
DROP TABLE flag_answers, source_waivers;
ALTER TABLE applications DROP COLUMN check_id;
