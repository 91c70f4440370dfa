import { reactive } from 'vue'

// Whether somebody has signed on in this browser, and so wants the phone on
// every page. It is kept apart from the phone, which is loaded only then.

const nameOf = (login: string) => `hotline:phone:on:${login}`
const known = reactive(new Map<string, boolean>())

/** Whether this person's phone is on in this browser. */
export function wanted(login: string): boolean {
  if (!known.has(login)) known.set(login, localStorage.getItem(nameOf(login)) !== null)
  return known.get(login)!
}

/** Keeps it, here and for the next page. */
export function want(login: string, on: boolean): void {
  known.set(login, on)
  if (on) localStorage.setItem(nameOf(login), '1')
  else localStorage.removeItem(nameOf(login))
}

addEventListener('storage', (e) => {
  if (e.key?.startsWith(nameOf(''))) known.set(e.key.slice(nameOf('').length), e.newValue !== null)
})
