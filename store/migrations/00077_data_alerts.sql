-- +goose Up
-- What another department's data tells of somebody: each becomes a ticket, or goes onto the open one of the household (ADR 40).
SELECT set_config('app.scope', '*', true);
ALTER TABLE intakes DROP CONSTRAINT intakes_source_check, DROP CONSTRAINT intakes_check1;
UPDATE intakes SET source = 'data_alert' WHERE source = 'alert'; -- what a downgrade has left
ALTER TABLE intakes
    ADD CONSTRAINT intakes_source_check CHECK (source IN ('counter','department','province','data_alert')),
    ADD CONSTRAINT intakes_taken_by CHECK ((source = 'data_alert') = (staff_id IS NULL));

CREATE TABLE data_alerts ( -- never changed
    id             uuid        PRIMARY KEY,  -- of the one that a ticket was born from: the ticket's call_id
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    sender         text        NOT NULL CHECK (sender <> ''),    -- as hotline.yaml names it
    their_ref      text        NOT NULL CHECK (their_ref <> ''), -- what the sender calls it
    digest         bytea       NOT NULL, -- keyed: the same words again are the same alert
    office         text        NOT NULL CHECK (office <> ''),
    kind           text        NOT NULL CHECK (kind IN ('medical_bill','disability','unemployment','death','arrears','other')),
    area_code      text        NOT NULL REFERENCES divisions (code), -- the county where the place is unknown
    identity_index bytea,                -- as persons'
    body_sealed    bytea       NOT NULL, -- who, what and when
    born           boolean     NOT NULL, -- false: it went onto a ticket that was open
    arrived_at     timestamptz NOT NULL,
    CONSTRAINT data_alerts_once UNIQUE (sender, their_ref)
);
CREATE INDEX data_alerts_ticket ON data_alerts (ticket_id);
CREATE INDEX data_alerts_identity ON data_alerts (identity_index) WHERE identity_index IS NOT NULL;
ALTER TABLE data_alerts ENABLE ROW LEVEL SECURITY;
ALTER TABLE data_alerts FORCE ROW LEVEL SECURITY;
CREATE POLICY data_alerts_scope ON data_alerts USING (app_scope() = '*' OR coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false));
GRANT SELECT, INSERT ON data_alerts TO hotline_app;

-- +goose Down
SELECT set_config('app.scope', '*', true);
DROP TABLE data_alerts;
ALTER TABLE intakes DROP CONSTRAINT intakes_source_check, DROP CONSTRAINT intakes_taken_by;
UPDATE intakes SET source = 'alert' WHERE source = 'data_alert';
ALTER TABLE intakes ADD CONSTRAINT intakes_source_check CHECK (source IN ('counter','department','province','alert')),
    ADD CONSTRAINT intakes_check1 CHECK (source = 'alert' OR staff_id IS NOT NULL);
