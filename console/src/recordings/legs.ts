import type { Recording } from '../api/types'

type T = (key: string, named?: Record<string, unknown>) => string

/** Who speaks on the left track of a recording: "agent:zhou" is the agent of that login, whose name is shown where it is known. */
export function sideName(r: Pick<Recording, 'leg' | 'person'>, t: T): string {
  const [role = '', login = ''] = r.leg.split(':', 2)
  const name = r.person || login
  switch (role) {
    case 'citizen': return t('recording.side.citizen')
    case 'agent': return t('recording.side.agent', { name })
    case 'supervisor': return t('recording.side.supervisor', { name })
    default: return t('recording.side.third')
  }
}

/** What a recording is called in a list: the citizen's side is the whole call. */
export function legName(r: Pick<Recording, 'kind' | 'leg' | 'person'>, t: T): string {
  if (r.kind === 'voicemail') return t('recording.voicemail')
  return r.leg === 'citizen' ? t('recording.call') : sideName(r, t)
}

/** 3:05, or 1:02:09 */
export function length(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}
