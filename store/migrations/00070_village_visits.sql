-- +goose Up
-- What villages visit (DOMAIN 1, 32, 33, 39 and 48): who covers a village for some days, which households are to be visited in a
-- period and by whom, what was seen there, and how many households a village has (ADR 37).

-- ── cover ───────────────────────────────────────────────────────────────────
CREATE TABLE village_covers (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid        NOT NULL UNIQUE, -- made by the client
    area_code  text        NOT NULL REFERENCES divisions (code), -- the village
    staff_id   bigint      NOT NULL REFERENCES staff (id),       -- an assistant of the township
    from_on    date        NOT NULL,
    until_on   date        NOT NULL, -- last day
    reason     text        NOT NULL CHECK (reason <> ''),
    set_by     bigint      NOT NULL REFERENCES staff (id),
    set_at     timestamptz NOT NULL,
    ended_by   bigint      REFERENCES staff (id),
    ended_at   timestamptz, -- early
    end_reason text,
    CONSTRAINT village_covers_run CHECK (until_on >= from_on AND until_on < from_on + 366),
    CONSTRAINT village_covers_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX village_covers_of ON village_covers (staff_id, until_on) WHERE ended_at IS NULL;
CREATE INDEX village_covers_area ON village_covers (area_code text_pattern_ops, until_on) WHERE ended_at IS NULL;
-- +goose StatementBegin
CREATE FUNCTION app_covers(place text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN -- whoever asks covers that village today
    RETURN app_staff() <> 0 AND EXISTS (SELECT 1 FROM village_covers c WHERE c.staff_id = app_staff() AND c.area_code = place AND c.ended_at IS NULL
        AND (app_now() AT TIME ZONE 'Asia/Shanghai')::date BETWEEN c.from_on AND c.until_on);
END $$;
-- A plan of visits tells who is poor: it is seen by whoever helps the place, and by its assistants.
CREATE FUNCTION app_sees_visits(place text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF app_scope() = '*' THEN RETURN true; END IF;
    IF coalesce(current_setting('app.role', true), '') = 'village_assistant' THEN RETURN app_sees(place) OR app_covers(place); END IF;
    RETURN app_helps() AND app_sees(place);
END $$;
-- +goose StatementEnd

-- ── the plan ────────────────────────────────────────────────────────────────
CREATE TABLE visit_plans (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area_code     text        NOT NULL REFERENCES divisions (code), -- a village; a township where its village is not known
    line          text        NOT NULL CHECK (line IN ('tier1','tier2','others')),
    first_on      date        NOT NULL,
    last_on       date        NOT NULL,
    rules_version text        NOT NULL CHECK (rules_version <> ''),
    made_by       bigint      REFERENCES staff (id), -- null: by itself
    made_at       timestamptz NOT NULL,
    CONSTRAINT visit_plans_run CHECK (last_on >= first_on),
    CONSTRAINT visit_plans_one UNIQUE (area_code, line, first_on)
);
CREATE INDEX visit_plans_place ON visit_plans (area_code text_pattern_ops, last_on);
CREATE TABLE visit_slots ( -- one household to be visited in one period
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    plan_id      bigint      NOT NULL REFERENCES visit_plans (id),
    area_code    text        NOT NULL REFERENCES divisions (code), -- the plan's
    household_id bigint      REFERENCES households (id),
    entrusted_id bigint      REFERENCES households_entrusted (id), -- one that the village looks after and the register does not know
    due_on       date        NOT NULL,
    staff_id     bigint      REFERENCES staff (id), -- who is asked; null: nobody is there
    named        boolean     NOT NULL DEFAULT false, -- by the township's head
    state        text        NOT NULL CHECK (state IN ('open','done','missed','dropped')),
    proof        text        CHECK (proof IN ('visit','look')), -- by a visit of the plan, or by a look that was due anyway
    proof_ref    uuid,
    done_on      date,
    version      bigint      NOT NULL,
    CONSTRAINT visit_slots_whose CHECK ((household_id IS NULL) <> (entrusted_id IS NULL)),
    CONSTRAINT visit_slots_done CHECK ((state = 'done') = (proof IS NOT NULL) AND (proof IS NULL) = (proof_ref IS NULL) AND (proof IS NULL) = (done_on IS NULL))
);
CREATE UNIQUE INDEX visit_slots_household ON visit_slots (plan_id, household_id) WHERE household_id IS NOT NULL;
CREATE UNIQUE INDEX visit_slots_entrusted ON visit_slots (plan_id, entrusted_id) WHERE entrusted_id IS NOT NULL;
CREATE INDEX visit_slots_open ON visit_slots (area_code text_pattern_ops, due_on) WHERE state = 'open';
CREATE INDEX visit_slots_mine ON visit_slots (staff_id, due_on) WHERE state = 'open';
CREATE INDEX visit_slots_of ON visit_slots (household_id) WHERE state = 'open';
CREATE INDEX visit_slots_plan ON visit_slots (plan_id);

-- ── the visit ───────────────────────────────────────────────────────────────
CREATE TABLE village_visits ( -- append-only
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL UNIQUE, -- made by the client; the report's id where help is needed
    slot_id      bigint      NOT NULL REFERENCES visit_slots (id),
    area_code    text        NOT NULL REFERENCES divisions (code),
    household_id bigint      REFERENCES households (id),
    entrusted_id bigint      REFERENCES households_entrusted (id),
    staff_id     bigint      NOT NULL REFERENCES staff (id),
    visited_at   timestamptz NOT NULL, -- by the device, which may be wrong
    recorded_at  timestamptz NOT NULL,
    place_sealed bytea       NOT NULL, -- where, in words or by the device
    met          text        NOT NULL CHECK (met IN ('head','member','neighbour','nobody')),
    result       text        NOT NULL CHECK (result IN ('nothing','change','needs_help','not_met')),
    found_sealed bytea       NOT NULL,
    photo_ref    uuid        NOT NULL, -- in report_pieces, by its hash
    sha256       bytea       NOT NULL CHECK (octet_length(sha256) = 32),
    ticket_id    bigint      REFERENCES tickets (id), -- that it became
    CONSTRAINT village_visits_met CHECK ((met = 'nobody') = (result = 'not_met')),
    CONSTRAINT village_visits_help CHECK ((result = 'needs_help') = (ticket_id IS NOT NULL))
);
CREATE UNIQUE INDEX village_visits_once ON village_visits (slot_id) WHERE result <> 'not_met';
CREATE INDEX village_visits_place ON village_visits (area_code text_pattern_ops, visited_at);
CREATE INDEX village_visits_household ON village_visits (household_id, visited_at DESC);
CREATE INDEX village_visits_slot ON village_visits (slot_id);

-- ── how many households a village has ───────────────────────────────────────
CREATE TABLE village_figures ( -- append-only: the latest for a day counts
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area_code  text        NOT NULL REFERENCES divisions (code),
    households integer     NOT NULL CHECK (households BETWEEN 0 AND 100000),
    as_of      date        NOT NULL,
    staff_id   bigint      NOT NULL REFERENCES staff (id),
    at         timestamptz NOT NULL
);
CREATE INDEX village_figures_place ON village_figures (area_code text_pattern_ops, as_of DESC, id DESC);

-- +goose StatementBegin
DO $$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY ARRAY['village_covers','visit_plans','visit_slots','village_visits','village_figures'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['village_visits','village_figures'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_append_only', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY village_covers_scope ON village_covers USING (app_sees(area_code) OR (app_staff() <> 0 AND staff_id = app_staff()));
CREATE POLICY visit_plans_scope ON visit_plans USING (app_sees_visits(area_code) OR (app_staff() <> 0 AND EXISTS (SELECT 1 FROM visit_slots s WHERE s.plan_id = visit_plans.id)));
CREATE POLICY visit_slots_scope ON visit_slots USING (app_sees_visits(area_code) OR (app_staff() <> 0 AND staff_id = app_staff()));
CREATE POLICY village_visits_scope ON village_visits USING (app_sees_visits(area_code) OR (app_staff() <> 0 AND staff_id = app_staff()));
CREATE POLICY village_figures_scope ON village_figures USING (app_sees(area_code));
GRANT SELECT, INSERT ON village_covers, visit_plans, visit_slots, village_visits, village_figures TO hotline_app;
GRANT UPDATE (ended_by, ended_at, end_reason) ON village_covers TO hotline_app;
GRANT UPDATE (staff_id, named, state, proof, proof_ref, done_on, version) ON visit_slots TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE village_figures, village_visits, visit_slots, visit_plans, village_covers CASCADE;
DROP FUNCTION app_sees_visits(text), app_covers(text);
