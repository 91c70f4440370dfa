-- +goose Up
-- When somebody last gave their password in a session: what is signed for money asks for one that is fresh.
ALTER TABLE sessions ADD COLUMN proved_at timestamptz NOT NULL DEFAULT clock_timestamp();
UPDATE sessions SET proved_at = opened_at;

-- +goose Down
ALTER TABLE sessions DROP COLUMN proved_at;
