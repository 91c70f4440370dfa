import { describe, expect, it } from 'vitest'
import { clock, ofNanoseconds, percent } from '../../src/format/length'
import { loudness } from '../../src/softphone/meter'
import { alarmName, reasonName } from '../../src/softphone/words'

describe('lengths', () => {
  it('tick', () => {
    expect([0, 999, 7000, 61_000, 750_000, 3_723_000, -5000].map(clock)).toEqual(['0:00', '0:00', '0:07', '1:01', '12:30', '1:02:03', '0:00'])
  })
  it('come from Go in nanoseconds', () => { expect(ofNanoseconds(1.5e9)).toBe(1500) })
  it('are shares too', () => { expect([0, 0.8754, 1].map(percent)).toEqual(['0.0\u00a0%', '87.5\u00a0%', '100.0\u00a0%']) })
})

describe('loudness', () => {
  const tone = (peak: number) => Float32Array.from({ length: 1024 }, (_, i) => peak * Math.sin(i / 3))
  it('is nothing in silence, all at full scale, and rises by decibels', () => {
    expect(loudness(new Float32Array(1024))).toBe(0)
    expect(loudness(tone(1))).toBeGreaterThan(0.94)
    const [low, middle, high] = [0.005, 0.05, 0.5].map((p) => loudness(tone(p)))
    expect(high! - middle!).toBeCloseTo(middle! - low!, 3)
    expect(loudness(Float32Array.from({ length: 8 }, () => 9))).toBe(1)
  })
})

describe('keys of the city', () => {
  const [t, te] = [(key: string) => `[${key}]`, (key: string) => key === 'desk.pause.meal' || key === 'floor.alarms.queue_redis_away']
  it('are words where the page knows them, and themselves where it does not', () => {
    expect(['meal', 'prayer'].map((r) => reasonName(r, t, te))).toEqual(['[desk.pause.meal]', 'prayer'])
    expect(['queue.redis-away', 'flood'].map((a) => alarmName(a, t, te))).toEqual(['[floor.alarms.queue_redis_away]', 'flood'])
  })
})
