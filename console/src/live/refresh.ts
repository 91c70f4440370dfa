import { onScopeDispose } from 'vue'
import { onNews, type News } from './events'

const gather = 300 // ms: events of one commit arrive together
const atMostEvery = 2000 // ms: a storm of calls must not become a storm of reads
const evenWithoutNews = 60_000 // ms: a connection may die without telling

/** Reads again when news concern us, soon but not for each of them, and once a minute in any case. */
export function useRefresh(read: () => Promise<void>, concerns: (news: News) => boolean = () => true): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0
  let reading = false
  const run = async () => {
    timer = undefined
    if (reading) return soon()
    reading = true
    last = Date.now()
    try { await read() } finally { reading = false }
  }
  const soon = () => {
    timer ??= setTimeout(() => void run(), Math.max(gather, last + atMostEvery - Date.now()))
  }
  const stop = onNews((news) => { if (concerns(news)) soon() })
  const slow = setInterval(soon, evenWithoutNews)
  onScopeDispose(() => { stop(); clearInterval(slow); clearTimeout(timer) })
}

/** News about one ticket, or a reset. */
export function aboutTicket(id: () => string | undefined): (news: News) => boolean {
  return (news) => 'reset' in news || news.event.ticket === id()
}
