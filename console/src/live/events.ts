import { readonly, ref } from 'vue'
import { api, eventsAddress } from '../api/client'
import type { LiveEvent } from '../api/types'
import { session } from '../session'

// One connection per browser: of all tabs the one that holds the lock listens,
// and tells the others. HTTP/1.1 has six connections per origin, and a tab must
// not starve the rest. EventSource itself resumes with Last-Event-ID.

/** What listeners are told: an event, or that events may be missing and everything is to be read again. */
export type News = { event: LiveEvent } | { reset: true }
type Listener = (news: News) => void
type Wire = News | { connected: boolean } | { hello: true }

const listeners = new Set<Listener>()
const connection = ref<'connecting' | 'live' | 'lost'>('connecting')
/** How the live connection stands. */
export const live = readonly(connection)

let channel: BroadcastChannel | null = null
let source: EventSource | null = null
let release: (() => void) | null = null
let retry: ReturnType<typeof setTimeout> | undefined
let failures = 0

// The server ends every stream now and then, and EventSource comes back at
// once: only a silence longer than this is worth a person's attention.
const worthTelling = 8000
let silence: ReturnType<typeof setTimeout> | undefined

/** Listens until the returned function is called. */
export function onNews(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Starts to listen, or to follow the tab that does. */
export function startEvents(): void {
  if (channel) return
  channel = new BroadcastChannel('hotline-events')
  channel.onmessage = (message: MessageEvent<Wire>) => receive(message.data)
  channel.postMessage({ hello: true } satisfies Wire)
  if (!navigator.locks) return open() // only where the page is not on https or loopback
  void navigator.locks.request('hotline-events', () => new Promise<void>((done) => {
    if (!channel) return done()
    release = done
    open()
  }))
}

export function stopEvents(): void {
  clearTimeout(retry)
  clearTimeout(silence)
  silence = undefined
  source?.close()
  source = null
  release?.()
  release = null
  channel?.close()
  channel = null
  connection.value = 'connecting'
}

function open(): void {
  source = new EventSource(eventsAddress)
  source.onopen = () => {
    failures = 0
    clearTimeout(silence)
    silence = undefined
    share({ connected: true })
  }
  source.onmessage = (message: MessageEvent<string>) => {
    const event = parse(message.data)
    if (event) share({ event })
  }
  source.addEventListener('reset', () => share({ reset: true }))
  source.onerror = () => {
    silence ??= setTimeout(() => share({ connected: false }), worthTelling)
    if (source?.readyState === EventSource.CLOSED) void reopen() // refused, so the browser will not try again
  }
}

/** The server refused the stream: signed out, or away. What was missed meanwhile is read anew. */
async function reopen(): Promise<void> {
  await api.me().catch(() => { /* signed out or away; the session knows */ })
  if (!session.me) return
  const wait = Math.min(30_000, 1000 * 2 ** failures++)
  retry = setTimeout(() => { open(); share({ reset: true }) }, wait)
}

/** Tells this tab and all others. */
function share(wire: Wire): void {
  channel?.postMessage(wire)
  receive(wire)
}

function receive(wire: Wire): void {
  if ('hello' in wire) {
    if (source) channel?.postMessage({ connected: source.readyState === EventSource.OPEN } satisfies Wire)
  } else if ('connected' in wire) {
    connection.value = wire.connected ? 'live' : 'lost'
  } else {
    for (const listener of [...listeners]) listener(wire)
  }
}

function parse(data: string): LiveEvent | null {
  try {
    const event = JSON.parse(data) as LiveEvent
    return typeof event.kind === 'string' ? event : null
  } catch {
    return null
  }
}
