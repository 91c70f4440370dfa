import { describe, expect, it } from 'vitest'
import { formatFen, parseYuan } from '../src/format/money'

describe('parseYuan', () => {
  it.each([
    ['800', 80_000], ['800.0', 80_000], ['800.00', 80_000], ['800.', 80_000], ['0.01', 1], ['0.1', 10], ['1,234.56', 123_456], ['12,345,678.90', 1_234_567_890],
    ['¥ 800.50', 80_050], ['800.00', 80_000], ['007.07', 707], ['99999999999.99', 9_999_999_999_999],
    ['1.10', 110], ['2.20', 220], ['4.35', 435], ['1.005e3'.slice(0, 4), 100], // amounts that binary fractions cannot hold
  ])('reads %s as %d fen', (typed, fen) => {
    expect(parseYuan(typed)).toEqual({ fen })
  })

  it.each([
    ['', 'empty'], ['   ', 'empty'], ['-5', 'negative'], ['-0.01', 'negative'], ['0', 'zero'], ['0.00', 'zero'], ['1.234', 'too_many_decimals'],
    ['1e3', 'not_a_number'], ['0x10', 'not_a_number'], ['12,34', 'not_a_number'], ['1,2345', 'not_a_number'], ['.5', 'not_a_number'], ['1.2.3', 'not_a_number'],
    ['八百', 'not_a_number'], ['NaN', 'not_a_number'], ['+5', 'not_a_number'], ['100000000000', 'too_large'],
  ])('refuses %j: %s', (typed, fault) => {
    expect(parseYuan(typed)).toEqual({ fault })
  })

  it('comes back as it was written, for every fen of a hundred yuan', () => {
    for (let fen = 1; fen <= 10_000; fen++) expect(parseYuan(formatFen(fen))).toEqual({ fen })
  })
})

describe('formatFen', () => {
  it.each([[0, '0.00'], [1, '0.01'], [10, '0.10'], [99, '0.99'], [100, '1.00'], [80_000, '800.00'], [123_456_789, '1,234,567.89'], [-5_000_000, '-50,000.00'], [9_007_199_254_740_991, '90,071,992,547,409.91']])(
    'writes %d fen as %s', (fen, yuan) => { expect(formatFen(fen)).toBe(yuan) })
})
