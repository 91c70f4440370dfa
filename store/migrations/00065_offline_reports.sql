-- +goose Up
-- A report that was written where there was no network: who wrote it and when is fixed then, and it may come late, twice, by
-- another phone, and after what was added to it (ADR 34).
ALTER TABLE reports
    ADD COLUMN written_at  timestamptz,                      -- by the device's clock; null: as it came
    ADD COLUMN carried_by  bigint REFERENCES staff (id),     -- who was signed in when it came, where that is not its author
    ADD COLUMN home_sealed bytea;                            -- {"name":…,"door":…}; null where neither was written

-- What comes to a report beside itself: additions, corrections, photos, and other words under an id that is taken. It may come
-- before the report, and is joined to its ticket when that comes.
CREATE TABLE report_pieces (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid        NOT NULL UNIQUE, -- made by the client; of a conflict by the server
    about       uuid        NOT NULL,        -- the report's id, or that of a visit: no foreign key, for it may not be there yet
    kind        text        NOT NULL CHECK (kind IN ('addition','correction','conflict','photo')),
    staff_id    bigint      NOT NULL REFERENCES staff (id),
    carried_by  bigint      REFERENCES staff (id),
    area_code   text        NOT NULL REFERENCES divisions (code), -- the author's
    body_sealed bytea       NOT NULL,
    media_type  text        NOT NULL DEFAULT '' CHECK ((kind = 'photo') = (media_type IN ('image/jpeg','image/png'))),
    sha256      bytea       CHECK ((kind = 'photo') = (sha256 IS NOT NULL)),
    digest      bytea       NOT NULL, -- keyed: the same words again are the same piece
    written_at  timestamptz, -- by the device's clock
    arrived_at  timestamptz NOT NULL,
    ticket_id   bigint      REFERENCES tickets (id), -- null while what it is about has not come, or is no ticket
    joined_at   timestamptz,
    CHECK ((ticket_id IS NULL) = (joined_at IS NULL))
);
CREATE INDEX report_pieces_about ON report_pieces (about, id);
CREATE INDEX report_pieces_waiting ON report_pieces (area_code text_pattern_ops) WHERE ticket_id IS NULL;
CREATE UNIQUE INDEX report_pieces_conflict ON report_pieces (about, digest) WHERE kind = 'conflict';
ALTER TABLE report_pieces ENABLE ROW LEVEL SECURITY; ALTER TABLE report_pieces FORCE ROW LEVEL SECURITY;
CREATE POLICY report_pieces_scope ON report_pieces USING (app_scope() = '*' OR staff_id = app_staff()
    OR CASE WHEN ticket_id IS NULL THEN app_sees(area_code) ELSE coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false) END);
GRANT SELECT, INSERT ON report_pieces TO hotline_app;
GRANT UPDATE (ticket_id, joined_at) ON report_pieces TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE report_pieces;
ALTER TABLE reports DROP COLUMN written_at, DROP COLUMN carried_by, DROP COLUMN home_sealed;
