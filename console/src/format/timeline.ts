import type { TimelineEntry } from '../api/types'
import { fieldName, shown } from './values'

type T = (key: string, named?: Record<string, unknown>) => string
type TE = (key: string) => boolean

export interface Told {
  title: string
  reason: string // somebody's own words, empty for none
  details: { name: string; value: string }[] // only of kinds we have no sentence for
}

// Parameters that sentences may ask for, so that a datum that is missing reads as a dash.
const askable = ['by', 'to', 'from', 'number', 'area', 'priority', 'from_priority', 'kind', 'clock', 'due_at', 'proof', 'minutes', 'outcome',
  'post', 'role', 'step', 'amount_fen', 'paper', 'who', 'worker', 'pending_priority', 'arrived_at', 'mode', 'end_reason', 'digits', 'key', 'at', 'status', 'template', 'channel',
  'checker', 'maker', 'witness', 'name', 'purpose', 'why', 'loop', 'owner', 'decision']

/** One line of a timeline in words. A kind that the page does not know yet is told by its own name and data. */
export function tell(entry: TimelineEntry, t: T, te: TE): Told {
  const data = entry.data ?? {}
  const reason = typeof data.reason === 'string' ? data.reason : ''
  const key = `timeline.${entry.kind}`
  if (!te(key)) {
    const details = Object.entries(data).filter(([k]) => k !== 'reason').map(([k, v]) => ({ name: fieldName(k, t, te), value: shown(k, v, t, te) }))
    return { title: readable(entry.kind), reason, details }
  }
  const named = (k: string) => (k === 'kind' && entry.kind.startsWith('paper.') ? 'paper' : k) // a paper's kind is not a call's
  const params = Object.fromEntries(askable.map((k) => [k, shown(named(k), data[k], t, te)]))
  if (data.by === undefined) params.by = entry.actor
  const variant = variantOf(entry.kind, data)
  return { title: t(variant && te(`timelineVariant.${variant}`) ? `timelineVariant.${variant}` : key, params), reason, details: [] }
}

// Some sentences turn on a datum.
function variantOf(kind: string, data: Record<string, unknown>): string {
  if (kind === 'ticket.clock_stopped') return data.on_time === false ? 'stopped_late' : 'stopped_on_time'
  if (kind === 'ticket.triaged' && typeof data.pending_priority === 'string' && data.pending_priority !== '') return 'triaged_lowering_asked'
  if (kind === 'ticket.triaged' && data.priority !== data.from_priority && data.from_priority) return 'triaged_priority_changed'
  return ''
}

/** "disbursement.second_signed" → "disbursement: second signed" */
function readable(kind: string): string {
  return kind.replaceAll('_', ' ').replace('.', ': ').replaceAll('.', ' ')
}
