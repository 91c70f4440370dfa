type Translate = (key: string, args?: Record<string, unknown>) => string
type Exists = (key: string) => boolean

/** A pause reason in words; a city's own key that the page does not know is shown as it is. */
export function reasonName(reason: string, t: Translate, te: Exists): string {
  return te(`desk.pause.${reason}`) ? t(`desk.pause.${reason}`) : reason
}

/** An alarm of the board in words. Its key may have dots, which the messages do not. */
export function alarmName(key: string, t: Translate, te: Exists): string {
  const own = `floor.alarms.${key.replaceAll(/[.\-:]/g, '_')}`
  return te(own) ? t(own) : key
}
