-- +goose Up
-- The register of relatives is filled by declarations: each person's own number and those of their relatives, sealed. What is
-- declared counts in every area by its blind index; who is meant is read only by the person, by their leaders and the security administrator.
SELECT set_config('app.scope', '*', true); -- the tables are closed to their owner, too
CREATE TABLE relative_declarations (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE,
    staff_id       bigint      NOT NULL REFERENCES staff (id),
    relation       text        NOT NULL CHECK (relation IN ('self','spouse','child','parent','sibling','grandparent','grandchild','in_law','other')),
    identity_index bytea       NOT NULL,
    sealed         bytea       NOT NULL, -- name, identity number and telephone
    declared_by    bigint      REFERENCES staff (id), -- null: brought in where the line is run
    declared_at    timestamptz NOT NULL,
    ended_by       bigint      REFERENCES staff (id),
    ended_at       timestamptz,
    end_reason     text        CHECK (end_reason <> ''),
    CONSTRAINT relative_declarations_end CHECK ((ended_at IS NULL) = (end_reason IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)),
    CONSTRAINT relative_declarations_not_by_oneself CHECK (ended_by <> staff_id)
);
CREATE UNIQUE INDEX relative_declarations_once ON relative_declarations (staff_id, identity_index) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX relative_declarations_self ON relative_declarations (staff_id) WHERE relation = 'self' AND ended_at IS NULL;

-- What money looks at follows the declarations, and nothing else takes a line out of it.
-- +goose StatementBegin
CREATE FUNCTION relatives_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO staff_relatives (staff_id, identity_index) VALUES (NEW.staff_id, NEW.identity_index) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL THEN
        RAISE EXCEPTION 'a declaration ends once' USING ERRCODE = 'check_violation', CONSTRAINT = 'relative_declarations_end_once';
    END IF;
    DELETE FROM staff_relatives WHERE staff_id = NEW.staff_id AND identity_index = NEW.identity_index;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER relatives_follow AFTER INSERT OR UPDATE ON relative_declarations FOR EACH ROW EXECUTE FUNCTION relatives_follow();

ALTER TABLE relative_declarations ENABLE ROW LEVEL SECURITY;
ALTER TABLE relative_declarations FORCE ROW LEVEL SECURITY;
CREATE POLICY relative_declarations_read ON relative_declarations FOR SELECT USING (app_scope() = '*' OR staff_id = app_staff()
    OR (current_setting('app.role', true) IN ('township_head', 'county_duty', 'security_admin') AND app_sees((SELECT s.area_code FROM staff s WHERE s.id = staff_id))));
CREATE POLICY relative_declarations_declare ON relative_declarations FOR INSERT WITH CHECK (app_scope() = '*' OR staff_id = app_staff());
CREATE POLICY relative_declarations_end ON relative_declarations FOR UPDATE USING (app_scope() = '*'
    OR (staff_id <> app_staff() AND current_setting('app.role', true) IN ('township_head', 'county_duty', 'security_admin') AND app_sees((SELECT s.area_code FROM staff s WHERE s.id = staff_id))));
GRANT SELECT, INSERT ON relative_declarations TO hotline_app;
GRANT UPDATE (ended_by, ended_at, end_reason) ON relative_declarations TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;
REVOKE DELETE ON staff_relatives FROM hotline_app;

-- +goose Down
GRANT DELETE ON staff_relatives TO hotline_app;
DROP TABLE relative_declarations;
DROP FUNCTION relatives_follow();
