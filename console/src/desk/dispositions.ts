import { shallowRef } from 'vue'
import { api } from '../api/client'
import type { Term } from '../api/types'
import { cityWord } from '../format/words'

// How a conversation may end, in the city's words: read once, kept for all rows.

const known = shallowRef<Term[] | null>(null)
let asking: Promise<void> | null = null

/** Reads the choices; later calls do nothing, after a failure they try again. */
export function readDispositions(): Promise<void> {
  asking ??= api.dispositions().then((found) => { known.value = found }).catch((fault: unknown) => { asking = null; throw fault })
  return asking
}

/** The choices; null until they were read. */
export const dispositions = known

/** A disposition in words. */
export function dispositionName(key: string): string {
  return cityWord(key, known.value)
}
