import type { DutyReason, DutySkipped, DutyWhy } from '../api/types'
import { shortTime } from '../format/time'

type T = (key: string, named?: Record<string, unknown>) => string

/** What put somebody on duty, in sentences. */
export function whyLines(why: DutyWhy, t: T): string[] {
  const lines: string[] = []
  if (why.source === 'rule') {
    const day = why.day?.name || (why.day ? `${why.day.date}` : '')
    lines.push(t('roster.why.rule', { version: why.version, rule: why.rule, day }))
  } else if (why.source === 'temporary') lines.push(t('roster.why.temporary', { name: why.temporary_name }))
  else lines.push(t(`roster.why.${why.source}`))
  if (why.rotation && why.turn) {
    lines.push(t('roster.why.rotation', { rotation: why.rotation, turn: why.turn.number + 1, from: shortTime(why.turn.from), to: shortTime(why.turn.to) })
      + (why.turn.ahead ? t('roster.why.ahead', { n: why.turn.ahead }) : ''))
  }
  for (const o of why.overrides ?? []) {
    if (o.kind === 'swap' || o.kind === 'hand_over' || o.kind === 'deputy') lines.push(t(`roster.why.${o.kind}`, { name: o.instead }))
  }
  return lines
}

/** Who had a place and does not serve. */
export function skippedLine(s: DutySkipped, t: T): string {
  const reason = [t(`roster.why.skip.${s.reason}`), s.detail, s.by && t('roster.why.by', { name: s.by }), s.until && t('roster.why.until', { at: shortTime(s.until) })]
  return t('roster.why.passed', { name: s.name, reason: reason.filter(Boolean).join(' · ') })
}

/** The short mark of a cell whose person stands in for somebody, at any time within it; empty where none does. */
export function markOf(reasons: DutyReason[], t: T): string {
  for (const { why } of reasons) {
    const last = why.overrides?.at(-1)
    if (last) return t(`roster.change.kind.${last.kind}`)
    if (why.source === 'temporary') return t('roster.change.kind.temporary')
  }
  return ''
}
