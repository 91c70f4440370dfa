-- +goose Up
-- Staff choose the language in which they are written to, and whoever answers an offer that they must stand aside from is told so.
CREATE TABLE contact_settings (
    staff_id bigint PRIMARY KEY REFERENCES staff (id),
    language text   NOT NULL CHECK (language IN ('zh', 'en')) -- no row: zh
);
ALTER TABLE contact_settings ENABLE ROW LEVEL SECURITY; ALTER TABLE contact_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_settings_own ON contact_settings USING (app_scope() = '*' OR staff_id = app_staff());
GRANT SELECT, INSERT, UPDATE ON contact_settings TO hotline_app;

ALTER TABLE sms_replies DROP CONSTRAINT sms_replies_outcome_check,
    ADD CONSTRAINT sms_replies_outcome_check CHECK (outcome IN ('accepted','declined','taken','yours','stand_aside','not_asked','which','unknown_text','unknown_number'));

-- +goose Down
UPDATE sms_replies SET outcome = 'not_asked' WHERE outcome = 'stand_aside';
ALTER TABLE sms_replies DROP CONSTRAINT sms_replies_outcome_check,
    ADD CONSTRAINT sms_replies_outcome_check CHECK (outcome IN ('accepted','declined','taken','yours','not_asked','which','unknown_text','unknown_number'));
DROP TABLE contact_settings;
