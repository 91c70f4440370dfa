import type { CalendarSpan, DutyDay, DutyHole, DutyReason } from '../api/types'

/** One thing on a day of the calendar: somebody on duty, or nobody. */
export interface Entry {
  key: string
  position: number
  from: string
  to: string
  span: CalendarSpan | null // null: a hole
  reasons: DutyReason[] // of the span, as far as they touch the day
  hole: DutyHole | null
}
export interface Day extends DutyDay { entries: Entry[] }

const hour = 3_600_000
const day = 24 * hour
const offset = 8 * hour // China has kept UTC+8 since 1991

/** The instant at which a day begins in Shanghai, in milliseconds. */
export const dayStart = (date: string): number => Date.parse(`${date}T00:00:00+08:00`)
/** The date in Shanghai at an instant. */
export const dateAt = (ms: number): string => new Date(ms + offset).toISOString().slice(0, 10)
export const addDays = (date: string, n: number): string => dateAt(dayStart(date) + n * day)
/** Monday 0 … Sunday 6. */
export const weekdayOf = (date: string): number => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7

/** The days of a page: whole weeks from Monday on. */
export function pageOf(view: 'month' | 'week', date: string): { from: string; to: string; days: number } {
  const first = view === 'month' ? `${date.slice(0, 8)}01` : date
  const from = addDays(first, -weekdayOf(first))
  if (view === 'week') return { from, to: addDays(from, 7), days: 7 }
  const last = addDays(nextMonth(first), -1)
  const to = addDays(last, 7 - weekdayOf(last))
  return { from, to, days: (dayStart(to) - dayStart(from)) / day }
}

/** The same day of the page before or after. */
export function turn(view: 'month' | 'week', date: string, by: 1 | -1): string {
  if (view === 'week') return addDays(date, 7 * by)
  const first = `${date.slice(0, 8)}01`
  return by > 0 ? nextMonth(first) : `${addDays(first, -1).slice(0, 8)}01`
}

function nextMonth(first: string): string {
  return `${addDays(first, 31).slice(0, 8)}01`
}

/**
 * What each day shows. A duty belongs to the day on which it begins: what is left of a night on the next morning is
 * not told again, but on the first day of the page. A longer one is told on each of its days.
 */
export function byDay(days: DutyDay[], items: CalendarSpan[], holes: DutyHole[]): Day[] {
  return days.map((d, i) => {
    const start = dayStart(d.date)
    const here = (from: string, to: string): boolean => {
      const a = Date.parse(from)
      const b = Date.parse(to)
      if (b <= start || a >= start + day) return false
      return i === 0 || a >= start || b > start + 12 * hour
    }
    const entries: Entry[] = [
      ...items.filter((s) => here(s.from, s.to)).map((span) => ({ key: `${span.login}-${span.position}-${span.from}`, position: span.position, from: span.from, to: span.to, span, reasons: reasonsOn(d.date, span), hole: null })),
      ...holes.filter((h) => here(h.from, h.to)).map((hole) => ({ key: `hole-${hole.position}-${hole.from}`, position: hole.position, from: hole.from, to: hole.to, span: null, reasons: [], hole })),
    ]
    entries.sort((a, b) => a.position - b.position || a.from.localeCompare(b.from))
    return { ...d, entries }
  })
}

/** Why somebody is there on a day. What is left of the night on the next morning belongs to it: no other cell tells of that. */
function reasonsOn(date: string, span: CalendarSpan): DutyReason[] {
  const start = dayStart(date)
  const ends = Date.parse(span.to)
  const until = ends <= start + 36 * hour ? ends : start + day
  return (span.reasons ?? []).filter((r) => Date.parse(r.to) > start && Date.parse(r.from) < until)
}

/** 08:00 of an instant in Shanghai. */
export const clockAt = (iso: string): string => new Date(Date.parse(iso) + offset).toISOString().slice(11, 16)

/** The hours of an entry as seen on a day; empty where it is there all day. */
export function hoursOn(date: string, from: string, to: string): { from: string; to: string; next: boolean } | null {
  const start = dayStart(date)
  const a = Math.max(Date.parse(from), start)
  const b = Date.parse(to)
  if (a === start && b >= start + day) return null
  return { from: clockAt(new Date(a).toISOString()), to: clockAt(to), next: b > start + day }
}

/** The days on which others are on duty after a change than before. */
export function changedDays(days: DutyDay[], before: { name: string; position: number; from: string; to: string }[], after: typeof before): { date: string; before: string; after: string }[] {
  const on = (spans: typeof before, date: string): string => {
    const noon = dayStart(date) + 12 * hour
    return spans.filter((s) => Date.parse(s.from) <= noon && Date.parse(s.to) > noon).sort((a, b) => a.position - b.position).map((s) => `${s.position} ${s.name}`).join(' · ')
  }
  return days.map((d) => ({ date: d.date, before: on(before, d.date), after: on(after, d.date) })).filter((d) => d.before !== d.after)
}
