// Every time is shown as it is in Shanghai, wherever the browser is.
const zone = 'Asia/Shanghai'

const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
})

function split(at: Date): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(at).map((p) => [p.type, p.value]))
}

/** 2026-10-01 23:40:05 */
export function dateTime(iso: string | null | undefined): string {
  if (!iso) return ''
  const p = split(new Date(iso))
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`
}

/** 10-01 23:40, for lists where the year is plain. */
export function shortTime(iso: string | null | undefined): string {
  if (!iso) return ''
  const p = split(new Date(iso))
  return `${p.month}-${p.day} ${p.hour}:${p.minute}`
}

/** What <input type="datetime-local"> holds for an instant, to the minute. */
export function toLocalInput(at: Date): string {
  const p = split(at)
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`
}

/** The instant that such an input names, as RFC 3339 in UTC; empty if it names none. China has kept UTC+8 since 1991. */
export function fromLocalInput(value: string): string {
  const at = new Date(`${value}:00+08:00`)
  return Number.isNaN(at.getTime()) ? '' : at.toISOString().replace('.000Z', 'Z')
}

/** The instant at which a date field's day begins in Shanghai. */
export function dayStart(day: string): string {
  return fromLocalInput(`${day}T00:00`)
}

/** The instant at which it ends. */
export function dayEnd(day: string): string {
  return new Date(Date.parse(dayStart(day)) + 24 * 60 * 60 * 1000).toISOString()
}
