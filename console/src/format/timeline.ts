import type { TimelineEntry } from '../api/types'
import { passedOver, reasonName, targetName } from './because'
import { partyName } from './names'
import { fieldName, shown } from './values'

type T = (key: string, named?: Record<string, unknown>) => string
type TE = (key: string) => boolean

export interface Told {
  title: string
  reason: string // somebody's own words, empty for none
  details: { name: string; value: string }[] // of kinds we have no sentence for, and who was passed over
}

// Parameters that sentences may ask for, so that a datum that is missing reads as a dash.
const askable = ['by', 'to', 'from', 'number', 'area', 'priority', 'from_priority', 'kind', 'clock', 'due_at', 'proof', 'minutes', 'outcome',
  'post', 'role', 'step', 'amount_fen', 'paper', 'who', 'worker', 'pending_priority', 'arrived_at', 'mode', 'end_reason', 'digits', 'key', 'at', 'status', 'template', 'channel',
  'checker', 'maker', 'witness', 'name', 'purpose', 'why', 'loop', 'owner', 'decision', 'target', 'since', 'until', 'worker',
  'agency', 'alert', 'office', 'percent', 'review', 'flow', 'queue', 'seconds', 'score', 'code', 'result', 'try', 'bank_reason', 'source']

// Kinds whose reason is a code of ours rather than somebody's words.
const codedReasons: Record<string, 'end' | 'ladder' | 'call'> = {
  'call.ended': 'end', 'ticket.offer_skipped': 'ladder', 'callback.impossible': 'call',
  'call.unanswered': 'call', 'call.left_queue': 'call', 'call.supervised': 'call', 'call.rang_duty': 'call', 'call.agent_left': 'call', 'call.connected': 'call', 'call.voicemail': 'call', 'call.transferred': 'call', 'call.consulted': 'call', 'call.agent_lost': 'call',
}
// Fields that mean something of their own in entries of one sort: a paper's kind is not a call's.
const ownCodes: Record<string, Record<string, string>> = {
  paper: { kind: 'paper' }, task: { kind: 'task_kind', outcome: 'task_outcome' }, referral: { result: 'referral_result' },
}
// Data that are keys of the city's own lists.
const cityKeys = ['queue', 'code']
const codeFields = { end: 'end_reason', call: 'call_reason' } as const

/** One line of a timeline in words; word is the city's own for a queue or a disposition. A kind that the page does not know yet is told by its own name and data. */
export function tell(entry: TimelineEntry, t: T, te: TE, word: (key: string) => string = (key) => key): Told {
  const data = entry.data ?? {}
  const coded = codedReasons[entry.kind]
  const reason = typeof data.reason === 'string' && !coded ? data.reason : ''
  const key = `timeline.${entry.kind}`
  if (!te(key)) {
    const details = Object.entries(data).filter(([k]) => k !== 'reason').map(([k, v]) => ({ name: fieldName(k, t, te), value: shown(k, v, t, te) }))
    return { title: readable(entry.kind), reason, details }
  }
  const own = ownCodes[entry.kind.split('.')[0] ?? '']
  const named = (k: string) => own?.[k] ?? k
  const params = Object.fromEntries(askable.map((k) => [k, shown(named(k), data[k], t, te)]))
  if (data.by === undefined) params.by = entry.actor
  if (data.seconds === undefined) params.seconds = '0' // a call's record leaves zero out
  if (coded) params.why = coded !== 'ladder' ? shown(codeFields[coded], data.reason, t, te) : reasonName(String(data.reason ?? ''), t, te)
  if (typeof data.target === 'string') params.target = targetName(data.target, t, te)
  for (const k of cityKeys) if (typeof data[k] === 'string') params[k] = word(data[k])
  if (entry.kind.startsWith('call.') && typeof data.to === 'string') params.to = word(partyName(data.to, t, te))
  const details = passedOver(data.skipped, t, te).map((value) => ({ name: '', value }))
  const variant = variantOf(entry.kind, data)
  return { title: t(variant && te(`timelineVariant.${variant}`) ? `timelineVariant.${variant}` : key, params), reason, details }
}

// Some sentences turn on a datum.
function variantOf(kind: string, data: Record<string, unknown>): string {
  if (kind === 'recording.heard' && data.download === true) return 'recording_downloaded'
  if (kind === 'ticket.clock_stopped') return data.on_time === false ? 'stopped_late' : 'stopped_on_time'
  if (kind === 'call.keyed' && data.key === undefined) return 'keyed_something'
  if (kind === 'disbursement.reserved' && data.source_area !== undefined) return 'reserved_county'
  if (kind === 'notice.undelivered' && data.citizen === true) return 'undelivered_citizen'
  if (kind === 'ticket.triaged' && typeof data.pending_priority === 'string' && data.pending_priority !== '') return 'triaged_lowering_asked'
  if (kind === 'ticket.triaged' && data.priority !== data.from_priority && data.from_priority) return 'triaged_priority_changed'
  return ''
}

/** "disbursement.second_signed" → "disbursement: second signed" */
function readable(kind: string): string {
  return kind.replaceAll('_', ' ').replace('.', ': ').replaceAll('.', ' ')
}
