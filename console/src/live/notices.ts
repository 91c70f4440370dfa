import { reactive } from 'vue'
import { session } from '../session'
import { onNews } from './events'

/** A notice to the person who is signed in: an offer, a rise, a word that is waited for. */
export interface Notice {
  ref: string
  ticket: string
  template: string
  number: string
  text: string // as it was worded for Chinese readers
  urgent: boolean
}

const most = 5

/** The newest notices that have not been put away, newest first. */
export const notices = reactive<Notice[]>([])

/** Keeps the notices of this person, each once. */
export function startNotices(): void {
  onNews((news) => {
    if (!('event' in news) || news.event.kind !== 'notice.live') return
    const data = news.event.data ?? {}
    if (data.login !== session.me?.login || notices.some((n) => n.ref === data.ref)) return
    const fields = (data.fields ?? {}) as Record<string, string>
    notices.unshift({
      ref: String(data.ref), ticket: news.event.ticket ?? '', template: String(data.template), number: fields.number ?? '', text: String(data.text ?? ''), urgent: data.urgent === true,
    })
    notices.splice(most)
  })
}

/** Puts a notice away. */
export function putAway(ref: string): void {
  const i = notices.findIndex((n) => n.ref === ref)
  if (i >= 0) notices.splice(i, 1)
}
