import { instant, type Board, type CallNews, type Desk, type Message, type Offer, type Seat } from './protocol'

// What a desk shows, as a pure function of what the line has said so far. The
// same state goes to the tabs that follow, so it holds plain values only.

/** How the connection to the line stands. */
export type Link =
  | 'off' // nobody has signed on here
  | 'connecting'
  | 'open'
  | 'lost' // trying again
  | 'taken' // the desk is open in another browser
  | 'revoked' // signed out by the server

/** How the sound stands. */
export type Voice =
  | 'off'
  | 'asking' // the browser asks for the microphone
  | 'connecting'
  | 'on'
  | 'broken' // trying again
  | 'refused' // the person, or the computer, gives no microphone
  | 'no_microphone'
  | 'microphone_lost' // it was pulled out in mid-call
  | 'blocked' // the browser plays nothing before somebody clicks
  | 'unsupported' // not https, or a browser without WebRTC

/** The call at this desk. */
export interface DeskCall {
  call: string
  ticket: string
  state: 'talking' | 'holding' | 'consulting' | 'conferring'
  since: number // milliseconds of the line's clock
  heldSince: number | null
  third: string // who is consulted, empty where nobody is
  recorded: boolean
  joined: '' | 'listen' | 'whisper' | 'barge' | 'take_over'
  recovered: boolean // the page came back into it
}

/** What the person should be told once; a newer word replaces it. */
export interface Word {
  n: number // the same words again are news too
  kind: 'error' | 'stop' | 'refused' | 'recovered' | 'ended'
  code: string
  detail: string
}

export interface PhoneState {
  link: Link
  voice: Voice
  muted: boolean
  offset: number // the line's clock minus this computer's, milliseconds
  desk: Desk | null
  seat: Seat | null
  ring: Offer | null
  call: DeskCall | null
  last: { call: string; ticket: string; endedAt: number } | null // the call whose wrap-up this is
  board: Board | null
  supervising: { call: string; ticket: string; mode: 'listen' | 'whisper' | 'barge' } | null
  word: Word | null
}

export function emptyState(): PhoneState {
  return {
    link: 'off', voice: 'off', muted: false, offset: 0, desk: null, seat: null, ring: null, call: null, last: null, board: null, supervising: null, word: null,
  }
}

/** What the line said, put into the state. `now` is this computer's clock in milliseconds. */
export function hear(s: PhoneState, m: Message, now: number): PhoneState {
  const at = instant(m.at)
  const next = at === null ? s : { ...s, offset: at - now }
  switch (m.type) {
    case 'welcome': return welcome(next, m)
    case 'taken': return { ...next, link: 'taken', ring: null }
    case 'revoked': return { ...next, link: 'revoked', ring: null, call: null, seat: null, board: null, supervising: null }
    case 'seat': return m.seat ? seated(next, m.seat) : next
    case 'ring': return m.offer ? { ...next, ring: m.offer } : next
    case 'stop': return stopped(next, m)
    case 'call': return m.call ? called(next, m.call, false) : next
    case 'board': return m.board ? { ...next, board: m.board } : next
    default: return next
  }
}

/** A word for the person, told apart from the one before. */
export function say(s: PhoneState, kind: Word['kind'], code: string, detail = ''): PhoneState {
  return { ...s, word: { n: (s.word?.n ?? 0) + 1, kind, code, detail } }
}

// The line knows better than the page what is going on: whatever the page
// believed before the connection broke gives way.
function welcome(s: PhoneState, m: Message): PhoneState {
  const next: PhoneState = { ...s, link: 'open', desk: m.desk ?? s.desk, ring: null, supervising: null }
  const knew = s.call?.call
  const seated: PhoneState = { ...next, seat: m.seat ?? null }
  if (!m.call || m.call.state === 'ended') return { ...seated, call: null, last: knew && knew === s.call?.call && !m.call ? over(s) : seated.last }
  const back = called({ ...seated, call: knew === m.call.call ? s.call : null }, m.call, true)
  return back.call ? say(back, 'recovered', 'recovered') : back
}

// The seat is the last word on ringing: a missed "stop" must not ring for ever.
function seated(s: PhoneState, fresh: Seat): PhoneState {
  if (fresh.status === 'signed_off') return { ...s, seat: fresh, ring: null, call: null, last: over(s), supervising: null }
  const rings = fresh.state === 'ringing' && (!s.ring || !fresh.offer || fresh.offer === s.ring.id)
  return { ...s, seat: fresh, ring: rings ? s.ring : null }
}

function stopped(s: PhoneState, m: Message): PhoneState {
  if (s.ring && m.offer && m.offer.id !== s.ring.id) return s
  const next = { ...s, ring: null }
  return !s.ring || !m.why || m.why === 'answered' ? next : say(next, 'stop', m.why)
}

// A supervisor's leg hears of the call it came into, as the agent's does; but
// the seat in the call is the agent's, also while their browser is away.
function comesIn(s: PhoneState, news: CallNews): boolean {
  if (s.call?.call === news.call || s.seat?.call === news.call) return false
  const sits = s.seat?.state === 'away' ? s.seat.was : s.seat?.state
  return s.supervising?.call === news.call || (news.joined !== undefined && sits !== 'talking' && sits !== 'ringing')
}

function supervised(s: PhoneState, news: CallNews): PhoneState {
  if (news.state === 'refused') return say({ ...s, supervising: null }, 'refused', news.reason ?? '')
  if (news.state === 'ended') {
    const next = { ...s, supervising: null }
    return news.reason === 'left' ? next : say(next, 'ended', news.reason ?? '')
  }
  const mode = news.joined
  return mode && mode !== 'leave' && mode !== 'take_over' ? { ...s, supervising: { call: news.call, ticket: news.ticket, mode } } : s
}

function called(s: PhoneState, news: CallNews, recovered: boolean): PhoneState {
  // Once it has taken over, a supervisor's leg hears of nobody who came in: the call is theirs.
  if (comesIn(s, news) && (news.joined || news.state === 'refused' || news.state === 'ended')) return supervised(s, news)
  const at = instant(news.at) ?? s.offset
  if (news.state === 'refused') return say(s, 'refused', news.reason ?? '')
  if (news.state === 'ended') {
    const next: PhoneState = { ...s, call: null, ring: null, muted: false, last: { call: news.call, ticket: news.ticket, endedAt: at } }
    return news.reason && !ownDoing.includes(news.reason) ? say(next, 'ended', news.reason) : next
  }
  const before = s.call?.call === news.call ? s.call : null
  const state = news.state === 'reconnected' ? 'talking' : news.state
  const held = state === 'holding' || state === 'consulting'
  const call: DeskCall = {
    call: news.call, ticket: news.ticket, state, since: before?.since ?? at, heldSince: held ? (before?.heldSince ?? at) : null,
    third: news.third ?? '', recorded: news.recorded, joined: news.joined && news.joined !== 'leave' ? news.joined : '', recovered: recovered || news.state === 'reconnected' || (before?.recovered ?? false),
  }
  const next: PhoneState = { ...s, call, ring: null, muted: before ? s.muted : false, supervising: s.supervising?.call === news.call ? null : s.supervising }
  return news.state === 'reconnected' && !recovered ? say(next, 'recovered', 'recovered') : next
}

// What this agent did needs no telling.
const ownDoing = ['hung_up', 'left']

function over(s: PhoneState): PhoneState['last'] {
  return s.call ? { call: s.call.call, ticket: s.call.ticket, endedAt: Date.now() + s.offset } : s.last
}

/** The buttons of a call that make sense now. Whoever was only called in (`guest`) may speak and leave. */
export function possible(c: DeskCall, guest = false): { hold: boolean; resume: boolean; consult: boolean; withThird: boolean; swap: boolean; confer: boolean; key: boolean; record: boolean } {
  const third = c.third !== ''
  return {
    hold: !guest && ((c.state === 'talking' && !third) || c.state === 'conferring'), // in a conference: the citizen alone
    resume: !guest && c.state === 'holding' && !third,
    consult: !guest && (c.state === 'talking' || c.state === 'holding') && !third,
    withThird: !guest && third,
    swap: !guest && third && c.state !== 'conferring',
    confer: !guest && third && c.state !== 'conferring',
    key: c.state !== 'holding',
    record: !guest,
  }
}
