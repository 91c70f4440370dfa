import type { AuditRow } from '../api/types'
import { tell } from './timeline'
import { shown } from './values'

type T = (key: string, named?: Record<string, unknown>) => string
type TE = (key: string) => boolean

/** A record of the audit chain in words: most are what the timeline tells too; the rest have sentences of their own. */
export function tellAudit(row: AuditRow, t: T, te: TE): string {
  const data = parsed(row.data)
  const own = `auditAction.${row.action}`
  if (te(own)) return t(own, { login: data.login ?? '—', amount: shown('amount_fen', data.amount_fen, t, te) })
  return tell({ id: '', at: row.at, kind: row.action, actor: row.actor, data }, t, te).title
}

// The chain holds the very octets that were hashed; they are JSON.
function parsed(text: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(text)
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
