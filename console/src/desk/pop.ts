import { shallowRef, ref, watch, type Ref, type ShallowRef } from 'vue'
import { api } from '../api/client'
import { ApiProblem } from '../api/problem'
import type { Pop } from '../api/types'

const kept = new Map<string, Pop>() // what was read while it rang is there at once in the call

// The queue rings the agent, and the call's own step, which lets the agent look,
// is written down at the same time: the first look may come too early, and under
// load the row of the call may take seconds. The server says "pending" meanwhile.
const looks = [300, 700, 1500, 2500, 4000, 6000, 8000] // ms before each

/** What is known of a call: its ticket, who calls as far as the agent may know, and what may belong to it. Nothing is asked of an empty id; `patient` is who can do without it for a moment. */
export function usePop(call: () => string, patient = false): { pop: ShallowRef<Pop | null>; failed: Ref<boolean> } {
  const pop: ShallowRef<Pop | null> = shallowRef(null)
  const failed = ref(false)
  watch(call, async (id, _before, onCleanup) => {
    let over = false
    onCleanup(() => { over = true })
    pop.value = kept.get(id) ?? null
    failed.value = false
    if (!id) return
    for (const wait of pop.value ? [] : looks.slice(patient ? 2 : 0)) {
      await new Promise((next) => setTimeout(next, wait))
      if (over) return
      const read = await look(id)
      if (over) return
      if (read === 'pending') continue
      if (read !== 'failed') pop.value = read
      break
    }
    failed.value = pop.value === null
  }, { immediate: true })
  return { pop, failed }
}

async function look(id: string): Promise<Pop | 'pending' | 'failed'> {
  try {
    const { pop } = await api.pop(id)
    if (!pop) return 'pending'
    kept.clear() // one call at a time: nothing of other citizens stays in the page
    kept.set(id, pop)
    return pop
  } catch (thrown) {
    if (thrown instanceof ApiProblem) return 'failed'
    throw thrown
  }
}
