import type { CallNews, Message, Offer, Seat } from '../../src/softphone/protocol'

// What a line would say, for the tests of what a page makes of it.

const none = '0001-01-01T00:00:00Z'
export const at = '2026-10-01T16:00:00Z'

export function seat(more: Partial<Seat> = {}): Seat {
  return {
    id: 7, login: 'agent1', name: '周小雨', area: '990100000000', node: 'node-1', queues: ['main'], skills: null, status: 'available', state: 'idle', since: at, idle_since: at, until: none, calls: 0, missed: 0, priority: 0, ...more,
  }
}
export function offer(id = 'o1', more: Partial<Offer> = {}): Offer {
  return { id, call: `call-${id}`, ticket: '2610010004213', queue: 'main', agent: 7, priority: 'P1', at, expires: '2026-10-01T16:00:20Z', ...more }
}
export function news(state: CallNews['state'], more: Partial<CallNews> = {}): CallNews {
  return { state, call: 'call-o1', ticket: '2610010004213', recorded: true, at, ...more }
}
export function said(m: Partial<Message> & { type: Message['type'] }): Message {
  return { at, ...m }
}
