import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { ApiProblem } from '../api/problem'

/** Something read from the server for a page. A failure keeps what was read before. */
export function useReading<T>(ask: () => Promise<T>): { data: ShallowRef<T | null>; problem: Ref<ApiProblem | null>; read: () => Promise<void> } {
  const data: ShallowRef<T | null> = shallowRef(null)
  const problem = ref<ApiProblem | null>(null)
  async function read(): Promise<void> {
    try {
      data.value = await ask()
      problem.value = null
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      problem.value = thrown
    }
  }
  void read()
  return { data, problem, read }
}

/** A list that is read page by page, each further one on request. */
export function usePages<T>(ask: (cursor?: string) => Promise<{ items: T[] | null; next?: string | null }>) {
  const rows = shallowRef<T[] | null>(null)
  const next = ref<string | null>(null)
  const problem = ref<ApiProblem | null>(null)
  async function load(cursor?: string): Promise<void> {
    try {
      const page = await ask(cursor)
      rows.value = [...(cursor ? (rows.value ?? []) : []), ...(page.items ?? [])]
      next.value = page.next || null
      problem.value = null
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      problem.value = thrown
    }
  }
  void load()
  return { rows, next, problem, read: () => load(), more: () => load(next.value ?? undefined) }
}
