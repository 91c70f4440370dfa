// One tab of a browser leads: it holds the socket, the microphone and the
// sound. The others follow it over a BroadcastChannel: they show what it shows
// and ask it to do what is clicked in them. A lock of the browser decides who
// leads, so that a tab that crashes is followed by another at once.

type Wire<S> =
  | { kind: 'state'; state: S }
  | { kind: 'hello' } // a new follower wants the state
  | { kind: 'ask'; id: string; act: string; args: unknown[] }
  | { kind: 'done'; id: string; fault?: string }

/** What the tab that leads must be able to do, and what a follower is told. */
export interface Roles<S> {
  name: string // of the lock and the channel: one for each person
  lead: () => void // this tab leads from now on
  yield: () => void // it leads no more: another tab took it, or it stops
  snapshot: () => S // the leader's state, plain values only
  follow: (state: S) => void // what the leader shows
  perform: (act: string, args: unknown[]) => Promise<void> // an act asked for by a follower
}

const patience = 15_000 // milliseconds until an act counts as unanswered

export interface Leadership {
  leading: () => boolean
  share: () => void // tells the followers, once for all changes of this turn
  ask: (act: string, args: unknown[]) => Promise<void>
  take: () => void // leads from here; the tab that led follows
  stop: () => void
}

/** Joins the tabs of one person. */
export function join<S>(roles: Roles<S>): Leadership {
  const channel = new BroadcastChannel(roles.name)
  const waiting = new Map<string, { resolve: () => void; reject: (fault: Error) => void; timer: ReturnType<typeof setTimeout> }>()
  let release: (() => void) | null = null
  let stopped = false
  let told = false
  let count = 0
  let queued = new AbortController()
  const me = Math.random().toString(36).slice(2)

  channel.onmessage = (message: MessageEvent<Wire<S>>) => {
    const wire = message.data
    if (wire.kind === 'state' && !release) roles.follow(wire.state)
    if (wire.kind === 'hello' && release) share()
    if (wire.kind === 'ask' && release) void answer(wire.id, wire.act, wire.args)
    if (wire.kind === 'done') settle(wire.id, wire.fault)
  }
  channel.postMessage({ kind: 'hello' } satisfies Wire<S>)
  request(false)

  function request(steal: boolean): void {
    queued.abort()
    const mine = new AbortController()
    queued = mine
    navigator.locks.request(roles.name, steal ? { steal } : { signal: mine.signal }, () => {
      if (stopped) return
      return new Promise<void>((done) => {
        release = done
        roles.lead()
        share()
      })
    }).catch(() => {
      if (stopped || mine.signal.aborted) return // no longer wanted
      release = null // another tab took it
      roles.yield()
      request(false)
    })
  }

  async function answer(id: string, act: string, args: unknown[]): Promise<void> {
    let fault: string | undefined
    try {
      await roles.perform(act, args)
    } catch (thrown) {
      fault = thrown instanceof Error ? thrown.message : String(thrown)
    }
    channel.postMessage({ kind: 'done', id, ...(fault !== undefined && { fault }) } satisfies Wire<S>)
  }

  function settle(id: string, fault?: string): void {
    const asked = waiting.get(id)
    if (!asked) return
    waiting.delete(id)
    clearTimeout(asked.timer)
    if (fault === undefined) asked.resolve()
    else asked.reject(new Error(fault))
  }

  function share(): void {
    if (told || stopped) return
    told = true
    queueMicrotask(() => {
      told = false
      if (release && !stopped) channel.postMessage({ kind: 'state', state: roles.snapshot() } satisfies Wire<S>)
    })
  }

  return {
    leading: () => release !== null,
    share,
    ask: (act, args) => release
      ? roles.perform(act, args)
      : new Promise<void>((resolve, reject) => {
        const id = `${me}-${count++}`
        waiting.set(id, { resolve, reject, timer: setTimeout(() => settle(id, 'unanswered'), patience) })
        channel.postMessage({ kind: 'ask', id, act, args } satisfies Wire<S>)
      }),
    take: () => { if (!release) request(true) },
    stop: () => {
      stopped = true
      queued.abort()
      for (const id of [...waiting.keys()]) settle(id, 'unanswered')
      if (release) roles.yield()
      release?.()
      release = null
      channel.close()
    },
  }
}
