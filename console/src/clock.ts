import { readonly, ref, watch } from 'vue'
import { api } from './api/client'
import type { SystemInfo } from './api/types'
import { toLocalInput } from './format/time'
import { onNews } from './live/events'
import { session } from './session'

// The page tells the server's time, not the computer's: a demonstration may
// have moved its clock or let it run faster, and a phone's clock may be wrong.
let anchor = { app: Date.now(), real: performance.now(), scale: 1 }
const ticking = ref(Date.now())
const info = ref<SystemInfo | null>(null)

/** The application's time in milliseconds, once a second. */
export const now = readonly(ticking)

/** What the server says of itself; null until asked. */
export const system = readonly(info)

/** Sets the page's clock by the server's. Half of the journey has passed when the answer arrives. */
export async function syncClock(): Promise<void> {
  const sent = performance.now()
  const answer = await api.system()
  const received = performance.now()
  const scale = answer.time_scale > 0 ? answer.time_scale : 1
  anchor = { app: Date.parse(answer.app_now) + ((received - sent) / 2) * scale, real: received, scale }
  info.value = answer
  ticking.value = appNow()
}

/** The application's time at this instant. */
export function appNow(): number {
  return anchor.app + (performance.now() - anchor.real) * anchor.scale
}

/** The application's day in Shanghai, as a date field holds it: 2026-10-01. */
export function today(): string {
  return toLocalInput(new Date(appNow())).slice(0, 10)
}

/** Starts the seconds, and asks the server again now and then: the clock may be moved while the page is open. */
export function startClock(): void {
  setInterval(() => { ticking.value = appNow() }, 1000)
  const resync = () => { if (session.me) syncClock().catch(() => { /* the next one will do */ }) }
  watch(() => session.me?.login, resync)
  setInterval(resync, 30_000)
  // What a moved clock sets off is news; only a demonstration moves it.
  let soon: ReturnType<typeof setTimeout> | undefined
  onNews(() => {
    if (info.value?.dev) soon ??= setTimeout(() => { soon = undefined; resync() }, 500)
  })
  document.addEventListener('visibilitychange', () => { if (!document.hidden) resync() })
}
