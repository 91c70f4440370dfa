-- +goose Up
-- Whom the city helps: households and the persons in them, since when; their tier; who is looked at again and when; which
-- case is about whom; and who has looked somebody up. What counts for a household's limit is told in ADR 28.

-- ── who may see people ──────────────────────────────────────────────────────
-- By area, but nobody of the villages, of agencies or of the three administrators; and whoever sees a case sees whom it is about.
-- +goose StatementBegin
CREATE FUNCTION app_sees_people(area text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN app_scope() = '*' THEN true
    WHEN coalesce(current_setting('app.role', true), '') IN ('village_assistant','volunteer','agency','system_admin','security_admin','audit_admin') THEN false
    ELSE app_sees(area) END $$;
-- +goose StatementEnd

CREATE TABLE households (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE, -- made by the client
    area_code      text        NOT NULL REFERENCES divisions (code), -- where they live
    register_area  text        NOT NULL CHECK (register_area ~ '^[0-9]{12}$'), -- of the household's register (hukou); may lie in another province
    address_sealed bytea,
    limit_index    bytea       NOT NULL UNIQUE, -- what limits count under
    opened_at      timestamptz NOT NULL,
    opened_by      bigint      REFERENCES staff (id), -- null: by an import
    merged_into    bigint      REFERENCES households (id),
    version        bigint      NOT NULL,
    CONSTRAINT households_not_itself CHECK (merged_into <> id)
);
CREATE INDEX households_area ON households (area_code text_pattern_ops, id) WHERE merged_into IS NULL;
CREATE INDEX households_merged ON households (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE persons (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id        uuid        NOT NULL UNIQUE, -- made by the client
    area_code        text        NOT NULL REFERENCES divisions (code), -- where they live
    hukou_area       text        NOT NULL CHECK (hukou_area ~ '^[0-9]{12}$'),
    identity_type    text        NOT NULL CHECK (identity_type IN ('resident_id','none')),
    identity_reason  text        NOT NULL DEFAULT '',
    identity_index   bytea,      -- as findings, limits and the relatives register have it
    phone_index      bytea,      -- as a caller's
    name_birth_index bytea       NOT NULL,
    sealed           bytea       NOT NULL, -- name, identity number, birth, phone, illness, disability …
    merged_into      bigint      REFERENCES persons (id),
    version          bigint      NOT NULL,
    added_at         timestamptz NOT NULL,
    added_by         bigint      REFERENCES staff (id),
    CONSTRAINT persons_identity CHECK ((identity_type = 'none') = (identity_index IS NULL)),
    CONSTRAINT persons_identity_reason CHECK (identity_type <> 'none' OR identity_reason <> ''),
    CONSTRAINT persons_not_themself CHECK (merged_into <> id)
);
-- One record for one number, of those that stand for somebody.
CREATE UNIQUE INDEX persons_one_number ON persons (identity_index) WHERE identity_index IS NOT NULL AND merged_into IS NULL;
CREATE INDEX persons_phone ON persons (phone_index) WHERE phone_index IS NOT NULL AND merged_into IS NULL;
CREATE INDEX persons_name_birth ON persons (name_birth_index) WHERE merged_into IS NULL;
CREATE INDEX persons_merged ON persons (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE person_history ( -- what was written of somebody, each time; append-only
    person_id bigint      NOT NULL REFERENCES persons (id),
    version   bigint      NOT NULL,
    at        timestamptz NOT NULL,
    staff_id  bigint      REFERENCES staff (id),
    ticket_id bigint      REFERENCES tickets (id), -- the case it came up in
    sealed    bytea       NOT NULL,
    PRIMARY KEY (person_id, version)
);

CREATE TABLE people_acts ( -- joining and parting of records, with what moved, so that it can be taken back; append-only
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id uuid        NOT NULL UNIQUE, -- made by the client
    kind      text        NOT NULL CHECK (kind IN ('merge_persons','split_persons','merge_households','unmerge_households','split_household')),
    kept_id   bigint      NOT NULL, -- the person or household that stays
    other_id  bigint      NOT NULL, -- the one that went into it, or came out of it
    area_code text        NOT NULL,
    undoes    bigint      UNIQUE REFERENCES people_acts (id),
    moved     jsonb       NOT NULL, -- ids alone
    reason    text        NOT NULL CHECK (reason <> ''),
    staff_id  bigint      NOT NULL REFERENCES staff (id),
    at        timestamptz NOT NULL
);
CREATE INDEX people_acts_kept ON people_acts (kept_id, kind);
CREATE INDEX people_acts_other ON people_acts (other_id, kind);

CREATE TABLE memberships (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_id bigint NOT NULL REFERENCES households (id),
    person_id    bigint NOT NULL REFERENCES persons (id),
    relation     text   NOT NULL CHECK (relation IN ('head','spouse','child','parent','grandchild','grandparent','sibling','child_in_law','parent_in_law','ward','other')),
    since        date   NOT NULL,
    until        date,  -- the first day on which they no longer belonged to it
    ended_why    text   CHECK (ended_why IN ('moved','married','died','corrected','merged','split','relation')),
    act_id       bigint REFERENCES people_acts (id), -- that began it
    CONSTRAINT memberships_run CHECK (until >= since),
    CONSTRAINT memberships_ended CHECK ((until IS NULL) = (ended_why IS NULL))
);
CREATE UNIQUE INDEX memberships_one ON memberships (person_id) WHERE until IS NULL;
CREATE UNIQUE INDEX memberships_head ON memberships (household_id) WHERE until IS NULL AND relation = 'head';
CREATE INDEX memberships_household ON memberships (household_id);
CREATE INDEX memberships_person ON memberships (person_id, since);
-- One household at a time, in the past too.
-- +goose StatementBegin
CREATE FUNCTION memberships_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE scope text := app_scope();
BEGIN
    PERFORM set_config('app.scope', '*', true); -- the other household may lie elsewhere
    PERFORM 1 FROM persons WHERE id = NEW.person_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = NEW.person_id AND m.id <> NEW.id
               AND daterange(m.since, m.until) && daterange(NEW.since, NEW.until)) THEN
        RAISE EXCEPTION 'a person belongs to one household at a time' USING ERRCODE = 'check_violation', CONSTRAINT = 'memberships_apart';
    END IF;
    PERFORM set_config('app.scope', scope, true);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER memberships_apart BEFORE INSERT OR UPDATE ON memberships FOR EACH ROW EXECUTE FUNCTION memberships_apart();

-- ── which case is about which household ─────────────────────────────────────
CREATE TABLE case_households (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id    bigint      NOT NULL REFERENCES tickets (id),
    household_id bigint      NOT NULL REFERENCES households (id),
    basis        text        NOT NULL CHECK (basis IN ('registered','identity','phone','suggested','merged','unmerged')), -- what it rests on
    linked_by    bigint      REFERENCES staff (id),
    linked_at    timestamptz NOT NULL,
    unlinked_by  bigint      REFERENCES staff (id),
    unlinked_at  timestamptz,
    reason       text        NOT NULL DEFAULT '', -- why it was unlinked
    CHECK ((unlinked_at IS NULL) = (reason = ''))
);
CREATE UNIQUE INDEX case_households_one ON case_households (ticket_id) WHERE unlinked_at IS NULL;
CREATE INDEX case_households_of ON case_households (household_id) WHERE unlinked_at IS NULL;
CREATE TABLE case_denials ( -- "not the same": a suggestion that a person has turned down; append-only
    ticket_id    bigint      NOT NULL REFERENCES tickets (id),
    household_id bigint      NOT NULL REFERENCES households (id),
    grounds      jsonb       NOT NULL, -- what it rested on
    reason       text        NOT NULL CHECK (reason <> ''),
    staff_id     bigint      NOT NULL REFERENCES staff (id),
    at           timestamptz NOT NULL,
    PRIMARY KEY (ticket_id, household_id)
);

-- ── two records that may be one person ──────────────────────────────────────
CREATE TABLE person_matches (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    a_id        bigint      NOT NULL REFERENCES persons (id),
    b_id        bigint      NOT NULL REFERENCES persons (id),
    a_area      text        NOT NULL,
    b_area      text        NOT NULL,
    grounds     jsonb       NOT NULL CHECK (jsonb_array_length(grounds) >= 1), -- what it rests on: phone, name_birth, identity
    state       text        NOT NULL CHECK (state IN ('open','same','different')),
    found_at    timestamptz NOT NULL,
    answered_by bigint      REFERENCES staff (id),
    answered_at timestamptz,
    reason      text        NOT NULL DEFAULT '',
    CONSTRAINT person_matches_order CHECK (a_id < b_id),
    CONSTRAINT person_matches_answered CHECK ((state = 'open') = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL) AND (state = 'open') = (reason = '')),
    UNIQUE (a_id, b_id)
);
CREATE INDEX person_matches_open ON person_matches (a_area text_pattern_ops, found_at) WHERE state = 'open';
CREATE INDEX person_matches_b ON person_matches (b_id);

-- ── tiers ───────────────────────────────────────────────────────────────────
CREATE TABLE household_tiers (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_id bigint      NOT NULL REFERENCES households (id),
    tier         smallint    NOT NULL CHECK (tier BETWEEN 1 AND 3),
    rule_version text        NOT NULL CHECK (rule_version <> ''), -- that set it
    because      text        NOT NULL CHECK (because IN ('registered','urgent_aid','assessment','register','review','import','merge','split')),
    ticket_id    bigint      REFERENCES tickets (id),
    ref          text        NOT NULL DEFAULT '', -- public id of the assessment, decision or act
    reason       text        NOT NULL DEFAULT '',
    set_by       bigint      REFERENCES staff (id), -- null: by the program
    since        timestamptz NOT NULL,
    until        timestamptz,
    CONSTRAINT household_tiers_run CHECK (until >= since)
);
CREATE UNIQUE INDEX household_tiers_one ON household_tiers (household_id) WHERE until IS NULL;
CREATE INDEX household_tiers_of ON household_tiers (household_id, id DESC);
-- Not only at most one but exactly one: what stands for a household has a tier when the transaction ends.
-- +goose StatementBegin
CREATE FUNCTION households_have_a_tier() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE scope text := app_scope(); wanted bigint; missing boolean;
BEGIN
    IF TG_TABLE_NAME = 'households' THEN wanted := NEW.id; ELSE wanted := NEW.household_id; END IF;
    PERFORM set_config('app.scope', '*', true);
    missing := EXISTS (SELECT 1 FROM households h WHERE h.id = wanted AND h.merged_into IS NULL)
        AND NOT EXISTS (SELECT 1 FROM household_tiers t WHERE t.household_id = wanted AND t.until IS NULL);
    PERFORM set_config('app.scope', scope, true);
    IF missing THEN
        RAISE EXCEPTION 'household % has no tier', wanted USING ERRCODE = 'check_violation', CONSTRAINT = 'households_have_a_tier';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER households_have_a_tier AFTER INSERT OR UPDATE ON households DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION households_have_a_tier();
CREATE CONSTRAINT TRIGGER household_tiers_follow AFTER UPDATE ON household_tiers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION households_have_a_tier();

-- ── tier 2: looked at again and again ───────────────────────────────────────
CREATE TABLE monitoring_plans (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    household_id bigint      NOT NULL REFERENCES households (id),
    every_days   integer     NOT NULL CHECK (every_days BETWEEN 1 AND 3660),
    next_on      date        NOT NULL,
    started_by   bigint      REFERENCES staff (id),
    started_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    ended_why    text        NOT NULL DEFAULT '',
    version      bigint      NOT NULL, -- and the epoch of its timer
    CHECK ((ended_at IS NULL) = (ended_why = ''))
);
CREATE UNIQUE INDEX monitoring_plans_one ON monitoring_plans (household_id) WHERE ended_at IS NULL;
CREATE INDEX monitoring_plans_due ON monitoring_plans (next_on) WHERE ended_at IS NULL;
CREATE TABLE monitoring_checks ( -- append-only
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid        NOT NULL UNIQUE, -- made by the client
    plan_id    bigint      NOT NULL REFERENCES monitoring_plans (id),
    way        text        NOT NULL CHECK (way IN ('visit','call','data')),
    result     text        NOT NULL CHECK (result IN ('unchanged','changed','not_met')),
    note_sealed bytea,
    due_on     date        NOT NULL, -- what the plan said
    staff_id   bigint      NOT NULL REFERENCES staff (id),
    at         timestamptz NOT NULL
);
CREATE INDEX monitoring_checks_plan ON monitoring_checks (plan_id, id DESC);
CREATE TABLE change_alerts ( -- something has changed in a household: said by whom
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL UNIQUE, -- made by the client
    household_id bigint      NOT NULL REFERENCES households (id),
    person_id    bigint      REFERENCES persons (id),
    kind         text        NOT NULL CHECK (kind IN ('income','employment','illness','disability','death','birth','vehicle','property','company','membership','address','custody','other')),
    source       text        NOT NULL CHECK (source IN ('monitoring','data','village','citizen','department')),
    source_ref   text        NOT NULL DEFAULT '', -- what the source calls it: the same twice is one
    happened_on  date        NOT NULL,
    note_sealed  bytea,
    raised_by    bigint      REFERENCES staff (id), -- null: by the program
    raised_at    timestamptz NOT NULL,
    ticket_id    bigint      REFERENCES tickets (id), -- that it became
    outcome      text        CHECK (outcome IN ('no_effect','assess_again','aid','entry_ended')),
    reason       text        NOT NULL DEFAULT '',
    settled_by   bigint      REFERENCES staff (id),
    settled_at   timestamptz,
    CONSTRAINT change_alerts_settled CHECK ((outcome IS NULL) = (settled_at IS NULL) AND (outcome IS NULL) = (reason = '') AND (settled_at IS NULL) = (settled_by IS NULL))
);
CREATE UNIQUE INDEX change_alerts_once ON change_alerts (source, source_ref) WHERE source_ref <> '';
CREATE INDEX change_alerts_open ON change_alerts (household_id) WHERE settled_at IS NULL;

-- ── the registers of tier 1 ─────────────────────────────────────────────────
CREATE TABLE register_entries (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id     uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    kind          text        NOT NULL CHECK (kind IN ('dibao','tekun','orphan','child_hardship','disabled_subsidy')),
    person_id     bigint      NOT NULL REFERENCES persons (id),
    household_id  bigint      NOT NULL REFERENCES households (id), -- when it was entered
    area_code     text        NOT NULL REFERENCES divisions (code), -- likewise
    since         date        NOT NULL, -- first day
    until         date,                 -- last day
    rule_version  text        NOT NULL DEFAULT '',
    entry_source  text        NOT NULL CHECK (entry_source IN ('case','import')),
    entry_ticket  bigint      REFERENCES tickets (id),
    entry_reason  text        NOT NULL CHECK (entry_reason <> ''),
    entered_by    bigint      REFERENCES staff (id),
    entered_at    timestamptz NOT NULL,
    exit_source   text        CHECK (exit_source IN ('case','import')),
    exit_ticket   bigint      REFERENCES tickets (id),
    exit_reason   text        CHECK (exit_reason <> ''),
    exited_by     bigint      REFERENCES staff (id),
    exited_at     timestamptz,
    CONSTRAINT register_entries_run CHECK (until >= since - 1), -- a day before the first: it never took effect
    CONSTRAINT register_entries_exit CHECK ((until IS NULL) = (exited_at IS NULL) AND (until IS NULL) = (exit_reason IS NULL) AND (until IS NULL) = (exit_source IS NULL)),
    CONSTRAINT register_entries_case CHECK ((entry_source = 'case') = (entry_ticket IS NOT NULL))
);
CREATE UNIQUE INDEX register_entries_one ON register_entries (person_id, kind) WHERE until IS NULL;
CREATE INDEX register_entries_area ON register_entries (area_code text_pattern_ops, kind, since);
CREATE INDEX register_entries_household ON register_entries (household_id) WHERE until IS NULL;

-- ── who has looked somebody up ──────────────────────────────────────────────
CREATE TABLE lookups ( -- append-only; the citizen may ask for theirs
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    at           timestamptz NOT NULL,
    day          date        NOT NULL, -- in Shanghai
    staff_id     bigint      NOT NULL REFERENCES staff (id),
    role         text        NOT NULL,
    office       text        NOT NULL, -- the area they acted for
    kind         text        NOT NULL CHECK (kind IN ('by_identity','by_phone','household','identity_number','phone_number','who_looked','match')),
    purpose      text        NOT NULL CHECK (purpose IN ('case','monitoring','correction','request')),
    ticket_id    bigint      REFERENCES tickets (id), -- the case it was needed for
    note         text        NOT NULL DEFAULT '',
    household_id bigint      REFERENCES households (id), -- null: nobody was found
    person_id    bigint      REFERENCES persons (id)
);
CREATE INDEX lookups_household ON lookups (household_id, id DESC) WHERE household_id IS NOT NULL;
CREATE INDEX lookups_person ON lookups (person_id, id DESC) WHERE person_id IS NOT NULL;
CREATE INDEX lookups_ticket ON lookups (ticket_id) WHERE ticket_id IS NOT NULL;
-- To open one page again and again on a day is one look.
CREATE UNIQUE INDEX lookups_page ON lookups (staff_id, household_id, purpose, coalesce(ticket_id, 0), day) WHERE kind = 'household';

-- ── whom a village looks after ──────────────────────────────────────────────
ALTER TABLE households_entrusted ADD COLUMN household_id bigint REFERENCES households (id);
GRANT UPDATE (household_id) ON households_entrusted TO hotline_app;

-- ── what counts for a household, wherever it was paid ───────────────────────
CREATE INDEX disbursements_payee ON disbursements (payee_index);
-- The index under which a household's sums count: of a household that was merged into another, the other's.
-- +goose StatementBegin
CREATE FUNCTION household_limit_index(household bigint) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
DECLARE scope text := app_scope(); found bytea;
BEGIN
    IF scope = '' THEN RETURN NULL; END IF;
    PERFORM set_config('app.scope', '*', true); -- the household may live elsewhere by now
    WITH RECURSIVE h AS (SELECT id, limit_index, merged_into FROM households WHERE id = household
        UNION ALL SELECT n.id, n.limit_index, n.merged_into FROM households n JOIN h ON n.id = h.merged_into)
    SELECT limit_index INTO found FROM h WHERE merged_into IS NULL;
    PERFORM set_config('app.scope', scope, true);
    RETURN found;
END $$;
-- +goose StatementEnd

-- ── row level security and grants ───────────────────────────────────────────
-- +goose StatementBegin
CREATE FUNCTION app_sees_household(household bigint) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN -- as whom a case is about that one sees
    RETURN coalesce(current_setting('app.role', true), '') NOT IN ('village_assistant','volunteer','agency')
        AND EXISTS (SELECT 1 FROM case_households c WHERE c.household_id = household AND c.unlinked_at IS NULL);
END $$;
CREATE FUNCTION app_sees_person(person bigint) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN coalesce(current_setting('app.role', true), '') NOT IN ('village_assistant','volunteer','agency')
        AND EXISTS (SELECT 1 FROM memberships m JOIN case_households c ON c.household_id = m.household_id WHERE m.person_id = person AND m.until IS NULL AND c.unlinked_at IS NULL);
END $$;
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['households','persons','person_history','people_acts','memberships','case_households','case_denials','person_matches','household_tiers',
                             'monitoring_plans','monitoring_checks','change_alerts','register_entries','lookups'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['case_households','case_denials'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id))', t || '_scope', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['memberships','household_tiers','monitoring_plans','change_alerts'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR EXISTS (SELECT 1 FROM households h WHERE h.id = household_id))', t || '_scope', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY households_scope ON households USING (app_sees_people(area_code) OR app_sees_household(id)) WITH CHECK (app_scope() <> '');
CREATE POLICY persons_scope ON persons USING (app_sees_people(area_code) OR app_sees_person(id)) WITH CHECK (app_scope() <> '');
CREATE POLICY person_history_scope ON person_history USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM persons p WHERE p.id = person_id));
CREATE POLICY people_acts_scope ON people_acts USING (app_sees_people(area_code));
CREATE POLICY person_matches_scope ON person_matches USING (app_sees_people(a_area) OR app_sees_people(b_area));
CREATE POLICY monitoring_checks_scope ON monitoring_checks USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM monitoring_plans p WHERE p.id = plan_id));
CREATE POLICY register_entries_scope ON register_entries USING (app_scope() = '*' OR EXISTS (SELECT 1 FROM persons p WHERE p.id = person_id));
CREATE POLICY lookups_write ON lookups FOR INSERT WITH CHECK (app_scope() <> '');
CREATE POLICY lookups_read ON lookups FOR SELECT USING (app_scope() = '*' OR staff_id = app_staff()
    OR (app_sees(office) AND current_setting('app.role', true) IN ('auditor','audit_admin')));

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['person_history','people_acts','case_denials','monitoring_checks','lookups'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_append_only', t);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT SELECT, INSERT ON households, persons, person_history, people_acts, memberships, case_households, case_denials, person_matches, household_tiers,
    monitoring_plans, monitoring_checks, change_alerts, register_entries, lookups TO hotline_app;
GRANT UPDATE (area_code, register_area, address_sealed, merged_into, version) ON households TO hotline_app;
GRANT UPDATE (area_code, hukou_area, identity_type, identity_reason, identity_index, phone_index, name_birth_index, sealed, merged_into, version) ON persons TO hotline_app;
GRANT UPDATE (until, ended_why) ON memberships TO hotline_app;
GRANT UPDATE (unlinked_by, unlinked_at, reason) ON case_households TO hotline_app;
GRANT UPDATE (grounds, state, answered_by, answered_at, reason) ON person_matches TO hotline_app;
GRANT UPDATE (until) ON household_tiers TO hotline_app;
GRANT UPDATE (every_days, next_on, ended_at, ended_why, version) ON monitoring_plans TO hotline_app;
GRANT UPDATE (ticket_id, outcome, reason, settled_by, settled_at) ON change_alerts TO hotline_app;
GRANT UPDATE (until, exit_source, exit_ticket, exit_reason, exited_by, exited_at) ON register_entries TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
SELECT set_config('app.scope', '*', true);
DROP INDEX disbursements_payee;
ALTER TABLE households_entrusted DROP COLUMN household_id;
DROP TABLE lookups, register_entries, change_alerts, monitoring_checks, monitoring_plans, household_tiers, person_matches, case_denials, case_households,
    memberships, people_acts, person_history, persons, households CASCADE;
DROP FUNCTION household_limit_index(bigint), app_sees_household(bigint), app_sees_person(bigint), app_sees_people(text), memberships_apart(), households_have_a_tier();
