// Referrals of the invented places, as the ticket's page and their list ask for them.
import * as house from './house.mjs'

const words = (zh, en) => ({ zh, en })
const step = (event, minutes, more = {}) => ({ event, at: house.iso(minutes), by: '吴清和', via: 'letter', said_by: '李某某', ...more })
const referral = (id, more = {}) => ({
  id, ticket_id: house.rows[3].id, number: house.rows[3].number, area_name: '青石镇', catalogue: 'referrals-2026', item: 'medical_aid', department: 'medical_security',
  item_name: words('医疗救助', 'Medical aid'), department_name: words('医保', 'Medical security'), state: 'sent', request: '住院费用自付部分较高，请按规定审核医疗救助。', consent: 'spoken',
  fields: ['area', 'cause', 'people', 'name', 'phone', 'identity'], first_owner: '吴清和', by: '吴清和', at: house.iso(-1500), due_at: house.iso(900), extended: false, late: false,
  steps: [step('send', -1440)], next_acts: ['accept', 'return', 'withdraw'], ...more,
})
const list = [
  referral('r1'),
  referral('r2', { item: 'legal_aid', department: 'justice', item_name: words('法律援助', 'Legal aid'), department_name: words('司法', 'Justice'), state: 'returned', late: true, due_at: house.iso(-60), consent: undefined, request: '因债务纠纷请求法律咨询。', fields: ['area', 'needs', 'name', 'phone'], steps: [step('send', -4000), step('return', -2900, { via: 'phone', reason: '不属于法律援助范围，建议向银行协商。' })], next_acts: ['send', 'withdraw'] }),
  referral('r3', { item: 'student_aid', department: 'education', item_name: words('学生资助', 'Aid for pupils and students'), department_name: words('教育', 'Education'), state: 'resulted', result: 'granted', steps: [step('send', -9000), step('accept', -8000), step('result', -300, { result: 'granted' })], next_acts: ['confirm'] }),
]
const tasks = [
  { id: 'k1', kind: 'referral_returned', ref: 'r2', for: '吴清和', state: 'late', opened_at: house.iso(-2900), due_at: house.iso(-60), finish: true },
  { id: 'k2', kind: 'reassess', ref: 'r3', for: '吴清和', state: 'open', opened_at: house.iso(-300), due_at: house.iso(4000), finish: true },
]
const item = (code, department, zh, en, fields, consent) => ({ code, department, zh, en, aid: 'other', fields, consent, times: { send_days: 1, answer_days: 2, result_days: 5, extend_days: 10, confirm_days: 3, task_days: 3 } })
const catalogue = {
  version: 'referrals-2026', valid_from: '2021-01-01', source: '', counts: { departments: 2, items: 2 }, times: item('', '', '', '', [], false).times,
  departments: [{ code: 'medical_security', zh: '医保', en: 'Medical security' }, { code: 'justice', zh: '司法', en: 'Justice' }],
  items: [item('medical_aid', 'medical_security', '医疗救助', 'Medical aid', ['area', 'cause', 'people', 'medical', 'name', 'phone', 'identity'], true), item('legal_aid', 'justice', '法律援助', 'Legal aid', ['area', 'needs', 'name', 'phone'], false)],
}
const sheet = {
  id: 'r1', number: house.rows[3].number, department: words('医保', 'Medical security'), item: words('医疗救助', 'Medical aid'), request: list[0].request, consent: 'spoken', from: '吴清和', office: '青石镇值班台', sent_at: house.iso(-1440), answer_by: house.iso(900),
  letter: { area: '青石镇', cause: 'illness', household_size: 4, affected: 1, medical_fen: 15_000_000, name: '张三', phone: '+8619900000008', identity: '990101198001010016' }, times: catalogue.times,
}

/** Answers what is about referrals and what else keeps a case open; false where it is not. */
export function answerLoop(method, path, res, json) {
  if (method === 'GET' && /^\/tickets\/[^/]+\/referrals$/.test(path)) return json(res, 200, { items: list, tasks }), true
  if (method === 'GET' && /^\/tickets\/[^/]+\/loop$/.test(path)) return json(res, 200, { open: [{ code: 'referral', ref: 'r1', waivable: true, waived: false }, { code: 'payout', ref: 'p1', waivable: false, waived: false }], calls: [{ at: house.iso(-60), by: '周小雨', reached: false }], paid: true, may_waive: true }), true
  if (path === '/referral-catalogue') return json(res, 200, catalogue), true
  if (method === 'GET' && path === '/referrals') return json(res, 200, { items: list }), true
  if (/^\/referrals\/[^/]+\/sheet$/.test(path)) return json(res, 200, sheet), true
  return false
}
