-- +goose Up
-- What somebody who is gone did not hand back is claimed from them, and paid back by a second act in their name.
SELECT set_config('app.scope', '*', true); -- the tables are closed to their owner, too
ALTER TABLE advance_acts DROP CONSTRAINT advance_acts_kind_check, DROP CONSTRAINT advance_acts_sides, DROP CONSTRAINT advance_acts_holder;
ALTER TABLE advance_acts
    ADD CONSTRAINT advance_acts_kind_check CHECK (kind IN ('issue','hand_over','return','count','give_back','settle','repay')),
    ADD CONSTRAINT advance_acts_sides CHECK ((to_id IS NULL) = (kind IN ('return','count','give_back','settle','repay')) AND to_id IS DISTINCT FROM by_id),
    ADD CONSTRAINT advance_acts_holder CHECK ((holder_id IS NOT NULL) = (kind IN ('settle','repay')) AND holder_id IS DISTINCT FROM by_id AND (holder_id IS NULL OR note <> ''));

-- The hand-over of a duty counts by itself: nothing has ever written a count of the advance beside it.
ALTER TABLE duty_handovers DROP CONSTRAINT duty_handovers_one_count, DROP COLUMN count_id, ALTER COLUMN cash_fen SET NOT NULL;

-- +goose Down
SELECT set_config('app.scope', '*', true);
ALTER TABLE duty_handovers ALTER COLUMN cash_fen DROP NOT NULL, ADD COLUMN count_id uuid REFERENCES advance_acts (public_id),
    ADD CONSTRAINT duty_handovers_one_count CHECK (cash_fen IS NULL OR count_id IS NULL);
ALTER TABLE advance_acts DROP CONSTRAINT advance_acts_kind_check, DROP CONSTRAINT advance_acts_sides, DROP CONSTRAINT advance_acts_holder;
ALTER TABLE advance_acts
    ADD CONSTRAINT advance_acts_kind_check CHECK (kind IN ('issue','hand_over','return','count','settle','give_back')),
    ADD CONSTRAINT advance_acts_sides CHECK ((kind = 'count' OR (to_id IS NULL) = (kind IN ('return','settle','give_back'))) AND to_id IS DISTINCT FROM by_id),
    ADD CONSTRAINT advance_acts_holder CHECK ((holder_id IS NOT NULL) = (kind = 'settle') AND holder_id IS DISTINCT FROM by_id AND (kind <> 'settle' OR note <> ''));
