import { ref, watch, type Ref } from 'vue'
import { ApiProblem } from '../api/problem'
import type { Draft } from './draft'

/** Message keys of what is wrong, by field. */
export type Faults = Partial<Record<string, string>>

export interface Sending {
  busy: Ref<boolean>
  problem: Ref<ApiProblem | null>
  faults: Ref<Faults>
  submit: () => Promise<void>
  startAnew: () => void
}

interface Plan {
  check?: () => Faults
  send: (key: string) => Promise<unknown>
  done: () => void
  refused?: (problem: ApiProblem) => void // 4xx: nothing was done, what is shown may be old
}

/** Sends a form once, whatever happens on the way: the draft's key makes a retry the same act. */
export function useSending<M extends object>(draft: Draft<M>, plan: Plan): Sending {
  const busy = ref(false)
  const problem = ref<ApiProblem | null>(null)
  const faults = ref<Faults>({})

  // Once a fault has been shown it follows the typing, and goes as soon as it is mended.
  watch(draft.model as object, () => {
    if (Object.values(faults.value).some(Boolean)) faults.value = plan.check?.() ?? {}
  }, { deep: true })

  async function submit(): Promise<void> {
    if (busy.value) return
    faults.value = plan.check?.() ?? {}
    if (Object.values(faults.value).some(Boolean)) return
    busy.value = true
    problem.value = null
    draft.save()
    try {
      await plan.send(draft.key.value)
      draft.reset()
      plan.done()
    } catch (thrown) {
      problem.value = thrown instanceof ApiProblem ? thrown : new ApiProblem(0, 'page_fault', String(thrown))
      afterRefusal(problem.value)
    } finally {
      busy.value = false
    }
  }

  // A refusal proves that nothing was done, so the corrected form is another
  // attempt. A reused key proves the opposite: that needs a person's look.
  function afterRefusal(p: ApiProblem): void {
    if (p.field) faults.value = { ...faults.value, [p.field]: `problem.${p.code}.what` }
    if (p.status < 400 || p.status >= 500 || p.status === 401 || p.status === 429 || p.code === 'key_reused') return
    draft.renewKey()
    plan.refused?.(p)
  }

  /** After a reused key: the person has looked, and means a further act. */
  function startAnew(): void {
    draft.renewKey()
    problem.value = null
  }

  return { busy, problem, faults, submit, startAnew }
}
