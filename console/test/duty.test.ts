import { describe, expect, it } from 'vitest'
import type { CalendarSpan, DutyDay } from '../src/api/types'
import { addDays, byDay, changedDays, hoursOn, pageOf, turn } from '../src/duty/calendar'

const day = (date: string): DutyDay => ({ date, class: 'workday' })
const span = (name: string, from: string, to: string, position = 1): CalendarSpan =>
  ({ name, login: name, position, from: new Date(`${from}:00+08:00`).toISOString(), to: new Date(`${to}:00+08:00`).toISOString(), reasons: [{ from: new Date(`${from}:00+08:00`).toISOString(), to: new Date(`${to}:00+08:00`).toISOString(), why: { source: 'rule' } }] }) as CalendarSpan

describe('pages of the calendar', () => {
  it('are whole weeks around a month', () => {
    expect(pageOf('month', '2026-10-15')).toEqual({ from: '2026-09-28', to: '2026-11-02', days: 35 })
    expect(pageOf('month', '2026-02-10')).toEqual({ from: '2026-01-26', to: '2026-03-02', days: 35 })
    expect(pageOf('week', '2026-10-04')).toEqual({ from: '2026-09-28', to: '2026-10-05', days: 7 })
  })
  it('follow one another without a gap', () => {
    expect(turn('month', '2026-12-31', 1)).toBe('2027-01-01')
    expect(turn('month', '2027-01-31', -1)).toBe('2026-12-01')
    expect(turn('week', '2026-12-28', 1)).toBe('2027-01-04')
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
  })
})

describe('a day of the calendar', () => {
  const days = ['2026-10-01', '2026-10-02', '2026-10-03'].map(day)
  it('has the duty that begins on it, and not what is left of the night before', () => {
    const shown = byDay(days, [span('a', '2026-10-01T08:00', '2026-10-02T08:00'), span('b', '2026-10-02T08:00', '2026-10-03T08:00')], [])
    expect(shown.map((d) => d.entries.map((e) => e.span?.name))).toEqual([['a'], ['b'], []])
  })
  it('has a night that began before the page on its first day', () => {
    expect(byDay(days, [span('a', '2026-10-01T00:00', '2026-10-01T08:00')], [])[0]!.entries).toHaveLength(1)
  })
  it('has a long duty on each of its days, and a hole beside it', () => {
    const shown = byDay(days, [span('a', '2026-09-01T08:00', '2026-10-20T08:00')], [{ position: 2, from: '2026-10-02T00:00:00Z', to: '2026-10-03T00:00:00Z' }])
    expect(shown.map((d) => d.entries.length)).toEqual([1, 2, 1])
    expect(shown[1]!.entries[1]!.hole).not.toBeNull()
  })
  it('has each reason on the day that it is of, and the last morning with its night', () => {
    const long = span('a', '2026-10-01T08:00', '2026-10-04T08:00')
    long.reasons = [['01', '02'], ['02', '03'], ['03', '04']].map(([from, to]) => ({ from: `2026-10-${from}T00:00:00Z`, to: `2026-10-${to}T00:00:00Z`, why: { source: 'rule', rule: from! } }))
    const shown = byDay(days, [long], [])
    expect(shown.map((d) => d.entries[0]!.reasons.map((r) => r.why.rule))).toEqual([['01'], ['01', '02'], ['02', '03']])
  })
  it('tells the hours as its own clock shows them', () => {
    const s = span('a', '2026-10-01T08:00', '2026-10-02T08:00')
    expect(hoursOn('2026-10-01', s.from, s.to)).toEqual({ from: '08:00', to: '08:00', next: true })
    const long = span('a', '2026-09-01T08:00', '2026-10-20T08:00')
    expect(hoursOn('2026-10-02', long.from, long.to)).toBeNull()
  })
})

describe('a preview', () => {
  it('names the days on which others serve', () => {
    const days = ['2026-10-01', '2026-10-02'].map(day)
    const before = [span('a', '2026-10-01T00:00', '2026-10-03T00:00')]
    const after = [span('a', '2026-10-01T00:00', '2026-10-02T00:00'), span('b', '2026-10-02T00:00', '2026-10-03T00:00')]
    expect(changedDays(days, before, after)).toEqual([{ date: '2026-10-02', before: '1 a', after: '1 b' }])
  })
})
