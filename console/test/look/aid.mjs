// An application for basic aid at several moments, and the rules in whose words it speaks.
import * as house from './house.mjs'

const named = (code, zh, en, more) => ({ code, zh, en, ...more })
const rules = {
  version: 'aid-law-2026', valid_from: '2026-07-01', basis: { zh: '社会救助法', en: 'Social Assistance Law' }, area: '990101000000', on: '2026-10-01', standards: [], edge_percent: 150, lookback_months: 3, purposes: [], steps: [], authority: [], first_pay: 'next',
  classes: [named('old', '70 周岁以上老年人', 'aged 70 or more', { age_from: 70 }), named('severe_illness', '重病患者', 'severely ill'), named('no_work_ability', '无劳动能力', 'not able to work')],
  incomes: [named('odd_jobs', '零工收入', 'Odd jobs', { kind: 'wage', cost: false }), named('pension', '离退休金和养老金', 'Pension', { kind: 'transfer', cost: false }), named('business_cost', '经营成本', 'Cost of farming and trade', { kind: 'business', cost: true }), named('scholarship', '奖学金、助学金', 'Scholarships', { cost: false })],
  spending: [named('medical', '自负医疗费用', 'Own share of medical costs'), named('education', '教育费用', 'Costs of education')], exempt: [named('farm_vehicle', '农用三轮车', 'Farm tricycle', { kind: 'vehicle' })], self_care: [named('eat', '吃饭', 'eating'), named('walk', '室内行走', 'walking indoors')],
  catalogue: [named('dibao', '最低生活保障', 'Minimum living allowance (dibao)', { monthly: true, kind: 'basic' }), named('tekun', '特困人员救助供养', 'Support in extreme difficulty (tekun)', { monthly: true, kind: 'basic' })],
  clocks: { review_months: 2 }, visit: { visitors: 2, neighbours: 1, committee: true, target_days: 1 }, notice: { days: 7, starts: 'day_after', aids: ['dibao'] },
  papers: [named('commitment', '诚信承诺书', 'Commitment to be honest', { aids: ['dibao'], on_file: false, online: true }), named('income_proof', '收入证明', 'Proof of income', { aids: ['dibao'], sources: ['tax'], on_file: false, online: false }), named('student_proof', '在校证明', 'Proof of being in school', { aids: ['dibao'], on_file: true, online: false })],
}
const told = [['周测试：零工收入，共收到 2400.00，计入', '2400.00'], ['周测试：务工成本，按工资的 10% 扣除', '240.00'], ['周测试计入的收入合计', '2160.00'], ['财产状况符合规定'], ['全家 1 个月计入的收入合计', '2160.00'], ['人均月收入：2160.00 ÷ 1 个月 ÷ 4 人', '540.00'], ['低于低保标准 900.00', '540.00'], ['低保金：（标准 900.00 − 人均 540.00）= 360.00，× 4 人', '1440.00'], ['每月应发', '1440.00'], ['属于第 1 圈层']].map(([text, amount]) => ({ text, amount }))
const toldEn = [['Income of the household that counts, of 1 month(s)', '2160.00'], ['Income for one person and month: 2160.00 / 1 month(s) / 4 person(s)', '540.00'], ['Dibao: (standard 900.00 - per head 540.00) = 360.00, times 4 person(s)', '1440.00'], ['Due each month', '1440.00']].map(([text, amount]) => ({ text, amount }))
const members = [['m1', '周测试', 'head', 47], ['m2', '吴测试', 'spouse', 45], ['m3', '周小一', 'child', 16], ['m4', '周小二', 'child', 8]].map(([id, name, relation, age]) => ({ id, name, relation, age }))
const ruling = { id: 'r1', kind: 'grant', state: 'proposed', amount_fen: 144000, level: 'township', reason_code: 'due', reason: '父亲卧病在床，没有收入', by: '王干部', at: house.iso(-3000), assessment: 's1', version: 1 }
const base = { commitment: 'missing',
  id: 'a1', ticket_id: house.rows[3].id, aid: 'dibao', state: 'notice', household: 'h1', person: 'm1', village_name: '甲镇一村', rules: 'aid-law-2026', gaps: ['commitment'], gaps_noticed_at: house.iso(-9000), submitted_at: house.iso(-9500), accepted_at: house.iso(-8000), checked_at: house.iso(-6000), visited_at: house.iso(-5000), visit_due_on: '2026-09-27', disputed: false, by: '王干部', at: house.iso(-9800), members, reasons: [],
  declared: { months: 1, members: [{ ref: 'm1', classes: ['severe_illness'], incomes: [{ code: 'odd_jobs', fen: 240000 }] }, { ref: 'm2' }, { ref: 'm3' }, { ref: 'm4' }], property: [{ kind: 'vehicle', code: 'farm_vehicle', count: 1 }, { kind: 'deposit', fen: 120050 }], spending: [{ code: 'medical', fen: 15000000 }] },
  home_visits: [{ visit: 'v1', arrived_at: house.iso(-5000), left_at: house.iso(-4960), visitors: ['王干部', '李干部'], gps: '35.40512,116.58731', photos: ['u1', 'u2'], signature: 'signed', signed_image: 'u3' }],
  statements: [{ id: 's1', role: 'neighbour', name: '钱邻居', text: '父亲病倒以后家里没有收入。', said_at: house.iso(-4900), photos: [], by: '王干部' }, { id: 's2', role: 'committee', name: '孙主任', text: '情况属实。', said_at: house.iso(-4800), photos: ['u4'], by: '王干部' }],
  assessment: { id: 's1', at: house.iso(-4000), by: '王干部', due_fen: 144000, result: { version: 'aid-law-2026' }, zh: told, en: toldEn }, rulings: [ruling], notices: [{ id: 'n1', state: 'posted', posted_at: house.iso(-2900), starts_on: '2026-09-30', ends_on: '2026-10-06', closes_at: house.iso(7000), photo: 'u5', path: '/notices/n1' }], objections: [], hearings: [], appeals: [], entitlements: [], next_acts: ['declare', 'assess', 'object', 'pause', 'withdraw'],
}
const cut = { ...ruling, id: 'r2', kind: 'exit', state: 'confirmed', amount_fen: 0, reason_code: 'income_rose', reason: '父亲已恢复工作，月工资 5,000.00 元', answered_by: '赵镇长', answered_at: house.iso(-60), letter_due_at: house.iso(3000), review_office: '甲县', assessment: undefined }
const moments = {
  a1: base,
  a2: { ...base, id: 'a2', state: 'investigating', rulings: [], notices: [], pause: 'illness', next_acts: ['declare', 'check', 'visit', 'state', 'dispute', 'assess', 'grant', 'refuse', 'go_on', 'withdraw'], reasons: [{ kind: 'grant', codes: ['due'] }, { kind: 'refuse', codes: ['income_above', 'property_above', 'other'] }] },
  a5: { ...base, id: 'a5', state: 'submitted', accepted_at: undefined, rules: undefined, gaps: [], declared: undefined, home_visits: [], statements: [], assessment: undefined, rulings: [], notices: [], next_acts: ['declare', 'ask_papers', 'accept', 'refuse', 'withdraw'] },
  a3: { ...base, id: 'a3', state: 'notice', objections: [], next_acts: ['confirm', 'decline'] },
  a4: { ...base, id: 'a4', state: 'exited', first_month: '2026-05', decided_at: house.iso(-90000), rulings: [cut, { ...ruling, state: 'confirmed', answered_by: '赵镇长', answered_at: house.iso(-90000) }], notices: [{ ...base.notices[0], state: 'clean' }, { ...base.notices[0], id: 'n0', state: 'objected' }], objections: [{ id: 'o1', at: house.iso(-95000), anonymous: true, text: '他家有车。', outcome: 'unfounded', answer: '车是邻居的。' }, { id: 'o2', at: house.iso(-94000), anonymous: false, contact: '钱某', text: '收入没有写全。' }],
    hearings: [{ id: 'h1', kind: 'before_cut', held_at: house.iso(-500), present: 3, attendance: 'heard', said: '七月份起又上班了。' }], appeals: [{ id: 'p1', ruling: 'r2', kind: 'review', office: '甲县人民政府', filed_on: '2026-10-01', in_term: true, text: '工资没有那么多。' }],
    entitlements: [{ id: 'e2', aid: 'dibao', from: '2026-10', until: '2027-03', monthly_fen: 144000, members: ['m1', 'm2', 'm3', 'm4'], why: 'easing_out', end_why: 'exited', end_reason: 'income_rose', rules: 'aid-law-2026', by_bank: true }, { id: 'e1', aid: 'dibao', from: '2026-05', until: '2026-09', monthly_fen: 144000, members: ['m1', 'm2', 'm3', 'm4'], why: 'entered', end_why: 'exited', end_reason: 'income_rose', rules: 'aid-law-2026', by_bank: false }], next_acts: ['answer_objection', 'deliver', 'appeal', 'end_appeal'] },
}
const row = (id, state, more) => ({ id, ticket_id: house.rows[3].id, ticket_number: house.rows[3].number, aid: 'dibao', state, village_name: '甲镇一村', by: '王干部', accepted_at: house.iso(-8000), due_at: house.iso(9000), late: false, waits: false, ...more })
const rows = [row('a1', 'notice', { due_at: house.iso(-20), late: true }), row('a3', 'reviewed', { waits: true }), row('a2', 'investigating', { pause: 'illness' }), row('a5', 'draft', { accepted_at: undefined, due_at: undefined })]

const word = (code, zh, en) => ({ code, zh, en })
const integrity = { form: 'forms-2026-2',  kept: [word('worked', '积极就业或参加培训', 'Took work or training')], broken: [word('hid_income', '隐瞒收入', 'Hid income')], incentives: [word('a', '简化复核程序', 'A shorter review')], sanctions: [word('b', '增加核查频次', 'Checked more often')], items: [
  { person: 'm1', name: '周**', papers: [{ kind: 'commitment', form: '2026-1', signed: 'paper', by: '王干部', at: house.iso(-9000) }], entries: [{ id: 'i1', kind: 'broken', behaviour: word('hid_income', '隐瞒收入', 'Hid income'), state: 'notified', answered: false, answer_due: house.iso(9000), next_acts: ['answer', 'decide'],
    steps: [{ note: '七月起另有工资，没有申报。', by: '王干部', at: house.iso(-5000) }, { event: 'prove', note: '工资流水', uploads: ['u1'], by: '王干部', at: house.iso(-4900) }, { event: 'notify', note: '当面告知', by: '王干部', at: house.iso(-4000) }] }] },
  { person: 'm2', name: '吴**', papers: [{ kind: 'commitment', form: 'forms-2026-2', signed: 'refused', reason: '要先问在外打工的儿子', by: '王干部', at: house.iso(-9000) }], entries: [] }] }

/** What the ticket of an application shows beside it. */
export const decideClock = { kind: 'decide', started_at: house.iso(-8000), due_at: house.iso(9000), first_due_at: house.iso(7560), span: '20wd', counted: [] }

/** Answers what is about applications; false where it is not. */
export function answerAid(state, method, path, res, json) {
  if (path === '/aid-rules') return json(res, 200, rules), true
  if (path.endsWith('/household/lookups')) return json(res, 200, { items: [] }), true
  if (path.endsWith('/integrity')) return json(res, 200, integrity), true
  if (method !== 'GET') return false
  if (/^\/tickets\/[^/]+\/applications$/.test(path)) return json(res, 200, { items: state.ticket.applied ? [moments.a4, moments.a1] : [] }), true
  if (path === '/applications') return json(res, 200, { items: rows }), true
  const one = /^\/applications\/(\w+)$/.exec(path)
  if (one) return json(res, 200, moments[one[1]]), true
  return false
}
