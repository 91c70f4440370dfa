import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Line, LineFault } from '../../src/softphone/line'
import type { Message } from '../../src/softphone/protocol'
import { at } from './messages'

/** A socket whose far end is this test. */
class FakeSocket {
  static readonly OPEN = 1
  static all: FakeSocket[] = []
  readyState = 0
  sent: Record<string, unknown>[] = []
  onopen: (() => void) | null = null
  onmessage: ((e: { data: string }) => void) | null = null
  onclose: ((e: { code: number }) => void) | null = null
  constructor(readonly address: string) { FakeSocket.all.push(this) }
  send(text: string): void { this.sent.push(JSON.parse(text) as Record<string, unknown>) }
  close(code = 1006): void {
    if (this.readyState === 3) return
    this.readyState = 3
    this.onclose?.({ code })
  }
  accept(): void { this.readyState = 1; this.onopen?.() }
  say(m: Partial<Message>): void { this.onmessage?.({ data: JSON.stringify({ at, ...m }) }) }
}
const last = () => FakeSocket.all.at(-1)!

let heard: string[] = []
let lost = 0
let line: Line

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeSocket)
  FakeSocket.all = []
  heard = []
  lost = 0
  line = new Line('ws://line', { hello: () => ({ type: 'hello', tab: 'tab-1' }), message: (m) => heard.push(m.type), lost: () => { lost++ } })
  line.open()
})
afterEach(() => {
  line.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the line', () => {
  it('says hello first, on every connection', () => {
    last().accept()
    expect(last().sent[0]).toEqual({ type: 'hello', tab: 'tab-1', id: '1' })
    last().close()
    vi.advanceTimersByTime(1000)
    last().accept()
    expect(FakeSocket.all).toHaveLength(2)
    expect(last().sent[0]?.type).toBe('hello')
  })
  it('gives each request its own answer', async () => {
    last().accept()
    const [a, b] = [line.ask({ type: 'sign_on' }), line.ask({ type: 'wrap_up_done' })]
    const [idA, idB] = last().sent.slice(1).map((m) => String(m.id))
    last().say({ type: 'error', id: idB!, code: 'no_call', detail: 'there is none' })
    last().say({ type: 'ok', id: idA! })
    await expect(a).resolves.toMatchObject({ type: 'ok' })
    await expect(b).rejects.toEqual(new LineFault('no_call', 'there is none'))
  })
  it('fails what was asked of a connection that broke', async () => {
    last().accept()
    const asked = line.ask({ type: 'accept', offer: 'o1' })
    last().close()
    await expect(asked).rejects.toThrow('not_connected')
    await expect(line.ask({ type: 'sign_on' })).rejects.toThrow('not_connected')
    expect(lost).toBe(1)
  })
  it('fails what is never answered', async () => {
    last().accept()
    const asked = expect(line.ask({ type: 'sign_on' })).rejects.toThrow('unanswered')
    await vi.advanceTimersByTimeAsync(10_001)
    await asked
  })
  it('tries again later each time, and at once when told that the network is back', () => {
    const begun: number[] = []
    for (let i = 0; i < 6; i++) {
      const before = Date.now()
      last().close()
      const count = FakeSocket.all.length
      while (FakeSocket.all.length === count) vi.advanceTimersByTime(50)
      begun.push(Date.now() - before)
    }
    for (let i = 1; i < 5; i++) expect(begun[i]!, String(begun)).toBeGreaterThan(begun[i - 1]! * 1.5)
    expect(Math.max(...begun)).toBeLessThan(17_000)
    last().close()
    const count = FakeSocket.all.length
    line.hurry()
    expect(FakeSocket.all).toHaveLength(count + 1)
    line.hurry() // one is on its way already
    expect(FakeSocket.all).toHaveLength(count + 1)
  })
  it('pings, and takes silence for a dead connection', () => {
    last().accept()
    vi.advanceTimersByTime(10_000)
    expect(last().sent.at(-1)?.type).toBe('ping')
    last().say({ type: 'pong' })
    vi.advanceTimersByTime(20_000)
    expect(FakeSocket.all).toHaveLength(1)
    vi.advanceTimersByTime(10_000)
    expect(FakeSocket.all[0]!.readyState).toBe(3)
    expect(lost).toBe(1)
  })
  it('tells what it hears, and lets pass what it does not know', () => {
    last().accept()
    last().say({ type: 'ring' })
    last().onmessage?.({ data: 'not json' })
    last().say({ type: 'weather' as never })
    expect(heard).toEqual(['ring'])
  })
  it('hears from the way it is closed that the session is over', () => {
    last().accept()
    last().close(4401)
    expect(heard).toEqual(['revoked'])
  })
  it('stays closed once closed', () => {
    last().accept()
    line.close()
    vi.advanceTimersByTime(60_000)
    expect(FakeSocket.all).toHaveLength(1)
    expect(lost).toBe(0)
  })
})
