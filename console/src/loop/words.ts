import { useI18n } from 'vue-i18n'

/** Names that the city writes in both languages. */
export function useWords(): { name: (w: { zh: string; en: string }) => string } {
  const { locale } = useI18n()
  return { name: (w) => (locale.value === 'en' ? w.en : w.zh) }
}
