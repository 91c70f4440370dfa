-- +goose Up
-- Recordings: what is known of each, and who heard it. The audio lies sealed on the node that recorded it, and its key
-- beside it and not here: a backup of this database must not bring a shredded recording back.
CREATE TABLE recordings (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid        NOT NULL UNIQUE, -- made by the node; the file's name
    ticket_id   bigint      NOT NULL REFERENCES tickets (id),
    call_id     uuid        NOT NULL REFERENCES calls (id),
    leg         text        NOT NULL CHECK (leg <> ''),
    kind        text        NOT NULL CHECK (kind IN ('leg','voicemail')),
    node_id     text        NOT NULL,
    started_at  timestamptz NOT NULL,
    millis      bigint      NOT NULL CHECK (millis >= 0), -- length
    bytes       bigint      NOT NULL CHECK (bytes >= 0),  -- of the sealed file
    state       text        NOT NULL CHECK (state IN ('recording','complete','cut_off','damaged','shredded')),
    keep_until  timestamptz NOT NULL,
    hold_by     bigint      REFERENCES staff (id),
    hold_reason text,
    held_at     timestamptz,
    shredded_at timestamptz,
    CHECK ((hold_by IS NULL) = (held_at IS NULL) AND (hold_by IS NULL) = (hold_reason IS NULL)),
    CHECK ((state = 'shredded') = (shredded_at IS NOT NULL)),
    CHECK (state <> 'shredded' OR hold_by IS NULL) -- what is held is not shredded
);
CREATE INDEX recordings_ticket ON recordings (ticket_id, started_at);
CREATE INDEX recordings_due ON recordings (node_id, keep_until) WHERE state <> 'shredded' AND hold_by IS NULL;

-- One row for each time a recording was opened to be heard. The token is known by its hash; it opens the audio in the
-- session that asked, for a while. Rows are never changed: they are the record of the listen.
CREATE TABLE recording_listens (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recording_id bigint      NOT NULL REFERENCES recordings (id),
    staff_id     bigint      NOT NULL REFERENCES staff (id),
    token_hash   bytea       NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    session_hash bytea       NOT NULL CHECK (octet_length(session_hash) = 32),
    purpose      text        NOT NULL CHECK (purpose <> ''),
    download     boolean     NOT NULL,
    at           timestamptz NOT NULL,
    real_until   timestamptz NOT NULL -- real time: a moved demonstration clock opens nothing for longer
);
CREATE INDEX recording_listens_of ON recording_listens (recording_id);

ALTER TABLE recordings ENABLE ROW LEVEL SECURITY; ALTER TABLE recordings FORCE ROW LEVEL SECURITY;
CREATE POLICY recordings_scope ON recordings USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id));
ALTER TABLE recording_listens ENABLE ROW LEVEL SECURITY; ALTER TABLE recording_listens FORCE ROW LEVEL SECURITY;
CREATE POLICY recording_listens_scope ON recording_listens
    USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM recordings r WHERE r.id = recording_id));

-- What is shredded stays shredded, whoever asks.
-- +goose StatementBegin
CREATE FUNCTION recordings_stay_shredded() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'recording % is shredded', OLD.public_id; END $$;
-- +goose StatementEnd
CREATE TRIGGER recordings_stay_shredded BEFORE UPDATE ON recordings FOR EACH ROW WHEN (OLD.state = 'shredded')
    EXECUTE FUNCTION recordings_stay_shredded();

GRANT SELECT, INSERT ON recordings, recording_listens TO hotline_app;
GRANT UPDATE (millis, bytes, state, hold_by, hold_reason, held_at, shredded_at) ON recordings TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE recording_listens, recordings;
DROP FUNCTION recordings_stay_shredded();
