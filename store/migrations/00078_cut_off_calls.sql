-- +goose Up
-- Whoever reached an agent and was not heard, or was cut off, is rung back as one who reached nobody.
ALTER TABLE callbacks DROP CONSTRAINT callbacks_origin_check, ADD CONSTRAINT callbacks_origin_check CHECK (origin IN ('missed','asked','cut_off'));

-- +goose Down
SELECT set_config('app.scope', '*', true);
UPDATE callbacks SET origin = 'missed' WHERE origin = 'cut_off';
ALTER TABLE callbacks DROP CONSTRAINT callbacks_origin_check, ADD CONSTRAINT callbacks_origin_check CHECK (origin IN ('missed','asked'));
