-- +goose Up
-- A provider is asked about a message by the day on which it went out, and a reply of a number that nobody knows is the city's to read.

ALTER TABLE deliveries ADD COLUMN begun_at timestamptz; -- when the newest attempt began, in real time
ALTER TABLE sms_replies DROP CONSTRAINT sms_replies_outcome_check,
    ADD CONSTRAINT sms_replies_outcome_check CHECK (outcome IN ('accepted','declined','taken','yours','not_asked','which','unknown_text','unknown_number'));
ALTER POLICY sms_replies_scope ON sms_replies USING (app_scope() = '*' OR (area_code IS NOT NULL AND app_sees(area_code))
    OR (area_code IS NULL AND app_scope() <> '' AND length(app_scope()) <= 4 AND current_setting('app.role', true) IN ('supervisor', 'city_duty')));

-- +goose Down
ALTER POLICY sms_replies_scope ON sms_replies USING (app_scope() = '*' OR (area_code IS NOT NULL AND app_sees(area_code))
    OR (area_code IS NULL AND current_setting('app.role', true) IN ('supervisor', 'city_duty')));
UPDATE sms_replies SET outcome = 'taken' WHERE outcome = 'yours';
ALTER TABLE sms_replies DROP CONSTRAINT sms_replies_outcome_check,
    ADD CONSTRAINT sms_replies_outcome_check CHECK (outcome IN ('accepted','declined','taken','not_asked','which','unknown_text','unknown_number'));
ALTER TABLE deliveries DROP COLUMN begun_at;
