-- +goose Up
-- A household in need that somebody of the villages came upon: what a ticket is born from that nobody called for. Its id
-- stands in tickets.call_id, where a call's stands else (ADR 21).
CREATE TABLE reports (
    id           uuid        PRIMARY KEY, -- made by the reporter's device, or from the key of its request
    ticket_id    bigint      NOT NULL UNIQUE REFERENCES tickets (id),
    staff_id     bigint      NOT NULL REFERENCES staff (id),
    phone_sealed bytea,      -- {"raw":…,"e164":…} as calls.caller_sealed; null where none is known
    seen_sealed  bytea       NOT NULL,
    priority     text        NOT NULL CHECK (priority IN ('P1','P2','P3')), -- as the reporter saw it; triage may change the ticket's
    area_code    text        NOT NULL REFERENCES divisions (code),          -- likewise
    reported_at  timestamptz NOT NULL
);
CREATE INDEX reports_of ON reports (staff_id, reported_at DESC);
ALTER TABLE reports ENABLE ROW LEVEL SECURITY; ALTER TABLE reports FORCE ROW LEVEL SECURITY;
CREATE POLICY reports_scope ON reports USING (app_scope() = '*' OR coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false));
GRANT SELECT, INSERT ON reports TO hotline_app;
-- Somebody of an agency, who sees no area, sees their own agency's name.
CREATE POLICY agencies_own ON agencies FOR SELECT USING (current_setting('app.role', true) = 'agency' AND id = (SELECT s.agency_id FROM staff s WHERE s.id = app_staff()));

-- +goose Down
DROP POLICY agencies_own ON agencies;
-- The older program shows no ticket without a call: one that was reported gets an empty one.
SELECT set_config('app.scope', '*', true);
CREATE TEMPORARY TABLE reported ON COMMIT DROP AS SELECT t.id FROM tickets t JOIN reports r ON r.id = t.call_id;
DROP TABLE reports;
INSERT INTO calls (id, ticket_id, node_id, trunk, sip_call_id, dialled, invited_at, ended_at, end_reason)
    SELECT t.call_id, min(t.id), 'report', 'report', t.call_id::text, '', min(t.invited_at), min(t.invited_at), 'completed'
    FROM tickets t JOIN reported x ON x.id = t.id GROUP BY t.call_id;
