-- +goose Up
-- Rosters: plans in versions, and what changes them for a time. Nothing here begins in the past, and nothing is changed
-- but to end it early: who was on duty at a time can be asked for ever, and the answer stays.

-- ── whose roster an actor sees ──────────────────────────────────────────────
-- Those of the areas below, as everywhere; and of the areas above, for a worker must know who serves the county tonight.
-- +goose StatementBegin
CREATE FUNCTION duty_lies_in(area text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT app_scope() <> '' AND starts_with(app_scope(), CASE WHEN substr(area, 10) <> '000' THEN area WHEN substr(area, 7, 3) <> '000' THEN left(area, 9)
       WHEN substr(area, 5, 2) <> '00' THEN left(area, 6) WHEN substr(area, 3, 2) <> '00' THEN left(area, 4) ELSE left(area, 2) END) $$;
-- +goose StatementEnd

CREATE TABLE duty_versions ( -- of the plan of one role in one area; in force from valid_from until the next
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area_code     text        NOT NULL REFERENCES divisions (code),
    role          text        NOT NULL,
    number        integer     NOT NULL CHECK (number > 0),
    valid_from    timestamptz NOT NULL,
    plan          jsonb       NOT NULL, -- duty.Plan: read and written as a whole (docs/adr/0018)
    reason        text        NOT NULL DEFAULT '',
    created_by    text        NOT NULL,
    created_by_id bigint      REFERENCES staff (id), -- null: the system
    created_at    timestamptz NOT NULL,
    UNIQUE (area_code, role, number),
    CONSTRAINT duty_versions_not_in_the_past CHECK (valid_from >= created_at - interval '2 minutes')
);
CREATE INDEX duty_versions_in_force ON duty_versions (area_code, role, valid_from);

CREATE TABLE duty_changes ( -- overrides and temporary rosters, of one numbering: which was written later is told by the id
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area_code     text        NOT NULL REFERENCES divisions (code),
    role          text        NOT NULL,
    kind          text        NOT NULL CHECK (kind IN ('leave','swap','cover','hand_over','temporary')),
    remove_post   bigint      REFERENCES posts (id),
    add_post      bigint      REFERENCES posts (id),
    position      smallint    CHECK (position BETWEEN 1 AND 9),
    name          text,       -- of a temporary roster
    places        jsonb,      -- of a temporary roster: [duty.Place]
    reason        text        NOT NULL DEFAULT '',
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL CHECK (ends_at > starts_at),
    created_by    text        NOT NULL,
    created_by_id bigint      REFERENCES staff (id),
    created_at    timestamptz NOT NULL,
    ended_at      timestamptz, -- early; before starts_at: it never held
    ended_by      text,
    end_reason    text,
    CONSTRAINT duty_changes_not_in_the_past CHECK (starts_at >= created_at - interval '2 minutes'),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK (ended_at >= created_at AND ended_at < ends_at),
    CHECK ((kind IN ('leave','swap','hand_over')) = (remove_post IS NOT NULL)),
    CHECK ((kind IN ('swap','hand_over','cover')) = (add_post IS NOT NULL)),
    CHECK ((kind = 'cover') = (position IS NOT NULL)),
    CHECK ((kind = 'temporary') = (name IS NOT NULL AND places IS NOT NULL))
);
CREATE INDEX duty_changes_lookup ON duty_changes (area_code, role, ends_at);

CREATE TABLE duty_handovers ( -- what goes with a hand-over; both count the cash advance and sign (DOMAIN 0a.11)
    change_id      bigint PRIMARY KEY REFERENCES duty_changes (id),
    area_code      text   NOT NULL REFERENCES divisions (code),
    note           text   NOT NULL CHECK (note <> ''),
    cash_fen       bigint NOT NULL CHECK (cash_fen >= 0),
    handed_over_by text   NOT NULL,
    counted_fen    bigint CHECK (counted_fen >= 0),
    confirmed_by   text,
    confirmed_at   timestamptz,
    CHECK ((counted_fen IS NULL) = (confirmed_at IS NULL) AND (counted_fen IS NULL) = (confirmed_by IS NULL))
);

CREATE TABLE duty_holes ( -- that people were told of
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area_code text        NOT NULL REFERENCES divisions (code),
    role      text        NOT NULL,
    position  smallint    NOT NULL, -- zero: nobody at all
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL CHECK (ends_at > starts_at),
    told_at   timestamptz NOT NULL,
    UNIQUE (area_code, role, position, starts_at)
);

-- ── the past is not rewritten ───────────────────────────────────────────────
-- When something was written is the transaction's own time, whatever the statement says.
-- +goose StatementBegin
CREATE FUNCTION duty_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.created_at := app_tx_now();
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER duty_versions_written BEFORE INSERT ON duty_versions FOR EACH ROW EXECUTE FUNCTION duty_written();
CREATE TRIGGER duty_changes_written BEFORE INSERT ON duty_changes FOR EACH ROW EXECUTE FUNCTION duty_written();
-- +goose StatementBegin
CREATE FUNCTION duty_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.ended_at < app_tx_now() - interval '2 minutes' THEN
        RAISE EXCEPTION 'a change of a roster ends once, and not in the past' USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_changes_end_once';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER duty_changes_ended BEFORE UPDATE ON duty_changes FOR EACH ROW EXECUTE FUNCTION duty_ended();
-- +goose StatementBegin
CREATE FUNCTION duty_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.confirmed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a hand-over is signed for once' USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_handovers_confirm_once';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER duty_handovers_confirmed BEFORE UPDATE ON duty_handovers FOR EACH ROW EXECUTE FUNCTION duty_confirmed();
REVOKE UPDATE ON shifts FROM hotline_app; -- a concrete shift that no longer holds is overridden
CREATE INDEX shifts_ends ON shifts (area_code, role, ends_at);

-- ── row level security and grants ───────────────────────────────────────────
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['duty_versions', 'duty_changes', 'duty_handovers', 'duty_holes'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_sees(area_code))', t || '_scope', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY duty_versions_above ON duty_versions FOR SELECT USING (duty_lies_in(area_code));
CREATE POLICY duty_changes_above ON duty_changes FOR SELECT USING (duty_lies_in(area_code));
GRANT SELECT, INSERT ON duty_versions, duty_changes, duty_handovers, duty_holes TO hotline_app;
GRANT UPDATE (ended_at, ended_by, end_reason) ON duty_changes TO hotline_app;
GRANT UPDATE (counted_fen, confirmed_by, confirmed_at) ON duty_handovers TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP INDEX shifts_ends;
GRANT UPDATE ON shifts TO hotline_app;
DROP TABLE duty_holes, duty_handovers, duty_changes, duty_versions;
DROP FUNCTION duty_confirmed(), duty_ended(), duty_written(), duty_lies_in(text);
