import type { Clock } from '../api/types'
import { dateTime } from './time'

type Sum = Pick<Clock, 'started_at' | 'due_at' | 'first_due_at' | 'counted'>
type T = (key: string, named?: Record<string, unknown>) => string

/** How a deadline was reckoned, line by line, so that a person can check it. */
export function arithmetic(clock: Sum, t: T): string[] {
  const lines = [t('clocks.sum.start', { at: dateTime(clock.started_at) })]
  if (clock.counted?.length) {
    let n = 0
    for (const day of clock.counted) {
      if (day.counted) n++
      const kind = t(`dayKind.${day.kind}`) + (day.name ? ` ${day.name}` : '')
      lines.push(t(day.counted ? 'clocks.sum.counted' : 'clocks.sum.skipped', { date: day.date, kind, n }))
    }
  } else {
    lines.push(t('clocks.sum.plus', { span: span(Date.parse(clock.first_due_at) - Date.parse(clock.started_at), t) }))
  }
  lines.push(t('clocks.sum.first', { at: dateTime(clock.first_due_at) }))
  if (clock.due_at !== clock.first_due_at) {
    lines.push(t('clocks.sum.moved', { at: dateTime(clock.due_at), span: span(Date.parse(clock.due_at) - Date.parse(clock.started_at), t) }))
  }
  return lines
}

/** The same in one line: "2 h on the wall clock from 23:40 → 01:40", or the days that counted. */
export function inOneLine(clock: Sum, t: T): string {
  const ends = { from: dateTime(clock.started_at), to: dateTime(clock.first_due_at) }
  const days = (clock.counted ?? []).filter((d) => d.counted)
  if (!days.length) return t('clocks.line.wall', { ...ends, span: span(Date.parse(clock.first_due_at) - Date.parse(clock.started_at), t) })
  return t('clocks.line.days', { ...ends, n: days.length, days: days.map((d) => d.date.slice(5) + (d.kind === 'make_up' ? t('clocks.line.makeUp') : '')).join(', ') })
}

/** 7,260,000 ms → "2 h 1 min" in the language of t. */
function span(ms: number, t: T): string {
  const minutes = Math.round(ms / 60_000)
  const hours = Math.floor(minutes / 60)
  return [hours > 0 ? t('span.hours', { n: hours }) : '', minutes % 60 > 0 ? t('span.minutes', { n: minutes % 60 }) : ''].filter(Boolean).join(' ') || t('span.minutes', { n: 0 })
}
