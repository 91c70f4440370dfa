import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parts, steps } from '../src/areas/hits'
import { parentOf } from '../src/format/areas'
import { zh } from '../src/i18n/zh'

describe('a hit', () => {
  const match = (from: number, to: number) => ({ kind: 'part' as const, from, to })
  it('shows which characters agree, also beyond the first plane', () => {
    expect(parts({ name: '新石桥镇', match: match(1, 3) })).toEqual([{ text: '新', agrees: false }, { text: '石桥', agrees: true }, { text: '镇', agrees: false }])
    expect(parts({ name: '𠮷石镇', match: match(1, 2) })).toEqual([{ text: '𠮷', agrees: false }, { text: '石', agrees: true }, { text: '镇', agrees: false }])
    expect(parts({ name: '石桥镇', match: match(0, 0) })).toEqual([{ text: '石桥镇', agrees: false }])
  })
})

describe('the steps down to a place', () => {
  it('lead from a root to it, and nowhere else', () => {
    expect(steps('990100000000', '990101101201', parentOf)).toEqual(['990101000000', '990101101000', '990101101201'])
    expect(steps('990101000000', '990101000000', parentOf)).toEqual([])
    expect(steps('990102000000', '990101101201', parentOf)).toEqual([])
    expect(steps('990101000000', '', parentOf)).toEqual([])
  })
})

describe('the faults of imported files', () => {
  it('have words in the page for every code that the server knows', () => {
    const sources = ['linefault.go', 'divisionimport.go'].map((f) => readFileSync(`../area/${f}`, 'utf8')).join('\n')
    const codes = [...sources.matchAll(/^\t"(\w+)":\s+\{"/gm)].map((m) => m[1])
    expect(codes.length).toBeGreaterThan(25)
    expect(codes.filter((c) => !(c! in zh.importFault))).toEqual([])
  })
})
