-- +goose Up
-- Moves of tickets between posts: returned by the township, paused, joined and split again, split off as a matter of its own.
ALTER TABLE tickets
    ADD COLUMN returned   boolean NOT NULL DEFAULT false, -- the township says that it is not theirs: the county decides
    ADD COLUMN split_from bigint REFERENCES tickets (id); -- a second matter of that ticket's call
-- A call has one ticket from birth; the matters that a person split off it share the call.
ALTER TABLE tickets DROP CONSTRAINT tickets_call_id_key;
CREATE UNIQUE INDEX tickets_call ON tickets (call_id) WHERE split_from IS NULL;
CREATE INDEX tickets_split ON tickets (split_from) WHERE split_from IS NOT NULL;
CREATE INDEX tickets_merged ON tickets (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX tickets_number_of ON tickets (caller_index) WHERE caller_index IS NOT NULL; -- closed ones too: whom a number belonged to
CREATE INDEX tickets_in_hand ON tickets (owner_id) WHERE status NOT IN ('closed','duplicate','follow_up');

CREATE TABLE ticket_pauses ( -- in force while the ticket's epoch is the pause's and it has not ended
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint      NOT NULL REFERENCES tickets (id),
    epoch     bigint      NOT NULL,
    starts_at timestamptz NOT NULL,
    until     timestamptz NOT NULL CHECK (until > starts_at),
    reason    text        NOT NULL CHECK (reason <> ''),
    by_name   text        NOT NULL,
    ended_at  timestamptz, -- when the ladder went on
    UNIQUE (ticket_id, epoch)
);
CREATE TABLE ticket_merges ( -- what a ticket was before it was joined to another, so that it can be split again
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id     bigint      NOT NULL REFERENCES tickets (id),
    into_id       bigint      NOT NULL REFERENCES tickets (id) CHECK (into_id <> ticket_id),
    status        text        NOT NULL,
    repeat_state  text        NOT NULL,
    merged_at     timestamptz NOT NULL,
    merged_by     text        NOT NULL,
    split_at      timestamptz,
    split_by      text
);
CREATE UNIQUE INDEX ticket_merges_now ON ticket_merges (ticket_id) WHERE split_at IS NULL;
CREATE INDEX ticket_merges_into ON ticket_merges (into_id);
CREATE TABLE clock_warnings ( -- told once for each deadline, however often it is planned
    ticket_id bigint      NOT NULL REFERENCES tickets (id),
    kind      text        NOT NULL,
    due_at    timestamptz NOT NULL,
    percent   smallint    NOT NULL CHECK (percent BETWEEN 1 AND 99),
    at        timestamptz NOT NULL,
    PRIMARY KEY (ticket_id, kind, due_at, percent)
);
CREATE TABLE split_numbers ( -- the block that the numbers of split-off tickets come from
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    first integer NOT NULL,
    used  integer NOT NULL
);
-- +goose StatementBegin
DO $$
DECLARE child text;
BEGIN
    FOREACH child IN ARRAY ARRAY['ticket_pauses', 'ticket_merges', 'clock_warnings'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false))',
                       child || '_scope', child);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT SELECT, INSERT, UPDATE ON ticket_pauses, ticket_merges, split_numbers TO hotline_app;
GRANT SELECT, INSERT ON clock_warnings TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE split_numbers, clock_warnings, ticket_merges, ticket_pauses;
DROP INDEX tickets_call, tickets_number_of, tickets_split, tickets_merged, tickets_in_hand;
-- A split-off ticket cannot live without its mark: the older program knows one ticket for a call.
ALTER TABLE tickets DROP COLUMN returned, DROP COLUMN split_from, ADD CONSTRAINT tickets_call_id_key UNIQUE (call_id);
