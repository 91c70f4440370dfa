import { api } from '../api/client'

/** Why web push is not possible here, or null where it is. */
export function pushHindrance(): 'unsupported' | 'insecure' | 'denied' | null {
  if (!window.isSecureContext) return 'insecure'
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) return 'unsupported'
  return Notification.permission === 'denied' ? 'denied' : null
}

/** Whether this browser has subscribed. */
export async function subscribed(): Promise<boolean> {
  if (pushHindrance()) return false
  const registration = await navigator.serviceWorker.getRegistration('/')
  return (await registration?.pushManager.getSubscription()) != null
}

/** Asks for permission, subscribes this browser and tells the server. */
export async function subscribe(publicKey: string): Promise<boolean> {
  if (await Notification.requestPermission() !== 'granted') return false
  await navigator.serviceWorker.register('/sw.js', { scope: '/' })
  const registration = await navigator.serviceWorker.ready
  const old = await registration.pushManager.getSubscription()
  if (old && !sameKey(old.options.applicationServerKey, publicKey)) await old.unsubscribe() // of a line that has changed its keys
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: octets(publicKey) })
  const { endpoint, keys } = subscription.toJSON()
  if (!endpoint || !keys?.auth || !keys.p256dh) return false
  try {
    await api.addPush({ endpoint, auth: keys.auth, p256dh: keys.p256dh, label: browserName() })
  } catch (problem) {
    await subscription.unsubscribe() // nobody would ever push to it
    throw problem
  }
  return true
}

/** Ends the subscription of this browser; the server learns it at the next push, or by the list. */
export async function unsubscribe(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration('/')
  await (await registration?.pushManager.getSubscription())?.unsubscribe()
}

/** base64url without padding, as the server gives its key, into octets. */
export function octets(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/').padEnd(Math.ceil(text.length / 4) * 4, '='))
  return Uint8Array.from(binary, (c) => c.charCodeAt(0))
}

function sameKey(key: ArrayBuffer | null, publicKey: string): boolean {
  const [a, b] = [new Uint8Array(key ?? new ArrayBuffer(0)), octets(publicKey)]
  return a.length === b.length && a.every((octet, i) => octet === b[i])
}

/** A short name for the list of methods, such as "Firefox · Windows". */
export function browserName(agent = navigator.userAgent): string {
  const browser = /(Edg|Firefox|MicroMessenger|Chrome|Safari)\//.exec(agent)?.[1] ?? '?'
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1] ?? '?'
  return `${browser === 'Edg' ? 'Edge' : browser} · ${system}`
}
