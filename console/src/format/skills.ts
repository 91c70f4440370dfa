import { ref, shallowRef } from 'vue'
import { api } from '../api/client'
import { ApiProblem } from '../api/problem'
import type { Term } from '../api/types'
import { cityWord } from './words'

/** What people may know, in the city's words; empty until the server has answered. */
export const skills = shallowRef<Term[]>([])
/** Whether they were asked for in vain. */
export const skillsUnread = ref(false)
let asked = false

/** Asks for the words, once for a page that shows skills. Without them the keys are shown. */
export function loadSkills(): void {
  if (asked) return
  asked = true
  api.skills().then((list) => { skills.value = list; skillsUnread.value = false }, (problem: unknown) => {
    asked = false
    skillsUnread.value = true
    if (!(problem instanceof ApiProblem)) throw problem
  })
}

/** Skills with their levels, the best first: "Medical assistance 8, …". */
export function skillList(has: Record<string, number> | null | undefined, comma: string): string {
  return Object.entries(has ?? {}).sort((a, b) => b[1] - a[1]).map(([key, level]) => `${cityWord(key, skills.value)} ${level}`).join(comma)
}
