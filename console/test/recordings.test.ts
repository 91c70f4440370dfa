import { describe, expect, it } from 'vitest'
import { legName, length } from '../src/recordings/legs'
import { loudness } from '../src/recordings/wave'

describe('a recording', () => {
  const t = (key: string, named?: Record<string, unknown>) => `${key} ${JSON.stringify(named ?? {})}`
  it('is called after whose side it is', () => {
    expect(legName({ kind: 'leg', leg: 'citizen' }, t)).toContain('recording.call')
    expect(legName({ kind: 'leg', leg: 'agent:zhou' }, t)).toContain('side.agent {"name":"zhou"}')
    expect(legName({ kind: 'leg', leg: 'agent:zhou', person: '周一' }, t)).toContain('side.agent {"name":"周一"}')
    expect(legName({ kind: 'leg', leg: 'third' }, t)).toContain('side.third')
    expect(legName({ kind: 'voicemail', leg: 'citizen' }, t)).toContain('recording.voicemail')
  })
  it('tells its length as a clock does', () => {
    expect([0, 9.4, 185, 3729].map(length)).toEqual(['0:00', '0:09', '3:05', '1:02:09'])
  })
  it('is drawn in decibels within its lane', () => {
    expect(loudness(0)).toBe(0)
    expect(loudness(100)).toBe(1)
    expect(loudness(10)).toBeCloseTo(0.52, 1)
    expect(loudness(0.1)).toBe(0)
  })
})
