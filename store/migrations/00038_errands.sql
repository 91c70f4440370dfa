-- +goose Up
-- Batches that the program carries to a bank itself: one errand for each, claimed by one node for a while.
SELECT set_config('app.scope', '*', true); -- the tables are closed to their owner, too
CREATE TABLE bank_errands (
    batch_id  bigint      PRIMARY KEY REFERENCES bank_batches (id),
    area_code text        NOT NULL REFERENCES divisions (code),
    bank      text        NOT NULL,
    step      text        NOT NULL CONSTRAINT bank_errands_step_check CHECK (step IN ('send','sending','ask','fetch','watch','done')),
    tries     integer     NOT NULL DEFAULT 0,
    claim     bigint      NOT NULL DEFAULT 0, -- another one with every claim and every result
    begun_at  timestamptz NOT NULL, -- these two in real time: a bank's clock is not moved with the line's
    due_at    timestamptz NOT NULL,
    said      text        NOT NULL DEFAULT '', -- outcome and code of the last request
    said_at   timestamptz
);
CREATE INDEX bank_errands_due ON bank_errands (bank, due_at) WHERE step <> 'done';
-- What may have left is asked for before anything is sent again, and what a bank has is never sent again.
-- +goose StatementBegin
CREATE FUNCTION guard_errand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.step = 'sending' AND OLD.step <> 'send' OR NEW.step = 'send' AND OLD.step NOT IN ('sending', 'ask')
       OR OLD.step IN ('fetch', 'watch', 'done') AND NEW.step IN ('send', 'sending', 'ask') OR OLD.step = 'done' THEN
        RAISE EXCEPTION 'errand of batch % is at % and does not go to %', OLD.batch_id, OLD.step, NEW.step USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_errands_forward';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER bank_errands_forward BEFORE UPDATE OF step ON bank_errands FOR EACH ROW WHEN (NEW.step IS DISTINCT FROM OLD.step) EXECUTE FUNCTION guard_errand();
CREATE TRIGGER bank_errands_kept BEFORE DELETE OR TRUNCATE ON bank_errands FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE bank_errands ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_errands FORCE ROW LEVEL SECURITY;
CREATE POLICY bank_errands_scope ON bank_errands USING (app_sees(area_code));
GRANT SELECT, INSERT ON bank_errands TO hotline_app;
GRANT UPDATE (step, tries, claim, due_at, said, said_at) ON bank_errands TO hotline_app;

-- +goose Down
DROP TABLE bank_errands;
DROP FUNCTION guard_errand();
