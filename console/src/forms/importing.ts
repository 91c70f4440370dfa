import { ref, shallowRef } from 'vue'
import { ApiProblem } from '../api/problem'
import { newKey } from './key'

/** A file that is looked at first and applied then, all of it or nothing. P is what a look at it tells. */
export function useImport<P extends { id: string }>(look: (file: File) => Promise<P>, carryOut: (id: string, key: string) => Promise<P>, done: () => void) {
  const preview = shallowRef<P | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const busy = ref(false)
  let key = '' // of the application: a retry does nothing twice

  async function attempt(work: () => Promise<void>): Promise<void> {
    busy.value = true
    problem.value = null
    try {
      await work()
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      problem.value = thrown
    } finally {
      busy.value = false
    }
  }

  async function chosen(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement
    const file = input.files?.[0]
    if (!file) return
    preview.value = null
    await attempt(async () => {
      preview.value = await look(file)
      key = newKey()
    })
    input.value = '' // the corrected file often has the same name
  }

  async function apply(): Promise<void> {
    const looked = preview.value
    if (!looked) return
    await attempt(async () => {
      preview.value = await carryOut(looked.id, key)
      done()
    })
  }

  return { preview, problem, busy, chosen, apply }
}
