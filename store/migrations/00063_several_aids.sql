-- +goose Up
-- Temporary aid by an application's ruling, beside whatever else the case carries (DOMAIN 1, 24 and 27): what was ruled is a
-- decision like any other, which the ledger pays once.
SELECT set_config('app.scope', '*', true);

ALTER TABLE decisions ADD COLUMN ruling_id bigint UNIQUE REFERENCES rulings (id),
    DROP CONSTRAINT decisions_track_check,
    ADD CONSTRAINT decisions_track_check CHECK (track IN ('fast','urgent','ruled','none')),
    ADD CONSTRAINT decisions_ruled CHECK ((track = 'ruled') = (ruling_id IS NOT NULL));

-- An application for aid that is given once ends with its grant: the payout is the ledger's.
ALTER TABLE applications DROP CONSTRAINT applications_state_check,
    ADD CONSTRAINT applications_state_check CHECK (state IN ('draft','submitted','supplement','accepted','investigating','hearing','reviewed','notice','objection',
        'confirmed','paying','adjusted','suspended','exited','granted','refused','withdrawn')),
    ADD CONSTRAINT applications_granted CHECK (state <> 'granted' OR (decided_at IS NOT NULL AND first_month IS NULL));
DROP INDEX applications_once;
CREATE UNIQUE INDEX applications_once ON applications (household_id, aid) WHERE state NOT IN ('refused','withdrawn','exited','granted');

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_application() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE scope text := app_scope(); standing bigint := standing_household(NEW.household_id); twice boolean;
BEGIN
    PERFORM set_config('app.scope', '*', true);
    PERFORM 1 FROM households WHERE id = standing FOR SHARE;
    twice := EXISTS (SELECT 1 FROM applications a WHERE a.household_id = ANY (household_records(standing)) AND a.aid = NEW.aid AND a.id <> NEW.id AND a.state NOT IN ('refused','withdrawn','exited','granted'));
    PERFORM set_config('app.scope', scope, true);
    IF twice THEN
        RAISE EXCEPTION 'a household applies for % twice', NEW.aid USING ERRCODE = 'check_violation', CONSTRAINT = 'applications_once';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- The city's word may be asked for, too.
ALTER TABLE rulings DROP CONSTRAINT rulings_level_check, ADD CONSTRAINT rulings_level_check CHECK (level IN ('township','county','city'));

-- +goose Down
SELECT set_config('app.scope', '*', true);
-- The older program knows no sum that an application has granted: it stays granted as one of the urgent path.
ALTER TABLE decisions DROP CONSTRAINT decisions_ruled, DROP CONSTRAINT decisions_track_check, DROP COLUMN ruling_id;
UPDATE decisions SET track = 'urgent' WHERE track = 'ruled';
ALTER TABLE decisions ADD CONSTRAINT decisions_track_check CHECK (track IN ('fast','urgent','none'));
DROP INDEX applications_once;
ALTER TABLE applications DROP CONSTRAINT applications_granted, DROP CONSTRAINT applications_state_check;
UPDATE applications SET state = 'withdrawn' WHERE state = 'granted';
ALTER TABLE applications ADD CONSTRAINT applications_state_check CHECK (state IN ('draft','submitted','supplement','accepted','investigating','hearing','reviewed','notice','objection',
        'confirmed','paying','adjusted','suspended','exited','refused','withdrawn'));
CREATE UNIQUE INDEX applications_once ON applications (household_id, aid) WHERE state NOT IN ('refused','withdrawn','exited');
UPDATE rulings SET level = 'county' WHERE level = 'city';
ALTER TABLE rulings DROP CONSTRAINT rulings_level_check, ADD CONSTRAINT rulings_level_check CHECK (level IN ('township','county'));
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_application() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
