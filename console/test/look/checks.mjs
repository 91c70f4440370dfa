// Data checks of the invented places, as the ticket's page and the page of the sources ask for them.
import * as house from './house.mjs'

const words = { police: ['公安', 'Public security'], labour: ['人社', 'Labour'], land: ['自然资源', 'Natural resources'], market: ['市场监管', 'Market supervision'], tax: ['税务', 'Taxation'] }
const named = (number, code, zh, en, department) => ({ code, number, zh, en, department_zh: words[department][0], department_en: words[department][1] })
const sources = [named(1, 'household_register', '户籍', 'Household register', 'police'), named(4, 'vehicles', '车辆', 'Vehicles', 'police'), named(6, 'social_insurance', '社会保险缴纳', 'Social insurance paid in', 'labour'),
  named(9, 'real_estate', '房产（不动产）', 'Real estate', 'land'), named(10, 'companies', '工商登记', 'Business registration', 'market'), named(11, 'tax', '个人所得税', 'Income tax', 'tax')]
const said = { household_register: 'ok', vehicles: 'ok', social_insurance: 'stale', real_estate: 'empty', companies: 'error', tax: 'timeout' }
const code = { stale: 'too_old', error: 'server_error', timeout: 'no_answer' }
const answer = (source, person) => ({ source: source.code, person, status: said[source.code], code: code[said[source.code]], asked_at: house.iso(-10), answered_at: house.iso(-9), took_ms: 800, tries: 1, as_of: ['error', 'timeout'].includes(said[source.code]) ? undefined : '2026-10-11', known: ['ok', 'empty'].includes(said[source.code]) })
const members = [{ person: 'p1', name: '张三', guardian_needed: false, askable: true }, { person: 'p2', name: '张小某', guardian_needed: true, askable: true }]
const check = { id: 'c1', consent: 'k1', why: 'assessment', by: '吴清和', asked_at: house.iso(-10), finished_at: house.iso(-9), took_ms: 25_300, limit_ms: 30_000, catalogue: 'sources', answers: sources.flatMap((s) => members.map((m) => answer(s, m.person))) }
const page = { sources, members, open: true, consents: [{ id: 'k1', form: 'on_site', given_at: house.iso(-20), by: '吴清和', until: house.iso(90 * 1440), persons: members.map((m) => ({ person: m.person, by: m.guardian_needed ? 'guardian' : 'self' })), counts: true }], checks: [check] }
const results = { check, names: members, flags: [{ code: 'vehicles', source: 'vehicles', found: 1, declared: 0 }, { code: 'deposits', source: 'deposits', found: 11_800_050, declared: 1_000_000, money: true }, { code: 'works', person: 'p1', source: 'employment' }],
  said: [{ source: 'vehicles', person: 'p1', status: 'ok', data: { vehicles: [{ plate: '测A·D0001', type: 'car', registered_on: '2024-05-18', value_fen: 6_800_000 }] } }] }
const health = sources.map((s, i) => ({ ...s, known: 20 - i, stale: i === 2 ? 3 : 0, failed: i === 4 ? 9 : 0, late: i === 5 ? 4 : 0, failed_percent: i === 4 ? 38 : i === 5 ? 20 : 0, took_ms: 600 + 200 * i, last_answer: house.iso(-9), last_failure: i > 3 ? house.iso(-30) : undefined, breakers: i === 3 ? [] : [{ node: 'dev', state: i === 4 ? 'open' : 'closed', since: house.iso(-30) }] }))

/** Answers what is about data checks; false where it is not. */
export function answerChecks(method, path, res, json) {
  if (method !== 'GET') return false
  if (/^\/tickets\/[^/]+\/checks$/.test(path)) return json(res, 200, page), true
  if (/^\/checks\/[^/]+$/.test(path)) return json(res, 200, results), true
  if (path === '/sources') return json(res, 200, { items: health }), true
  if (path === '/paper-violations') return json(res, 200, { items: [{ ticket: house.rows[3].id, number: house.rows[3].number, paper: 'id_copy', source: 'household_register', asked_at: house.iso(-3000), asked_by: '吴清和' }] }), true
  return false
}
