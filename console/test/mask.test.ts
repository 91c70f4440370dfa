import { describe, expect, it } from 'vitest'
import { maskedNumber, spacedPhone } from '../src/format/mask'
import { identityFault, normalIdentity } from '../src/format/identity'
import { splitNames } from '../src/format/names'

describe('maskedNumber', () => {
  it('lays out what the server masked', () => {
    expect(maskedNumber('138****5678')).toEqual({ text: '138****5678', head: '138', tail: '5678' })
    expect(maskedNumber('****1234')).toEqual({ text: '****1234', head: '', tail: '1234' })
  })
  it.each(['', '  ', null, undefined])('says that %j was withheld', (masked) => { expect(maskedNumber(masked)).toBeNull() })
})

describe('spacedPhone', () => {
  it.each([['+8613800005678', '138 0000 5678'], ['13800005678', '138 0000 5678'], ['+865370001234', '+865370001234'], ['', '']])('%s → %s', (e164, text) => {
    expect(spacedPhone(e164)).toBe(text)
  })
})

describe('identityFault', () => {
  const today = new Date('2026-11-24T00:00:00Z')
  // Invented: the area prefix 990101 does not exist.
  const good = '99010119491231002' + '?'
  const withCheck = [...'0123456789X'].map((c) => good.replace('?', c)).find((id) => identityFault(id, today) === null)!

  it('takes exactly one check character', () => {
    const fitting = [...'0123456789X'].filter((c) => identityFault(good.replace('?', c), today) === null)
    expect(fitting).toHaveLength(1)
  })
  it('takes the number of the standard', () => {
    expect(identityFault('11010519491231002X', today)).toBeNull()
    expect(identityFault(' 11010519491231002x ', today)).toBeNull()
  })
  it('finds every single wrong digit', () => {
    for (let i = 0; i < 6; i++) {
      for (const d of '0123456789') {
        if (d === withCheck[i]) continue
        expect(identityFault(withCheck.slice(0, i) + d + withCheck.slice(i + 1), today)).toBe('check_digit')
      }
    }
  })
  it.each([
    ['1101051949123100', 'length'], ['11010519491331002X', 'birth_date'], ['11010519490230002X', 'birth_date'], ['11010520271231002X', 'birth_date'],
    ['11010518001231002X', 'birth_date'], ['1101051949X231002X', 'characters'], ['11010519491231002Y', 'characters'], ['110105194912310021', 'check_digit'],
  ])('%s: %s', (typed, fault) => { expect(identityFault(typed, today)).toBe(fault) })
  it('normalises full-width digits and case', () => { expect(normalIdentity('11010519491231002x')).toBe('11010519491231002X') })
})

it('splits names by comma of either script', () => {
  expect(splitNames('王一,李二、赵三;Ann Lee, ')).toEqual(['王一', '李二', '赵三', 'Ann Lee'])
})
