-- +goose Up
-- A run of which a part fails waits before it is tried again, and the others go on: see ledger.PutOffRun.
SELECT set_config('app.scope', '*', true); -- the table is closed to its owner, too
ALTER TABLE payment_runs
    ADD COLUMN next_at timestamptz, -- not taken up before
    ADD COLUMN tries   integer NOT NULL DEFAULT 0 CHECK (tries >= 0), -- parts that failed one after the other
    ADD COLUMN trouble text    NOT NULL DEFAULT '', -- code of what failed the last of these
    ADD CONSTRAINT payment_runs_trouble CHECK ((trouble <> '') = (tries > 0));
UPDATE payment_runs SET next_at = signed_at, version = version + 1 WHERE state = 'signed';
ALTER TABLE payment_runs ADD CONSTRAINT payment_runs_next CHECK ((state = 'signed') = (next_at IS NOT NULL));
DROP INDEX payment_runs_to_work;
CREATE INDEX payment_runs_to_work ON payment_runs (next_at, id) WHERE next_at IS NOT NULL;
GRANT UPDATE (next_at, tries, trouble) ON payment_runs TO hotline_app;
-- A claim of which the payee has given something back is netted as well; what they gave back stands above it.
ALTER TABLE claims DROP CONSTRAINT claims_netted,
    ADD CONSTRAINT claims_netted CHECK (netted_at IS NULL OR (why = 'late_success' AND recovered_fen >= fen));

-- +goose Down
ALTER TABLE claims DROP CONSTRAINT claims_netted,
    ADD CONSTRAINT claims_netted CHECK (netted_at IS NULL OR (why = 'late_success' AND recovered_fen = fen)) NOT VALID;
DROP INDEX payment_runs_to_work;
CREATE INDEX payment_runs_to_work ON payment_runs (signed_at) WHERE state = 'signed';
ALTER TABLE payment_runs DROP COLUMN next_at, DROP COLUMN tries, DROP COLUMN trouble;
