-- +goose Up
-- Since when a float does not come to what it was filled with, and who has been told of what does not agree.
CREATE TABLE imprest_misses (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area_code  text        NOT NULL REFERENCES divisions (code), -- whose float
    seen_at    timestamptz NOT NULL, -- when it was found
    gone_at    timestamptz CHECK (gone_at >= seen_at) -- when it was found to agree again
);
CREATE UNIQUE INDEX imprest_misses_now ON imprest_misses (area_code) WHERE gone_at IS NULL;

CREATE TABLE open_item_tellings (
    area_code  text        NOT NULL REFERENCES divisions (code), -- where the item lies
    kind       text        NOT NULL CHECK (kind <> ''),
    what       text        NOT NULL, -- the payout, the line or the entry; empty where it is about a whole account
    since      timestamptz NOT NULL,
    days       smallint    NOT NULL CHECK (days IN (1, 3, 7)), -- the age of which somebody was told
    told_at    timestamptz NOT NULL,
    PRIMARY KEY (area_code, kind, what, since, days)
);

-- +goose StatementBegin
CREATE FUNCTION guard_imprest_miss() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.gone_at IS NOT NULL THEN
        RAISE EXCEPTION 'that the float of % agrees again is written already', OLD.area_code USING ERRCODE = 'check_violation', CONSTRAINT = 'imprest_misses_once';
    END IF;
    RETURN NEW;
END $$;
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['imprest_misses','open_item_tellings'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_sees(area_code))', t || '_scope', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE TRIGGER imprest_misses_guard BEFORE UPDATE ON imprest_misses FOR EACH ROW EXECUTE FUNCTION guard_imprest_miss();
CREATE TRIGGER imprest_misses_kept BEFORE DELETE OR TRUNCATE ON imprest_misses FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER open_item_tellings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON open_item_tellings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON imprest_misses, open_item_tellings TO hotline_app;
GRANT UPDATE (gone_at) ON imprest_misses TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE open_item_tellings, imprest_misses;
DROP FUNCTION guard_imprest_miss();
