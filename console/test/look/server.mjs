// Serves the built console with the headers of the real server, and the
// invented house behind it. Only for looking at pages; never shipped.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { answerAid } from './aid.mjs'
import { answerAreas } from './areas.mjs'
import { answerBank } from './bank.mjs'
import { answerRuns } from './runs.mjs'
import { answerStaff } from './staff.mjs'
import { answerChecks } from './checks.mjs'
import { answerCare } from './care.mjs'
import { answerLoop } from './loop.mjs'
import { answerDuty } from './duty.mjs'
import * as house from './house.mjs'
import { register } from './people.mjs'
import { answerAdvances } from './money.mjs'
import { relatives } from './relatives.mjs'
import { answerNotify } from './notify.mjs'
import { answerRecordings } from './recordings.mjs'

const kinds = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** Starts it; state.me is who is signed in, state.calls what was asked, state.fail makes acts fail. */
export async function serve() {
  const state = { me: null, calls: [], fail: null, streams: new Set(), rows: [...house.rows], ticket: house.ticket, parts: new Map(), visited: new Set() }
  const server = createServer(async (req, res) => {
    const url = new URL(req.url, 'http://look')
    if (!url.pathname.startsWith('/api/v1')) return page(url.pathname, res)
    const chunks = []
    for await (const chunk of req) chunks.push(chunk)
    const octets = Buffer.concat(chunks)
    const path = url.pathname.slice('/api/v1'.length)
    state.calls.push({ method: req.method, path, key: req.headers['idempotency-key'], size: octets.length, body: req.headers['content-type']?.includes('json') ? JSON.parse(octets.toString() || 'null') : null })
    answer(state, req.method, path, url.searchParams, octets, req, res)
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  state.origin = `http://127.0.0.1:${server.address().port}`
  state.say = (event) => { for (const s of state.streams) s.write(`id: ${Date.now()}\ndata: ${JSON.stringify(event)}\n\n`) }
  state.stop = () => { for (const s of state.streams) s.end(); server.closeAllConnections(); server.close() }
  return state
}

async function page(path, res) {
  const dist = new URL('../../dist', import.meta.url).pathname
  const file = extname(path) ? path : '/index.html'
  try {
    const content = await readFile(join(dist, file))
    res.writeHead(200, { 'Content-Type': kinds[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': policy })
    res.end(content)
  } catch {
    res.writeHead(404).end()
  }
}

function json(res, status, body) {
  res.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' })
  res.end(status === 204 ? undefined : JSON.stringify(body))
}
const problem = (res, status, code, more = {}) => json(res, status, { type: `urn:hotline:problem:${code}`, status, code, detail: 'From the look server.', ...more })

function answer(state, method, path, query, octets, req, res) {
  if (path === '/session' && method === 'POST') {
    const { login } = JSON.parse(octets.toString())
    const who = Object.values(house.people).find((p) => p.login === login)
    if (!who) return problem(res, 401, 'sign_in_failed')
    state.me = who
    return json(res, 200, who)
  }
  if (!state.me) return problem(res, 401, 'sign_in_required')
  if (path === '/session') {
    if (method === 'GET') return json(res, 200, state.me)
    state.me = null
    return json(res, 204)
  }
  if (state.me.role === 'village_assistant' && !['/system', '/areas', '/callbacks'].includes(path) && !path.endsWith('/visit-result')) return problem(res, 404, 'not_found') // all else is not theirs
  if (path === '/events') {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.write('event: ready\ndata: {}\n\n')
    state.streams.add(res)
    req.on('close', () => state.streams.delete(res))
    return
  }
  if (method !== 'GET' && state.fail) return state.fail.status ? problem(res, state.fail.status, state.fail.code, state.fail) : req.socket.destroy()
  if (answerChecks(method, path, res, json)) return
  if (answerAid(state, method, path, res, json)) return
  if (answerCare(method, path, res, json)) return
  if (answerLoop(method, path, res, json)) return
  if (path === '/tickets') {
    const view = query.get('view')
    return json(res, 200, { items: state.rows.filter((r) => (view === 'offered' ? r.offered_to_me : view === 'mine' ? r.owner.name === state.me.name : true) && (!query.get('priority') || r.priority === query.get('priority'))) })
  }
  if (answerStaff(method, path, query, res, json)) return
  if (answerAdvances(state.me, path, res, json)) return
  if (answerBank(path, method, res, json) || answerRuns(path, method, res, json)) return
  if (answerNotify(method, path, query, res, json)) return
  if (answerAreas(method, path, query, res, json)) return
  if (answerDuty(state, method, path, query, octets, res, json)) return
  if (answerRecordings(method, path, query, req, res, json)) return
  if (path.endsWith('/timeline')) return json(res, 200, { items: house.timeline })
  if (path === '/uploads') {
    state.parts.set('u9', { size: JSON.parse(octets.toString()).size, got: new Map() })
    return json(res, 200, { id: 'u9', part_size: 20_000, received: [], complete: false })
  }
  const part = /^\/uploads\/(\w+)\/parts\/(\d+)$/.exec(path)
  if (part) {
    state.parts.get(part[1]).got.set(Number(part[2]), octets)
    return json(res, 200, {})
  }
  if (path.startsWith('/uploads/')) {
    const u = state.parts.get(path.split('/')[2])
    const size = [...(u?.got.values() ?? [])].reduce((n, p) => n + p.length, 0)
    return u ? json(res, 200, { id: 'u9', part_size: 20_000, received: [...u.got.keys()], complete: size === u.size }) : problem(res, 404, 'not_found')
  }
  if (path === '/callbacks' && query.get('view') === 'visits') return json(res, 200, { items: (house.visits[state.me.role] ?? []).filter((v) => !state.visited.has(v.id)) })
  if (path.endsWith('/visit-result')) {
    const id = path.split('/')[2]
    state.visited.add(id)
    return json(res, 200, Object.values(house.visits).flat().find((v) => v.id === id))
  }
  if (path.endsWith('/caller-views')) return json(res, 200, { phone: '+8613800005678' })
  if (path.endsWith('/household')) return json(res, 200, state.ticket.perhaps ? register.perhaps : register.card)
  if (path === '/people/matches') return json(res, 200, register.matches)
  if (path === '/relatives' || /^\/staff\/[^/]+\/relatives$/.test(path)) return json(res, 200, { items: relatives })
  if (path === '/people/households') return json(res, 200, register.list)
  if (path.startsWith('/people/households/')) return json(res, 200, register.page)
  if (path.startsWith('/tickets/') || method === 'POST') return json(res, 200, state.ticket)
  return house.answers[path] ? json(res, 200, house.answers[path]) : problem(res, 404, 'not_found')
}
