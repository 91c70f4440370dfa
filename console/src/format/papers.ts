import type { Policy } from '../api/types'

/** The name of a kind of paper in the language, by the policy; its code where the policy does not know it. */
export function paperName(kind: string, policy: Policy | null, language: string): string {
  const known = policy?.papers?.find((k) => k.code === kind)
  return known ? (language === 'en' ? known.en : known.zh) : kind
}
