-- +goose Up
-- Row security that stays cheap as the tables grow. A list reads fifty rows: the planner, which does not count that far
-- when it weighs a policy, chose to read every ticket first for the sake of a hash table. A scalar subselect leaves it
-- the look-up by key alone, and an array is made once for a statement instead of being weighed again for each row.
-- What anybody sees is what they saw before.
DROP POLICY tickets_scope ON tickets;
CREATE POLICY tickets_scope ON tickets USING (app_sees(area_code)
        OR (app_staff() <> 0 AND (owner_id = app_post() OR id = ANY (ARRAY(SELECT a.ticket_id FROM call_agents a WHERE a.staff_id = (SELECT app_staff()) AND a.sees_until > (SELECT app_tx_now()))))))
    WITH CHECK (app_scope() <> '');
-- +goose StatementBegin
DO $$
DECLARE child text;
BEGIN
    FOREACH child IN ARRAY ARRAY['calls', 'clocks', 'offers', 'timeline', 'call_events', 'call_quality', 'callbacks', 'recordings',
        'visits','findings','decisions','papers','uploads','receipts'] LOOP
        EXECUTE format('ALTER POLICY %I ON %I USING (app_scope() = ''*'' OR coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false))',
                       child || '_scope', child);
    END LOOP;
END $$;
-- +goose StatementEnd
ALTER POLICY notices_read ON notices USING (app_scope() = '*' OR coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false));
ALTER POLICY recording_listens_scope ON recording_listens USING (app_scope() = '*' OR coalesce((SELECT true FROM recordings r WHERE r.id = recording_id), false));
ALTER POLICY queue_calls_scope ON queue_calls USING (app_scope() = '*' OR coalesce((SELECT true FROM tickets t WHERE t.number = ticket), false));

-- An agent sees which calls were put to them; only the line says so, since such a row opens its ticket.
DROP POLICY call_agents_scope ON call_agents;
CREATE POLICY call_agents_scope ON call_agents USING (app_scope() = '*');
CREATE POLICY call_agents_read ON call_agents FOR SELECT USING (staff_id = app_staff());

-- +goose Down
DROP POLICY call_agents_read ON call_agents;
DROP POLICY call_agents_scope ON call_agents;
CREATE POLICY call_agents_scope ON call_agents USING (app_scope() = '*' OR staff_id = app_staff());
DROP POLICY tickets_scope ON tickets;
CREATE POLICY tickets_scope ON tickets USING (app_sees(area_code)
        OR (app_staff() <> 0 AND (owner_id = app_post() OR id IN (SELECT a.ticket_id FROM call_agents a WHERE a.staff_id = (SELECT app_staff()) AND a.sees_until > (SELECT app_tx_now())))))
    WITH CHECK (app_scope() <> '');
-- +goose StatementBegin
DO $$
DECLARE child text;
BEGIN
    FOREACH child IN ARRAY ARRAY['calls', 'clocks', 'offers', 'timeline', 'call_events', 'call_quality', 'callbacks', 'recordings',
        'visits','findings','decisions','papers','uploads','receipts'] LOOP
        EXECUTE format('ALTER POLICY %I ON %I USING (app_scope() = ''*'' OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id))',
                       child || '_scope', child);
    END LOOP;
END $$;
-- +goose StatementEnd
ALTER POLICY notices_read ON notices USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id));
ALTER POLICY recording_listens_scope ON recording_listens USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM recordings r WHERE r.id = recording_id));
ALTER POLICY queue_calls_scope ON queue_calls USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM tickets t WHERE t.number = ticket));
