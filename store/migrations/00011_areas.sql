-- +goose Up
-- Places that come, end and are merged, and the files they come in.
ALTER TABLE divisions
    ADD CONSTRAINT divisions_end_after_they_begin CHECK (valid_to IS NULL OR valid_to > valid_from),
    ADD CONSTRAINT divisions_merged_when_they_end CHECK (merged_into IS NULL OR (valid_to IS NOT NULL AND merged_into <> code));
CREATE INDEX divisions_merged ON divisions (merged_into) WHERE merged_into IS NOT NULL;

-- Every node keeps the tree in memory and asks here whether it has changed. Whoever changes the tree waits here for whoever is doing so.
CREATE TABLE divisions_version (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint  NOT NULL
);
INSERT INTO divisions_version (version) VALUES (1);
-- +goose StatementBegin
CREATE FUNCTION divisions_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE divisions_version SET version = version + 1;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER divisions_changed AFTER INSERT OR UPDATE ON divisions FOR EACH STATEMENT EXECUTE FUNCTION divisions_changed();

-- A file that somebody has looked at and may apply. What is in it may be people's telephone numbers: it is sealed, and goes when it
-- was applied or a day has passed.
CREATE TABLE imports (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL UNIQUE,
    kind         text        NOT NULL CHECK (kind IN ('areas','staff')),
    file_name    text        NOT NULL,
    sha256       bytea       NOT NULL CHECK (length(sha256) = 32),
    content_sealed bytea,
    seen_version bigint      NOT NULL, -- of divisions_version, when it was looked at
    area_code    text        NOT NULL, -- of whoever brought it; empty: the whole line's
    created_by   bigint      REFERENCES staff (id), -- null: the command line
    created_at   timestamptz NOT NULL,
    applied_by   bigint      REFERENCES staff (id),
    applied_at   timestamptz
);
CREATE INDEX imports_kept ON imports (created_at) WHERE content_sealed IS NOT NULL;
ALTER TABLE imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE imports FORCE ROW LEVEL SECURITY;
CREATE POLICY imports_scope ON imports
    USING (app_scope() = '*' OR (current_setting('app.role', true) = 'system_admin' AND app_sees(area_code)));

GRANT SELECT, UPDATE ON divisions_version TO hotline_app;
GRANT SELECT, INSERT, UPDATE ON imports TO hotline_app;

-- +goose Down
DROP TABLE imports;
DROP TRIGGER divisions_changed ON divisions;
DROP FUNCTION divisions_changed();
DROP TABLE divisions_version;
DROP INDEX divisions_merged;
ALTER TABLE divisions DROP CONSTRAINT divisions_end_after_they_begin, DROP CONSTRAINT divisions_merged_when_they_end;
