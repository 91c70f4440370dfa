-- Books of a year: so many households with one payout each, every one approved, held, let go, handed out and received, in
-- five entries of two postings. Triggers are off while they are laid out; what triggers keep is summed up at the end, and
-- `hotline ledger verify`'s checks read all of it before anything is measured.
SET session_replication_role = replica;

CREATE TEMP TABLE town AS
    SELECT d.code, row_number() OVER (ORDER BY d.code) - 1 AS n, left(d.code, 6) || '000000' AS county,
           (SELECT id FROM posts p WHERE p.area_code = d.code AND p.kind = 'desk' LIMIT 1) AS desk,
           (SELECT id FROM staff s WHERE s.login = 'maker-' || d.code) AS maker, (SELECT id FROM staff s WHERE s.login = 'head-' || d.code) AS head,
           (SELECT id FROM staff s WHERE s.login = 'payer-' || d.code) AS payer
      FROM divisions d WHERE d.code LIKE '990___' || '___000' AND substr(d.code, 7, 3) <> '000' AND EXISTS (SELECT 1 FROM staff s WHERE s.login = 'maker-' || d.code);

-- The last :live of them are still to be paid; the others were, over the days before today.
CREATE TEMP TABLE lot AS
    SELECT i, t.*, i > :households AS live, (500 + i % 500) * 100::bigint AS fen,
           date_trunc('second', now() - (interval '364 days' * (:households - least(i, :households)) / :households) - interval '1 day') AS at,
           decode(md5('payee' || i) || md5('p' || i), 'hex') AS payee, decode(md5('household' || i) || md5('h' || i), 'hex') AS household
      FROM generate_series(1, :households + :live) i JOIN town t ON t.n = i % (SELECT count(*) FROM town);

INSERT INTO tickets (id, public_id, number, call_id, kind, priority, cause, status, area_code, owner_id, invited_at, accepted_at, call_ended, repeat_state, policy, epoch, version, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT i, gen_random_uuid(), lpad((9000000000000 + i)::text, 13, '0'), gen_random_uuid(), 'aid', 'P1', 'fire', CASE WHEN live THEN 'aid_decided' ELSE 'aid_confirmed' END, code, desk,
           at - interval '1 hour', at - interval '50 minutes', true, 'none', 'bench', 1, 1, at - interval '1 hour' FROM lot;
INSERT INTO decisions (id, public_id, ticket_id, findings_id, track, state, aid_kind, fen, level, reason, payee_index, household_index, missing_papers, policy, decided_by, decided_role,
        decided_at, approved_by, approved_at, version) OVERRIDING SYSTEM VALUE
    SELECT i, gen_random_uuid(), i, i, 'fast', CASE WHEN live THEN 'approved' ELSE 'paid' END, 'urgent', fen, 'township', 'fire', payee, household, '[]', 'bench', maker, 'worker',
           at - interval '10 minutes', head, at - interval '9 minutes', 1 FROM lot;
-- Those that wait may be paid through the bank, too.
INSERT INTO payee_accounts (public_id, ticket_id, payee_index, number_sealed, holder_sealed, number_index, bank, entered_by, entered_at, verified_by, verified_at)
    SELECT gen_random_uuid(), i, payee, '\x00', '\x00', decode(md5('account' || i), 'hex'), '', maker, at, head, at FROM lot WHERE live;
INSERT INTO disbursements (id, public_id, ticket_id, decision_id, aid_kind, channel, area_code, source_area, fen, payee_index, household_index, content_hash, policy, state, level, maker_id, maker_role,
        checker_id, payer_id, companion_id, attempt, submitted_at, county_from, checked_at, reserved_at, issued_at, receipted_at, version) OVERRIDING SYSTEM VALUE
    SELECT i, gen_random_uuid(), i, i, 'urgent', 'cash', code, code, fen, payee, household, decode(md5('c' || i) || md5('d' || i), 'hex'), 'bench', 'receipted', 'township', maker, 'worker',
           head, payer, maker, 1, at, at + interval '10 minutes', at, at, at, at, 5 FROM lot WHERE NOT live;

INSERT INTO accounts (public_id, kind, area_code, holder, opened_at)
    SELECT gen_random_uuid(), 'payable', code, 'ticket:' || i, at FROM lot WHERE NOT live
    UNION ALL SELECT gen_random_uuid(), 'expense', code, 'urgent', now() - interval '1 year' FROM town
    UNION ALL SELECT gen_random_uuid(), 'cash', code, 'staff:' || payer, now() - interval '1 year' FROM town
    ON CONFLICT DO NOTHING;

-- The five entries of each: which event, which account is debited and which credited, in which layer.
CREATE TEMP TABLE step (n integer, effect text, event text, debit text, credit text, layer text);
INSERT INTO step VALUES (1, 'approve', 'approved', 'expense', 'payable', 'posted'), (2, 'reserve:1', 'reserved', 'payable', 'float', 'pending'),
    (3, 'release:1', 'released', 'float', 'payable', 'released'), (4, 'issue:1', 'cash_issued', 'cash', 'float', 'posted'), (5, 'receipt', 'receipted', 'payable', 'cash', 'posted');
CREATE TEMP TABLE first AS SELECT coalesce(max(id), 0) AS id FROM ledger_entries;
INSERT INTO ledger_entries (id, public_id, key, event, area_code, disbursement_id, resolves, actor, actor_id, at) OVERRIDING SYSTEM VALUE
    SELECT f.id + (l.i - 1) * 5 + s.n, gen_random_uuid(), 'disbursement:' || d.public_id || ':' || s.effect, s.event, l.code, l.i,
           CASE WHEN s.n = 3 THEN f.id + (l.i - 1) * 5 + 2 END, 'bench', CASE WHEN s.n <= 2 THEN l.head ELSE l.payer END, l.at
      FROM lot l JOIN disbursements d ON d.id = l.i CROSS JOIN step s CROSS JOIN first f WHERE NOT l.live ORDER BY l.i, s.n;
CREATE TEMP TABLE place AS SELECT id, kind, area_code, holder FROM accounts;
CREATE UNIQUE INDEX ON place (kind, area_code, holder);
ANALYZE place; ANALYZE lot;
INSERT INTO postings (entry_id, line, account_id, area_code, layer, fen, at)
    SELECT f.id + (l.i - 1) * 5 + s.n, side.line, p.id, l.code, s.layer, side.sign * l.fen, l.at
      FROM lot l CROSS JOIN step s CROSS JOIN first f CROSS JOIN LATERAL (VALUES (1, s.debit, 1), (2, s.credit, -1)) side (line, kind, sign)
      JOIN place p ON p.kind = side.kind AND p.area_code = l.code
           AND p.holder = CASE side.kind WHEN 'payable' THEN 'ticket:' || l.i WHEN 'expense' THEN 'urgent' WHEN 'cash' THEN 'staff:' || l.payer ELSE '' END
     WHERE NOT l.live;

INSERT INTO limit_uses (disbursement_id, kind, key, fen, at)
    SELECT l.i, k.kind, k.key, l.fen, l.at FROM lot l, LATERAL (SELECT to_char(l.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS day) d, LATERAL (VALUES
        ('case', l.i::text), ('household', encode(l.household, 'hex')), ('aid_kind', 'urgent:' || encode(l.household, 'hex')),
        ('budget', l.county || ':urgent:' || left(d.day, 4)), ('township_day', l.code || ':' || d.day)) k (kind, key) WHERE NOT l.live;
INSERT INTO limit_keys (kind, key, used_fen) SELECT kind, key, sum(fen) FROM limit_uses GROUP BY kind, key
    ON CONFLICT (kind, key) DO UPDATE SET used_fen = excluded.used_fen;

SET session_replication_role = origin;
SELECT set_config('app.scope', '*', false);
UPDATE accounts a SET posted_fen = m.posted, pending_in_fen = m.pin, pending_out_fen = m.pout FROM (SELECT account_id,
        coalesce(sum(fen) FILTER (WHERE layer = 'posted'), 0) AS posted,
        coalesce(sum(fen) FILTER (WHERE (layer = 'pending' AND fen > 0) OR (layer = 'released' AND fen < 0)), 0) AS pin,
        coalesce(sum(-fen) FILTER (WHERE (layer = 'pending' AND fen < 0) OR (layer = 'released' AND fen > 0)), 0) AS pout FROM postings GROUP BY account_id) m WHERE m.account_id = a.id;
TRUNCATE account_days;
INSERT INTO account_days SELECT account_id, min(area_code), ledger_day(at),
        coalesce(sum(fen) FILTER (WHERE layer = 'posted' AND fen > 0), 0), coalesce(sum(-fen) FILTER (WHERE layer = 'posted' AND fen < 0), 0),
        coalesce(sum(fen) FILTER (WHERE (layer = 'pending' AND fen > 0) OR (layer = 'released' AND fen < 0)), 0),
        coalesce(sum(-fen) FILTER (WHERE (layer = 'pending' AND fen < 0) OR (layer = 'released' AND fen > 0)), 0) FROM postings GROUP BY account_id, ledger_day(at);
SELECT setval(pg_get_serial_sequence(t, 'id'), (SELECT coalesce(max(id), 1) FROM ledger_entries) + :households * 10) FROM unnest(ARRAY['tickets','decisions','disbursements','ledger_entries']) t;
ANALYZE;
