-- +goose Up
-- People have several ways of being told; providers tell what became of a message; people answer by SMS.

CREATE TABLE contact_methods ( -- beside these the telephone of the staff register takes SMS and calls
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    staff_id       bigint      NOT NULL REFERENCES staff (id),
    channel        text        NOT NULL CHECK (channel IN ('sms','voice','wecom','email','webpush')),
    label          text        NOT NULL DEFAULT '',    -- what its owner calls it, or the browser of a web push
    address_sealed bytea,                              -- null once it was removed
    address_index  bytea,                              -- blind index: a browser subscribes once
    position       smallint    NOT NULL DEFAULT 0,
    delay_seconds  integer     CHECK (delay_seconds BETWEEN 0 AND 3600), -- null: as the city's ladder says; P1 keeps to that in any case
    enabled        boolean     NOT NULL DEFAULT true,
    code_hash      bytea,                              -- of the code that a test message carried
    code_until     timestamptz,
    code_tries     smallint    NOT NULL DEFAULT 0,
    verified_at    timestamptz,                        -- its owner has read a message there
    created_at     timestamptz NOT NULL,
    removed_at     timestamptz,
    CHECK ((address_sealed IS NULL) = (removed_at IS NOT NULL))
);
CREATE INDEX contact_methods_staff ON contact_methods (staff_id, position, id) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX contact_methods_address ON contact_methods (staff_id, channel, address_index) WHERE removed_at IS NULL;
ALTER TABLE contact_methods ENABLE ROW LEVEL SECURITY; ALTER TABLE contact_methods FORCE ROW LEVEL SECURITY;
CREATE POLICY contact_methods_own ON contact_methods
    USING (app_scope() = '*' OR staff_id = app_staff());

ALTER TABLE notices
    ADD COLUMN only_channel text,                                  -- brought this way and no other: an answer, a test
    ADD COLUMN method_id    bigint REFERENCES contact_methods (id); -- to this address and no other
-- What is about no ticket is seen by whom it is for: a test that somebody asks for, the answer to a reply.
ALTER POLICY notices_read ON notices USING (app_scope() = '*' OR post_id = app_post() OR coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false));
CREATE INDEX notices_ticket ON notices (ticket_id, id) WHERE ticket_id IS NOT NULL;

ALTER TABLE deliveries DROP CONSTRAINT deliveries_channel_check,
    ADD CONSTRAINT deliveries_channel_check CHECK (channel IN ('live','sms','voice','wecom','wecom_group','email','webpush'));
ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check,
    ADD CONSTRAINT deliveries_state_check CHECK (state IN ('queued','sending','sent','delivered','read','failed','unknown','void','dead'));
ALTER TABLE deliveries
    ADD COLUMN method_id     bigint REFERENCES contact_methods (id),
    ADD COLUMN rung          smallint    NOT NULL DEFAULT 0,     -- 0: at once; above: only while nothing before it was read
    ADD COLUMN exempt        boolean     NOT NULL DEFAULT false, -- urgent, or the first of a ticket to this reader: no quiet hours, no throttle
    ADD COLUMN paced         smallint    NOT NULL DEFAULT 0,     -- 1: its reader's turn has come; 2: so has that of the provider's account
    ADD COLUMN attempts_from smallint    NOT NULL DEFAULT 0,     -- attempts up to here were forgiven when a person had it sent again
    ADD COLUMN provider_seq  bigint      NOT NULL DEFAULT 0,     -- of the newest receipt: an older one changes nothing
    ADD COLUMN poll_at       timestamptz,                        -- when the provider is asked what became of a sent one
    ADD COLUMN address_index bytea;                              -- of the number it went to: a reply comes from there
DROP INDEX deliveries_once;
CREATE UNIQUE INDEX deliveries_once ON deliveries (notice_id, coalesce(staff_id, 0), channel, coalesce(method_id, 0));
CREATE INDEX deliveries_poll ON deliveries (poll_at) WHERE poll_at IS NOT NULL;
CREATE INDEX deliveries_provider ON deliveries (channel, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX deliveries_address ON deliveries (address_index, id) WHERE address_index IS NOT NULL;
CREATE INDEX deliveries_dead ON deliveries (updated_at, id) WHERE state IN ('failed','dead');
ALTER POLICY deliveries_scope ON deliveries USING (app_scope() = '*'
    OR coalesce((SELECT true FROM notices n JOIN tickets t ON t.id = n.ticket_id WHERE n.id = notice_id), false)
    OR coalesce((SELECT app_sees(s.area_code) FROM staff s WHERE s.id = staff_id), false));

CREATE TABLE provider_receipts ( -- what providers told afterwards, each once
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider    text        NOT NULL,
    message_id  text        NOT NULL, -- the provider's id, or our ref where it tells that
    status      text        NOT NULL CHECK (status IN ('sent','delivered','read','failed')),
    seq         bigint      NOT NULL,
    detail      text        NOT NULL DEFAULT '', -- the provider's code
    told_at     timestamptz, -- by the provider's clock
    received_at timestamptz NOT NULL,
    delivery_id bigint      REFERENCES deliveries (id), -- null: it came before the answer to the sending did
    UNIQUE (provider, message_id, status)
);
CREATE INDEX provider_receipts_early ON provider_receipts (provider, message_id) WHERE delivery_id IS NULL;
ALTER TABLE provider_receipts ENABLE ROW LEVEL SECURITY; ALTER TABLE provider_receipts FORCE ROW LEVEL SECURITY;
CREATE POLICY provider_receipts_system ON provider_receipts USING (app_scope() = '*');

CREATE TABLE sms_replies ( -- what people wrote back, each once
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider    text        NOT NULL,
    message_id  text        NOT NULL,
    from_sealed bytea       NOT NULL,
    from_masked text        NOT NULL,
    from_index  bytea       NOT NULL,
    text_sealed bytea       NOT NULL,
    staff_id    bigint      REFERENCES staff (id),
    ticket_id   bigint      REFERENCES tickets (id),
    area_code   text,       -- who may read it; null: nobody knows whose it is, so the city's supervisors
    outcome     text        CHECK (outcome IN ('accepted','declined','taken','not_asked','which','unknown_text','unknown_number')),
    received_at timestamptz NOT NULL,
    handled_at  timestamptz,
    UNIQUE (provider, message_id)
);
CREATE INDEX sms_replies_todo ON sms_replies (id) WHERE handled_at IS NULL;
CREATE INDEX sms_replies_list ON sms_replies (received_at, id);
ALTER TABLE sms_replies ENABLE ROW LEVEL SECURITY; ALTER TABLE sms_replies FORCE ROW LEVEL SECURITY;
CREATE POLICY sms_replies_scope ON sms_replies USING (app_scope() = '*' OR (area_code IS NOT NULL AND app_sees(area_code))
    OR (area_code IS NULL AND current_setting('app.role', true) IN ('supervisor', 'city_duty')));

CREATE TABLE notice_paces ( -- GCRA: when the next message of a person or of a provider's account is in turn; real time
    key  text PRIMARY KEY,
    turn timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON contact_methods, provider_receipts, sms_replies, notice_paces TO hotline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hotline_app;

-- +goose Down
DROP TABLE notice_paces, sms_replies, provider_receipts;
ALTER POLICY deliveries_scope ON deliveries USING (app_scope() = '*');
DELETE FROM deliveries WHERE channel NOT IN ('live','sms','voice') OR method_id IS NOT NULL;
UPDATE deliveries SET state = 'sent' WHERE state = 'read';
DROP INDEX deliveries_once, deliveries_dead, deliveries_poll, deliveries_provider, deliveries_address;
ALTER TABLE deliveries DROP COLUMN method_id, DROP COLUMN rung, DROP COLUMN exempt, DROP COLUMN paced, DROP COLUMN attempts_from, DROP COLUMN provider_seq,
    DROP COLUMN poll_at, DROP COLUMN address_index;
CREATE UNIQUE INDEX deliveries_once ON deliveries (notice_id, coalesce(staff_id, 0), channel);
ALTER TABLE deliveries DROP CONSTRAINT deliveries_channel_check, ADD CONSTRAINT deliveries_channel_check CHECK (channel IN ('live','sms','voice'));
ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check,
    ADD CONSTRAINT deliveries_state_check CHECK (state IN ('queued','sending','sent','delivered','failed','unknown','void','dead'));
ALTER POLICY notices_read ON notices USING (app_scope() = '*' OR coalesce((SELECT true FROM tickets t WHERE t.id = ticket_id), false));
DROP INDEX notices_ticket;
ALTER TABLE notices DROP COLUMN only_channel, DROP COLUMN method_id;
DROP TABLE contact_methods;
