import type { Hit } from '../api/types'

/** A name in pieces: what agrees with what was typed, and the rest. Counted in characters, as the server does. */
export function parts(hit: Pick<Hit, 'name' | 'match'>): { text: string; agrees: boolean }[] {
  const chars = Array.from(hit.name)
  const { from, to } = hit.match
  return [
    { text: chars.slice(0, from).join(''), agrees: false },
    { text: chars.slice(from, to).join(''), agrees: true },
    { text: chars.slice(to).join(''), agrees: false },
  ].filter((p) => p.text !== '')
}

/** The steps from a place down to another, without the first. Empty where the one does not lie in the other. */
export function steps(root: string, code: string, parent: (code: string) => string): string[] {
  const list: string[] = []
  for (let c = code; c && c !== root; c = parent(c)) list.unshift(c)
  return list.length > 0 && parent(list[0]!) === root ? list : []
}
