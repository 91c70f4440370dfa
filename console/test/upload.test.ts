import { expect, it } from 'vitest'
import { partsOf, sha256 } from '../src/upload/upload'
import { branches, parentOf } from '../src/format/areas'
import { fromLocalInput, toLocalInput } from '../src/format/time'

it('cuts a picture into parts without gap or overlap', () => {
  for (const size of [1, 199_999, 200_000, 200_001, 1_000_000]) {
    const parts = partsOf(size, 200_000)
    expect(parts[0]).toMatchObject({ n: 1, from: 0 })
    expect(parts.at(-1)!.to).toBe(size)
    parts.slice(1).forEach((p, i) => expect(p.from).toBe(parts[i]!.to))
  }
})

it('computes the fingerprint that the server checks', async () => {
  const picture = { arrayBuffer: async () => new TextEncoder().encode('abc').buffer } as Blob
  expect(await sha256(picture)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

it('finds the area above', () => {
  expect(['990101001201', '990101001000', '990101000000', '990100000000', '990000000000'].map(parentOf)).toEqual(['990101001000', '990101000000', '990100000000', '990000000000', ''])
})

it('builds the tree of a county with itself on top, and of a city without', () => {
  const areas = [
    { code: '990100000000', name: '市', level: 2, parent: '990000000000' }, { code: '990101000000', name: '县', level: 3, parent: '990100000000' }, { code: '990101001000', name: '镇', level: 4, parent: '990101000000' },
  ]
  expect(branches(areas, '990101000000')).toEqual([{ code: '990101000000', name: '县', children: [{ code: '990101001000', name: '镇' }] }])
  expect(branches(areas, '990100000000').map((b) => b.code)).toEqual(['990101000000'])
})

it('holds Shanghai time in date fields, wherever the browser is', () => {
  expect(toLocalInput(new Date('2026-10-01T15:40:00Z'))).toBe('2026-10-01T23:40')
  expect(fromLocalInput('2026-10-01T23:40')).toBe('2026-10-01T15:40:00Z')
  expect(fromLocalInput('')).toBe('')
})
