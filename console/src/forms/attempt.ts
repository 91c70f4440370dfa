import { ref, shallowRef } from 'vue'
import { ApiProblem } from '../api/problem'
import { newKey } from './key'

/** One act at a time: whether it runs, and why it was refused. Its key stays for a retry whose answer was lost, and is new after a refusal. */
export function useAttempt() {
  const busy = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  let key = newKey()
  async function run<T>(work: (key: string) => Promise<T>): Promise<T | null> {
    if (busy.value) return null
    busy.value = true
    problem.value = null
    try {
      const done = await work(key)
      key = newKey()
      return done
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      problem.value = thrown
      if (!thrown.unanswered) key = newKey()
      return null
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, run }
}
