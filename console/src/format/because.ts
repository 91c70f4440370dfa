import { skillList } from './skills'
import { shortTime } from './time'
import { fieldName, shown } from './values'

type T = (key: string, named?: Record<string, unknown>) => string
type TE = (key: string) => boolean
type Data = Record<string, unknown>

/** Why a post was asked, in sentences: its place on the roster, and who was passed over for what reason. */
export function because(why: Data | null | undefined, t: T, te: TE): string[] {
  const { on_duty: onDuty, position, shift_from: from, shift_to: to, skipped, handover, from: giver, reason, load, also, duty, wants, skills, ...rest } = why ?? {}
  const lines: string[] = []
  if (onDuty) lines.push(t('because.onDuty', { position, from: shortTime(text(from)), to: shortTime(text(to)) }))
  if (handover) lines.push(t('because.handover', { from: giver, reason }))
  else if (typeof reason === 'string') lines.push(reasonName(reason, t, te))
  for (const [key, value] of Object.entries(rest)) {
    lines.push(value === true && te(`because.${key}`) ? t(`because.${key}`) : `${fieldName(key, t, te)} ${shown(key, value, t, te)}`)
  }
  if (isDuty(duty)) lines.push(t(`because.by.${duty.source}`, { rule: text(duty.rule), name: text(duty.temporary_name) }))
  if (levels(wants)) lines.push(t(levels(skills) ? 'because.knows' : 'because.asksFor', { wants: skillList(levels(wants), t('app.comma')), skills: skillList(levels(skills), t('app.comma')) }))
  if (typeof load === 'number') lines.push(t('because.load', { n: load }))
  if (Array.isArray(also)) lines.push(t('because.also', { names: also.map((a: Data) => alsoOne(a, t)).join(t('app.comma')) }))
  return [...lines, ...passedOver(skipped, t, te)]
}

/** Another at the same position, with what was weighed of them. */
function alsoOne(a: Data, t: T): string {
  const known = skillList(levels(a.skills), t('app.comma'))
  return t(known ? 'because.alsoKnows' : 'because.alsoOne', { name: a.name, n: a.load, skills: known })
}

/** Those whom the ladder passed over. */
export function passedOver(skipped: unknown, t: T, te: TE): string[] {
  if (!Array.isArray(skipped)) return []
  return skipped.map((s: Data) => {
    const until = typeof s.until === 'string' ? t('because.until', { at: shortTime(s.until) }) : ''
    return t('because.passed', { name: s.name, position: s.position, reason: reasonName(text(s.reason), t, te) + until })
  })
}

/** A reason of the ladder in words; its code where the messages do not know it. */
export function reasonName(code: string, t: T, te: TE): string {
  return te(`reason.${code}`) ? t(`reason.${code}`) : code.replaceAll('_', ' ')
}

/** Whom a step of the ladder names: "duty worker 1", "desk county", "owner". */
export function targetName(target: string, t: T, te: TE): string {
  const [kind, of, position] = target.split(' ')
  if (kind === 'duty' && of && !position && te(`because.dutyOf.${of}`)) return t(`because.dutyOf.${of}`)
  if (kind === 'duty' && of && te(`role.${of}`)) return t(position ? 'because.dutyNth' : 'because.duty', { role: t(`role.${of}`), position })
  const key = `because.target.${[kind, of].filter(Boolean).join('_')}`
  return te(key) ? t(key) : target
}

/** Skills by their keys; null where there are none. */
function levels(value: unknown): Record<string, number> | null {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0 ? value as Record<string, number> : null
}

/** What the roster's answer rested on; a source that the messages do not know is left out. */
function isDuty(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && ['rule', 'shift', 'temporary', 'cover'].includes(String((value as Data).source))
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
