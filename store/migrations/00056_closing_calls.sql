-- +goose Up
-- Before a ticket closes somebody else phones the citizen (DOMAIN 0a.12): every try with its time, and the three answers.
-- What keeps a case open may be let go by the head, with the reason. Both are history and never changed.
CREATE TABLE closing_calls (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id    bigint      NOT NULL REFERENCES tickets (id),
    at           timestamptz NOT NULL,
    staff_id     bigint      NOT NULL REFERENCES staff (id),
    reached      boolean     NOT NULL,
    received     boolean,    -- null: not asked, as of a question
    amount_right boolean,
    satisfied    boolean,
    CONSTRAINT closing_calls_answers CHECK (reached = (satisfied IS NOT NULL) AND (reached OR (received IS NULL AND amount_right IS NULL)))
);
CREATE INDEX closing_calls_ticket ON closing_calls (ticket_id);
CREATE TABLE loop_waivers (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id     uuid        NOT NULL UNIQUE,
    ticket_id     bigint      NOT NULL REFERENCES tickets (id),
    code          text        NOT NULL CHECK (code IN ('referral','task','callback','life_danger')),
    ref           text        NOT NULL,
    reason_sealed bytea       NOT NULL,
    staff_id      bigint      NOT NULL REFERENCES staff (id),
    at            timestamptz NOT NULL,
    UNIQUE (ticket_id, code, ref)
);
-- +goose StatementBegin
DO $$ DECLARE child text; BEGIN
    FOREACH child IN ARRAY ARRAY['closing_calls','loop_waivers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false))',
                       child || '_scope', child);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT SELECT, INSERT ON closing_calls, loop_waivers TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE loop_waivers, closing_calls CASCADE;
