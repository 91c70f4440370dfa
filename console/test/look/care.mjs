// What is done for a household beside money, as the ticket's page, the station and the list of looks ask for it.
import * as house from './house.mjs'

const catalogue = {
  version: 'care-2026', valid_from: '2021-01-01', source: '', counts: { services: 2 }, task_days: 3, trips: 1,
  follow_ups: [{ code: 'after_aid', zh: '救助后回访', en: 'A look after the aid', first_days: 14, every_days: 0, again_days: 7, late_days: 3, holds: true }, { code: 'standing', zh: '长期跟踪服务', en: 'Looked after for long', first_days: 90, every_days: 90, again_days: 14, late_days: 7, holds: false }],
  services: [{ code: 'psychological', zh: '心理疏导', en: 'Psychological help', fields: ['area', 'cause', 'people', 'needs', 'name', 'phone'], consent: true, accept_days: 1, done_days: 10 }, { code: 'comfort', zh: '精神慰藉', en: 'Company and comfort', fields: ['area', 'people', 'name', 'phone'], consent: true, accept_days: 2, done_days: 20 }],
  needs: [{ code: 'work', zh: '就业', en: 'Work' }, { code: 'food', zh: '食品', en: 'Food' }], measures: [{ code: 'training', zh: '技能培训', en: 'Training for a trade', work: true }, { code: 'aid', zh: '发放救助', en: 'Aid', work: false }],
  results: [{ code: 'employed', zh: '已就业', en: 'Employed', work: true }, { code: 'solved', zh: '已解决', en: 'Solved', work: false }],
}
const follow = (id, more = {}) => ({
  id, ticket_id: house.rows[3].id, number: house.rows[3].number, area_name: '青石镇', catalogue: 'care-2026', kind: 'after_aid', holds: true, reason: '看房屋是否修好、过冬衣被够不够。', for: '吴清和', next_on: '2026-10-15', state: 'planned', by: '吴清和', at: house.iso(-3000),
  looks: [{ at: house.iso(-900), by: '吴清和', way: 'visit', outcome: 'not_enough', found: '屋顶已修，过冬衣被不够，父亲仍不能做工。', due_on: '2026-10-01', next_on: '2026-10-15' }], look: true, end: false, ...more,
})
const order = (id, more = {}) => ({
  id, number: house.rows[3].number, station: '青石镇社会工作服务站', area: '990101101000', catalogue: 'care-2026', service: 'psychological', state: 'ordered', request: '孩子受惊，夜里睡不好，请上门陪伴疏导。', consent: 'spoken', fields: ['area', 'cause', 'people', 'needs', 'name', 'phone'], by: '吴清和', at: house.iso(-600), due_at: house.iso(800), late: false,
  steps: [{ event: 'send', at: house.iso(-600), by: '吴清和' }], next_acts: ['cancel'], ...more,
})
const letter = { area: '青石镇', cause: 'fire', household_size: 4, affected: 2, needs: ['shelter', 'care'], name: '张三', phone: '+8619900000008' }
const care = {
  follow_ups: [follow('f1'), follow('f2', { kind: 'standing', holds: false, state: 'late', next_on: '2026-09-20', looks: [], reason: '家有两名儿童，长期跟踪。' })],
  services: [order('o1', { late: true, due_at: house.iso(-60) }), order('o2', { service: 'comfort', state: 'done', outcome: 'helped', due_at: undefined, next_acts: [], request: '老人独居。', steps: [{ event: 'send', at: house.iso(-9000), by: '吴清和' }, { event: 'accept', at: house.iso(-8000), by: '陆小舟' }, { event: 'done', outcome: 'helped', at: house.iso(-900), by: '陆小舟', note: '每周探访一次，共四次。' }] })],
  plan: [{ id: 'i1', catalogue: 'care-2026', person: 'p1', name: '张三', need: 'work', measure: 'training', work: true, goal: '取得厨师证。', due_on: '2026-09-01', state: 'open', late: true, by: '吴清和' }, { id: 'i2', catalogue: 'care-2026', need: 'food', measure: 'aid', work: false, due_on: '2026-11-01', state: 'done', late: false, result: 'solved', came: '已发放食品。', by: '吴清和', done_by: '吴清和', done_at: house.iso(-60) }],
  trips: [{ id: 't1', on: '2026-09-28', place: 'township', for: 'apply', ours: false, by: '吴清和' }, { id: 't2', on: '2026-09-29', place: 'township', for: 'papers', ours: false, by: '吴清和' }, { id: 't3', on: '2026-09-30', place: 'hospital', for: 'papers', ours: true, by: '吴清和' }],
  mandates: [{ id: 'm1', for: ['papers', 'collect'], consent: 'recorded', by: '吴清和', at: house.iso(-4000) }], made_trips: 2, most_trips: 1, station: '青石镇社会工作服务站', may: true,
}

/** Answers what is about care; false where it is not. */
export function answerCare(method, path, res, json) {
  if (method !== 'GET') return false
  if (/^\/tickets\/[^/]+\/care$/.test(path)) return json(res, 200, care), true
  if (path === '/care-catalogue') return json(res, 200, catalogue), true
  if (path === '/follow-ups') return json(res, 200, { items: care.follow_ups }), true
  if (path === '/station-orders') return json(res, 200, { items: [order('o1', { letter, next_acts: ['accept', 'return'] }), order('o3', { letter, state: 'accepted', service: 'comfort', next_acts: ['return', 'done'], late: true, due_at: house.iso(-60) }), { ...care.services[1], request: undefined }] }), true
  return false
}
