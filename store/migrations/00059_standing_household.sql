-- +goose Up
SELECT set_config('app.scope', '*', true);

-- Who has died is asked for when money is due to them: the day stands beside what is sealed. Who left their household by dying before is known by that.
ALTER TABLE persons ADD COLUMN died_on date;
UPDATE persons p SET died_on = m.until FROM memberships m WHERE m.person_id = p.id AND m.ended_why = 'died';
GRANT UPDATE (died_on) ON persons TO hotline_app;

-- The household that stands for one: itself, or the one that it was joined to in the end. Seen by whoever asks, wherever it lies: it says nothing but which.
-- +goose StatementBegin
CREATE FUNCTION standing_household(h bigint) RETURNS bigint LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE scope text := app_scope(); into_one bigint;
BEGIN
    PERFORM set_config('app.scope', '*', true);
    LOOP
        SELECT merged_into INTO into_one FROM households WHERE id = h;
        EXIT WHEN into_one IS NULL;
        h := into_one;
    END LOOP;
    PERFORM set_config('app.scope', scope, true);
    RETURN h;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION payee_died(payee bytea) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE scope text := app_scope(); died boolean;
BEGIN
    PERFORM set_config('app.scope', '*', true);
    died := EXISTS (SELECT 1 FROM persons p WHERE p.identity_index = payee AND p.merged_into IS NULL AND p.died_on IS NOT NULL);
    PERFORM set_config('app.scope', scope, true);
    RETURN died;
END $$;
-- +goose StatementEnd

-- All records that it was put together from, its own among them.
-- +goose StatementBegin
CREATE FUNCTION household_records(standing bigint) RETURNS bigint[] LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE scope text := app_scope(); records bigint[];
BEGIN
    PERFORM set_config('app.scope', '*', true);
    records := ARRAY(WITH RECURSIVE r(id) AS (SELECT standing UNION SELECT h.id FROM households h JOIN r ON h.merged_into = r.id) SELECT id FROM r);
    PERFORM set_config('app.scope', scope, true);
    RETURN records;
END $$;
-- +goose StatementEnd

-- One household, whatever records it was put together from and wherever its cases lie, has an aid once for a month and applies for it once. It is held
-- while that is looked at, so that who joins records waits.
CREATE INDEX entitlements_household ON entitlements (household_id, aid_kind);
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_entitlement() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE scope text := app_scope(); standing bigint := standing_household(NEW.household_id); twice boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.until_month IS NOT NULL AND (NEW.until_month IS NULL OR NEW.until_month > OLD.until_month) THEN
            RAISE EXCEPTION 'entitlement % has ended with % and is not prolonged', OLD.id, OLD.until_month USING ERRCODE = 'check_violation', CONSTRAINT = 'entitlements_ended';
        END IF;
        RETURN NEW; -- an end makes no month double
    END IF;
    PERFORM set_config('app.scope', '*', true);
    PERFORM 1 FROM households WHERE id = standing FOR SHARE;
    twice := NEW.from_month <= coalesce(NEW.until_month, NEW.from_month) AND EXISTS (SELECT 1 FROM entitlements e
               WHERE e.household_id = ANY (household_records(standing)) AND e.aid_kind = NEW.aid_kind AND e.id <> NEW.id AND e.from_month <= coalesce(e.until_month, e.from_month)
               AND e.from_month <= coalesce(NEW.until_month, e.from_month) AND NEW.from_month <= coalesce(e.until_month, NEW.from_month));
    PERFORM set_config('app.scope', scope, true);
    IF twice THEN
        RAISE EXCEPTION 'a household has % twice for one month', NEW.aid_kind USING ERRCODE = 'check_violation', CONSTRAINT = 'entitlements_once';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION guard_application() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE scope text := app_scope(); standing bigint := standing_household(NEW.household_id); twice boolean;
BEGIN
    PERFORM set_config('app.scope', '*', true);
    PERFORM 1 FROM households WHERE id = standing FOR SHARE;
    twice := EXISTS (SELECT 1 FROM applications a WHERE a.household_id = ANY (household_records(standing)) AND a.aid = NEW.aid AND a.id <> NEW.id AND a.state NOT IN ('refused','withdrawn','exited'));
    PERFORM set_config('app.scope', scope, true);
    IF twice THEN
        RAISE EXCEPTION 'a household applies for % twice', NEW.aid USING ERRCODE = 'check_violation', CONSTRAINT = 'applications_once';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER applications_guard BEFORE INSERT ON applications FOR EACH ROW EXECUTE FUNCTION guard_application();

-- A month's report counts what lies between two days: without these it reads every clock and visit there ever was.
CREATE INDEX clocks_due ON clocks (due_at);
CREATE INDEX visits_recorded ON visits (recorded_at);

-- +goose Down
DROP INDEX visits_recorded, clocks_due, entitlements_household;
DROP TRIGGER applications_guard ON applications;
DROP FUNCTION guard_application;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_entitlement() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.until_month IS NOT NULL AND NEW.until_month > OLD.until_month THEN
        RAISE EXCEPTION 'entitlement % has ended with % and is not prolonged', OLD.id, OLD.until_month USING ERRCODE = 'check_violation', CONSTRAINT = 'entitlements_ended';
    END IF;
    IF NEW.from_month <= coalesce(NEW.until_month, NEW.from_month) AND EXISTS (SELECT 1 FROM entitlements e
               WHERE e.household_id = NEW.household_id AND e.aid_kind = NEW.aid_kind AND e.id <> NEW.id AND e.from_month <= coalesce(e.until_month, e.from_month)
               AND e.from_month <= coalesce(NEW.until_month, e.from_month) AND NEW.from_month <= coalesce(e.until_month, NEW.from_month)) THEN
        RAISE EXCEPTION 'a household has % twice for one month', NEW.aid_kind USING ERRCODE = 'check_violation', CONSTRAINT = 'entitlements_once';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
DROP FUNCTION household_records, payee_died, standing_household;
ALTER TABLE persons DROP COLUMN died_on;
