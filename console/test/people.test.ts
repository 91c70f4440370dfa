import { describe, expect, it } from 'vitest'
import { headsFault, nobody, personBody, personFaults } from '../src/people/person'

describe('the form of a household', () => {
  const full = { ...nobody('head'), name: ' 甲测试 ', number: ' 11010519491231002x ' }

  it('takes a number with blanks and a small x, and refuses what cannot be one', () => {
    expect(personFaults(full)).toEqual({})
    expect(personFaults({ ...full, number: '110105491231002' })).toEqual({ number: 'problem.id_length.what' })
    expect(personFaults({ ...full, name: ' ' })).toEqual({ name: 'form.required' })
  })

  it('asks why there is no number, and sends a birth date only then', () => {
    const newborn = { ...nobody('child'), name: '甲小', none: true, number: '110105', born: '2026-01-02' }
    expect(personFaults(newborn)).toEqual({ reason: 'form.required' })
    expect(personBody({ ...newborn, reason: '新生儿' })).toEqual({ name: '甲小', id_type: 'none', id_reason: '新生儿', born: '2026-01-02', capacity: 'full', work_ability: 'full' })
    expect(personBody({ ...full, born: '1949-12-31' })).not.toHaveProperty('born')
  })

  it('wants kind and grade of a disability together', () => {
    expect(personFaults({ ...full, grade: '2' })).toEqual({ kind: 'problem.kind_and_grade.what' })
    expect(personBody({ ...full, grade: '2', kind: 'visual', severe: true })).toMatchObject({ disability_grade: 2, disability_kind: 'visual', severe_illness: true })
  })

  it('wants exactly one head', () => {
    expect(headsFault([full])).toBe('')
    expect(headsFault([full, { ...full }])).toBe('problem.one_head.what')
    expect(headsFault([nobody('child')])).toBe('problem.one_head.what')
  })
})
