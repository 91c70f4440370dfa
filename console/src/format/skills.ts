import { shallowRef } from 'vue'
import { api } from '../api/client'
import { ApiProblem } from '../api/problem'
import type { Term } from '../api/types'
import { i18n } from '../i18n'

/** What people may know, in the city's words; empty until the server has answered. */
export const skills = shallowRef<Term[]>([])
let asked = false

/** Asks for the words, once for a page that shows skills. Without them the keys are shown. */
export function loadSkills(): void {
  if (asked) return
  asked = true
  api.skills().then((list) => { skills.value = list }, (problem: unknown) => {
    asked = false
    if (!(problem instanceof ApiProblem)) throw problem
  })
}

/** A skill in the language of the page. */
export function skillName(key: string): string {
  const found = skills.value.find((s) => s.key === key)
  return (i18n.global.locale.value === 'en' ? found?.en || found?.zh : found?.zh) || key
}

/** Skills with their levels, the best first: "Medical assistance 8, …". */
export function skillList(has: Record<string, number> | null | undefined, comma: string): string {
  return Object.entries(has ?? {}).sort((a, b) => b[1] - a[1]).map(([key, level]) => `${skillName(key)} ${level}`).join(comma)
}
