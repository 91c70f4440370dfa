// The invented places as the pages of areas ask for them: one with its
// neighbours, a search, and a file that is looked at and applied.
import * as house from './house.mjs'

const letters = { 青川县: 'qcx', 青石镇: 'qsz', 上坪村: 'spc', 下坪村: 'xpc', 白水乡: 'bsx', 河湾村: 'hwc', 石桥县: 'sqx', 云川市: 'ycs' }
const parents = (a) => { const p = house.areas.find((o) => o.code === a.parent); return p ? [...parents(p), p] : [] }
const below = (a) => house.areas.filter((o) => o.parent === a.code)
const all = (a) => [a, ...below(a).flatMap(all)]

function view(a) {
  const count = (level) => all(a).filter((o) => o.level === level).length
  return { ...a, valid_from: '1949-10-01', parents: parents(a), children: below(a), figures: { cities: count(2), counties: count(3), townships: count(4), villages: count(5) } }
}

function search(q) {
  return house.areas.flatMap((a) => {
    const at = a.name.indexOf(q)
    const match = at >= 0 ? { kind: at > 0 ? 'part' : 'prefix', from: at, to: at + q.length } : letters[a.name]?.startsWith(q) ? { kind: 'initials', from: 0, to: q.length, reading: 'shi qiao xian'.split(' ').slice(0, q.length).join(' ') } : null
    return match ? [{ ...a, path: parents(a).map((p) => p.name), match }] : []
  })
}

const counts = { lines: 6, same: 2, new: 1, changed: 1, reopened: 0, closed: 0, merged: 2, faults: 0 }
const changes = [
  { line: 2, kind: 'changed', code: '990101001000', name: '青石街道', was: '青石镇', valid_from: '1949-10-01' }, { line: 3, kind: 'merged', code: '990101002000', name: '白水乡', valid_from: '1949-10-01', valid_to: '2026-12-01', merged_into: '990101001000' },
  { line: 4, kind: 'merged', code: '990101002201', name: '河湾村', valid_from: '1949-10-01', valid_to: '2026-12-01', merged_into: '990101001203' }, { line: 5, kind: 'new', code: '990101001203', name: '河湾村', valid_from: '2026-12-01' },
]
const faults = [
  { line: 3, column: 'code', code: 'number_in_powers', what: '', remedy: '' }, { line: 17, column: 'valid_to', code: 'still_busy', what: '', remedy: '', args: { tickets: 2, posts: 3 } },
  { line: 4569, column: 'code', code: 'no_parent', what: '', remedy: '', args: { parent: '990199999000' } }, { line: 4570, code: 'cell_count', what: '', remedy: '', args: { got: 4, want: 5 } },
]

/** Answers what is about areas; false where it is not. A file called faulty.csv has faults. */
export function answerAreas(method, path, query, res, json) {
  if (path === '/areas/search') return json(res, 200, { items: search(query.get('q') ?? '') }), true
  if (path === '/areas/imports') {
    const file = query.get('file')
    return json(res, 200, { id: 'i1', file, ...(file === 'faulty.csv' ? { counts: { ...counts, faults: faults.length }, faults, changes: [] } : { counts, faults: [], changes }) }), true
  }
  if (path === '/areas/imports/i1/application') return json(res, 200, { id: 'i1', file: 'places.csv', counts, faults: [], changes, applied: house.now }), true
  const place = /^\/areas\/(\d{12})$/.exec(path) && house.areas.find((a) => a.code === path.slice(7))
  if (method === 'GET' && place) return json(res, 200, view(place)), true
  return false
}
