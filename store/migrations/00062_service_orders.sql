-- +goose Up
-- What a township's social-work station is asked to do for a household (DOMAIN 1, 23 and 37). Whoever leads the station sees
-- its orders and nothing else of the case.
-- +goose StatementBegin
CREATE FUNCTION app_leads_station(place text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN app_staff() <> 0 AND EXISTS (SELECT 1 FROM stations s WHERE s.area_code = place AND s.lead_id = app_staff() AND (s.closed_on IS NULL OR s.closed_on > (app_now() AT TIME ZONE 'Asia/Shanghai')::date));
END $$;
-- +goose StatementEnd
CREATE POLICY stations_own ON stations FOR SELECT USING (app_staff() <> 0 AND lead_id = app_staff());

CREATE TABLE service_orders (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE, -- made by the client
    ticket_id      bigint      NOT NULL REFERENCES tickets (id),
    number         text        NOT NULL, -- the ticket's, for the station, which sees no ticket
    station_area   text        NOT NULL REFERENCES stations (area_code),
    catalogue      text        NOT NULL CHECK (catalogue <> ''),
    service        text        NOT NULL CHECK (service <> ''),
    state          text        NOT NULL CHECK (state IN ('ordered','accepted','returned','done','cancelled')),
    outcome        text        CHECK (outcome IN ('helped','partly','not_helped','declined')),
    request_sealed bytea       NOT NULL,
    consent        text        CHECK (consent IN ('written','spoken','recorded','guardian')),
    fields         jsonb       NOT NULL, -- names of what the station sees
    letter_sealed  bytea       NOT NULL, -- and what it sees
    created_by     bigint      NOT NULL REFERENCES staff (id),
    created_at     timestamptz NOT NULL,
    due_at         timestamptz,
    version        bigint      NOT NULL,
    CONSTRAINT service_orders_done CHECK ((state = 'done') = (outcome IS NOT NULL))
);
CREATE UNIQUE INDEX service_orders_once ON service_orders (ticket_id, service) WHERE state NOT IN ('done','cancelled');
CREATE INDEX service_orders_ticket ON service_orders (ticket_id);
CREATE INDEX service_orders_station ON service_orders (station_area, id);

CREATE TABLE service_order_steps ( -- the history; never changed
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id    bigint      NOT NULL REFERENCES service_orders (id),
    ticket_id   bigint      NOT NULL REFERENCES tickets (id),
    event       text        NOT NULL CHECK (event IN ('send','accept','return','done','cancel')),
    outcome     text        CHECK (outcome IN ('helped','partly','not_helped','declined')),
    note_sealed bytea,
    staff_id    bigint      NOT NULL REFERENCES staff (id),
    at          timestamptz NOT NULL
);
CREATE INDEX service_order_steps_of ON service_order_steps (order_id);

ALTER TABLE service_orders ENABLE ROW LEVEL SECURITY; ALTER TABLE service_orders FORCE ROW LEVEL SECURITY;
CREATE POLICY service_orders_scope ON service_orders USING (app_scope() = '*' OR coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false) OR app_leads_station(station_area));
ALTER TABLE service_order_steps ENABLE ROW LEVEL SECURITY; ALTER TABLE service_order_steps FORCE ROW LEVEL SECURITY;
CREATE POLICY service_order_steps_scope ON service_order_steps USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM service_orders o WHERE o.id = order_id));
GRANT SELECT, INSERT ON service_orders, service_order_steps TO hotline_app;
GRANT UPDATE (state, outcome, due_at, version) ON service_orders TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE service_order_steps, service_orders CASCADE;
DROP POLICY stations_own ON stations;
DROP FUNCTION app_leads_station(text);
