import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { join, type Leadership } from '../../src/softphone/leader'
import { fakeLocks } from './locks'

// jsdom has neither locks nor channels: the locks are a small model of the
// browser's, the channels are Node's own.

interface Tab { leads: boolean; seen: unknown; did: unknown[]; tab: Leadership }
const tabs: Tab[] = []

function open(state: () => unknown = () => 'state'): Tab {
  const t: Tab = { leads: false, seen: undefined, did: [], tab: undefined as never }
  t.tab = join<unknown>({
    name: 'phone', lead: () => { t.leads = true }, yield: () => { t.leads = false }, snapshot: state, follow: (s) => { t.seen = s },
    perform: async (act, args) => {
      if (act === 'fail') throw new Error('no_call')
      t.did.push([act, ...args])
    },
  })
  tabs.push(t)
  return t
}

beforeEach(() => { vi.stubGlobal('navigator', { locks: fakeLocks() }) })
afterEach(() => {
  for (const t of tabs.splice(0)) t.tab.stop()
  vi.unstubAllGlobals()
})

describe('of all tabs', () => {
  it('one leads, and the others show what it shows', async () => {
    const first = open(() => ({ n: 1 }))
    await vi.waitFor(() => expect(first.leads).toBe(true))
    const second = open()
    await vi.waitFor(() => expect(second.seen).toEqual({ n: 1 }))
    expect(second.leads).toBe(false)
  })
  it('another leads once the first is gone', async () => {
    const first = open()
    await vi.waitFor(() => expect(first.leads).toBe(true))
    const second = open()
    first.tab.stop()
    await vi.waitFor(() => expect(second.leads).toBe(true))
    expect(first.leads).toBe(false)
  })
  it('a follower asks the leader, and learns how it went', async () => {
    const first = open()
    await vi.waitFor(() => expect(first.leads).toBe(true))
    const second = open()
    await second.tab.ask('accept', ['o1'])
    expect(first.did).toEqual([['accept', 'o1']])
    expect(second.did).toEqual([])
    await expect(second.tab.ask('fail', [])).rejects.toThrow('no_call')
  })
  it('the leader does it itself', async () => {
    const first = open()
    await vi.waitFor(() => expect(first.leads).toBe(true))
    await first.tab.ask('mute', [true])
    expect(first.did).toEqual([['mute', true]])
  })
  it('a tab takes the lead, and gives it back when it closes', async () => {
    const first = open()
    await vi.waitFor(() => expect(first.leads).toBe(true))
    const second = open()
    second.tab.take()
    await vi.waitFor(() => expect([first.leads, second.leads]).toEqual([false, true]))
    second.tab.stop()
    await vi.waitFor(() => expect(first.leads).toBe(true))
  })
  it('changes of one turn are told once', async () => {
    const first = open()
    await vi.waitFor(() => expect(first.leads).toBe(true))
    const heard: unknown[] = []
    const channel = new BroadcastChannel('phone')
    channel.onmessage = (m) => { heard.push((m.data as { kind: string }).kind) }
    first.tab.share()
    first.tab.share()
    first.tab.share()
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(0))
    expect(heard).toEqual(['state'])
    channel.close()
  })
})
