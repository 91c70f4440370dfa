-- A city's register beside its books: so many households of one to five people, and tickets up to so many over three years, most of
-- them closed, with call, clocks and history. Runs after books.sql, whose tickets are the first of them. Sealed columns hold the
-- bytes of a real row: as long as real ones, and read by nobody but in the sample that was registered by the program itself.
SET session_replication_role = replica;

CREATE TEMP TABLE town AS
    SELECT d.code, row_number() OVER (ORDER BY d.code) - 1 AS n, (SELECT id FROM posts p WHERE p.area_code = d.code AND p.kind = 'desk' LIMIT 1) AS desk,
           (SELECT id FROM staff s WHERE s.login = 'maker-' || d.code) AS maker,
           (SELECT array_agg(v.code ORDER BY v.code) FROM divisions v WHERE left(v.code, 9) = left(d.code, 9) AND substr(v.code, 10) <> '000') AS villages
      FROM divisions d WHERE d.code LIKE '990___' || '___000' AND substr(d.code, 7, 3) <> '000' AND EXISTS (SELECT 1 FROM staff s WHERE s.login = 'maker-' || d.code);
CREATE TEMP TABLE base AS SELECT (SELECT max(id) FROM tickets) AS ticket, (SELECT max(id) FROM persons) AS person, (SELECT max(id) FROM households) AS household,
    (SELECT sealed FROM persons ORDER BY id LIMIT 1) AS sealed, (SELECT address_sealed FROM households WHERE address_sealed IS NOT NULL LIMIT 1) AS address;

CREATE TEMP TABLE home AS
    SELECT b.household + i AS id, t.villages[1 + i % array_length(t.villages, 1)] AS village, t.code, t.maker, now() - interval '1 day' * (i % 900) AS at, 1 + i % 5 AS size, i
      FROM generate_series(1, :households) i CROSS JOIN base b JOIN town t ON t.n = i % (SELECT count(*) FROM town);
INSERT INTO households (id, public_id, area_code, register_area, address_sealed, limit_index, opened_at, opened_by, version) OVERRIDING SYSTEM VALUE
    SELECT h.id, gen_random_uuid(), h.village, h.village, b.address, decode(md5('hh' || i) || md5('hi' || i), 'hex'), h.at, h.maker, 1 FROM home h CROSS JOIN base b;
INSERT INTO household_tiers (household_id, tier, rule_version, because, since) SELECT id, 1 + i % 3, 'bench', 'registered', at FROM home;
CREATE TEMP TABLE body AS SELECT b.person + row_number() OVER (ORDER BY h.id, m) AS id, h.id AS household, h.village, h.at, h.maker, m FROM home h CROSS JOIN base b CROSS JOIN LATERAL generate_series(1, h.size) m;
INSERT INTO persons (id, public_id, area_code, hukou_area, identity_type, identity_index, phone_index, name_birth_index, sealed, version, added_at, added_by) OVERRIDING SYSTEM VALUE
    SELECT p.id, gen_random_uuid(), p.village, p.village, 'resident_id', decode(md5('id' || p.id) || md5('ie' || p.id), 'hex'), CASE WHEN p.m = 1 THEN decode(md5('ph' || p.id) || md5('pi' || p.id), 'hex') END,
           decode(md5('nb' || p.id) || md5('nc' || p.id), 'hex'), b.sealed, 1, p.at, p.maker FROM body p CROSS JOIN base b;
INSERT INTO memberships (household_id, person_id, relation, since)
    SELECT household, id, (ARRAY['head', 'spouse', 'child', 'child', 'parent'])[m], at::date FROM body;

CREATE TEMP TABLE matter AS
    SELECT b.ticket + i AS id, gen_random_uuid() AS call, t.code, t.desk, now() - interval '3 years' * (s.n - i) / s.n AS at,
           CASE WHEN i > s.n - s.n / 100 THEN 'accepted' WHEN i % 9 = 0 THEN 'follow_up' ELSE 'closed' END AS status, (ARRAY['P2', 'P3', 'INFO', 'P1'])[1 + i % 4] AS priority, i
      FROM (SELECT :tickets - count(*)::integer AS n FROM tickets) s CROSS JOIN LATERAL generate_series(1, s.n) i CROSS JOIN base b JOIN town t ON t.n = i % (SELECT count(*) FROM town);
INSERT INTO tickets (id, public_id, number, call_id, kind, priority, cause, status, area_code, owner_id, invited_at, accepted_at, closed_at, call_ended, caller_index, repeat_state, policy, epoch, version, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, gen_random_uuid(), lpad((8000000000000 + i)::text, 13, '0'), call, CASE WHEN priority = 'INFO' THEN 'consultation' ELSE 'aid' END, priority, 'illness', status, code, desk, at,
           at + interval '5 minutes', CASE WHEN status = 'closed' THEN at + interval '3 days' END, true, decode(md5('ph' || i % 400000) || md5('pi' || i % 400000), 'hex'), 'none', 'bench', 1, 1, at FROM matter;
INSERT INTO calls (id, ticket_id, node_id, trunk, sip_call_id, dialled, invited_at, answered_at, ended_at, end_reason)
    SELECT call, id, 'bench', 'bench', 'c' || i, '12349', at, at + interval '1 second', at + interval '2 minutes', 'caller_hung' FROM matter;
INSERT INTO clocks (ticket_id, kind, started_at, due_at, first_due_at, stopped_at, proof)
    SELECT m.id, k.kind, m.at, m.at + k.span, m.at + k.span, CASE WHEN m.status <> 'accepted' THEN m.at + k.span * (0.3 + (i % 10) / 10.0) END, CASE WHEN m.status <> 'accepted' THEN k.proof END
      FROM matter m JOIN (VALUES ('P1', 'two_hour', interval '2 hours', 'receipt'), ('P1', 'day', interval '24 hours', 'receipt'), ('P2', 'two_hour', interval '2 hours', 'receipt'), ('P2', 'day', interval '24 hours', 'receipt'),
        ('P3', 'accepted', interval '7 days', 'no_aid_due'), ('INFO', 'answer', interval '7 days', 'answered')) k (priority, kind, span, proof) USING (priority);
INSERT INTO timeline (ticket_id, at, actor, kind, data)
    SELECT m.id, m.at + s.after, 'bench', s.kind, '{}' FROM matter m CROSS JOIN (VALUES (interval '0', 'ticket.created'), (interval '5 minutes', 'ticket.accepted'), (interval '1 hour', 'visit.recorded')) s (after, kind);
INSERT INTO visits (public_id, ticket_id, mode, arrived_at, recorded_at, facts_sealed, visitors, photos, staff_id)
    SELECT gen_random_uuid(), m.id, 'on_site', m.at + interval '1 hour', m.at + interval '1 hour', '\x00', '["甲", "乙"]', '[]', t.maker FROM matter m JOIN town t USING (code) WHERE m.i % 5 = 0;
INSERT INTO case_households (ticket_id, household_id, basis, linked_by, linked_at)
    SELECT m.id, b.household + 1 + (m.i % :households), 'identity', t.maker, m.at FROM matter m JOIN town t USING (code) CROSS JOIN base b WHERE m.priority <> 'INFO';

-- Every open ticket has the timers that it would have: what lies behind it has been missed, and nothing falls due while people are measured.
UPDATE clocks SET breached_at = due_at WHERE stopped_at IS NULL AND breached_at IS NULL AND due_at < now() + interval '6 hours';
INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard)
    SELECT 'ticket', id, 'silence', 0, epoch, now() + interval '1 day' * (1 + id % 30), id & 15 FROM tickets WHERE status NOT IN ('closed', 'duplicate')
    UNION ALL SELECT 'ticket', ticket_id, 'deadline', row_number() OVER (PARTITION BY ticket_id ORDER BY due_at), revision, due_at, ticket_id & 15 FROM clocks WHERE stopped_at IS NULL AND breached_at IS NULL
    ON CONFLICT DO NOTHING;

SET session_replication_role = origin;
SELECT setval(pg_get_serial_sequence(t, 'id'), :tickets * 4) FROM unnest(ARRAY['tickets', 'households', 'persons']) t;
ANALYZE;
