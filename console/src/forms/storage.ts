// What was typed is kept in this browser until it has been sent. Identity
// numbers and the like stay in the tab only (sessionStorage): they survive a
// reload, and are gone when the tab is closed.

const prefix = 'hotline:draft:'
const keepFor = 7 * 24 * 60 * 60 * 1000

export interface Kept<M> {
  key: string // Idempotency-Key of the attempt this draft belongs to
  at: number // when it was last typed in, milliseconds since 1970
  model: M
}

export interface DraftName {
  login: string
  subject: string // ticket id, or another thing the form is about
  form: string
}

function nameOf(n: DraftName): string {
  return prefix + [n.login, n.subject, n.form].map(encodeURIComponent).join(':')
}

/** Reads a draft; null where there is none or it cannot be read. Sensitive fields are merged in from this tab. */
export function readDraft<M extends object>(name: DraftName): Kept<M> | null {
  try {
    const kept = JSON.parse(localStorage.getItem(nameOf(name)) ?? 'null') as Kept<M> | null
    if (!kept || typeof kept.key !== 'string') return null
    const secret = JSON.parse(sessionStorage.getItem(nameOf(name)) ?? '{}') as Partial<M>
    return { ...kept, model: { ...kept.model, ...secret } }
  } catch {
    return null
  }
}

/** Writes a draft. A full or forbidden storage is not an error for who types; false then says that nothing was kept. */
export function writeDraft<M extends object>(name: DraftName, kept: Kept<M>, sensitive: (keyof M)[]): boolean {
  const open: Partial<M> = { ...kept.model }
  const secret: Partial<M> = {}
  for (const field of sensitive) {
    secret[field] = kept.model[field]
    delete open[field]
  }
  try {
    localStorage.setItem(nameOf(name), JSON.stringify({ ...kept, model: open }))
    if (sensitive.length > 0) sessionStorage.setItem(nameOf(name), JSON.stringify(secret))
    return true
  } catch {
    return false
  }
}

export function dropDraft(name: DraftName): void {
  localStorage.removeItem(nameOf(name))
  sessionStorage.removeItem(nameOf(name))
}

/** Which forms of a subject hold a draft of this user. */
export function draftsOf(login: string, subject: string): string[] {
  const start = nameOf({ login, subject, form: '' })
  return Object.keys(localStorage).filter((k) => k.startsWith(start)).map((k) => decodeURIComponent(k.slice(start.length)))
}

/** Forgets drafts that nobody has touched for a week. */
export function forgetOldDrafts(now: number): void {
  for (const key of Object.keys(localStorage).filter((k) => k.startsWith(prefix))) {
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Kept<object> | null
      if (kept && now - kept.at < keepFor) continue
    } catch {
      // unreadable: forget it
    }
    localStorage.removeItem(key)
  }
}
