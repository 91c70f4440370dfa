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
    if (!('event' in news)) return
    if (news.event.kind === 'ticket.accepted') forget((n) => n.ticket === news.event.ticket && n.template === 'offer')
    if (news.event.kind !== 'notice.live') return
    const data = news.event.data ?? {}
    if (data.login !== session.me?.login || notices.some((n) => n.ref === data.ref)) return
    const fields = (data.fields ?? {}) as Record<string, string>
    // What was said of the same matter before is out of date: the deadline has moved.
    forget((n) => n.ticket !== '' && n.ticket === news.event.ticket && n.template === data.template)
    notices.unshift({
      ref: String(data.ref), ticket: news.event.ticket ?? '', template: String(data.template), number: fields.number ?? '', text: String(data.text ?? ''), urgent: data.urgent === true,
    })
    notices.splice(most)
  })
}

/** Puts a notice away. */
export function putAway(ref: string): void {
  forget((n) => n.ref === ref)
}

/** Puts away what was said of a ticket, once the person looks at it. */
export function seen(ticket: string): void {
  forget((n) => n.ticket === ticket)
}

function forget(which: (n: Notice) => boolean): void {
  notices.splice(0, notices.length, ...notices.filter((n) => !which(n)))
}
