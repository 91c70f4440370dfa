import { describe, expect, it } from 'vitest'
import { fit } from '../src/frame/fit'

describe('the main menu', () => {
  const links = [60, 50, 70] // 184 with gaps of 2
  it('stands beside the rest where it fits to the pixel', () => {
    expect(fit(links, 40, 2, 184, 900)).toEqual({ beside: true, shown: 3 })
  })
  it('takes a line of its own before it hides anything', () => {
    expect(fit(links, 40, 2, 183, 184)).toEqual({ beside: false, shown: 3 })
  })
  it('leaves room for the button to those that find none', () => {
    expect(fit(links, 40, 2, 0, 183)).toEqual({ beside: false, shown: 2 }) // 112 + 2 + 40
    expect(fit(links, 40, 2, 0, 153)).toEqual({ beside: false, shown: 1 })
    expect(fit(links, 40, 2, 0, 50)).toEqual({ beside: false, shown: 0 })
  })
  it('needs no line of its own where there is none', () => {
    expect(fit([], 40, 2, 0, 100)).toEqual({ beside: true, shown: 0 })
  })
})
