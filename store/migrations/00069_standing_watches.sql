-- +goose Up
-- What a node asks of the whole city by itself, every minute and every hour, while people wait for their pages.

-- Every hour the books of every county are looked through for floats that do not agree with what filled them. For each float every payout
-- there is was read, three times: 3.6 s of a core for a county of 17 floats among 100,000 payouts.
CREATE INDEX disbursements_float ON disbursements (source_area) WHERE channel IN ('cash', 'advance') AND state IN ('receipted', 'reconciled');
CREATE INDEX disbursements_elsewhere ON disbursements (source_area, area_code) WHERE area_code <> source_area;

-- Every minute each open ticket must have what wakes it, and each clock that runs its timer.
CREATE INDEX clocks_running ON clocks (ticket_id) WHERE stopped_at IS NULL AND breached_at IS NULL AND rose_at IS NULL AND paused_at IS NULL;

-- +goose Down
DROP INDEX disbursements_float, disbursements_elsewhere, clocks_running;
