-- +goose Up
-- A negative ruling comes to the person in writing, by a day; a city may confirm, too; households are what migration 48 made of
-- them; and what has to be done because of a refusal elsewhere is a task of the case (migration 50), no table of its own.
SELECT set_config('app.scope', '*', true);
DROP TABLE screenings;
ALTER TABLE applications ADD CONSTRAINT applications_household_fkey FOREIGN KEY (household_id) REFERENCES households (id);
ALTER TABLE entitlements ADD CONSTRAINT entitlements_household_fkey FOREIGN KEY (household_id) REFERENCES households (id);
ALTER TABLE rulings
    ADD COLUMN letter_due_at timestamptz,
    ADD COLUMN letter_at     timestamptz,
    ADD COLUMN letter_way    text CHECK (letter_way IN ('handed','posted','left','digital','guardian')),
    DROP CONSTRAINT rulings_level_check,
    ADD CONSTRAINT rulings_level_check CHECK (level IN ('township','county','city')),
    ADD CONSTRAINT rulings_letter CHECK ((letter_at IS NULL) = (letter_way IS NULL) AND (letter_at IS NULL OR letter_due_at IS NOT NULL));
GRANT UPDATE (letter_due_at, letter_at, letter_way) ON rulings TO hotline_app;
CREATE INDEX rulings_to_confirm ON rulings (proposed_at) WHERE state = 'proposed';
-- The same household may be entitled by a case that lies elsewhere.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION guard_entitlement() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE scope text := app_scope();
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.until_month IS NOT NULL AND NEW.until_month > OLD.until_month THEN
        RAISE EXCEPTION 'entitlement % has ended with % and is not prolonged', OLD.id, OLD.until_month USING ERRCODE = 'check_violation', CONSTRAINT = 'entitlements_ended';
    END IF;
    PERFORM set_config('app.scope', '*', true);
    IF NEW.from_month <= coalesce(NEW.until_month, NEW.from_month) AND EXISTS (SELECT 1 FROM entitlements e
               WHERE e.household_id = NEW.household_id AND e.aid_kind = NEW.aid_kind AND e.id <> NEW.id AND e.from_month <= coalesce(e.until_month, e.from_month)
               AND e.from_month <= coalesce(NEW.until_month, e.from_month) AND NEW.from_month <= coalesce(e.until_month, NEW.from_month)) THEN
        RAISE EXCEPTION 'a household has % twice for one month', NEW.aid_kind USING ERRCODE = 'check_violation', CONSTRAINT = 'entitlements_once';
    END IF;
    PERFORM set_config('app.scope', scope, true);
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose Down
SELECT set_config('app.scope', '*', true);
DROP INDEX rulings_to_confirm;
UPDATE rulings SET level = 'county' WHERE level = 'city';
ALTER TABLE rulings DROP CONSTRAINT rulings_letter, DROP COLUMN letter_due_at, DROP COLUMN letter_at, DROP COLUMN letter_way,
    DROP CONSTRAINT rulings_level_check, ADD CONSTRAINT rulings_level_check CHECK (level IN ('township','county'));
ALTER TABLE entitlements DROP CONSTRAINT entitlements_household_fkey;
ALTER TABLE applications DROP CONSTRAINT applications_household_fkey;
CREATE TABLE screenings (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid        NOT NULL UNIQUE,
    ticket_id   bigint      NOT NULL REFERENCES tickets (id),
    why         text        NOT NULL CHECK (why IN ('refused_service','temporary_aid','special_aid','alert','follow_up')),
    about       text        NOT NULL DEFAULT '',
    asked_at    timestamptz NOT NULL,
    outcome     text        CHECK (outcome IN ('apply','not_due','unwilling')),
    reason      text        NOT NULL DEFAULT '',
    answered_by bigint      REFERENCES staff (id),
    answered_at timestamptz
);
