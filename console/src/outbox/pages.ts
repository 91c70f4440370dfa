/** Has the browser keep the pages that are open, so that they open without a network as well. */
export async function keepPages(): Promise<void> {
  if (!window.isSecureContext || !('serviceWorker' in navigator)) return
  try {
    await navigator.serviceWorker.register('/sw.js', { scope: '/' })
    const { active } = await navigator.serviceWorker.ready
    const parts = performance.getEntriesByType('resource').map((e) => new URL(e.name)).filter((u) => u.origin === location.origin && u.pathname.startsWith('/assets/'))
    active?.postMessage({ keep: [...new Set(parts.map((u) => u.pathname))] })
  } catch {
    // a browser that forbids it: the page works while there is a network
  }
}
