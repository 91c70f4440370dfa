// Shows notices that the line pushes to this browser, also with no page open, and keeps the
// pages of the village's people, so that they open without a network. It answers no request
// of the API: what is read or sent there is never old.
const shelf = 'pages'
const first = '/' // every address of a page is answered with it

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

// A page says what it is made of, once it is there.
self.addEventListener('message', (event) => {
  if (Array.isArray(event.data?.keep)) event.waitUntil(keep([first, ...event.data.keep]))
})

async function keep(addresses) {
  const pages = await caches.open(shelf)
  for (const address of addresses) {
    if (!(await pages.match(address))) await pages.add(address).catch(() => { /* the next visit keeps it */ })
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin || url.pathname.startsWith('/api/')) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request)) // its name changes with what is in it
})

/** The newest page where there is a network, the kept one where there is none. */
async function page(request) {
  try {
    const answer = await fetch(request)
    if (answer.ok && answer.headers.get('Content-Type')?.includes('html')) await renew(answer.clone())
    return answer
  } catch (cause) {
    const kept = await (await caches.open(shelf)).match(first)
    if (kept) return kept
    throw cause
  }
}

/** A new version of the pages puts away what the old one was made of. */
async function renew(answer) {
  const pages = await caches.open(shelf)
  const old = await pages.match(first)
  if (!old || await old.text() === await answer.clone().text()) return // nothing was asked to be kept, or nothing is new
  for (const request of await pages.keys()) await pages.delete(request)
  await pages.put(first, answer)
}

async function asset(request) {
  return (await (await caches.open(shelf)).match(request)) ?? fetch(request)
}

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
