import { i18n } from '../i18n'
import { phone } from './phone'

type Translate = (key: string, args?: Record<string, unknown>) => string
type Exists = (key: string) => boolean

/** Whoever knows the city's words: the desk of who is signed on, or the policy. */
interface Dictionary { words?: { key: string; zh: string; en: string }[] | null }

/** The city's word for one of its keys: a queue, a pause reason, a disposition, a skill. */
export function cityWord(key: string, known: Dictionary | null, english: boolean): string {
  const found = known?.words?.find((w) => w.key === key)
  return (english ? found?.en || found?.zh : found?.zh) || key
}

/** The same, as pages use it. */
export function named(key: string): string {
  return cityWord(key, phone.value.desk, i18n.global.locale.value === 'en')
}

/** A pause reason in words: the line's own from the page, the others from the city. */
export function reasonName(reason: string, t: Translate, te: Exists): string {
  return te(`desk.pause.${reason}`) ? t(`desk.pause.${reason}`) : named(reason)
}

/** An alarm of the board in words. Its key may have dots, which the messages do not. */
export function alarmName(key: string, t: Translate, te: Exists): string {
  const own = `floor.alarms.${key.replaceAll(/[.\-:]/g, '_')}`
  return te(own) ? t(own) : key
}

/** Skills in words: Local dialect 5. */
export function skillsText(skills: Record<string, number> | null): string {
  return Object.entries(skills ?? {}).map(([key, level]) => `${named(key)} ${level}`).join(' · ')
}
