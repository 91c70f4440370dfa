type T = (key: string) => string
type TE = (key: string) => boolean

/** Whom a call was put through to, as the line writes it: a role and its place in words ("county_duty 甲县"), anything else as it stands. */
export function partyName(party: string, t: T, te: TE): string {
  const [role = '', ...place] = party.split(' ')
  return te(`role.${role}`) ? [t(`role.${role}`), ...place].join(' ') : party
}

const staff = new Map<string, string>()

/** Keeps the names of people by login, for what tells of them by login only. */
export function rememberStaff(people: { login?: string; name: string }[]): void {
  for (const p of people) if (p.login) staff.set(p.login, p.name)
}

/** The same as partyName, and a login as its name where this page has read it. */
export function staffName(party: string, t: T, te: TE): string {
  return staff.get(party) ?? partyName(party, t, te)
}

/** Splits names as people list them: by comma, in either script, semicolon or line. A blank may be within a name. */
export function splitNames(typed: string): string[] {
  return typed.split(/[,\uFF0C\u3001;\uFF1B\n]/).map((n) => n.trim()).filter(Boolean)
}
