import { useI18n } from 'vue-i18n'
import type { AidRules, Application } from '../api/types'

/** Words of the codes that an application speaks in: those of the rules in the city's words, the others in ours. */
export function useAidWords(rules: () => AidRules | null) {
  const { t, te, locale } = useI18n()
  type Worded = { code: string; zh: string; en: string }
  const word = (code: string, list: readonly Worded[] | null | undefined): string => {
    const found = list?.find((w) => w.code === code)
    return found ? (locale.value === 'en' ? found.en : found.zh) : code
  }
  const own = (under: string, code: string): string => (te(`application.${under}.${code}`) ? t(`application.${under}.${code}`) : code)
  return {
    own,
    aid: (code: string) => word(code, rules()?.catalogue),
    paper: (code: string) => word(code, rules()?.papers),
    income: (code: string) => word(code, rules()?.incomes),
    spending: (code: string) => word(code, rules()?.spending),
    exempt: (code: string) => word(code, rules()?.exempt),
    aidClass: (code: string) => word(code, rules()?.classes),
    selfCare: (code: string) => word(code, rules()?.self_care),
    named: (w: { zh: string; en: string }) => (locale.value === 'en' ? w.en : w.zh),
  }
}

/** The name of a member, as far as this person may read it. */
export function memberName(a: Application, id: string): string {
  return a.members?.find((m) => m.id === id)?.name || '—'
}
