import { reactive } from 'vue'
import { api, onSignedOut } from './api/client'
import { ApiProblem } from './api/problem'
import type { Me } from './api/types'

/** Who has signed in. Undefined until the server has been asked. */
export const session = reactive<{ me: Me | null | undefined }>({ me: undefined })

onSignedOut.call = () => hold(null)

/** Who was signed in last, where their work goes on without a network: their pages open, and what they write is kept. The server decides when it is sent. */
const lastReporter = 'hotline:reporter'

function hold(me: Me | null): void {
  session.me = me
  if (me && reportsHouseholds()) localStorage.setItem(lastReporter, JSON.stringify(me))
  else localStorage.removeItem(lastReporter)
}

/** Asks the server who we are; null if nobody. Other failures are thrown, but to the village's people, whom the network often fails. */
export async function loadSession(): Promise<Me | null> {
  try {
    hold(await api.me())
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem
    if (problem.status === 401) hold(null)
    else session.me = JSON.parse(localStorage.getItem(lastReporter) ?? 'null') as Me | null ?? undefined
    if (session.me === undefined) throw problem
  }
  return session.me ?? null
}

export async function signIn(login: string, password: string): Promise<void> {
  hold(await api.signIn(login, password))
}

/** What has to be done before signing out; false where it must not be now. Set by the softphone while it runs. */
export const onLeaving = { call: async (): Promise<boolean> => true }

/** Signs out; false where something forbids it, which the page then says. */
export async function signOut(): Promise<boolean> {
  if (!await onLeaving.call()) return false
  await api.signOut()
  hold(null)
  return true
}

/** Whether the server lets the person read tickets and live events; these are worth a link. */
export function readsTickets(): boolean {
  return session.me != null && !hasRole('village_assistant', 'volunteer', 'agency', 'system_admin', 'security_admin', 'audit_admin')
}

/** Whether the person reports households, also from where there is no network. */
export function reportsHouseholds(): boolean {
  return hasRole('village_assistant', 'volunteer')
}

/** Whether the server lets the person read agencies, and what is open to them. */
export function readsAgencies(): boolean {
  return hasRole('supervisor', 'worker', 'township_head', 'county_duty', 'city_duty', 'city_head', 'auditor', 'system_admin')
}

/** Where somebody's work begins: the page behind "/". */
export function home(): string {
  if (readsTickets()) return 'tickets'
  const homes: Record<string, string> = { village_assistant: 'visits', volunteer: 'reports', agency: 'opened', audit_admin: 'audit' }
  return homes[session.me?.role ?? ''] ?? 'staff'
}

/** Whether the person has one of the roles. The server decides what may be done; this decides what is worth a link. */
export function hasRole(...roles: string[]): boolean {
  return session.me != null && roles.includes(session.me.role)
}
