-- Who lets a payout go to the bank is its payer, and is nobody who made it, checked it, signed it or took its call, whatever post
-- they held when they did (promise 7): somebody who changes from a township's post to county finance takes their payouts along.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION guard_batch_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM disbursement_attempts a JOIN disbursements d ON d.id = a.disbursement_id
               WHERE a.batch_id = NEW.id AND ARRAY[d.call_taker_id, d.maker_id, d.checker_id, d.second_id] && ARRAY[NEW.made_by, NEW.released_by]) THEN
        RAISE EXCEPTION 'batch % is let go by somebody who had a hand in one of its payouts', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_batches_payer';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER bank_batches_payer BEFORE UPDATE OF released_by ON bank_batches FOR EACH ROW WHEN (OLD.released_by IS NULL AND NEW.released_by IS NOT NULL) EXECUTE FUNCTION guard_batch_release();

-- +goose Down
DROP TRIGGER bank_batches_payer ON bank_batches;
DROP FUNCTION guard_batch_release();
