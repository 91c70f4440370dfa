import { onMounted, onUnmounted } from 'vue'
import { acts, phone } from './phone'
import { possible } from './state'

// Function keys, since letters belong to what is being typed. None of these is
// taken by the browser or by a screen reader.

/** The keys and what they do, for the list on the desk. */
export const shortcuts = [
  { keys: 'F2', name: 'answer' }, { keys: 'F4', name: 'reject' }, { keys: 'F8', name: 'mute' }, { keys: 'F9', name: 'hold' }, { keys: 'Shift+F4', name: 'hangUp' }, { keys: 'Shift+F2', name: 'done' },
] as const

/** What a key does in a state; null where it does nothing. */
export function deedOf(key: string, shift: boolean): (() => void) | null {
  const s = phone.value
  if (key === 'F2' && !shift && s.ring) return () => void acts.accept(s.ring!.id)
  if (key === 'F4' && !shift && s.ring) return () => void acts.reject(s.ring!.id)
  if (key === 'F4' && shift && s.call) return () => void acts.command('hang_up')
  if (key === 'F2' && shift && s.seat?.state === 'wrap_up') return () => void acts.wrapUpDone()
  if (key === 'F8' && !shift && s.call) return () => void acts.mute(!s.muted)
  if (key === 'F9' && !shift && s.call) {
    const can = possible(s.call)
    if (can.hold) return () => void acts.command('hold')
    if (can.resume) return () => void acts.command('resume')
  }
  return null
}

/** Listens for the keys while the component lives. */
export function useShortcuts(): void {
  const press = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.repeat) return
    const deed = deedOf(e.key, e.shiftKey)
    if (!deed) return
    e.preventDefault()
    deed()
  }
  onMounted(() => addEventListener('keydown', press))
  onUnmounted(() => removeEventListener('keydown', press))
}
