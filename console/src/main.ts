import './ui' // first: our colours come after the library's, whichever way the bundle is cut
import './styles/base.css'
import './styles/layout.css'
import './styles/tables.css'
import { createApp, watch } from 'vue'
import App from './App.vue'
import { startClock } from './clock'
import { forgetOldDrafts } from './forms/storage'
import { i18n, speak } from './i18n'
import { startEvents, stopEvents } from './live/events'
import { notices, startNotices } from './live/notices'
import { router } from './router'
import { keepPages } from './outbox/pages'
import { readsTickets, reportsHouseholds, session } from './session'

speak(i18n.global.locale.value)
followColourScheme()
forgetOldDrafts(Date.now())
startClock()
startNotices()

// Who signs out stops listening; who is signed out by the server is shown the way back in.
watch(() => session.me, (me, before) => {
  if (me && reportsHouseholds()) void import('./outbox/outbox').then((o) => o.startOutbox()).then(keepPages)
  if (me && readsTickets()) return startEvents()
  stopEvents()
  notices.length = 0
  if (!me && before) void router.push({ name: 'sign-in', query: { to: router.currentRoute.value.fullPath } })
})

createApp(App).use(i18n).use(router).mount('#app')

/** Element Plus reads its dark colours from a class. */
function followColourScheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => document.documentElement.classList.toggle('dark', dark.matches)
  dark.addEventListener('change', apply)
  apply()
}
