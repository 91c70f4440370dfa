import { computed, shallowRef, watch as watchState } from 'vue'
import { i18n } from '../i18n'
import { now } from '../clock'
import { loadSession, onLeaving } from '../session'
import { join, type Leadership } from './leader'
import { Line, lineAddress, LineFault } from './line'
import { askToNotify, hush, notify } from './notify'
import { instant, type JoinMode, type Message, type Status, type Target, type Verb } from './protocol'
import { emptyState, hear, say, type PhoneState, type Voice } from './state'
import { Sound } from './voice'
import { want, wanted } from './wanted'

// The softphone of whoever is signed in: one state for all tabs, one tab that
// does the work. Pages read `phone` and call `acts`; where this tab only
// follows, the act is asked of the tab that leads.

const state = shallowRef<PhoneState>(emptyState())
const leads = shallowRef(false)

/** What the desk shows, the same in every tab. */
export const phone = computed(() => state.value)
/** Whether this tab holds the sound. */
export const leading = computed(() => leads.value)

let tabs: Leadership | null = null
let line: Line | null = null
let sound: Sound | null = null
let login = ''
let takeOver = false
let greeted = 0 // when the line last told its ICE servers, performance.now()
let mending: ReturnType<typeof setTimeout> | undefined

const turnIsOld = 5 * 60_000 // ms: a TURN credential is good for ten minutes at most

/** The line's clock at this instant, in milliseconds; it need not be the computer's. */
export function lineNow(): number {
  return Date.now() + state.value.offset
}

/** The same, once a second. */
export const lineClock = computed(() => { void now.value; return lineNow() })

/** Joins the tabs of this person. Calling it again does nothing. */
export function startPhone(who: string): void {
  if (tabs && login === who) return
  stopPhone()
  login = who
  if (typeof BroadcastChannel === 'undefined' || !navigator.locks) return update((s) => ({ ...s, voice: 'unsupported' }))
  tabs = join<PhoneState>({
    name: `hotline-phone:${who}`, lead, yield: giveUp, snapshot: () => state.value, follow: (s) => { state.value = s },
    perform: (act, args) => (deeds[act as keyof typeof deeds] as (...a: unknown[]) => Promise<void>)(...args),
  })
  addEventListener('online', hurry)
  addEventListener('beforeunload', warn)
  onLeaving.call = leaving
}

/** Leaves: signed out, or another person, whose phone may have begun already and is not touched. */
export function stopPhone(who = login): void {
  if (who !== login) return
  tabs?.stop()
  tabs = null
  removeEventListener('online', hurry)
  removeEventListener('beforeunload', warn)
  onLeaving.call = async () => true
  state.value = emptyState()
}

/** Who signs out signs off first, and not in the middle of a call. */
async function leaving(): Promise<boolean> {
  if (state.value.call) {
    update((s) => say(s, 'error', 'in_call'))
    return false
  }
  if (signedOn()) await attempt('signOff', [])
  want(login, false)
  return true
}

// A page that is closed in the middle of a call leaves the citizen with music.
function warn(e: BeforeUnloadEvent): void {
  if (leads.value && state.value.call) e.preventDefault()
}

/** How loud the two sides are, 0 to 1; nothing in a tab that follows. */
export function levels(): { mine: number; theirs: number } {
  return sound?.levels() ?? { mine: 0, theirs: 0 }
}

/** Gives the sound to this tab. */
export function leadHere(): void {
  tabs?.take()
}

// --- what a person may do -----------------------------------------------------

const deeds = {
  signOn: async () => {
    if (!await sound!.listen()) return
    await ask({ type: 'sign_on' })
    want(login, true)
    await connectVoice()
  },
  // Who only listens takes a seat too, since it takes a leg; the pause keeps callers away. A seat is there once the sound is.
  signOnApart: async () => {
    if (!await sound!.listen()) return
    await ask({ type: 'sign_on' })
    await connectVoice()
    await became((s) => s.seat !== null && s.seat.state !== 'away')
    await ask({ type: 'status', status: 'paused', reason: apart(state.value.desk?.pause_reasons ?? []) })
  },
  signOff: async () => {
    await ask({ type: 'sign_off' })
    want(login, false)
    sound?.stop()
  },
  status: async (status: Status, reason?: string) => { await ask({ type: 'status', status, ...(reason && { reason }) }) },
  accept: async (offer: string) => {
    sound?.unblock()
    await ask({ type: 'accept', offer })
  },
  reject: async (offer: string) => { await ask({ type: 'reject', offer }) },
  command: async (verb: Verb, target?: Target) => { await ask({ type: 'command', verb, ...(target && { target }) }) },
  key: async (key: string) => {
    // The standing leg carries keys as RFC 4733; the line sends them for a leg that cannot.
    if (!sound?.key(key)) await ask({ type: 'command', verb: 'key', key })
  },
  mute: async (on: boolean) => update((s) => ({ ...s, muted: on })),
  wrapUpDone: async () => { await ask({ type: 'wrap_up_done' }) },
  callBack: async (task: string) => {
    sound?.unblock()
    await ask({ type: 'call_back', task })
  },
  watch: async (on: boolean) => {
    watching = on
    await ask({ type: 'watch', on })
    if (!on) update((s) => ({ ...s, board: null }))
  },
  supervise: async (call: string, mode: JoinMode) => {
    if (mode !== 'leave') {
      if (!signedOn()) await deeds.signOnApart()
      else if (!sound?.standing) await deeds.mend()
      if (!sound?.standing) throw new LineFault('no_audio')
    }
    // Known before the line says it: its news of the call may come first.
    const before = state.value.supervising
    if (mode !== 'leave') update((s) => ({ ...s, supervising: { call, ticket: s.supervising?.ticket ?? '', mode: mode === 'take_over' ? (s.supervising?.mode ?? 'barge') : mode } }))
    try {
      await ask({ type: 'supervise', call, mode })
    } catch (fault) {
      update((s) => ({ ...s, supervising: before }))
      throw fault
    }
    if (mode === 'leave') update((s) => ({ ...s, supervising: null }))
  },
  force: async (who: string, status: Status, reason: string) => { await ask({ type: 'force', login: who, status, ...(reason && { reason }) }) },
  takeOver: async () => {
    takeOver = true
    update((s) => ({ ...s, link: 'connecting' }))
    line?.close()
    line?.open()
  },
  mend: async () => {
    sound?.unblock()
    line?.hurry()
    if (await sound!.listen() && signedOn()) await connectVoice()
  },
}
let watching = false

type Deeds = typeof deeds
/** Everything a person may do. A refusal is told in phone.word, so that nobody needs to catch it. */
export const acts = Object.fromEntries(Object.keys(deeds).map((name) => [name, (...args: unknown[]) => {
  if (name === 'signOn') askToNotify()
  return attempt(name, args)
}])) as { [K in keyof Deeds]: (...args: Parameters<Deeds[K]>) => Promise<boolean> }

/** Does it here or in the tab that leads; true where it was done. */
async function attempt(name: string, args: unknown[]): Promise<boolean> {
  try {
    if (!tabs) throw new LineFault('not_connected')
    await tabs.ask(name, args)
    return true
  } catch (thrown) {
    const fault = thrown instanceof LineFault ? thrown : new LineFault(thrown instanceof Error ? thrown.message : String(thrown))
    update((s) => say(s, 'error', fault.code, fault.detail))
    return false
  }
}

// --- the tab that leads -------------------------------------------------------

function lead(): void {
  leads.value = true
  const last = keptLast()
  state.value = { ...emptyState(), link: 'connecting', last }
  sound = new Sound({
    offer: async (sdp) => (await ask({ type: 'offer', sdp })).sdp ?? '',
    candidate: (candidate) => line?.tell({ type: 'candidate', candidate }),
    changed: voiceChanged,
    iceServers: () => state.value.desk?.ice_servers ?? [],
  })
  line = new Line(lineAddress(), {
    hello: () => ({ type: 'hello', tab: tabId(), ...(takeOver && { take_over: true }) }),
    message: receive,
    lost: () => {
      update((s) => ({ ...s, link: 'lost' }))
      void loadSession().catch(() => { /* away: the line tries again by itself */ })
    },
  })
  line.open()
}

function giveUp(): void {
  leads.value = false
  clearTimeout(mending)
  line?.close()
  line = null
  sound?.dispose()
  sound = null
  hush()
}

function receive(m: Message): void {
  if (m.type === 'candidate' && m.candidate) void sound?.candidate(m.candidate)
  update((s) => hear(s, m, Date.now()))
  if (m.type === 'welcome') void welcomed()
  if (m.type === 'taken') {
    takeOver = false
    line?.close()
    sound?.stop()
  }
  if (m.type === 'revoked') {
    line?.close()
    sound?.stop()
    void loadSession().catch(() => { /* the pages say so themselves */ })
  }
}

/** The line knows us again: the sound follows, and what we watch. */
async function welcomed(): Promise<void> {
  takeOver = false
  greeted = performance.now()
  if (renewing) return
  if (watching) void attempt('watch', [true])
  if (!signedOn() && wanted(login)) await attempt('signOn', [])
  else if (signedOn() && !sound?.standing) await attempt('mend', [])
}

function signedOn(): boolean {
  return state.value.seat !== null && state.value.seat.status !== 'signed_off'
}

// One connection at a time, whoever asks for it.
let connecting: Promise<void> | null = null
let renewing = false

function connectVoice(): Promise<void> {
  connecting ??= renewAndConnect().finally(() => { connecting = null })
  return connecting
}

async function renewAndConnect(): Promise<void> {
  if (performance.now() - greeted > turnIsOld && (state.value.desk?.ice_servers ?? []).some((s) => s.credential)) {
    renewing = true
    try { await ask({ type: 'hello', tab: tabId() }) } finally { renewing = false }
  }
  await sound?.connect()
}

/** Waits for the line to say something; gives up after a while. */
function became(is: (s: PhoneState) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { stop(); reject(new LineFault('no_audio')) }, 8000)
    const stop = watchState(() => state.value, (s) => {
      if (!is(s)) return
      clearTimeout(timer)
      queueMicrotask(() => stop())
      resolve()
    }, { immediate: true, flush: 'sync' })
  })
}

/** The pause of who sits apart: a key of the city's list, the likeliest first. */
function apart(reasons: string[]): string {
  return ['coaching', 'supervising', 'training', 'meeting'].find((r) => reasons.includes(r)) ?? reasons[0] ?? 'coaching'
}

function voiceChanged(voice: Voice): void {
  update((s) => ({ ...s, voice }))
  clearTimeout(mending)
  // A leg that broke while the line is there is made anew.
  if (voice === 'broken' && signedOn()) mending = setTimeout(() => { if (state.value.link === 'open' && state.value.voice === 'broken') void attempt('mend', []) }, 2000)
}

function hurry(): void {
  line?.hurry()
}

/** Changes the state, and does what follows from the change. */
function update(change: (s: PhoneState) => PhoneState): void {
  const before = state.value
  state.value = change(before)
  if (!leads.value) return
  effects(before, state.value)
  tabs?.share()
}

function effects(before: PhoneState, after: PhoneState): void {
  if (before.ring?.id !== after.ring?.id) {
    sound?.ring(after.ring !== null)
    if (after.ring) notify(i18n.global.t('desk.ring.title'), i18n.global.t(`priority.${after.ring.priority}`))
    else hush()
  }
  if (before.muted !== after.muted) sound?.mute(after.muted)
  if (before.last !== after.last) keepLast(after.last)
  if (before.link === 'open' && before.seat && before.seat.status !== 'signed_off' && after.seat?.status === 'signed_off') seatLost(after.seat.reason ?? '')
}

// The line gave the seat up. Where it had missed our audio for too long, the
// person still wants to work: they are signed on again. Otherwise a supervisor
// signed them off, and the microphone is given back.
function seatLost(reason: string): void {
  if (reason === 'disconnected' && wanted(login)) {
    clearTimeout(mending)
    mending = setTimeout(() => void attempt('signOn', []), 1000)
    return
  }
  want(login, false)
  sound?.stop()
}

async function ask(request: Parameters<Line['ask']>[0]): Promise<Message> {
  if (!line) throw new LineFault('not_connected')
  return line.ask(request)
}

// --- what outlives a reload ---------------------------------------------------

// One id for this person in this browser: the lock makes sure that one tab at a
// time uses it, so a tab that takes over after a crash is known to the line as
// the same desk, which an id of the tab alone would not do.
function tabId(): string {
  const name = `hotline:phone:tab:${login}`
  const kept = localStorage.getItem(name)
  if (kept) return kept
  const fresh = crypto.randomUUID()
  localStorage.setItem(name, fresh)
  return fresh
}

const lastName = () => `hotline:phone:last:${login}`

function keptLast(): PhoneState['last'] {
  try {
    return JSON.parse(localStorage.getItem(lastName()) ?? 'null') as PhoneState['last']
  } catch {
    return null
  }
}

function keepLast(last: PhoneState['last']): void {
  if (last) localStorage.setItem(lastName(), JSON.stringify(last))
  else localStorage.removeItem(lastName())
}

/** Time left until an instant of the line's, in milliseconds; null where there is none. */
export function left(at: string | null | undefined, now: number): number | null {
  const ms = instant(at)
  return ms === null ? null : ms - now
}
