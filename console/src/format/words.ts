import type { Term } from '../api/types'
import { i18n } from '../i18n'

/** The city's word for one of its keys (a queue, a pause reason, a disposition, a skill) in the language of the page; the key itself where the list has none. */
export function cityWord(key: string, known: readonly Term[] | null | undefined): string {
  const found = known?.find((w) => w.key === key)
  return (i18n.global.locale.value === 'en' ? found?.en || found?.zh : found?.zh) || key
}
