import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { ApiProblem, problemOf } from '../src/api/problem'
import { useDraft } from '../src/forms/draft'
import { useSending } from '../src/forms/sending'
import { draftsOf, forgetOldDrafts } from '../src/forms/storage'
import { session } from '../src/session'

const open = () => useDraft('ticket-1', 'visit', () => ({ facts: '', secret: '' }), ['secret'])

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  session.me = { login: 'worker1', name: '李四', role: 'worker', area: '990101001000', area_name: '青石镇', post: '李四', acts: [] }
})

describe('useDraft', () => {
  it('comes back after a reload, with its key', () => {
    const before = open()
    before.model.facts = '房屋倒塌'
    before.model.secret = '990101'
    const after = open()
    expect(after.model).toEqual({ facts: '房屋倒塌', secret: '990101' })
    expect(after.key.value).toBe(before.key.value)
    expect(after.restoredAt.value).not.toBeNull()
  })
  it('keeps sensitive words out of what outlives the tab', () => {
    open().model.secret = '990101'
    expect(JSON.stringify(Object.values({ ...localStorage }))).not.toContain('990101')
    sessionStorage.clear()
    expect(open().model.secret).toBe('')
  })
  it('is nobody else’s and of no other ticket', () => {
    open().model.facts = 'mine'
    session.me = { ...session.me!, login: 'worker2' }
    expect(open().model.facts).toBe('')
    expect(draftsOf('worker1', 'ticket-1')).toEqual(['visit'])
    expect(draftsOf('worker1', 'ticket-2')).toEqual([])
  })
  it('is forgotten after a week', () => {
    open().model.facts = 'old'
    forgetOldDrafts(Date.now() + 6 * 24 * 3600_000)
    expect(open().model.facts).toBe('old')
    forgetOldDrafts(Date.now() + 8 * 24 * 3600_000)
    expect(open().model.facts).toBe('')
  })
})

describe('useSending', () => {
  const lost = new ApiProblem(0, 'offline', '')
  it('sends the same key again after a lost answer, and another after success', async () => {
    const draft = open()
    draft.model.facts = 'x'
    const keys: string[] = []
    const send = vi.fn(async (key: string) => { keys.push(key); if (keys.length < 3) throw lost })
    const done = vi.fn()
    const sending = useSending(draft, { send, done })
    await sending.submit()
    await sending.submit()
    expect(sending.problem.value).toBe(lost)
    expect(draft.model.facts).toBe('x')
    await sending.submit()
    expect(new Set(keys).size).toBe(1)
    expect(done).toHaveBeenCalledOnce()
    expect(draft.key.value).not.toBe(keys[0])
    expect(draftsOf('worker1', 'ticket-1')).toEqual([])
  })
  it('keeps the key of an attempt that was never typed in', async () => {
    const draft = open()
    await useSending(draft, { send: async () => { throw lost }, done: () => {} }).submit()
    expect(open().key.value).toBe(draft.key.value)
  })
  it('makes a refused and corrected form another attempt, but not a reused key', async () => {
    const draft = open()
    const first = draft.key.value
    await useSending(draft, { send: async () => { throw new ApiProblem(422, 'facts_required', '', 'facts') }, done: () => {} }).submit()
    const second = draft.key.value
    expect(second).not.toBe(first)
    const sending = useSending(draft, { send: async () => { throw new ApiProblem(409, 'key_reused', '') }, done: () => {} })
    await sending.submit()
    expect(draft.key.value).toBe(second)
    sending.startAnew()
    expect(draft.key.value).not.toBe(second)
  })
  it('sends nothing while a field is wrong, and marks the field that the server names', async () => {
    const send = vi.fn(async () => { throw new ApiProblem(422, 'facts_required', '', 'facts') })
    let fault = 'form.required'
    const sending = useSending(open(), { check: () => ({ facts: fault }), send, done: () => {} })
    await sending.submit()
    expect(send).not.toHaveBeenCalled()
    fault = ''
    await sending.submit()
    await nextTick()
    expect(sending.faults.value.facts).toBe('problem.facts_required.what')
  })
  it('does not send twice at once', async () => {
    let finish = () => {}
    const send = vi.fn(() => new Promise<void>((resolve) => { finish = resolve }))
    const sending = useSending(open(), { send, done: () => {} })
    const first = sending.submit()
    await sending.submit()
    finish()
    await first
    expect(send).toHaveBeenCalledOnce()
  })
})

describe('problemOf', () => {
  it('reads problem+json', async () => {
    const body = { type: 'urn:hotline:problem:already_taken', status: 409, code: 'already_taken', detail: 'Taken.', args: { owner: '王一' }, errors: [{ location: 'body.x', message: 'm' }] }
    const p = await problemOf(new Response(JSON.stringify(body), { status: 409, headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '2' } }))
    expect([p.status, p.code, p.args.owner, p.locations, p.retryAfterSeconds]).toEqual([409, 'already_taken', '王一', ['body.x'], 2])
  })
  it('survives an answer that is something else', async () => {
    const p = await problemOf(new Response('<html>', { status: 502 }))
    expect([p.status, p.code, p.unanswered]).toEqual([502, 'http_502', true])
  })
})
