import { shallowReactive } from 'vue'
import { api } from '../api/client'
import { ApiProblem } from '../api/problem'
import { newKey } from '../forms/key'
import { session } from '../session'
import { readPlaces } from './places'
import { all, canKeep, claimOf, drop, keepClaim, mark, put, read, type Item } from './box'

// The village's people often have no network. What they write is kept in the phone first, and
// sent when it can be: in the name of whoever wrote it, also after another has signed in.

const between = 15_000 // ms before the next try after one that failed

export interface Delivered { number?: string; state?: string; joined?: boolean }

/** What waits in this phone, the oldest first, which of it is being sent, and what was sent since the page was opened. */
export const outbox = shallowReactive<{ items: Item[]; sending: string; sent: Record<string, Delivered> }>({ items: [], sending: '', sent: {} })

let retry: ReturnType<typeof setTimeout> | undefined

async function look(): Promise<void> {
  outbox.items = await all()
}

const again = (): void => { void send() }

/** Begins to send for whoever is signed in, and fetches what proves that they are. */
export async function startOutbox(): Promise<void> {
  addEventListener('online', again) // the same listener twice is one
  if (!canKeep()) return
  await look()
  void readPlaces()
  try {
    await keepClaim(await api.reportClaim())
  } catch (thrown) {
    if (!(thrown instanceof ApiProblem)) throw thrown // without a network the one of before counts
  }
  await send()
}

/** Keeps what was written, and begins to send it. It is done as soon as it is kept; where nothing can be kept, when it is sent. */
export async function post(kind: Item['kind'], id: string, body: object): Promise<void> {
  const me = session.me!
  const item = { id, kind, login: me.login, name: me.name, claim: '', key: newKey(), at: Date.now() }
  if (!canKeep()) {
    outbox.sent = { ...outbox.sent, [id]: await deliver(item, body) }
    return
  }
  item.claim = (await claimOf(me.login))?.claim ?? ''
  await put(item, body)
  await look()
  void send()
}

/** Forgets something that its author does not want any more. */
export async function forget(id: string): Promise<void> {
  await drop(id)
  await look()
}

/** The words of something, for its author alone. */
export async function words(item: Item): Promise<Record<string, unknown>> {
  return item.login === session.me?.login ? read(item) : {}
}

/** Sends what was refused once more. */
export async function tryAgain(item: Item): Promise<void> {
  const { refused: _, ...waiting } = item
  await mark(waiting)
  await send()
}

/** Sends what waits, one after another, in one tab at a time. What was refused waits for a person. */
export async function send(): Promise<void> {
  clearTimeout(retry)
  if (!canKeep()) return
  await look()
  await navigator.locks.request('hotline-outbox', async () => { // a second one finds the box as the first has left it
    while (await sendNext()) { /* until nothing can be sent */ }
  })
}

/** Sends the oldest that can be sent; false where none can, or the network is away. */
async function sendNext(): Promise<boolean> {
  const me = session.me
  const item = (await all()).find((i) => !i.refused && (i.claim || i.login === me?.login)) // without a proof only its author sends it
  if (!me || !item) return false
  outbox.sending = item.id
  try {
    const done = await deliver(item, await read(item))
    outbox.sent = { ...outbox.sent, [item.id]: done }
    await drop(item.id)
    return true
  } catch (thrown) {
    if (!(thrown instanceof ApiProblem)) throw thrown
    if (thrown.status !== 401 && thrown.status !== 429 && !thrown.unanswered) {
      await mark(refusal(item, thrown))
      return true
    }
    retry = setTimeout(again, (thrown.retryAfterSeconds ?? 0) * 1000 || between)
    return false
  } finally {
    outbox.sending = ''
    await look()
  }
}

/** A key that was used for other words proves that these are others: they go under a key of their own, and the server keeps both. */
function refusal(item: Item, problem: ApiProblem): Item {
  return problem.code === 'key_reused' ? { ...item, key: newKey() } : { ...item, refused: { code: problem.code, args: problem.args } }
}

const paths = { report: '/reports', piece: '/report-pieces', photo: '/report-photos' } as const

async function deliver(item: Omit<Item, 'iv' | 'sealed'>, body: object): Promise<Delivered> {
  const sent = { ...body, id: item.id, written_at: new Date(item.at).toISOString(), ...(item.claim && { claim: item.claim }) }
  return await api.act(paths[item.kind], '', sent as never, item.key)
}
