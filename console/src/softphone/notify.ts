// A call must be noticed although the page is behind another window. The
// notification says that it rings and how urgent it is, and nothing of the
// citizen: it may lie on a locked screen.

let shown: Notification | null = null

/** Asks for leave to notify; to be called from a click, the first time an agent signs on. */
export function askToNotify(): void {
  if (typeof Notification !== 'undefined' && Notification.permission === 'default') void Notification.requestPermission()
}

/** Tells of a ringing call where nobody looks at the page. */
export function notify(title: string, body: string): void {
  if (typeof Notification === 'undefined' || Notification.permission !== 'granted' || !document.hidden) return
  hush()
  shown = new Notification(title, { body, tag: 'hotline-ring', requireInteraction: true })
  shown.onclick = () => { window.focus(); hush() }
}

/** Takes the notification away: answered, or the caller has gone. */
export function hush(): void {
  shown?.close()
  shown = null
}
