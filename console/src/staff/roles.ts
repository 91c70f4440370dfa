import type { Schemas } from '../api/types'

type Role = Schemas['AreaStaffRow']['role']

/** Roles in the order in which lists show them. */
export const roles: Role[] = ['village_assistant', 'worker', 'township_head', 'county_duty', 'county_finance', 'city_duty', 'city_head', 'agent', 'supervisor', 'volunteer', 'agency', 'auditor', 'system_admin', 'security_admin', 'audit_admin']

const administrators = ['system_admin', 'security_admin', 'audit_admin']

/** The roles that somebody may give: the same as area.MayName on the server, which decides. People of agencies are added at the agency. */
export function mayName(by: string | undefined): Role[] {
  if (by === 'system_admin') return roles.filter((r) => r !== 'agency' && !administrators.includes(r))
  return by === 'township_head' ? ['village_assistant', 'volunteer'] : []
}

/** Whether somebody may change a person of a role, or end their service. People of an agency keep their role. */
export function mayKeep(by: string | undefined, role: string): boolean {
  return by === 'system_admin' ? !administrators.includes(role) : mayName(by).includes(role as Role)
}

/** What is wrong with a new login, as a message key; empty where nothing is. */
export function loginFault(login: string): string {
  return /^[a-z0-9._-]{2,40}$/.test(login) ? '' : 'importFault.login_form.do'
}

/** The logins of a text, in its order. */
export function logins(text: string): string[] {
  return text.toLowerCase().split(/[\s,，、;；]+/).filter(Boolean)
}
