import { effectScope, ref } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '../src/api/client'
import { ApiProblem } from '../src/api/problem'
import { usePop } from '../src/desk/pop'

vi.mock('../src/api/client', () => ({ api: { pop: vi.fn() } }))
const asked = vi.mocked(api.pop)
const known = (id: string) => ({ state: 'known' as const, pop: { call_id: id } as never })

describe('what is known of a call that rings', () => {
  beforeEach(() => { vi.useFakeTimers(); asked.mockReset() })
  afterEach(() => { vi.useRealTimers() })
  const look = (id: string) => {
    const scope = effectScope()
    const call = ref(id)
    return { ...scope.run(() => usePop(() => call.value))!, call, end: () => scope.stop() }
  }

  it('is asked for again while the server says "pending", and is no failure', async () => {
    asked.mockResolvedValueOnce({ state: 'pending' }).mockResolvedValueOnce({ state: 'pending' }).mockResolvedValueOnce(known('late'))
    const { pop, failed, end } = look('late')
    await vi.advanceTimersByTimeAsync(1100)
    expect([pop.value, failed.value, asked.mock.calls.length]).toEqual([null, false, 2])
    await vi.advanceTimersByTimeAsync(1500)
    expect([pop.value, failed.value]).toEqual([{ call_id: 'late' }, false])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toHaveBeenCalledTimes(3)
    end()
  })
  it('is a failure after the last look, and at once where the server refuses', async () => {
    asked.mockResolvedValue({ state: 'pending' })
    const never = look('never')
    await vi.advanceTimersByTimeAsync(60_000)
    expect([never.pop.value, never.failed.value]).toEqual([null, true])
    never.end()
    asked.mockReset().mockRejectedValue(new ApiProblem(500, 'internal', ''))
    const broken = look('broken')
    await vi.advanceTimersByTimeAsync(60_000)
    expect([broken.failed.value, asked.mock.calls.length]).toEqual([true, 1])
    broken.end()
  })
})
