-- +goose Up
-- Sign-ins, and what the API asks of the database beside the rooms' own tables.

-- A session is known by the hash of its token: whoever reads this table cannot sign in with what they find.
-- Its times are the real clock's: moving app_now() for a demonstration signs nobody out.
CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    staff_id   bigint      NOT NULL REFERENCES staff (id),
    opened_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz
);
CREATE INDEX sessions_staff ON sessions (staff_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_seen ON sessions (seen_at);

-- One row for each attempt that has not succeeded. The login is kept as a hash: people type passwords into that field.
CREATE TABLE sign_in_failures (
    login_hash bytea       NOT NULL CHECK (octet_length(login_hash) = 32),
    at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX sign_in_failures_login ON sign_in_failures (login_hash, at);

-- What the list "offered to me" and a person's own list walk.
CREATE INDEX tickets_owner ON tickets (owner_id, invited_at DESC);
CREATE INDEX calls_list ON calls (invited_at DESC, id DESC);
CREATE INDEX audit_list ON audit_records (at DESC, lane, seq);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO hotline_app;
GRANT SELECT, INSERT, DELETE ON sign_in_failures TO hotline_app;

-- +goose Down
DROP INDEX idempotency_keys_age, audit_list, calls_list, tickets_owner;
DROP TABLE sign_in_failures, sessions;
