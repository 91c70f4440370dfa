// Shows notices that the line pushes to this browser, also with no page open.
// It keeps nothing and answers no request of the pages.
self.addEventListener('push', (event) => {
  let notice = { title: '12349', body: '', url: '/', tag: '', urgent: false }
  try { notice = { ...notice, ...event.data.json() } } catch { /* a push that cannot be read must be shown all the same */ }
  event.waitUntil(self.registration.showNotification(notice.title, {
    body: notice.body, tag: notice.tag || undefined, renotify: Boolean(notice.tag), requireInteraction: notice.urgent, icon: '/icon.svg', data: { url: notice.url },
  }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const target = new URL(event.notification.data?.url ?? '/', self.location.origin)
  if (target.origin !== self.location.origin) return // only our own pages are opened
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
    for (const page of pages) {
      if ('navigate' in page) {
        await page.focus()
        try { await page.navigate(target.href); return } catch { /* a page that another worker controls: a new one is opened */ }
      }
    }
    await self.clients.openWindow(target.href)
  })())
})
