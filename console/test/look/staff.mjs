// The people of the invented places as the page of people asks for them.
import * as house from './house.mjs'

const person = (login, name, role, area, more = {}) => ({ login, name, role, area, area_name: house.areas.find((a) => a.code === area)?.name ?? area, phone: '199****0007', active: true, has_password: true, households: 0, deputies: [], skills: {}, ...more })
const [, county] = house.areas
const village = house.areas.find((a) => a.level === 5) ?? county
const town = house.areas.find((a) => a.level === 4) ?? county
const people = [
  person('town1-head', '王望舒', 'township_head', town.code, { deputies: ['town1-worker1'] }), person('town1-worker1', '吴清和', 'worker', town.code, { deputies: ['town1-worker2', 'town1-head'], absent_until: house.iso(600) }),
  person('helper', '冯知夏', 'village_assistant', village.code, { households: 19 }), person('helper2', '陈景行', 'village_assistant', village.code, { households: 4, has_password: false, phone: '' }),
  person('visitor', '卫南乔', 'agency', county.code, { agency: '晴川社工服务中心' }),
]
const access = { id: 'x1', ticket: house.rows[0].id, number: house.rows[0].number, login: 'visitor', name: '卫南乔', agency: '晴川社工服务中心', from: house.iso(-600), until: house.iso(3000), reason: '入户核查', granted_by: '李佳禾' }
const coverage = {
  on: '2026-10-01', villages: 4401, villages_without: 2, without: [{ code: village.code, name: village.name, level: 5, parent: town.code }, { code: '990101001299', name: '远山村', level: 5, parent: town.code }], assistants: 4543, households: 61234, townships: 156, townships_uncovered: 1,
  uncovered: [{ area: town.code, name: town.name, role: 'worker', from: house.iso(600), until: house.iso(1320), holes: 1 }], townships_without_station: 3, nearly_full: [{ login: 'helper', name: '冯知夏', area: village.code, area_name: village.name, households: 19 }], access_ending: [access], accesses_running: 2, without_password: 37,
}
const faults = [{ line: 3, column: 'phone', code: 'phone_form', what: '', remedy: '' }, { line: 9, column: 'role', code: 'still_has_work', what: '', remedy: '', args: { tickets: 2, households: 5 } }, { line: 4543, column: 'deputies', code: 'deputy_unknown', what: '', remedy: '' }]
const changes = [{ line: 2, kind: 'new', login: 'helper3', name: '褚书桓', role: 'village_assistant', area: village.code }, { line: 3, kind: 'changed', login: 'town1-worker1', name: '吴清和', role: 'worker', area: town.code, changed: ['phone', 'deputies'] }]
const counts = { lines: 4543, same: 4541, new: 1, changed: 1, assistants: 4387, faults: 0 }

/** Answers what is about people; false where it is not. A file called faulty.csv has faults. */
export function answerStaff(method, path, query, res, json) {
  const item = (id) => person(id, '某人', 'worker', town.code)
  if (path === '/staff' && method === 'GET') return json(res, 200, { items: people.filter((p) => !query.get('role') || p.role === query.get('role')), next: '' }), true
  if (path === '/figures/coverage') return json(res, 200, coverage), true
  if (path === '/households') return json(res, 200, { items: Array.from({ length: 6 }, (_, i) => ({ id: `h${i}`, area: village.code, area_name: village.name, reference: `${i + 1} 号`, login: 'helper', name: '冯知夏', entrusted_at: house.now })) }), true
  if (path === '/agencies') return json(res, 200, { items: [{ id: 'g1', name: '晴川社工服务中心', area: county.code, area_name: county.name, contract_from: '2026-01-01', contract_until: '2026-12-31', people: [{ login: 'visitor', name: '卫南乔', active: true, opened: 2 }] }] }), true
  if (path === '/stations') return json(res, 200, { items: [{ area: town.code, area_name: town.name, name: `${town.name}社工站`, lead: 'town1-worker1', lead_name: '吴清和', opened_on: '2026-03-01' }] }), true
  if (path === '/agency-accesses') return json(res, 200, { items: [access] }), true
  if (path === '/staff/imports') {
    const file = query.get('file')
    return json(res, 200, { id: 's1', file, ...(file === 'faulty.csv' ? { counts: { ...counts, faults: 3 }, faults, changes: [] } : { counts, faults: [], changes }) }), true
  }
  if (path === '/staff/imports/s1/application') return json(res, 200, { id: 's1', file: 'staff.csv', counts, faults: [], changes, applied: house.now }), true
  if (method === 'POST' && path.startsWith('/staff/')) return json(res, 200, item(path.split('/')[2])), true
  return false
}
