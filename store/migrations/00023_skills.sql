-- +goose Up
-- What somebody knows is the person's, whether they answer calls or go out to people.
ALTER TABLE staff ADD COLUMN skills jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(skills) = 'object'); -- key → 1 (some) to 10 (best)
UPDATE staff s SET skills = p.skills FROM agent_profiles p WHERE p.staff_id = s.id;
ALTER TABLE agent_profiles DROP COLUMN skills;

-- +goose Down
ALTER TABLE agent_profiles ADD COLUMN skills jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(skills) = 'object');
UPDATE agent_profiles p SET skills = s.skills FROM staff s WHERE s.id = p.staff_id;
ALTER TABLE staff DROP COLUMN skills;
