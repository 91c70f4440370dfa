import { ref, shallowRef } from 'vue'
import { ApiProblem } from '../api/problem'
import { newKey } from './key'

/**
 * Acts of a page that has no form for them: each under its name has a key, which a retry keeps, and one problem is shown at a time.
 * `again` repeats the last of them, once a fresh sign-in has been given.
 */
export function useActing(done: () => unknown) {
  const busy = ref(false)
  const said = ref('')
  const refused = shallowRef<ApiProblem | null>(null)
  const keys: Record<string, string> = {}
  let again = (): Promise<void> => Promise.resolve()

  async function run(name: string, does: (key: string) => Promise<void>): Promise<void> {
    again = () => run(name, does)
    busy.value = true
    refused.value = null
    said.value = ''
    try {
      await does((keys[name] ??= newKey()))
      delete keys[name]
      await done()
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      refused.value = thrown
      if (!thrown.unanswered) delete keys[name]
    } finally {
      busy.value = false
    }
  }

  /** Gives the file that was chosen in a field, and empties it: a corrected file often has the same name. */
  function given(event: Event, give: (file: File, key: string) => Promise<void>): void {
    const input = event.target as HTMLInputElement
    const file = input.files?.[0]
    input.value = ''
    if (file) void run(`give ${file.name}`, (key) => give(file, key))
  }
  return { busy, said, refused, run, given, again: () => again() }
}
