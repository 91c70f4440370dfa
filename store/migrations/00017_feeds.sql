-- +goose Up
-- People subscribe to their own duty in a calendar of their own. A calendar program cannot sign in: the address it reads
-- holds a token, of which only the hash is here. One address for each person; making a new one ends the old one.
CREATE TABLE duty_feeds (
    staff_id   bigint      PRIMARY KEY REFERENCES staff (id),
    token_hash bytea       NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at timestamptz NOT NULL,
    read_at    timestamptz -- when a program last read it; at most hourly
);
ALTER TABLE duty_feeds ENABLE ROW LEVEL SECURITY;
ALTER TABLE duty_feeds FORCE ROW LEVEL SECURITY;
CREATE POLICY duty_feeds_own ON duty_feeds USING (app_scope() = '*' OR staff_id = app_staff());
GRANT SELECT, INSERT, UPDATE, DELETE ON duty_feeds TO hotline_app;

-- +goose Down
DROP TABLE duty_feeds;
