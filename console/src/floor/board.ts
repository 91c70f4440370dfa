import { ofNanoseconds } from '../format/length'
import { instant, type Board, type Caller, type Figures, type Seat } from '../softphone/protocol'

// What a supervisor wants to see of the board, worked out of what the line sends.

/** Callers still waiting, in the order in which they will be served. */
export function waiting(b: Board, queue: string): Caller[] {
  return (b.callers ?? []).filter((c) => instant(c.answered) === null && !c.yields && (!queue || c.queue === queue))
}

/** Callers who talk with somebody. */
export function talking(b: Board, queue: string): Caller[] {
  return (b.callers ?? []).filter((c) => instant(c.answered) !== null && (!queue || c.queue === queue))
}

/** Agents who serve a queue, those who can be helped first: in a call, then wrapping up, then free, then the rest. */
export function serving(b: Board, queue: string): Seat[] {
  const rank = ['talking', 'ringing', 'wrap_up', 'idle', 'delayed', 'away']
  return (b.agents ?? []).filter((a) => !queue || !a.queues?.length || a.queues.includes(queue)) // none named: every queue
    .toSorted((a, c) => rank.indexOf(a.state) - rank.indexOf(c.state) || a.name.localeCompare(c.name, 'zh-CN'))
}

export interface Totals {
  entered: number
  answered: number
  inTime: number
  abandoned: number
  short: number
  level: number // 0 to 1
  wait: number // milliseconds, of those answered
  handle: number // milliseconds
  occupancy: number // 0 to 1
}

/** The figures of all queues as one: shares and averages weighed by the calls they are of. */
export function totals(figures: readonly Figures[]): Totals {
  const sum = (of: (f: Figures) => number) => figures.reduce((n, f) => n + of(f), 0)
  const weighed = (of: (f: Figures) => number) => {
    const calls = sum((f) => f.answered)
    return calls === 0 ? 0 : sum((f) => of(f) * f.answered) / calls
  }
  const judged = sum((f) => f.answered + f.abandoned)
  return {
    entered: sum((f) => f.entered), answered: sum((f) => f.answered), inTime: sum((f) => f.in_time), abandoned: sum((f) => f.abandoned), short: sum((f) => f.short),
    level: judged === 0 ? 1 : sum((f) => f.in_time) / judged,
    wait: ofNanoseconds(weighed((f) => f.average_wait_ns)), handle: ofNanoseconds(weighed((f) => f.average_handle_ns)),
    // Agents serve several queues: their occupancy is the same agents' seen from each, so the busiest view counts.
    occupancy: Math.max(0, ...figures.map((f) => f.occupancy)),
  }
}
