-- +goose Up
-- Workers are rung: notices by voice, and an offer that somebody cannot take.

ALTER TABLE deliveries DROP CONSTRAINT deliveries_channel_check,
    ADD CONSTRAINT deliveries_channel_check CHECK (channel IN ('live','sms','voice'));
ALTER TABLE offers DROP CONSTRAINT offers_outcome_check,
    ADD CONSTRAINT offers_outcome_check CHECK (outcome IN ('accepted','taken','withdrawn','declined'));

-- +goose Down
UPDATE offers SET outcome = 'withdrawn' WHERE outcome = 'declined';
DELETE FROM deliveries WHERE channel = 'voice';
ALTER TABLE offers DROP CONSTRAINT offers_outcome_check,
    ADD CONSTRAINT offers_outcome_check CHECK (outcome IN ('accepted','taken','withdrawn'));
ALTER TABLE deliveries DROP CONSTRAINT deliveries_channel_check,
    ADD CONSTRAINT deliveries_channel_check CHECK (channel IN ('live','sms'));
