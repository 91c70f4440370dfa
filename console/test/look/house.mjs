// An invented house for looking at the pages: places, people and one night.
// It answers what the pages ask and remembers nothing but a few acts.

const base = Date.parse('2026-10-01T16:12:00Z') // 00:12 in Shanghai, during the National Day holiday
export const iso = (minutes) => new Date(base + minutes * 60_000).toISOString()
export const now = iso(0)
export const later = iso(14 * 1440)

export const areas = [
  ['990100000000', '云川市', 2, '990000000000'], ['990101000000', '青川县', 3, '990100000000'], ['990101001000', '青石镇', 4, '990101000000'], ['990101001201', '上坪村', 5, '990101001000'],
  ['990101001202', '下坪村', 5, '990101001000'], ['990101002000', '白水乡', 4, '990101000000'], ['990101002201', '河湾村', 5, '990101002000'], ['990102000000', '石桥县', 3, '990100000000'],
].map(([code, name, level, parent]) => ({ code, name, level, parent }))

export const people = {
  worker: { login: 'worker1', name: '林小河', role: 'worker', area: '990101001000', area_name: '青石镇', post: '林小河', acts: ['accept', 'visit'] },
  agent: { login: 'agent1', name: '周小雨', role: 'agent', area: '990100000000', area_name: '云川市', post: '周小雨', acts: ['triage'] },
  supervisor: { login: 'supervisor', name: '吴思源', role: 'supervisor', area: '990100000000', area_name: '云川市', post: '吴思源', acts: [] },
  head: { login: 'head1', name: '石文山', role: 'township_head', area: '990101001000', area_name: '青石镇', post: '石文山', acts: ['check'] },
  assistant: { login: 'assistant1', name: '何桂花', role: 'village_assistant', area: '990101001201', area_name: '上坪村', post: '何桂花', acts: ['report_visit'] },
  county: { login: 'county1', name: '唐宛如', role: 'county_duty', area: '990101000000', area_name: '青川县', post: '唐宛如', acts: ['check'] },
  city: { login: 'city1', name: '郭东来', role: 'city_duty', area: '990100000000', area_name: '云川市', post: '郭东来', acts: [] },
  admin: { login: 'admin1', name: '管理员', role: 'system_admin', area: '990100000000', area_name: '云川市', post: '管理员', acts: [] },
  finance: { login: 'finance1', name: '周会计', role: 'county_finance', area: '990101000000', area_name: '青川县', post: '周会计', acts: [] },
  auditor: { login: 'auditor1', name: '严一清', role: 'auditor', area: '990100000000', area_name: '云川市', post: '严一清', acts: [] },
}

function row(id, number, priority, status, area, owner, invited, due, clock, more = {}) {
  const place = areas.find((a) => a.code === area)
  return {
    id, number, kind: 'aid', priority, cause: 'unknown', status, area, area_name: place.name, owner: { name: owner[0], role: owner[1], kind: owner[2] ?? 'person' }, invited_at: iso(invited),
    ...(due !== null && { next_due_at: iso(due), next_due_clock: clock }), breached: false, offered_to_me: false, version: 3, caller_masked: '138****5678', escalation_step: 0, confidential: false, life_danger: false, ...more,
  }
}

export const rows = [
  row('11111111-1111-4111-8111-111111111111', '2610010004213', 'P1', 'accepted', '990101001000', ['林小河', 'worker'], -32, 88, 'two_hour', { cause: 'fire' }),
  row('22222222-2222-4222-8222-222222222222', '2610010004221', 'P1', 'offered', '990101001000', ['青石镇值班台', 'township_head', 'desk'], -4, 116, 'two_hour', { offered_to_me: true, escalation_step: 1 }),
  row('33333333-3333-4333-8333-333333333333', '2610010004189', 'P1', 'on_site', '990101002201', ['马致远', 'worker'], -131, -11, 'two_hour', { breached: true, caller_masked: '' }),
  row('44444444-4444-4444-8444-444444444444', '2610010004205', 'P2', 'findings', '990101001201', ['林小河', 'worker'], -101, 19, 'two_hour'),
  row('55555555-5555-4555-8555-555555555555', '2610010004171', 'P2', 'aid_decided', '990101001202', ['林小河', 'worker'], -500, 940, 'day', { cause: 'illness', repeat_of: '11111111-1111-4111-8111-111111111111' }),
  row('66666666-6666-4666-8666-666666666666', '2610010004239', 'P2', 'new', '990101000000', ['青川县值班台', 'county_duty', 'desk'], -1, 119, 'two_hour', { caller_masked: '****0012' }),
  row('77777777-7777-4777-8777-777777777777', '2609300003816', 'INFO', 'triaged', '990101002000', ['周小雨', 'agent'], -1700, 11_000, 'answer', { kind: 'consultation' }),
  row('88888888-8888-4888-8888-888888888888', '2609290003702', 'P2', 'follow_up', '990102000000', ['何田', 'worker'], -3100, null, null),
]

const clock = (kind, started, due, more = {}) => ({ kind, started_at: iso(started), due_at: iso(due), first_due_at: iso(due), ...more })
const entry = (id, minutes, kind, actor, data = {}) => ({ id: String(id), at: iso(minutes), kind, actor, data })

/** The ticket in the middle of its story: found, decided, cash in hand. */
export const ticket = {
  ...rows[3], priority: 'P1', status: 'aid_decided', acts: ['visit', 'findings', 'hand_over', 'add_paper', 'view_caller', 'receipt'],
  call: { invited_at: iso(-101), answered_at: iso(-100.9), ended_at: iso(-99), end_reason: 'completed', to: '99010001', caller_masked: '138****5678' },
  clocks: [
    { ...clock('two_hour', -101, 19), due_at: iso(45) }, clock('day', -101, 1339),
    { ...clock('answer', -101, 11_000), counted: [{ date: '2026-10-02', kind: 'holiday', name: '国庆节', counted: false }, { date: '2026-10-08', kind: 'working', counted: true }, { date: '2026-10-10', kind: 'make_up', name: '国庆节', counted: true }], stopped_at: iso(-20), proof: 'retriaged' },
  ],
  offers: [
    { post: '林小河', role: 'worker', offered_at: iso(-101), why: { on_duty: true, position: 1, shift_from: iso(-240), shift_to: iso(480) }, outcome: 'accepted', ended_at: iso(-97) },
    { post: '赵二', role: 'worker', offered_at: iso(-98), why: { on_duty: true, position: 3, shift_from: iso(-240), shift_to: iso(480), skipped: [{ name: '钱三', position: 2, reason: 'absent', until: iso(2000) }] }, outcome: 'taken', ended_at: iso(-97) },
  ],
  repeat: { of_id: rows[0].id, of_number: rows[0].number, state: 'lapsed' }, call_taker: '周小雨',
  visits: [{ id: 'v1', mode: 'on_site', arrived_at: iso(-60), recorded_at: iso(-58), place: '上坪村三组', facts: '厨房起火，两间房烧毁，老人轻微烫伤，今晚无处住。', visitors: ['林小河', '赵二'], photos: ['u1', 'u2'], by: '林小河' }],
  findings: [{ id: 'f1', at: iso(-50), by: '林小河', cause: 'fire', household_size: 3, affected: 2, needs: ['shelter', 'food', 'cash'], declared: { income_before_fen: 320_000, income_now_fen: 0 }, applicant: '何某某', id_type: 'resident_id', id_number_masked: '990***********0023', note: '', warnings: ['id_unknown_area'] }],
  decisions: [{ id: 'd1', track: 'fast', state: 'approved', aid_kind: 'urgent', amount_fen: 80_000, paid_fen: 80_000, level: 'solo', reason: '火灾致房屋烧毁，今晚无处住、无米下锅。', decided_by: '林小河', decided_at: iso(-45), approved_by: '林小河', approved_at: iso(-45), next_acts: [], version: 2 }],
  disbursements: [{ id: 'p1', decision_id: 'd1', aid_kind: 'urgent', channel: 'cash', area: '990101001000', source_area: '990101001000', amount_fen: 80_000, state: 'cash_issued', level: 'solo', content_hash: 'ab'.repeat(32), maker: '林小河', payer: '林小河', submitted_at: iso(-40), issued_at: iso(-35), second_signature_due: iso(1400), next_acts: ['receipt', 'return_cash'], version: 3 }],
  receipts: [], papers: [
    { id: 'q1', kind: 'id_copy', state: 'open', due_at: null, reminders: 0, photos: [], added_by: '林小河', next_acts: ['receive'], version: 1 },
    { id: 'q2', kind: 'expense_proof', state: 'overdue', due_at: iso(-3000), reminders: 3, photos: [], added_by: '林小河', next_acts: ['receive'], version: 4 },
  ],
}

// The same ticket where the bank could not pay: repaired, and about to be tried again.
export const byBank = {
  acts: ['enter_account', 'verify_account', 'reissue_disbursement'],
  payee_accounts: [
    { id: 'x2', last_four: '0025', entered_by: '林小河', entered_at: iso(-12), replaced: false, next_acts: ['verify'] },
    { id: 'x1', last_four: '0017', entered_by: '林小河', entered_at: iso(-200), verified_by: '石文山', verified_at: iso(-190), replaced: true, next_acts: [] },
  ],
  disbursements: [{ ...ticket.disbursements[0], channel: 'bank', state: 'fixed', payer: undefined, issued_at: undefined, next_acts: ['reissue'], tries: [
    { number: 2, reference: 'c1d2e3f4a5b60718293a4b5c6d7e8f90', account_id: 'x1', last_four: '0017', state: 'unknown', made_at: iso(-60) },
    { number: 1, reference: '0f1e2d3c4b5a69788796a5b4c3d2e1f0', account_id: 'x1', last_four: '0017', state: 'failed', reason: 'name_mismatch', code: 'BE01', made_at: iso(-180), answered_at: iso(-90) },
  ] }],
}

export const timeline = [
  entry(1, -101, 'call.received', 'ivr', { number: '99010001', ticket: ticket.number }), entry(2, -101, 'ticket.repeat_suggested', 'ivr'), entry(3, -100.9, 'call.answered', 'ivr'),
  entry(4, -100.5, 'call.keyed', 'ivr', { key: '1' }), entry(5, -100.5, 'ticket.raised_by_caller', 'ivr', { key: '1' }), entry(6, -100.4, 'ticket.offered', 'dispatch', { to: '林小河', role: 'worker', step: 0, loop: 0, why: {} }), entry(17, -98, 'ticket.offer_skipped', 'dispatch', { step: 1, target: 'duty worker 2', reason: 'all_away', skipped: [{ name: '钱三', position: 2, reason: 'absent', until: iso(2000) }] }),
  entry(7, -99, 'call.ended', 'ivr', { reason: 'completed' }), entry(8, -97, 'ticket.accepted', '林小河', { by: '林小河', step: 0 }),
  entry(9, -90, 'ticket.triaged', '周小雨', { by: '周小雨', area: '990101001201', from_area: '990101001000', priority: 'P1', from_priority: 'P1', kind: 'aid', pending_priority: 'P3', reason: '来电人说邻居已经送来吃的' }),
  entry(10, -60, 'visit.recorded', '林小河', { by: '林小河', mode: 'on_site', arrived_at: iso(-60) }), entry(11, -50, 'findings.recorded', '林小河', { by: '林小河' }),
  entry(12, -45, 'decision.made', '林小河', { by: '林小河', amount_fen: 80_000, reason: '火灾致房屋烧毁' }), entry(13, -40, 'disbursement.submitted', '林小河', { by: '林小河', amount_fen: 80_000 }),
  entry(14, -35, 'cash.issued', '林小河', { by: '林小河', amount_fen: 80_000 }), entry(15, -30, 'weather.warned', 'dispatch', { level: 'orange', amount_fen: 5 }), entry(16, -11, 'ticket.breached', 'dispatch', { clock: 'two_hour', due_at: iso(-11) }),
]

const seed = { zh: '演示城市 2021 年起的快速救助办法；金额为演示城市自定', en: 'The demo city\'s own rapid aid rules, since 2021; sums of the demo city' }
const law = { zh: '《社会救助法》（2026年7月1日起施行）及“小额快救”意见；金额为演示城市自定', en: 'Social Assistance Law (in force since 1 July 2026) and the opinions on small rapid aid; sums of the demo city' }
const raised = { zh: '青民发〔2026〕88号', en: 'Document 88 of 2026 of the city\'s civil affairs bureau' }
const dated = (limit, unit, value, more = {}) => ({ limit, unit, value, valid_from: '2021-01-01', policy: 'relief-2021', basis: seed, ...more })
export const datedLimits = [
  dated('solo', 'fen', 100_000, { valid_until: '2026-12-31', next: { value: 150_000, valid_from: '2027-01-01', policy: 'relief-2027', basis: raised } }), dated('worker_day', 'fen', 300_000), dated('township', 'fen', 500_000), dated('township_day', 'fen', 2_000_000), dated('advance', 'fen', 200_000),
  dated('household', 'fen', 1_000_000), dated('household_months', 'months', 12), dated('account', 'fen', 1_000_000), dated('float', 'fen', 5_000_000), dated('float_low', 'percent', 30), dated('fund', 'fen', 100_000_000), dated('fund_low', 'percent', 30), dated('second_signature', 'minutes', 1440), dated('county_may_check', 'minutes', 10),
  dated('after_review', 'percent', 5), dated('after_review_days', 'working_days', 10), dated('aid_kind', 'fen', 1_000_000, { aid_kind: 'urgent', valid_until: '2026-12-31', next: { value: 0, valid_from: '2027-01-01', policy: 'relief-2027', basis: raised } }), dated('fast_person', 'fen', 90_000, { valid_from: '2026-07-01', policy: 'relief-2026', basis: law }),
]

export const policy = {
  version: 'relief-2026', causes: ['unknown', 'accident', 'illness', 'fire', 'traffic', 'disaster', 'other'], fast_cap_fen_per_person: 90_000, limits: { solo_fen: 100_000, township_fen: 500_000, household_fen: 1_000_000 },
  papers: [['id_copy', '身份证复印件', 'Copy of the identity card'], ['household_register', '户口簿复印件', 'Copy of the household register'], ['expense_proof', '费用票据', 'Proof of expenses'], ['witness_statement', '见证人说明', 'Statement of a witness']].map(([code, zh, en]) => ({ code, zh, en })),
}

const account = (id, kind, area, holder, posted, out = 0) => ({ id, kind, area, holder, posted_fen: posted, pending_in_fen: 0, pending_out_fen: out, available_fen: posted - out })
const accounts = [
  { ...account('', 'payable', '990101001000', '', -130_000), cases: 2 }, account('a1', 'appropriation', '990101000000', '', -25_000_000), account('a2', 'fund', '990101000000', '', 15_000_000), account('a3', 'float', '990101001000', '', 4_920_000, 120_000), account('a4', 'float', '990101002000', '', 1_400_000),
  account('a5', 'cash', '990101001000', '林小河', 80_000), account('a6', 'payable', '990101001000', ticket.number, -80_000), account('a7', 'expense', '990101001000', 'urgent', 3_680_000),
]

const visit = (id, r, more) => ({ id, ticket_id: r.id, number: r.number, priority: r.priority, area: r.area, area_name: r.area_name, caller_masked: r.caller_masked, origin: 'missed', urgent: false, state: 'visit', calls: 1, entered_at: iso(-200), try_at: iso(-150), tries: 3, mine: false, ...more })
/** Visits as each role sees them: an assistant those of their village, the head those in vain too. */
export const visits = {
  village_assistant: [visit('b5', rows[3], { urgent: true, calls: 2, due_at: iso(70), holder: '何桂花', visit: { asked_at: iso(-50), asked: 1, late: 0 }, next_acts: ['visit_result'] })],
  township_head: [
    visit('b6', rows[4], { due_at: iso(-20), holder: '林小河', visit: { asked_at: iso(-1400), asked: 2, late: 1 }, next_acts: ['visit_result'] }),
    visit('b7', rows[3], { origin: 'asked', due_at: iso(800), holder: '石文山', note: '门锁着，邻居说去县城女儿家了。', visit: { asked_at: iso(-300), asked: 1, late: 0, result: 'not_found' }, next_acts: ['visit_result', 'visit_decision'] }),
  ],
  worker: [visit('b6', rows[3], { due_at: iso(800), holder: '林小河', visit: { asked_at: iso(-20), asked: 2, late: 1 }, next_acts: ['visit_result'] })],
}

const opened = (kind, days, fen, area = '990101000000') => ({ kind, area, what: `x${days}`, amount_fen: fen, since: iso(-days * 1440), age_days: days })
const reconciliation = {
  area: '990101000000', through: '2026-10-07', open: [opened('unknown', 8, 120_000, '990101101000'), opened('unmatched_line', 3, 1_250), opened('late_success', 2, -80_000), opened('reversed_cash', 1, 30_000, '990101101000'), opened('cash_short', 1, 5_000, '990101102000')],
  suspense: [{ account_id: 'su1', area: '990101000000', count: false, payout_id: 'p5', ticket_number: 'T20261005-0007', amount_fen: -80_000, since: iso(-2 * 1440), kinds: ['cover'] }, { account_id: 'su2', area: '990101102000', count: true, holder: '赵二', amount_fen: 5_000, since: iso(-1440), kinds: ['paid_in', 'claim', 'write_off'] }],
  adjustments: [{ id: 'ad1', kind: 'write_off', area: '990101102000', holder: '赵二', amount_fen: 2_000, voucher: '盘亏〔2026〕3号', note: '进水损毁，两人在场', by: '吴会计', at: iso(-50), next_acts: ['sign', 'decline'] },
    { id: 'ad2', kind: 'interest', area: '990101000000', line_id: 'l0', amount_fen: 1_310, voucher: '利息单 9 月', by: '周会计', at: iso(-9000), outcome: 'signed', answered_by: '吴会计', answered_at: iso(-8900), next_acts: [] }],
  imprest: [{ area: '990101101000', area_name: '石桥镇', filled_fen: 5_000_000, float_fen: 4_810_000, cash_fen: 80_000, suspense_fen: 0, claimed_fen: 0, vouchers_fen: 110_000, vouchers: 2, missing_fen: 0, claimable_fen: 110_000 },
    { area: '990101102000', area_name: '柳河镇', filled_fen: 3_000_000, float_fen: 2_994_999, cash_fen: 0, suspense_fen: 5_000, claimed_fen: 0, vouchers_fen: 0, vouchers: 0, missing_fen: 1, claimable_fen: 0 }],
  lines: [{ id: 'l1', bank: 'rural-1', day: '2026-10-05', amount_fen: 100_000_000, bank_reference: 'B-20261005-1', candidates: [{ entry_id: 'e9', event: 'fund_allocated', at: iso(-2000) }] }, { id: 'l2', bank: 'rural-1', day: '2026-10-05', amount_fen: 1_250, bank_reference: 'B-20261005-2', candidates: [] }],
  statements: [{ id: 's1', bank: 'rural-1', from: '2026-10-05', to: '2026-10-05', opening_fen: 0, closing_fen: 99_891_250, lines: 6, open: 2, loaded_by: '周会计', loaded_at: iso(-900) }],
  missing_statements: [{ from: '2026-10-03', to: '2026-10-03' }, { from: '2026-10-05', to: '2026-10-06' }],
  last_closed: { day: '2026-10-06', month: '2026-09-30' },
  closings: [{ id: 'k1', area: '990101000000', kind: 'month', through: '2026-09-30', note: '', hash: 'a3f1c2d4e5f60718293a4b5c6d7e8f90a3f1c2d4e5f60718293a4b5c6d7e8f90', closed_by: '周会计', closed_at: iso(-6000) }],
}
const helped = (times, persons, households, fen, back = 0, backFen = 0) => ({ person_times: times, persons, households, paid_fen: fen, taken_back: back, taken_back_fen: backFen })
const said = (question, answer) => ({ question, answer })
const knowledge = { items: [
  { code: 'dibao_who', topic: 'basic', topic_zh: '基本生活救助', topic_en: 'Basic aid', tags: ['低保'], source: '社会救助法 Art 18, 21', valid_from: '2026-07-01', zh: said('什么样的家庭可以申请低保？', '共同生活的家庭成员人均月收入低于当地低保标准（每人每月 900.00 元），并且家庭财产符合规定的，可以申请最低生活保障。看的是全家最近 3 个月的收入。'), en: said('Which households may apply for dibao?', 'Those whose income for one person and month is below the local standard (900.00 yuan) and whose property is within the lines.') },
  { code: 'terms', topic: 'procedure', topic_zh: '办理程序', topic_en: 'How it goes', tags: ['多久'], source: '民发〔2021〕57号；地方时限见 aid-*.yaml', valid_from: '2021-01-01', zh: said('申请以后多久有结果？', '打来电话后 5 个工作日内受理，受理后 20 个工作日内办结，其中 10 个工作日内入户调查。急难的走快速通道，2 小时或 24 小时。'), en: said('How long does an application take?', 'It is accepted within 5 working days of the call and decided within 20 working days from there.') },
] }

const waits = (part, state, count, median_days, oldest_days, usual_days, beyond, more) => ({ part, state, count, median_days, oldest_days, usual_days, beyond, ...more })
const waitLines = [
  waits('ticket', 'inform', 4, 1.2, 3.4, 7, 0), waits('ticket', 'discover', 3, 0.1, 1.6, 1, 1), waits('ticket', 'respond', 9, 0.4, 2.2, 1, 2), waits('ticket', 'relieve', 12, 1.1, 6.5, 3, 3), waits('ticket', 'follow', 31, 12.4, 52.8, 30, 5),
  waits('application', 'investigating', 6, 3.2, 11.5, 7, 2), waits('application', 'notice', 3, 4.1, 6.2, 9, 0), waits('decision', 'approved', 2, 0.8, 1.1, 3, 0), waits('payout', 'submitted', 4, 0.3, 2.5, 1, 1), waits('referral', 'in_progress', 5, 8.8, 25.3, 20, 1), waits('follow_up', 'late', 2, 4.5, 8.1, 7, 1),
]
const stuck = { area: '990101000000', area_name: '青县', made_at: now, rules: 'stages-2026', open: 59, lines: waitLines, places: waitLines.slice(0, 5).map((l) => ({ ...l, area: '990101001000', area_name: '青石镇' })), owners: waitLines.slice(0, 3).map((l) => ({ ...l, owner: 7, owner_name: '林小河' })) }
const stuckCases = { items: [0, 1, 2].map((i) => ({ ticket: rows[i].id, number: rows[i].number, part: 'ticket', ref: rows[i].id, state: 'relieve', area_name: '青石镇', owner_name: '林小河', since: iso(-9000 + 1500 * i), days: 6.3 - i, usual_days: 3, beyond: true })) }
const counts = {
  entries: [{ month: '2026-10', area: '990101001000', area_name: '青石镇', register: 'dibao', entered: 6, left: 2 }, { month: '2026-11', area: '990101001000', area_name: '青石镇', register: 'disabled_subsidy', entered: 1, left: 0 }],
  covered: [{ register: 'dibao', persons: 412, households: 188 }, { register: 'disabled_subsidy', persons: 57, households: 55 }, { register: 'tekun', persons: 23, households: 23 }, { persons: 471, households: 240 }],
  area: '990101000000', area_name: '甲县', from: '2026-01-01', to: '2026-10-31', made_at: iso(0), ledger_fen: 1_234_500, ledger_taken_back_fen: 30_000, agrees: true,
  intake: [{ month: '2026-08', source: 'call', kind: 'aid', priority: 'P2', tickets: 31 }, { month: '2026-09', source: 'call', kind: 'aid', priority: 'P1', tickets: 12 }, { month: '2026-10', source: 'report', kind: 'aid', priority: 'P3', tickets: 40 }],
  aid: [{ month: '2026-09', area: '990101001000', area_name: '河东街道', aid_kind: 'urgent', ...helped(3, 2, 2, 500_000) }, { month: '2026-10', area: '990101101000', area_name: '石桥镇', aid_kind: 'urgent', ...helped(4, 4, 3, 734_500, 1, 30_000) }],
  kinds: [{ aid_kind: 'urgent', ...helped(7, 5, 4, 1_234_500, 1, 30_000) }], whole: helped(7, 5, 4, 1_234_500, 1, 30_000),
  visits: { visits: 23, on_site: 19, visitors: 41, cases: 17 }, calls: { calls: 83, queued: 71, answered: 66, in_time: 60, abandoned: 5 },
  clocks: [{ clock: 'two_hour', due: 12, in_time: 10, late: 1, overdue: 1, running: 0, late_evidence: 1 }, { clock: 'day', due: 43, in_time: 40, late: 2, overdue: 0, running: 1, late_evidence: 0 }, { clock: 'paper', due: 9, in_time: 8, late: 1, overdue: 0, running: 0, late_evidence: 0 }],
  survey: [{ area: '990101001000', area_name: '石桥镇', registered: 118, counted: 640, known: 652, visited: 214, villages: 12, without_size: 1 }, { area: '990101002000', area_name: '柳河镇', registered: 96, counted: 500, known: 512, visited: 388, villages: 9, without_size: 0 }],
  survey_whole: { area: '990101000000', area_name: '青川县', registered: 214, counted: 1140, known: 1164, visited: 602, villages: 21, without_size: 1 },
  survey_plans: [{ line: 'tier1', to_visit: 120, done: 96, missed: 11, open: 13 }, { line: 'tier2', to_visit: 64, done: 60, missed: 0, open: 4 }, { line: 'others', to_visit: 210, done: 77, missed: 3, open: 130 }],
  on_time: [{ month: '2026-09', area: '990101001000', area_name: '青石镇', clock: 'day', due: 20, in_time: 18, late: 2, overdue: 0, running: 0, late_evidence: 0 }, { month: '2026-10', area: '990101001000', area_name: '青石镇', clock: 'day', due: 23, in_time: 22, late: 0, overdue: 0, running: 1, late_evidence: 0 }],
  targets: [{ target: 'visit', reached: 14, met: 12 }, { target: 'file', reached: 13, met: 9 }, { target: 'notice', reached: 11, met: 8 }], trips: { cases: 37, citizens: 29, ours: 18, at_most_one: 33 }, work: { planned: 8, dropped: 1, results: [{ result: 'employed', measures: 3, households: 3 }, { result: 'no_work', measures: 1, households: 1 }] },
  settled: [{ register: 'dibao', settlement: 'town', persons: 96, households: 44 }, { register: 'dibao', settlement: 'country', persons: 316, households: 144 }],
}
const moneyReport = {
  county: '990101000000', from: '2026-10-01', to: '2026-10-07', given_fen: 100_000_000, recovered_fen: 0, interest_fen: 1_310, fees_fen: 500, missed_fen: 0, found_fen: 0, paid_fen: 190_000, taken_back_fen: 30_000, held_fen: 99_840_000, agrees: true, open: [],
  paid: [{ area: '990101101000', aid_kind: 'urgent', channel: 'cash', payouts: 2, paid_fen: 110_000, taken_back: 1, taken_back_fen: 30_000 }, { area: '990101102000', aid_kind: 'urgent', channel: 'bank', payouts: 1, paid_fen: 80_000, taken_back: 0, taken_back_fen: 0 }],
  balances: [{ kind: 'fund', area: '990101000000', opening_fen: 0, debit_fen: 100_000_000, credit_fen: 8_110_000, closing_fen: 91_890_000 }, { kind: 'float', area: '990101101000', opening_fen: 0, debit_fen: 5_000_000, credit_fen: 190_000, closing_fen: 4_810_000 }],
}

export const answers = {
  '/system': { version: 'look', dev: true, app_now: now, time_scale: 1 }, '/policy': policy, '/posts': { items: [
    { kind: 'desk', area: '990101001000', area_name: '青石镇', role: 'worker', name: '青石镇民政办' }, { kind: 'person', area: '990101001000', area_name: '青石镇', role: 'worker', name: '赵二', login: 'worker2', absent_until: iso(2000) },
    { kind: 'desk', area: '990101000000', area_name: '青川县', role: 'county_duty', name: '青川县值班台' },
  ] }, '/areas': { items: areas }, '/skills': { items: [{ key: 'dialect:local', zh: '本地方言', en: 'Local dialect' }] },
  '/decisions/d1/rails': { account_id: 'acc1', items: [
    { channel: 'advance', fits: true, possible: true, why: 'advance_holds', holds_fen: 150_000 }, { channel: 'cash', fits: true, possible: true, why: 'float_holds', holds_fen: 4_800_000 },
    { channel: 'bank', fits: false, possible: true, why: 'bank_late', at: later }, { channel: 'goods', fits: true, possible: true, why: 'stock_holds', holds_fen: 300_000 },
  ] },
  '/approvals': { items: [
    { act: 'check', id: 'p9', ticket_id: rows[0].id, ticket_number: rows[0].number, area: '990101001000', amount_fen: 320_000, content_hash: 'cd'.repeat(32), made_by: '林小河', since: iso(-7) },
    { act: 'second_signature', id: 'p1', ticket_id: rows[3].id, ticket_number: rows[3].number, area: '990101001000', amount_fen: 80_000, made_by: '林小河', since: iso(-40), due_at: iso(1400) },
    { act: 'approve', id: 'd7', ticket_id: rows[4].id, ticket_number: rows[4].number, area: '990101001000', amount_fen: 450_000, made_by: '赵二', since: iso(-3) },
  ] },
  '/ledger/reconciliation': reconciliation, '/ledger/report': moneyReport, '/statistics': counts, '/statistics/stuck': stuck, '/statistics/stuck/cases': stuckCases, '/knowledge': knowledge, '/knowledge/versions': knowledge,
  '/ledger/trial-balance': { at: now, accounts, debit_fen: 25_080_000, credit_fen: 25_080_000, balanced: true, whole: true, funds: [{ ...accounts[2], available_fen: 14_700_000, pending_out_fen: 300_000, full_fen: 100_000_000, low: true }], floats: [{ ...accounts[3], in_hands_fen: 80_000, full_fen: 5_000_000, low: false }, { ...accounts[4], in_hands_fen: 0, full_fen: 5_000_000, low: true }, { ...account('a8', 'float', '990101000000', '', 10_000_000, 80_000), in_hands_fen: 0, full_fen: 5_000_000, low: false }], left_behind_fen: 1_250_000, left_behind: [{ ...accounts[4], id: 'left', area: '990101009000', posted_fen: 1_250_000, available_fen: 1_200_000, pending_out_fen: 50_000, area_name: '旧河镇', successor: '990101001000', successor_name: '青石镇' }] },
  '/ledger/limits': { policy: 'relief-2026', year: 2026, counting: 'Asia/Shanghai', limits: datedLimits,
    budgets: [{ area: '990101000000', area_name: '青川县', aid_kind: 'urgent', year: 2026, budget_fen: 300_000_000, used_fen: 81_234_50, left_fen: 291_876_550, voucher: '财社〔2026〕12号', set_by: '周会计', set_at: iso(-90_000) }, { area: '990102000000', area_name: '云东县', aid_kind: 'urgent', year: 2026, budget_fen: 5_000_000, used_fen: 5_000_000, left_fen: 0, voucher: '财社〔2026〕13号', set_by: '吴会计', set_at: iso(-80_000) }] },
  '/ledger/accounts/a3/statement': { account: accounts[3], from: '0001-01-01T00:00:00Z', until: now, opening_fen: 0, debit_fen: 5_000_000, credit_fen: 80_000, closing_fen: 4_920_000, lines: [
    { entry_id: 'e3', at: iso(-35), event: 'cash_issued', layer: 'posted', amount_fen: -80_000, balance_fen: 4_920_000, by: '林小河' }, { entry_id: 'e2', at: iso(-40), event: 'reserved', layer: 'pending', amount_fen: -80_000, balance_fen: 5_000_000, by: '林小河' }, { entry_id: 'e1', at: iso(-9000), event: 'float_funded', layer: 'posted', amount_fen: 5_000_000, balance_fen: 5_000_000, by: '金算盘', reason: '凭证 17' },
  ] },
  '/calls': { items: rows.map((r, i) => ({ id: `c${i}`, ticket_id: r.id, number: r.number, to: i % 2 ? '12349' : '99010001', caller_masked: r.caller_masked, invited_at: r.invited_at, ...(i !== 2 && { answered_at: new Date(Date.parse(r.invited_at) + 3000).toISOString() }), ...(i !== 5 && { ended_at: new Date(Date.parse(r.invited_at) + 65_000).toISOString(), end_reason: i === 2 ? 'abandoned' : 'completed' }), replayed: i === 4, outcome: [1, 2].includes(i) ? 'missed' : i === 5 ? 'alive' : 'spoken', ...(i !== 2 && { agent: '周小雨', talked_from: new Date(Date.parse(r.invited_at) + 5000).toISOString(), talked_to: new Date(Date.parse(r.invited_at) + 185_000).toISOString() }), ...(i === 0 && { disposition: 'registered', survey_score: 5 }) })) },
  '/calls/c0/pop': { state: 'known', pop: {
    call_id: 'c0', to: '12349', caller_masked: '138****5678', withheld: false, invited_at: iso(-0.6), entered_at: iso(-0.5), ticket: rows[0], clocks: [],
    open_tickets: [{ source: 'same_number', id: rows[3].id, number: rows[3].number, kind: 'aid', priority: 'P2', status: 'findings', area_name: '上坪村', invited_at: rows[3].invited_at }],
    household: { source: 'findings', ticket: rows[3].number, at: iso(-50), applicant_masked: '何**', area_name: '上坪村' }, history: [{ at: iso(-101), outcome: 'spoken' }, { at: iso(-4000), outcome: 'missed' }],
  } },
  '/dispositions': { items: [['registered', '已登记求助'], ['advised', '已解答咨询'], ['wrong_number', '打错电话'], ['silent', '无声电话']].map(([key, zh]) => ({ key, zh, en: key })) },
  '/callbacks': { items: [
    { id: 'b1', ticket_id: rows[2].id, number: rows[2].number, priority: 'P1', area: '990101002201', area_name: '河湾村', caller_masked: '139****0001', origin: 'missed', urgent: true, state: 'open', calls: 2, entered_at: iso(-12), try_at: iso(-12), due_at: iso(3), tries: 0, mine: false, next_acts: ['claim', 'cancel'] },
    { id: 'b2', ticket_id: rows[6].id, number: rows[6].number, priority: 'INFO', area: '990101002000', area_name: '白水乡', caller_masked: '138****5678', origin: 'asked', urgent: false, state: 'claimed', calls: 1, entered_at: iso(-40), try_at: iso(8), due_at: iso(20), tries: 1, holder: '周小雨', mine: true, next_acts: ['claim', 'try', 'cancel'] },
  ] },
  '/queues/abandoned': { items: [{ call: 'c2', ticket: rows[2].number, ticket_id: rows[2].id, queue: 'aid', reason: 'abandoned', entered_at: iso(-131), left_at: iso(-130), waited_ms: 48_000 }] },
  '/agents/spans': { items: [{ login: 'agent2', name: '钱明远', status: 'available', state: 'talking', from: iso(-8), to: iso(-1) }, { login: 'agent2', name: '钱明远', status: 'paused', reason: 'meal', state: 'idle', from: iso(-30), to: iso(-8) }] },
  '/queues/figures': { items: [-180, -120, -60].map((from, i) => ({ queue: 'aid', from: iso(from), to: iso(from + 60), entered: 9 + 7 * i, answered: 8 + 6 * i, in_time: 7 + 5 * i, abandoned: 1, short: i, called_back: 1, timed_out: 0, service_level: 0.87, average_wait_ns: 11e9, longest_wait_ns: 64e9, average_talk_ns: 170e9, average_handle_ns: 203e9, occupancy: 0.58 })) },
  '/audit': { items: [
    { lane: 3, seq: 118, at: iso(-35), actor: '林小河', role: 'worker', action: 'cash.issued', subject: 'disbursement', area: '990101001000', data: '{"amount_fen":80000}', hash: 'a1'.repeat(32) },
    { lane: 0, seq: 97, at: iso(-36), actor: '林小河', role: 'worker', action: 'phone.view', subject: 'ticket', area: '990101001000', reason: 'call_back', data: '{}', hash: 'b2'.repeat(32) },
  ], next: 'more' },
  '/sms': { items: [{ at: iso(-97), to: '138****5678', text: '【12349】您的求助已由青石镇林小河受理，编号 2610010004205。' }, { at: iso(-100), to: '139****0001', text: '【12349】特急工单 2610010004205 派给您，请 3 分钟内接单。' }] },
}

/** The same ticket while it is being asked for: the ladder half climbed, everything that may move it. */
export const waiting = {
  status: 'offered', offered_to_me: true, owner: { name: '甲镇值班台', role: 'worker', kind: 'desk' }, next_due_at: iso(19), visits: [], findings: [], decisions: [], disbursements: [], papers: [],
  acts: ['accept', 'cannot_come', 'view_caller', 'pull', 'push', 'pause', 'merge', 'split'], pause_left_minutes: 7,
  place: { source: 'household', area_name: '上坪村', by: '周小雨', at: iso(-99), like: '2609280000422' },
  suggested_place: { area: rows[0].area, area_name: '上坪村', number: '2609280000422' },
  clocks: [clock('two_hour', -101, 19), clock('day', -101, 1339)],
  joined: [{ id: rows[1].id, number: rows[1].number, invited_at: iso(-90) }], split_off: [{ id: rows[2].id, number: rows[2].number, invited_at: iso(-101) }],
  offers: [
    { post: '林小河', role: 'worker', step: 0, loop: 0, offered_at: iso(-101), why: { on_duty: true, position: 1, load: 1, also: [{ name: '钱三', load: 4 }], shift_from: iso(-240), shift_to: iso(480), duty: { source: 'rule', rule: '夜班' }, skipped: [{ name: '孙四', position: 1, reason: 'conflict_of_interest' }] }, outcome: 'declined', ended_at: iso(-100) },
    { post: '赵二', role: 'worker', step: 1, loop: 0, offered_at: iso(-100), why: { on_duty: true, position: 2, load: 0, shift_from: iso(-240), shift_to: iso(480) } },
  ],
  ladder: {
    policy: 'ladder-2026', from: iso(-101), loop: 0, next: { step: 3, at: iso(9) },
    steps: [
      { step: 0, to: 'duty worker 1', after: '0s', due_at: iso(-101), state: 'done' }, { step: 1, to: 'duty worker 2', after: '3m0s', due_at: iso(-98), state: 'done' },
      { step: 2, to: 'duty township_head', after: '6m0s', due_at: iso(-95), state: 'done' }, { step: 3, to: 'duty county_duty', after: '10m0s', due_at: iso(9), state: 'next' }, { step: 4, to: 'duty city_duty', after: '15m0s', due_at: iso(14), state: 'later' },
    ],
  },
}
