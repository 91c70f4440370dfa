// An invented roster as the duty pages ask for it: two who take turns, a swap, a leave that leaves a hole.
import * as house from './house.mjs'

const hour = 3_600_000
const day = 24 * hour
const iso = (ms) => new Date(ms).toISOString()
const at = (date, clock) => Date.parse(`${date}T${clock}:00+08:00`)
const names = [['worker1', '林小河'], ['worker2', '钱三'], ['worker3', '赵二']]
const people = names.map(([login, name], i) => ({ login, name, role: 'worker', area: i < 2 ? '990101001000' : '990101002000', area_name: i < 2 ? '青石镇' : '白水乡' }))
const leaveFrom = at('2026-10-08', '08:00')
const swapFrom = at('2026-10-03', '08:00')

function spans(from, to) {
  const items = []
  for (let start = at('2026-09-20', '08:00'), turn = 0; start < to; start += day, turn++) {
    for (const position of [1, 2]) {
      const [login, name] = names[(turn + position) % 2]
      const [begins, ends] = [Math.max(start, from), Math.min(start + day, to)]
      const because = (why, passed, a = begins, b = ends) => ({ from: iso(a), to: iso(b), why, ...(passed && { passed }) })
      const why = { source: 'rule', version: 3, rule: `第 ${position} 顺位`, day: { date: iso(start + 8 * hour).slice(0, 10), kind: 'working', counted: false }, rotation: '轮班', turn: { number: turn, ahead: position - 1, from: iso(start), to: iso(start + day) } }
      const mine = { login, name, position, from: iso(begins), to: iso(ends), reasons: [because(why)] }
      if (start + day <= from) continue
      if (login === 'worker2' && start === leaveFrom) continue
      if (login === 'worker2' && start === swapFrom) {
        items.push({ ...mine, login: 'worker3', name: '赵二', reasons: [
          because({ ...why, overrides: [{ id: 7, kind: 'swap', instead: '钱三' }] }, [{ name: '钱三', position, reason: 'swapped', by: '赵二', override: 7, until: iso(start + 12 * hour) }], begins, start + 12 * hour),
          because({ source: 'temporary', temporary: 8, temporary_name: '防汛' }, [{ name: '钱三', position, reason: 'replaced', detail: '防汛', override: 8, until: iso(start + day) }], start + 12 * hour),
        ] })
      } else items.push(mine)
    }
  }
  return items
}
const hole = { position: 2, from: iso(leaveFrom), to: iso(leaveFrom + day), away: [{ name: '钱三', position: 2, reason: 'leave', detail: '婚假', until: iso(leaveFrom + day) }] }
const change = (id, kind, remove, add, from, more) => ({ id, kind, remove, ...(add && { add }), from: iso(from), to: iso(from + day), by: '石文山', created_at: house.iso(-900), to_confirm: false, may_end: true, ...more })
const changes = [
  change('7', 'swap', { login: 'worker2', name: '钱三' }, { login: 'worker3', name: '赵二' }, swapFrom, { reason: '白水乡支援' }), change('8', 'leave', { login: 'worker2', name: '钱三' }, null, leaveFrom, { reason: '婚假' }),
  change('5', 'hand_over', { login: 'worker1', name: '林小河' }, { login: 'worker2', name: '钱三' }, at('2026-09-30', '18:00'), { may_end: false, hand_over: { note: '上坪村一户等身份证。', handed_over_by: '林小河', cash_fen: 350_000, counted_fen: 349_000, confirmed_by: '钱三', confirmed_at: house.iso(-1800) } }),
]
const plan = {
  zone: 'Asia/Shanghai', required: [1, 2], rules: [1, 2].map((position) => ({ name: `第 ${position} 顺位`, position, days: 'every', class: 'any', start: '08:00', end: '08:00', rotation: '轮班', ahead: position - 1 })),
  rotations: [{ name: '轮班', unit: 'daily', length: 1, anchor: '2026-09-20T08:00', members: ['worker1', 'worker2'] }],
}
function days(from, to) {
  const list = []
  for (let t = from; t < to; t += day) {
    const date = iso(t + 8 * hour).slice(0, 10)
    const off = date >= '2026-10-01' && date <= '2026-10-07'
    list.push({ date, class: off ? 'holiday' : [0, 6].includes(new Date(date).getUTCDay()) ? 'rest_day' : 'workday', ...(off && { name: '国庆节' }) })
  }
  return list
}

const row = (line, name, position, members, first) => ({ line, name, position, members: members.map((n) => ({ login: n, name: n })), first })
function planImport(content) {
  if (atob(content).startsWith('faulty')) return { from: house.now, items: [], faults: [{ line: 2, column: 'area', code: 'not_your_roster', what: '', remedy: '' }, { line: 3, column: 'members', code: 'unknown_member', what: '', remedy: '', args: { n: 2 } }, { line: 4, column: 'length', code: 'length_form', what: '', remedy: '' }] }
  return { from: house.now, faults: [], items: [
    { area: '990101001000', area_name: '青石镇', role: 'worker', version: 3, holes: [], rotations: [row(2, '主班', 1, ['林小河', '钱三'], '钱三'), row(3, '副班', 2, ['钱三', '林小河'], '林小河')] },
    { area: '990101002000', area_name: '白水乡', role: 'worker', version: 0, holes: [hole], rotations: [row(4, '轮班', 1, ['赵二', '孙四', '周七'], '赵二')] },
  ] }
}

/** Answers what the duty pages ask; false where it is not theirs. */
export function answerDuty(state, method, path, query, octets, res, json) {
  if (!path.startsWith('/duty')) return false
  const keeps = state.me?.role === 'township_head'
  const from = Date.parse(query.get('from') ?? house.now)
  const to = Date.parse(query.get('to') ?? house.iso(28 * 1440))
  const body = method === 'POST' ? JSON.parse(octets.toString() || 'null') : null
  const told = {
    '/duty/calendar': () => ({ area: '990101001000', area_name: '青石镇', role: 'worker', roles: ['township_head', 'worker'], from: iso(from), to: iso(to), version: 3, may_keep: keeps, days: days(from, to), items: spans(from, to), holes: from < leaveFrom + day && to > leaveFrom ? [hole] : [], changes }),
    '/duty/holes': () => ({ from: house.now, to: house.iso(90 * 1440), items: [{ area: '990101001000', area_name: '青石镇', role: 'worker', ...hole }, { area: '990101002000', area_name: '白水乡', role: 'township_head', position: 0, from: house.iso(30_000), to: house.iso(33_000), away: [] }] }),
    '/duty/people': () => ({ items: people }),
    '/duty/mine': () => ({ items: spans(Date.parse(house.now), Date.parse(house.iso(9 * 1440))).filter((s) => s.login === 'worker1').map((s) => ({ ...s, area: '990101001000', area_name: '青石镇', role: 'worker' })), 
      lent: [{ area: '990101001000', area_name: '青石镇', role: 'worker', position: 1, name: '林小河', reason: 'swapped', by: '钱三', override: 11, from: iso(at('2026-10-06', '08:00')), to: iso(at('2026-10-07', '08:00')) }, { area: '990101001000', area_name: '青石镇', role: 'worker', position: 1, name: '林小河', reason: 'leave', detail: '体检', override: 12, from: iso(at('2026-10-12', '08:00')), to: iso(at('2026-10-13', '08:00')) }],
      taken: [{ area: '990101001000', area_name: '青石镇', role: 'worker', position: 2, kind: 'swap', instead: '赵二', from: iso(at('2026-10-04', '08:00')), to: iso(at('2026-10-05', '08:00')) }, { area: '990101002000', area_name: '白水乡', role: 'worker', position: 1, kind: 'deputy', instead: '孙四', from: iso(at('2026-10-09', '08:00')), to: iso(at('2026-10-10', '08:00')) }],
      hand_overs: [{ ...changes[2], to_confirm: true, hand_over: { note: '上坪村一户等身份证，明早要回电话。', handed_over_by: '钱三', cash_fen: 350_000 } }], feed: { since: house.iso(-5000), read_at: house.iso(-20) } }),
    '/duty/rosters': () => (method === 'POST' ? { id: '9', from: house.now, to: house.iso(90 * 1440), holes: [] } : { area: '990101001000', role: 'worker', may_keep: keeps, people, items: [{ number: 3, from: house.iso(-9000), plan, by: '石文山', reason: '两人轮流', created_at: house.iso(-9000) }, { number: 2, from: house.iso(-90_000), plan, by: '石文山', created_at: house.iso(-90_000) }] }),
    '/duty/rosters/previews': () => ({ from: house.now, shifts_until: house.iso(42 * 1440), to: house.iso(90 * 1440), days: days(from, to), before: { items: spans(from, to), holes: [] }, after: { items: spans(from, to).map((s) => (s.position === 2 ? { ...s, name: '赵二' } : s)), holes: [hole] } }),
    '/duty/overrides': () => ({ id: '10', from: body?.from ?? house.now, to: body?.to, holes: body?.kind === 'leave' ? [hole] : [] }),
    '/duty/imports/previews': () => ({ from: iso(from), to: iso(to), places: [], faults: [{ line: 3, column: 'person', code: 'unknown_person', what: '', remedy: '' }, { line: 5, column: 'to', code: 'ends_before_it_begins', what: '', remedy: '' }, { line: 9, column: 'from', code: 'person_twice', what: '', remedy: '', args: { line: 4 } }] }),
    '/duty/rosters/imports/previews': () => planImport(body.content),
    '/duty/rosters/imports': () => planImport(body.content),
    '/duty/feeds': () => (method === 'POST' ? { path: '/api/v1/duty/feeds/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.ics' } : { done: true }),
  }[path]
  if (told) json(res, 200, told())
  return Boolean(told)
}
