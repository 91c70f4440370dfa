import { createI18n } from 'vue-i18n'
import { zh } from './zh'
import { en } from './en'

/** The languages of the page. Chinese first; every other one has the very same keys. */
export const languages = ['zh-CN', 'en'] as const
export type Language = (typeof languages)[number]

const remembered = 'hotline:language'

function chosen(): Language {
  const kept = localStorage.getItem(remembered)
  return languages.find((l) => l === kept) ?? 'zh-CN'
}

export const i18n = createI18n({
  legacy: false,
  locale: chosen(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en },
  missingWarn: false,
  fallbackWarn: false,
})

/** Changes the language, here and for the next visit. */
export function speak(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(remembered, language)
  document.documentElement.lang = language
}
