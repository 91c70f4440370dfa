-- +goose Up
-- A citizen who could not be rung back is visited: by whom, since when, what came of it. The holder is who is asked to
-- go, and the time that a result is late after is due_at.
ALTER TABLE callbacks
    ADD COLUMN visits_asked   integer NOT NULL DEFAULT 0, -- how often somebody was asked to go
    ADD COLUMN visit_asked_at timestamptz,                -- when the last time
    ADD COLUMN visits_late    integer NOT NULL DEFAULT 0, -- how often its time has passed without a result
    ADD COLUMN visit_result   text CHECK (visit_result IN ('reached','not_found','moved','refused')), -- empty until somebody has reported
    DROP CONSTRAINT callbacks_outcome_check,
    ADD CONSTRAINT callbacks_outcome_check CHECK (outcome IN ('reached','called_again','visited','unmet','withdrawn','moot'));
CREATE INDEX callbacks_visits ON callbacks (due_at, id) WHERE state = 'visit';

-- Nobody watched the visits that were asked for before: they get the time that new ones have, and a timer. Row security
-- binds the owner of the tables too, hence the scope.
SELECT set_config('app.scope', '*', true);
UPDATE callbacks SET epoch = epoch + 1, visits_asked = 1, visit_asked_at = app_now(), due_at = app_now() + CASE WHEN urgent THEN interval '2 hours' ELSE interval '24 hours' END
    WHERE state = 'visit';
INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard)
    SELECT 'callback', id, 'callback_visit', 0, epoch, due_at, (id & 15)::smallint FROM callbacks WHERE state = 'visit';

-- +goose Down
SELECT set_config('app.scope', '*', true);
DELETE FROM timers WHERE kind = 'callback_visit';
UPDATE callbacks SET outcome = 'withdrawn' WHERE outcome = 'unmet';
DROP INDEX callbacks_visits;
ALTER TABLE callbacks DROP CONSTRAINT callbacks_outcome_check,
    ADD CONSTRAINT callbacks_outcome_check CHECK (outcome IN ('reached','called_again','visited','withdrawn','moot')),
    DROP COLUMN visits_asked, DROP COLUMN visit_asked_at, DROP COLUMN visits_late, DROP COLUMN visit_result;
