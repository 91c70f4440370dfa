import { describe, expect, it } from 'vitest'
import { instant, parseMessage, type Message } from '../../src/softphone/protocol'
import { emptyState, hear, possible, type DeskCall, type PhoneState } from '../../src/softphone/state'
import { at, news, offer, said, seat } from './messages'

const now = Date.parse(at) - 3_600_000 // the computer is an hour behind the line
const through = (messages: Message[], s: PhoneState = emptyState()) => messages.reduce((state, m) => hear(state, m, now), s)

describe('messages', () => {
  it('are read, and what is not known is let pass', () => {
    expect(parseMessage('{"type":"pong","at":"2026-10-01T16:00:00Z"}')?.type).toBe('pong')
    for (const odd of ['', 'x', '1', 'null', '[]', '{}', '{"type":"weather"}']) expect(parseMessage(odd), odd).toBeNull()
  })
  it('have no time where Go left it at zero', () => {
    expect(instant('0001-01-01T00:00:00Z')).toBeNull()
    expect(instant(undefined)).toBeNull()
    expect(instant('nonsense')).toBeNull()
    expect(instant(at)).toBe(Date.parse(at))
  })
})

describe('the state', () => {
  it('keeps the line’s clock apart from the computer’s', () => {
    expect(through([said({ type: 'pong' })]).offset).toBe(3_600_000)
    expect(through([said({ type: 'pong', at: '0001-01-01T00:00:00Z' })]).offset).toBe(0)
  })
  it('follows a call from its ring to its end', () => {
    let s = through([said({ type: 'welcome', seat: seat() }), said({ type: 'ring', offer: offer() })])
    expect([s.link, s.ring?.id]).toEqual(['open', 'o1'])
    s = through([said({ type: 'seat', seat: seat({ state: 'talking', call: 'call-o1' }) }), said({ type: 'call', call: news('talking') })], s)
    expect([s.ring, s.call?.state, s.call?.since]).toEqual([null, 'talking', Date.parse(at)])
    s = through([said({ type: 'call', call: news('holding', { at: '2026-10-01T16:01:00Z' }) })], s)
    expect(s.call).toMatchObject({ state: 'holding', heldSince: Date.parse('2026-10-01T16:01:00Z'), since: Date.parse(at) })
    s = through([said({ type: 'call', call: news('consulting', { third: 'agent2', at: '2026-10-01T16:02:00Z' }) })], s)
    expect(s.call).toMatchObject({ third: 'agent2', heldSince: Date.parse('2026-10-01T16:01:00Z') })
    s = through([said({ type: 'call', call: news('talking') })], s)
    expect(s.call).toMatchObject({ third: '', heldSince: null })
    s = through([said({ type: 'call', call: news('ended', { reason: 'caller_hung' }) })], s)
    expect([s.call, s.last?.ticket, s.word?.kind, s.word?.code]).toEqual([null, '2610010004213', 'ended', 'caller_hung'])
  })
  it('stops to ring for whatever reason, and says which', () => {
    const rings = through([said({ type: 'ring', offer: offer() })])
    const left = through([said({ type: 'stop', offer: offer(), why: 'caller_left' })], rings)
    expect([left.ring, left.word?.code]).toEqual([null, 'caller_left'])
    // An answer is no news to who answered.
    expect(through([said({ type: 'stop', offer: offer(), why: 'answered' })], rings).word).toBeNull()
    // A stop of another offer is not this one's.
    expect(through([said({ type: 'stop', offer: offer('o0'), why: 'caller_left' })], rings).ring?.id).toBe('o1')
    // The seat says it too, should the stop have been lost.
    expect(through([said({ type: 'seat', seat: seat({ state: 'idle' }) })], rings).ring).toBeNull()
    expect(through([said({ type: 'seat', seat: seat({ state: 'ringing', offer: 'o1' }) })], rings).ring?.id).toBe('o1')
    expect(through([said({ type: 'seat', seat: seat({ state: 'ringing', offer: 'o2' }) })], rings).ring).toBeNull()
  })
  it('comes back into a call after a reload, and says so', () => {
    const s = through([said({ type: 'welcome', seat: seat({ state: 'talking' }), call: news('talking') })])
    expect([s.call?.recovered, s.word?.kind]).toEqual([true, 'recovered'])
  })
  it('believes the line about a call that ended while the connection was away', () => {
    const talking = through([said({ type: 'call', call: news('talking') })])
    const s = through([said({ type: 'welcome', seat: seat({ state: 'wrap_up' }) })], talking)
    expect([s.call, s.last?.call]).toEqual([null, 'call-o1'])
  })
  it('forgets a seat that the line knows nothing of', () => {
    expect(through([said({ type: 'welcome', seat: seat() }), said({ type: 'welcome' })]).seat).toBeNull()
  })
  it('tells a refusal and changes nothing else', () => {
    const talking = through([said({ type: 'call', call: news('talking') })])
    const s = through([said({ type: 'call', call: news('refused', { reason: 'busy' }) })], talking)
    expect([s.call, s.word]).toEqual([talking.call, { n: 1, kind: 'refused', code: 'busy', detail: '' }])
  })
  it('takes a muted microphone for one call only', () => {
    const muted = { ...through([said({ type: 'call', call: news('talking') })]), muted: true }
    expect(through([said({ type: 'call', call: news('holding') })], muted).muted).toBe(true)
    expect(through([said({ type: 'call', call: news('talking', { call: 'other' }) })], muted).muted).toBe(false)
    expect(through([said({ type: 'call', call: news('ended') })], muted).muted).toBe(false)
  })
  it('lets go of everything once signed out', () => {
    const s = through([said({ type: 'welcome', seat: seat() }), said({ type: 'call', call: news('talking') }), said({ type: 'revoked' })])
    expect([s.link, s.seat, s.call]).toEqual(['revoked', null, null])
  })
  it('survives a message without what its type promises', () => {
    for (const type of ['welcome', 'seat', 'ring', 'stop', 'call', 'board', 'error', 'ok'] as const) expect(() => through([said({ type })])).not.toThrow()
  })
})

describe('a supervisor', () => {
  const paused = seat({ login: 'supervisor', status: 'paused', reason: 'training' })
  const comes = (s: PhoneState, mode: 'listen' | 'whisper' | 'barge'): PhoneState => ({ ...s, supervising: { call: 'call-o1', ticket: '', mode } })
  it('comes in, changes what is heard, and goes', () => {
    let s = comes(through([said({ type: 'welcome', seat: paused })]), 'listen')
    s = through([said({ type: 'call', call: news('talking', { joined: 'listen' }) })], s)
    expect([s.call, s.supervising]).toEqual([null, { call: 'call-o1', ticket: '2610010004213', mode: 'listen' }])
    s = through([said({ type: 'call', call: news('holding', { joined: 'whisper' }) })], s)
    expect(s.supervising?.mode).toBe('whisper')
    s = through([said({ type: 'call', call: news('ended', { reason: 'left' }) })], s)
    expect([s.supervising, s.word, s.last]).toEqual([null, null, null])
  })
  it('is told that the call ended, or that another is there', () => {
    const s = comes(through([said({ type: 'welcome', seat: paused })]), 'barge')
    expect(through([said({ type: 'call', call: news('ended', { reason: 'caller_hung' }) })], s)).toMatchObject({ supervising: null, word: { kind: 'ended' } })
    expect(through([said({ type: 'call', call: news('refused', { reason: 'occupied' }) })], s)).toMatchObject({ supervising: null, word: { code: 'occupied' } })
  })
  it('has the call once it is taken over', () => {
    const s = comes(through([said({ type: 'welcome', seat: paused })]), 'barge')
    expect(through([said({ type: 'call', call: news('talking') })], s)).toMatchObject({ supervising: null, call: { call: 'call-o1', state: 'talking' } })
  })
  it('is back in after a reload', () => {
    expect(through([said({ type: 'welcome', seat: paused, call: news('talking', { joined: 'listen' }) })])).toMatchObject({ call: null, supervising: { mode: 'listen' } })
  })
  it('does not take the call from an agent who reloads while somebody listens', () => {
    for (const away of [{ call: 'call-o1' }, { was: 'talking' as const }]) {
      expect(through([said({ type: 'welcome', seat: seat({ state: 'away', ...away }), call: news('talking', { joined: 'listen' }) })])).toMatchObject({ call: { joined: 'listen', recovered: true }, supervising: null })
    }
  })
  it('is shown to the agent, who keeps the call', () => {
    const talking = through([said({ type: 'welcome', seat: seat({ state: 'talking' }) }), said({ type: 'call', call: news('talking') }), said({ type: 'call', call: news('talking', { joined: 'barge' }) })])
    expect([talking.call?.joined, talking.supervising]).toEqual(['barge', null])
  })
})

describe('the buttons of a call', () => {
  const call = (state: DeskCall['state'], third = '', guest = false) => possible({ call: 'c', ticket: 't', state, since: 0, heldSince: null, third, recorded: true, joined: '', recovered: false }, guest)
  const names = (of: ReturnType<typeof possible>) => Object.entries(of).flatMap(([name, can]) => (can ? [name] : []))
  it('are those that make sense', () => {
    expect(names(call('talking'))).toEqual(['hold', 'consult', 'key', 'record'])
    expect(names(call('holding'))).toEqual(['resume', 'consult', 'record'])
    expect(names(call('consulting', 'agent2'))).toEqual(['withThird', 'swap', 'confer', 'key', 'record'])
    expect(names(call('talking', 'agent2'))).toEqual(['withThird', 'swap', 'confer', 'key', 'record'])
    expect(names(call('conferring', 'agent2'))).toEqual(['hold', 'withThird', 'key', 'record'])
    expect(names(call('talking', 'agent1', true))).toEqual(['key'])
  })
})
