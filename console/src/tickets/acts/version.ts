import { ref, watch, type Ref } from 'vue'
import type { ApiProblem } from '../../api/problem'
import type { Ticket } from '../../api/types'

/**
 * The version of the ticket that the person has seen when the form opened.
 * After the server has refused a stale one, the present version counts: the
 * person has been told to look again.
 */
export function useSeenVersion(ticket: () => Ticket): { seen: Ref<number>; changed: Ref<boolean>; refused: (p: ApiProblem) => void } {
  const seen = ref(ticket().version)
  const changed = ref(false)
  let lookAgain = false
  watch(() => ticket().version, (version) => {
    if (lookAgain) seen.value = version
    else changed.value = version !== seen.value
    lookAgain = false
  })
  function refused(p: ApiProblem): void {
    if (p.code !== 'stale_version') return
    changed.value = false
    if (ticket().version !== seen.value) seen.value = ticket().version
    else lookAgain = true
  }
  return { seen, changed, refused }
}
