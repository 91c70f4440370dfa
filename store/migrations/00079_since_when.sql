-- +goose Up
-- Since when a ticket and an application stand where they stand: what a report of cases that are stuck counts from (DOMAIN 1,
-- 4). Null: since its birth. A trigger keeps it, so that no way of writing a row forgets it.
SELECT set_config('app.scope', '*', true);
ALTER TABLE tickets ADD COLUMN status_since timestamptz;
ALTER TABLE applications ADD COLUMN state_since timestamptz;

-- What was there before has moved, as far as anybody can tell, with the newest act of a person, or with the newest of its own times.
UPDATE tickets t SET status_since = (SELECT max(l.at) FROM timeline l WHERE l.ticket_id = t.id AND l.actor_id IS NOT NULL) WHERE t.status NOT IN ('closed','duplicate','new');
UPDATE applications a SET state_since = greatest(a.submitted_at, a.gaps_noticed_at, a.accepted_at, a.checked_at, a.visited_at, a.decided_at,
    (SELECT max(r.proposed_at) FROM rulings r WHERE r.application_id = a.id), (SELECT max(n.posted_at) FROM public_notices n WHERE n.application_id = a.id));

-- +goose StatementBegin
CREATE FUNCTION ticket_moved() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.status_since := app_now();
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER tickets_moved BEFORE UPDATE OF status ON tickets FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION ticket_moved();
-- +goose StatementBegin
CREATE FUNCTION application_moved() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.state_since := app_now();
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER applications_moved BEFORE UPDATE OF state ON applications FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION application_moved();

-- +goose Down
DROP TRIGGER applications_moved ON applications;
DROP TRIGGER tickets_moved ON tickets;
DROP FUNCTION application_moved();
DROP FUNCTION ticket_moved();
ALTER TABLE applications DROP COLUMN state_since;
ALTER TABLE tickets DROP COLUMN status_since;
