-- +goose Up
-- Help that another department gave, and that the citizen confirms, ends a clock (ADR 30).
ALTER TABLE clocks DROP CONSTRAINT clocks_proof_check,
    ADD CONSTRAINT clocks_proof_check CHECK (proof IN ('receipt','bank','goods','no_aid_due','referral','answered','retriaged','merged','accepted','decided'));

-- +goose Down
SELECT set_config('app.scope', '*', true);
UPDATE clocks SET proof = 'no_aid_due' WHERE proof = 'referral';
ALTER TABLE clocks DROP CONSTRAINT clocks_proof_check,
    ADD CONSTRAINT clocks_proof_check CHECK (proof IN ('receipt','bank','goods','no_aid_due','answered','retriaged','merged','accepted','decided'));
