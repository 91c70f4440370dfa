import { describe, expect, it } from 'vitest'
import { minutesBetween, splitSpan, urgency } from '../src/format/countdown'

const s = 1000
const m = 60 * s
const h = 60 * m

describe('splitSpan', () => {
  it.each([
    [2 * h, 0, '02:00:00'], [2 * h - 1, 0, '02:00:00'], [1, 0, '00:00:01'], [0, 0, '00:00:00'], [-999, 0, '00:00:00'], [-1000, 0, '00:00:01'],
    [24 * h, 1, '00:00:00'], [24 * h - s, 0, '23:59:59'], [-(25 * h + 61 * s), 1, '01:01:01'], [5 * 24 * h + 3 * s, 5, '00:00:03'],
  ])('%d ms is %d days %s', (left, days, clock) => {
    expect(splitSpan(left)).toEqual({ days, clock })
  })

  it('shows zero only from the deadline on', () => {
    for (let left = 1; left < 3 * s; left++) expect(splitSpan(left).clock).not.toBe('00:00:00')
  })
})

describe('urgency', () => {
  it.each([[2 * h, 'calm'], [h + 1, 'calm'], [h, 'soon'], [30 * m + 1, 'soon'], [30 * m, 'urgent'], [1, 'urgent'], [0, 'over'], [-1, 'over']] as const)(
    '%d ms left is %s', (left, level) => { expect(urgency(left)).toBe(level) })
})

it('counts the whole minutes of the story: 23:40 to 01:05', () => {
  expect(minutesBetween('2026-10-01T15:40:00Z', '2026-10-01T17:05:59Z')).toBe(85)
})
