// A household in the register, for the pictures.
import { now } from './house.mjs'

const brief = { id: 'h1', area_name: '甲镇一村', head: '张**', members: 4, tier: 3, opened_at: now, alerts: 1 }
const member = (id, name, relation, age, more) => ({ id, name, relation, since: '2026-10-01', id_type: 'resident_id', id_masked: '990***********1234', phone_masked: '138****5678', born: `${2026 - age}-03-01`, age, sex: 'female', hukou_area: '990101101201', capacity: 'full', work_ability: 'full', registers: [], version: 1, ...more })
const household = { id: 'h1', area: '990101101201', area_name: '甲镇一村', register_area: '990101101201', address: '三组 8 号', opened_at: now, version: 1, tier: { tier: 3, version: 'relief-2026', because: 'registered', since: now },
  members: [member('m1', '张测试', 'head', 41, { severe_illness: true, work_ability: 'none' }), member('m2', '李测试', 'spouse', 39), member('m3', '张小一', 'child', 11, { student: true, capacity: 'limited' }), member('m4', '张小二', 'child', 3, { id_type: 'none', id_masked: '', id_reason: '证件丢失', phone_masked: '', capacity: 'none', work_ability: 'none', disability_grade: 2, disability_kind: 'hearing' })] }
const received = { since: now, fen: 344000, kinds: [{ aid_kind: 'urgent', fen: 344000, payouts: 2 }] }
/** Whom a case is about, as the pages of households are shown. */
export const register = {
  card: { household, basis: 'registered', linked_at: now, linked_by: '王干部', received, suggestions: [] },
  perhaps: { suggestions: [{ household: brief, grounds: [{ ground: 'phone', source: 'caller', person: '张**' }, { ground: 'phone', source: 'earlier_case', ticket_number: '2610010000017' }] }] },
  page: { ...household, before: [{ ...member('m9', '张奶奶', 'parent', 70), until: '2026-10-05', ended: 'died' }], tiers: [household.tier], cases: [{ id: 't1', number: '2610010000017', kind: 'aid', status: 'follow_up', basis: 'registered', linked_at: now }], received, entries: [],
    plan: { every_days: 90, next_on: '2026-12-30', checks: [] }, alerts: [{ id: 'x', kind: 'income', source: 'village', happened_on: '2026-10-01', raised_at: now, note: '找到了零工' }], acts: [], looks: [{ at: now, by: '王干部', role: 'worker', office: '甲镇', kind: 'household', purpose: 'case', ticket_number: '2610010000017' }], next_acts: ['merge', 'undo', 'split', 'alert', 'settle', 'check'] },
  matches: { items: [{ id: 'x1', grounds: ['phone', 'name_birth'], found_at: now, may_join: true, state: 'open', a: { person: 'm1', name: '张**', id_masked: '990***********1234', born: '1985', area_name: '甲镇一村' }, b: { person: 'm8', name: '张**', phone_masked: '138****5678', born: '1985', area_name: '甲镇二村' } }] },
  list: { items: [brief, { ...brief, id: 'h2', head: '李**', tier: 2, next_on: '2026-12-30', alerts: 0 }] },
}
