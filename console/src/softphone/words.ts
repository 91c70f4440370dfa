import { cityWord } from '../format/words'
import { phone } from './phone'

type Translate = (key: string, args?: Record<string, unknown>) => string
type Exists = (key: string) => boolean

/** The city's word for one of its keys, as the desk of who is signed on knows it. */
export function named(key: string): string {
  return cityWord(key, phone.value.desk?.words)
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
