import { reactive, ref, watch } from 'vue'
import { newKey } from './key'
import { session } from '../session'
import { dropDraft, readDraft, writeDraft, type DraftName } from './storage'

/**
 * The model of a form that outlives reloads, sign-outs and the next call, with
 * the Idempotency-Key of its attempt. The key is made when the form opens,
 * kept with the draft, sent again on every retry, and renewed after success.
 */
export function useDraft<M extends object>(subject: string, form: string, initial: () => M, sensitive: (keyof M)[] = []) {
  const name: DraftName = { login: session.me?.login ?? '', subject, form }
  const kept = readDraft<M>(name)
  const model = reactive({ ...initial(), ...kept?.model }) as M
  const key = ref(kept?.key ?? newKey())
  const restoredAt = ref(kept?.at ?? null)
  const saved = ref<'empty' | 'kept' | 'not_kept'>(kept ? 'kept' : 'empty')

  /** Also called before sending: an attempt that was never typed in must find its key again after a crash. */
  const save = () => {
    saved.value = writeDraft(name, { key: key.value, at: Date.now(), model }, sensitive) ? 'kept' : 'not_kept'
  }
  let resting = false // while the form is put back to empty nothing is to be kept
  watch(model as object, () => resting || save(), { deep: true, flush: 'sync' })

  /** Forgets what was typed; the next attempt is another act and has another key. */
  function reset(): void {
    resting = true
    Object.assign(model, initial())
    resting = false
    dropDraft(name)
    key.value = newKey()
    restoredAt.value = null
    saved.value = 'empty'
  }

  /** Keeps the words but makes a new attempt of them, after the server has seen this key with other words. */
  function renewKey(): void {
    key.value = newKey()
    save()
  }

  return { model, key, saved, restoredAt, save, reset, renewKey }
}

export type Draft<M extends object> = ReturnType<typeof useDraft<M>>
