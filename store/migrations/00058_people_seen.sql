-- +goose Up
-- The three administrators see no people through a case either: they keep the system, and help nobody.
-- +goose StatementBegin
CREATE FUNCTION app_helps() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('app.role', true), '') NOT IN ('village_assistant','volunteer','agency','system_admin','security_admin','audit_admin') $$;
CREATE OR REPLACE FUNCTION app_sees_people(area text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN app_scope() = '*' THEN true ELSE app_helps() AND app_sees(area) END $$;
CREATE OR REPLACE FUNCTION app_sees_household(household bigint) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN -- as whom a case is about that one sees
    RETURN app_helps() AND EXISTS (SELECT 1 FROM case_households c WHERE c.household_id = household AND c.unlinked_at IS NULL);
END $$;
CREATE OR REPLACE FUNCTION app_sees_person(person bigint) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN app_helps() AND EXISTS (SELECT 1 FROM memberships m JOIN case_households c ON c.household_id = m.household_id WHERE m.person_id = person AND m.until IS NULL AND c.unlinked_at IS NULL);
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION app_sees_people(area text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN app_scope() = '*' THEN true
    WHEN coalesce(current_setting('app.role', true), '') IN ('village_assistant','volunteer','agency','system_admin','security_admin','audit_admin') THEN false
    ELSE app_sees(area) END $$;
CREATE OR REPLACE FUNCTION app_sees_household(household bigint) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN coalesce(current_setting('app.role', true), '') NOT IN ('village_assistant','volunteer','agency')
        AND EXISTS (SELECT 1 FROM case_households c WHERE c.household_id = household AND c.unlinked_at IS NULL);
END $$;
CREATE OR REPLACE FUNCTION app_sees_person(person bigint) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN coalesce(current_setting('app.role', true), '') NOT IN ('village_assistant','volunteer','agency')
        AND EXISTS (SELECT 1 FROM memberships m JOIN case_households c ON c.household_id = m.household_id WHERE m.person_id = person AND m.until IS NULL AND c.unlinked_at IS NULL);
END $$;
-- +goose StatementEnd
DROP FUNCTION app_helps();
