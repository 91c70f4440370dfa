import { areaName } from './areas'
import { formatFen } from './money'
import { dateTime } from './time'

type T = (key: string, named?: Record<string, unknown>) => string
type TE = (key: string) => boolean

// Fields of the server's data whose values are codes, and the messages that spell them out.
const codes: Record<string, string> = {
  alert: 'alertKind',
  priority: 'priority', from_priority: 'priority', pending_priority: 'priority', status: 'status', from_status: 'status',
  kind: 'kind', cause: 'cause', proof: 'proof', clock: 'clock', role: 'role', outcome: 'outcome', end_reason: 'endReason',
  paper: 'paper', review: 'reviewOutcome', bank_reason: 'bankReason', result: 'tryResult', call_reason: 'callReason', rail: 'rail', channel: 'channel', template: 'notice', until: 'milestone',
  task_kind: 'task.kind', task_outcome: 'task.outcome', referral_result: 'referral.result',
}
const areas = new Set(['area', 'from_area', 'area_code', 'to_area'])
const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/

/** A value of the server as a person reads it: codes in words, amounts in yuan, times in Shanghai. */
export function shown(field: string, value: unknown, t: T, te: TE): string {
  if (value === null || value === undefined || value === '') return '—'
  if (typeof value === 'boolean') return t(value ? 'app.yes' : 'app.no')
  if (typeof value === 'number') return field.endsWith('_fen') ? formatFen(value) : String(value)
  if (Array.isArray(value)) return value.map((v) => shown(field, v, t, te)).join(t('app.comma'))
  if (typeof value === 'object') {
    return Object.entries(value).map(([k, v]) => `${fieldName(k, t, te)} ${shown(k, v, t, te)}`).join(t('app.comma'))
  }
  const text = String(value)
  if (areas.has(field)) return areaName(text)
  if (isoTime.test(text)) return dateTime(text)
  const key = `${codes[field] ?? field}.${text}`
  return /^[\w-]+$/.test(text) && te(key) ? t(key) : text
}

/** The name of a field; its code made readable where the messages do not know it. */
export function fieldName(field: string, t: T, te: TE): string {
  return te(`field.${field}`) ? t(`field.${field}`) : field.replaceAll('_', ' ')
}
