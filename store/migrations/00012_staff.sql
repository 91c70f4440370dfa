-- +goose Up
-- People: who stands in for whom, who looks after which households, outside agencies and what they may see for a time,
-- the townships' social-work stations, and how somebody gets their first password.

-- ── staff: when they left; people of an agency ──────────────────────────────
CREATE TABLE agencies ( -- an organisation that visits or serves under a contract
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    name           text        NOT NULL CHECK (name <> ''),
    area_code      text        NOT NULL REFERENCES divisions (code), -- whose contract it is
    contact        text        NOT NULL DEFAULT '',
    contract_from  date        NOT NULL,
    contract_until date        NOT NULL, -- the last day
    created_by     bigint      REFERENCES staff (id),
    created_at     timestamptz NOT NULL,
    CONSTRAINT agencies_contract_runs CHECK (contract_until >= contract_from),
    UNIQUE (area_code, name)
);
ALTER TABLE staff DROP CONSTRAINT staff_role_check;
ALTER TABLE staff
    ADD CONSTRAINT staff_role_check CHECK (role IN ('agent','supervisor','worker','township_head','county_duty','county_finance','city_duty',
        'city_head','village_assistant','volunteer','agency','auditor','system_admin','security_admin','audit_admin')),
    ADD COLUMN agency_id bigint REFERENCES agencies (id),
    ADD COLUMN left_at timestamptz,
    ADD COLUMN left_reason text,
    ADD CONSTRAINT staff_agency_role CHECK ((role = 'agency') = (agency_id IS NOT NULL)),
    ADD CONSTRAINT staff_left CHECK ((left_at IS NULL) = (left_reason IS NULL) AND NOT (active AND left_at IS NOT NULL));
CREATE INDEX staff_area ON staff (area_code text_pattern_ops, role) WHERE active;
CREATE INDEX staff_agency ON staff (agency_id) WHERE agency_id IS NOT NULL;

-- ── deputies ────────────────────────────────────────────────────────────────
CREATE TABLE deputies (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    staff_id   bigint      NOT NULL REFERENCES staff (id),
    deputy_id  bigint      NOT NULL REFERENCES staff (id),
    position   smallint    NOT NULL CHECK (position BETWEEN 1 AND 9), -- the first who is there stands in
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz, -- null: until somebody ends it
    created_by bigint      REFERENCES staff (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT deputies_not_oneself CHECK (deputy_id <> staff_id),
    CONSTRAINT deputies_run CHECK (ends_at >= starts_at)
);
CREATE INDEX deputies_of ON deputies (staff_id);
CREATE INDEX deputies_by ON deputies (deputy_id);

-- ── households that are looked after ────────────────────────────────────────
-- A household is named by what the village calls it (a door number, a number of its own register) until there is a register.
CREATE TABLE households_entrusted (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    area_code   text        NOT NULL REFERENCES divisions (code), -- the village
    reference   text        NOT NULL CHECK (reference <> ''),
    staff_id    bigint      NOT NULL REFERENCES staff (id),
    entrusted_by bigint     REFERENCES staff (id),
    entrusted_at timestamptz NOT NULL,
    released_by bigint      REFERENCES staff (id),
    released_at timestamptz,
    release_reason text,
    CONSTRAINT households_in_a_village CHECK (substr(area_code, 10) <> '000'),
    CHECK ((released_at IS NULL) = (release_reason IS NULL))
);
CREATE UNIQUE INDEX households_one_hand ON households_entrusted (area_code, reference) WHERE released_at IS NULL;
CREATE INDEX households_of ON households_entrusted (staff_id) WHERE released_at IS NULL;
-- At most twenty in one hand (DOMAIN 1, D 34): two who entrust at the same moment wait for each other at the person's row.
-- +goose StatementBegin
CREATE FUNCTION households_cap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM staff WHERE id = NEW.staff_id FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM households_entrusted h WHERE h.staff_id = NEW.staff_id AND h.released_at IS NULL AND h.id <> NEW.id) >= 20 THEN
        RAISE EXCEPTION 'nobody looks after more than 20 households' USING ERRCODE = 'check_violation', CONSTRAINT = 'households_at_most_20';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER households_cap BEFORE INSERT OR UPDATE OF staff_id ON households_entrusted FOR EACH ROW EXECUTE FUNCTION households_cap();

-- ── what people of agencies may see ─────────────────────────────────────────
CREATE TABLE agency_access (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    ticket_id  bigint      NOT NULL REFERENCES tickets (id),
    staff_id   bigint      NOT NULL REFERENCES staff (id),
    area_code  text        NOT NULL, -- of the ticket when it was given; by the trigger
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    reason     text        NOT NULL CHECK (reason <> ''),
    granted_by bigint      REFERENCES staff (id),
    granted_at timestamptz NOT NULL,
    ended_by   bigint      REFERENCES staff (id),
    ended_at   timestamptz, -- early
    end_reason text,
    CONSTRAINT agency_access_for_a_time CHECK (ends_at > starts_at AND ends_at <= starts_at + interval '30 days'),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX agency_access_of ON agency_access (staff_id, ends_at) WHERE ended_at IS NULL;
CREATE INDEX agency_access_ticket ON agency_access (ticket_id);
-- Only a ticket that whoever gives the access can see, and only to somebody of an agency whose contract runs as long.
-- +goose StatementBegin
CREATE FUNCTION agency_access_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT t.area_code INTO NEW.area_code FROM tickets t WHERE t.id = NEW.ticket_id;
    IF NEW.area_code IS NULL THEN
        RAISE EXCEPTION 'access is given to a ticket that one sees' USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_access_ticket_seen';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM staff s JOIN agencies a ON a.id = s.agency_id WHERE s.id = NEW.staff_id AND s.active
                   AND NEW.starts_at >= a.contract_from::timestamp AT TIME ZONE 'Asia/Shanghai'
                   AND NEW.ends_at <= (a.contract_until + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') THEN
        RAISE EXCEPTION 'access is given to people of an agency, within its contract' USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_access_in_contract';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER agency_access_given BEFORE INSERT ON agency_access FOR EACH ROW EXECUTE FUNCTION agency_access_given();
-- An access that is over is over.
-- +goose StatementBegin
CREATE FUNCTION agency_access_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL THEN
        RAISE EXCEPTION 'an access ends once' USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_access_end_once';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER agency_access_ended BEFORE UPDATE ON agency_access FOR EACH ROW EXECUTE FUNCTION agency_access_ended();

-- ── social-work stations ────────────────────────────────────────────────────
CREATE TABLE stations ( -- one in a township; it receives service orders
    area_code  text        PRIMARY KEY REFERENCES divisions (code),
    name       text        NOT NULL CHECK (name <> ''),
    lead_id    bigint      REFERENCES staff (id),
    opened_on  date        NOT NULL,
    closed_on  date,
    changed_at timestamptz NOT NULL,
    CONSTRAINT stations_of_a_township CHECK (substr(area_code, 7, 3) <> '000' AND substr(area_code, 10) = '000'),
    CHECK (closed_on >= opened_on)
);

-- ── a first password ────────────────────────────────────────────────────────
-- Who manages accounts never knows a password: the security administrator hands out a code that is good once. Its times are the real clock's.
CREATE TABLE invitations (
    code_hash  bytea       PRIMARY KEY CHECK (octet_length(code_hash) = 32),
    staff_id   bigint      NOT NULL REFERENCES staff (id),
    created_by bigint      REFERENCES staff (id),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    CONSTRAINT invitations_short CHECK (expires_at <= created_at + interval '31 days')
);
CREATE INDEX invitations_staff ON invitations (staff_id) WHERE used_at IS NULL;

-- ── who sees what ───────────────────────────────────────────────────────────
-- The scope of an agency's person is '-': no area at all. What they see are the tickets of their running accesses; the
-- array is made once for a statement, and only where somebody of an agency asks (see 00009).
DROP POLICY tickets_scope ON tickets;
CREATE POLICY tickets_scope ON tickets USING (app_sees(area_code)
        OR (app_staff() <> 0 AND (owner_id = app_post() OR id = ANY (ARRAY(SELECT a.ticket_id FROM call_agents a WHERE a.staff_id = (SELECT app_staff()) AND a.sees_until > (SELECT app_tx_now())))))
        OR (current_setting('app.role', true) = 'agency' AND id = ANY (ARRAY(SELECT a.ticket_id FROM agency_access a WHERE a.staff_id = (SELECT app_staff())
            AND a.ended_at IS NULL AND a.starts_at <= (SELECT app_tx_now()) AND a.ends_at > (SELECT app_tx_now())))))
    WITH CHECK (app_scope() <> '');
ALTER TABLE agency_access ENABLE ROW LEVEL SECURITY; ALTER TABLE agency_access FORCE ROW LEVEL SECURITY;
CREATE POLICY agency_access_read ON agency_access FOR SELECT USING (app_sees(area_code) OR (app_staff() <> 0 AND staff_id = app_staff()));
CREATE POLICY agency_access_give ON agency_access FOR INSERT
    WITH CHECK (app_sees(area_code) AND (app_scope() = '*' OR current_setting('app.role', true) IN ('county_duty', 'supervisor')));
CREATE POLICY agency_access_end ON agency_access FOR UPDATE USING (app_sees(area_code));
ALTER TABLE agencies ENABLE ROW LEVEL SECURITY; ALTER TABLE agencies FORCE ROW LEVEL SECURITY;
CREATE POLICY agencies_scope ON agencies USING (app_sees(area_code));
ALTER TABLE households_entrusted ENABLE ROW LEVEL SECURITY; ALTER TABLE households_entrusted FORCE ROW LEVEL SECURITY;
CREATE POLICY households_scope ON households_entrusted USING (app_sees(area_code));
ALTER TABLE stations ENABLE ROW LEVEL SECURITY; ALTER TABLE stations FORCE ROW LEVEL SECURITY;
CREATE POLICY stations_scope ON stations USING (app_sees(area_code));

GRANT SELECT, INSERT ON agencies, deputies, households_entrusted, agency_access, stations, invitations TO hotline_app;
GRANT UPDATE (name, contact, contract_until) ON agencies TO hotline_app;
GRANT UPDATE (ends_at) ON deputies TO hotline_app;
GRANT UPDATE (released_by, released_at, release_reason) ON households_entrusted TO hotline_app;
GRANT UPDATE (ended_by, ended_at, end_reason) ON agency_access TO hotline_app;
GRANT UPDATE (name, lead_id, closed_on, changed_at) ON stations TO hotline_app;
GRANT UPDATE (used_at) ON invitations TO hotline_app;
GRANT DELETE ON invitations TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP POLICY tickets_scope ON tickets;
CREATE POLICY tickets_scope ON tickets USING (app_sees(area_code)
        OR (app_staff() <> 0 AND (owner_id = app_post() OR id = ANY (ARRAY(SELECT a.ticket_id FROM call_agents a WHERE a.staff_id = (SELECT app_staff()) AND a.sees_until > (SELECT app_tx_now()))))))
    WITH CHECK (app_scope() <> '');
DROP TABLE invitations, stations, agency_access, households_entrusted, deputies;
DROP FUNCTION agency_access_ended(), agency_access_given(), households_cap();
DROP INDEX staff_agency, staff_area;
ALTER TABLE staff DROP CONSTRAINT staff_left, DROP CONSTRAINT staff_agency_role, DROP COLUMN left_reason, DROP COLUMN left_at, DROP COLUMN agency_id,
    DROP CONSTRAINT staff_role_check;
ALTER TABLE staff ADD CONSTRAINT staff_role_check CHECK (role IN ('agent','supervisor','worker','township_head','county_duty','county_finance','city_duty',
    'city_head','village_assistant','volunteer','auditor','system_admin','security_admin','audit_admin')) NOT VALID;
DROP TABLE agencies;
