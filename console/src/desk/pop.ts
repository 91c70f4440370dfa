import { shallowRef, ref, watch, type Ref, type ShallowRef } from 'vue'
import { api } from '../api/client'
import { ApiProblem } from '../api/problem'
import type { Pop } from '../api/types'

const kept = new Map<string, Pop>() // what was read while it rang is there at once in the call

/** What is known of a call: its ticket, who calls as far as the agent may know, and what may belong to it. */
export function usePop(call: () => string): { pop: ShallowRef<Pop | null>; failed: Ref<boolean> } {
  const pop: ShallowRef<Pop | null> = shallowRef(null)
  const failed = ref(false)
  watch(call, async (id) => {
    pop.value = kept.get(id) ?? null
    failed.value = false
    if (pop.value) return
    try {
      const read = await api.pop(id)
      kept.clear() // one call at a time: nothing of other citizens stays in the page
      kept.set(id, read)
      if (call() === id) pop.value = read
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      if (call() === id) failed.value = true
    }
  }, { immediate: true })
  return { pop, failed }
}
