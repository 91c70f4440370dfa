-- +goose Up
-- The help itself: visit, findings, decision, papers, receipt, photos. All are children of a ticket and are seen with it.

CREATE TABLE visits (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id     uuid        NOT NULL UNIQUE,
    ticket_id     bigint      NOT NULL REFERENCES tickets (id),
    mode          text        NOT NULL CHECK (mode IN ('on_site','voice')),
    arrived_at    timestamptz NOT NULL, -- as the device said
    recorded_at   timestamptz NOT NULL,
    place_sealed  bytea,
    facts_sealed  bytea       NOT NULL,
    visitors      jsonb       NOT NULL CHECK (jsonb_array_length(visitors) >= 1),
    photos        jsonb       NOT NULL,
    staff_id      bigint      NOT NULL REFERENCES staff (id)
);
CREATE INDEX visits_ticket ON visits (ticket_id);

CREATE TABLE findings ( -- newest counts, earlier ones stay
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id        uuid        NOT NULL UNIQUE,
    ticket_id        bigint      NOT NULL REFERENCES tickets (id),
    at               timestamptz NOT NULL,
    staff_id         bigint      NOT NULL REFERENCES staff (id),
    cause            text        NOT NULL CHECK (cause IN ('accident','illness','fire','traffic','disaster','other')),
    household_size   integer     NOT NULL CHECK (household_size BETWEEN 1 AND 30),
    affected         integer     NOT NULL CHECK (affected BETWEEN 1 AND household_size),
    needs            jsonb       NOT NULL,
    declared_sealed  bytea       NOT NULL, -- income and illness are sensitive (PIPL Art 28)
    applicant_sealed bytea       NOT NULL,
    id_type          text        NOT NULL CHECK (id_type IN ('resident_id','none')),
    id_sealed        bytea,
    id_reason        text        NOT NULL DEFAULT '',
    note_sealed      bytea,
    payee_index      bytea       NOT NULL,
    household_index  bytea       NOT NULL,
    warnings         jsonb       NOT NULL,
    CHECK ((id_type = 'none') = (id_sealed IS NULL)),
    CHECK (id_type <> 'none' OR id_reason <> '')
);
CREATE INDEX findings_ticket ON findings (ticket_id, id DESC);
CREATE INDEX findings_payee ON findings (payee_index);

CREATE TABLE decisions (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id       uuid        NOT NULL UNIQUE,
    ticket_id       bigint      NOT NULL REFERENCES tickets (id),
    findings_id     bigint      NOT NULL REFERENCES findings (id),
    track           text        NOT NULL CHECK (track IN ('fast','urgent','none')),
    state           text        NOT NULL CHECK (state IN ('registered','short_check','approved','paid','papers_due','papers_done','declined','refused')),
    aid_kind        text        NOT NULL,
    fen             bigint      NOT NULL CHECK ((track = 'none' AND fen = 0) OR (track <> 'none' AND fen > 0)),
    level           text        NOT NULL CHECK (level IN ('solo','township','county')),
    reason          text        NOT NULL CHECK (reason <> ''),
    payee_index     bytea       NOT NULL,
    household_index bytea       NOT NULL,
    missing_papers  jsonb       NOT NULL,
    identity_seen   boolean     NOT NULL DEFAULT false,
    phone_reached   boolean     NOT NULL DEFAULT false,
    witness_sealed  bytea,
    policy          text        NOT NULL,
    decided_by      bigint      NOT NULL REFERENCES staff (id),
    decided_role    text        NOT NULL,
    decided_at      timestamptz NOT NULL,
    county_from     timestamptz,
    approved_by     bigint      REFERENCES staff (id),
    approved_at     timestamptz,
    version         bigint      NOT NULL,
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    -- Alone only within the fast track and the solo limit.
    CONSTRAINT decisions_two_people CHECK (approved_by IS NULL OR approved_by <> decided_by OR (track = 'fast' AND level = 'solo'))
);
CREATE INDEX decisions_ticket ON decisions (ticket_id);
CREATE INDEX decisions_to_approve ON decisions (decided_at) WHERE state IN ('registered','short_check');
ALTER TABLE disbursements ADD FOREIGN KEY (decision_id) REFERENCES decisions (id);

CREATE TABLE papers (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id uuid        NOT NULL UNIQUE,
    ticket_id bigint      NOT NULL REFERENCES tickets (id),
    kind      text        NOT NULL CHECK (kind <> ''),
    state     text        NOT NULL CHECK (state IN ('open','reminded','overdue','received','verified','waived')),
    counted   boolean     NOT NULL DEFAULT false,
    due_at    timestamptz,
    reminders integer     NOT NULL DEFAULT 0,
    photos    jsonb       NOT NULL DEFAULT '[]',
    added_by  bigint      REFERENCES staff (id),
    added_at  timestamptz NOT NULL,
    closed_by bigint      REFERENCES staff (id),
    closed_at timestamptz,
    reason    text        NOT NULL DEFAULT '',
    version   bigint      NOT NULL,
    CHECK (counted = (due_at IS NOT NULL)),
    CHECK ((state IN ('verified','waived')) = (closed_at IS NOT NULL)),
    CHECK (state <> 'waived' OR reason <> '')
);
CREATE UNIQUE INDEX papers_once ON papers (ticket_id, kind) WHERE state NOT IN ('verified','waived');
CREATE INDEX papers_ticket ON papers (ticket_id);

-- Photos are kept in the database, sealed part by part: every node serves them, they commit, replicate and are backed up
-- with the act they prove, and row level security guards them. At some tens a day they are small beside the rest.
CREATE TABLE uploads (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid        NOT NULL UNIQUE, -- made by the client
    ticket_id    bigint      NOT NULL REFERENCES tickets (id),
    media_type   text        NOT NULL CHECK (media_type IN ('image/jpeg','image/png','image/webp')),
    size         bigint      NOT NULL CHECK (size BETWEEN 1 AND 10485760),
    sha256       bytea       NOT NULL CHECK (octet_length(sha256) = 32),
    part_size    bigint      NOT NULL CHECK (part_size BETWEEN 16000 AND 200000),
    staff_id     bigint      NOT NULL REFERENCES staff (id),
    created_at   timestamptz NOT NULL,
    completed_at timestamptz
);
CREATE INDEX uploads_ticket ON uploads (ticket_id);
CREATE TABLE upload_parts (
    upload_id bigint  NOT NULL REFERENCES uploads (id),
    number    integer NOT NULL CHECK (number > 0),
    sealed    bytea   NOT NULL,
    PRIMARY KEY (upload_id, number)
);
ALTER TABLE upload_parts ALTER COLUMN sealed SET STORAGE EXTERNAL; -- sealed bytes do not compress

CREATE TABLE receipts (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id        uuid        NOT NULL UNIQUE,
    disbursement_id  bigint      NOT NULL UNIQUE REFERENCES disbursements (id), -- one payout, one receipt
    ticket_id        bigint      NOT NULL REFERENCES tickets (id),
    at               timestamptz NOT NULL, -- server's: what stops the clock
    device_at        timestamptz,
    photo_id         bigint      NOT NULL REFERENCES uploads (id),
    signature        text        NOT NULL CHECK (signature IN ('screen','thumb_paper','witness')),
    signed_image_id  bigint      NOT NULL REFERENCES uploads (id),
    witness_sealed   bytea,
    staff_id         bigint      NOT NULL REFERENCES staff (id),
    CHECK (signature <> 'witness' OR witness_sealed IS NOT NULL)
);
CREATE INDEX receipts_ticket ON receipts (ticket_id);

-- ── row level security and grants ───────────────────────────────────────────
-- +goose StatementBegin
DO $$
DECLARE child text;
BEGIN
    FOREACH child IN ARRAY ARRAY['visits','findings','decisions','papers','uploads','receipts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY %I ON %I USING (app_scope() = ''*'' OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = ticket_id))',
                       child || '_scope', child);
    END LOOP;
END $$;
-- +goose StatementEnd
ALTER TABLE upload_parts ENABLE ROW LEVEL SECURITY; ALTER TABLE upload_parts FORCE ROW LEVEL SECURITY;
CREATE POLICY upload_parts_scope ON upload_parts USING (EXISTS (SELECT 1 FROM uploads u WHERE u.id = upload_id));

GRANT SELECT, INSERT ON visits, findings, decisions, papers, uploads, upload_parts, receipts TO hotline_app;
GRANT UPDATE (state, identity_seen, phone_reached, witness_sealed, approved_by, approved_at, version) ON decisions TO hotline_app;
GRANT UPDATE (state, counted, due_at, reminders, photos, closed_by, closed_at, reason, version) ON papers TO hotline_app;
GRANT UPDATE (completed_at) ON uploads TO hotline_app;
GRANT UPDATE (sealed) ON upload_parts TO hotline_app; -- a part that is sent again
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE receipts, upload_parts, uploads, papers, decisions, findings, visits CASCADE;
