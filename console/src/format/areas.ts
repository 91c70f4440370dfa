import { reactive } from 'vue'
import { api } from '../api/client'
import type { Area } from '../api/types'

// Area codes are twelve digits: province 2, city 4, county 6, township 9,
// village 12. A parent's code is the child's prefix filled up with zeros.
const lengths = [2, 4, 6, 9, 12]

const names = reactive(new Map<string, string>())
const asked = new Set<string>()

function levelLength(code: string): number {
  return lengths.find((n) => /^0*$/.test(code.slice(n))) ?? 12
}

/** The code of the area above; empty for a province. */
export function parentOf(code: string): string {
  const own = lengths.indexOf(levelLength(code))
  return own <= 0 ? '' : code.slice(0, lengths[own - 1]).padEnd(12, '0')
}

export interface Branch {
  code: string
  name: string
  children?: Branch[]
}

/**
 * The tree of a flat list. Its top are the children of root; root itself is on
 * top where it is a county or smaller, since then it is an answer too.
 */
export function branches(areas: Area[], root: string): Branch[] {
  const children = (code: string): Branch[] => areas.filter((a) => a.parent === code && a.code !== code).map(branch)
  const branch = (a: Area): Branch => {
    const below = children(a.code)
    return { code: a.code, name: a.name, ...(below.length > 0 && { children: below }) }
  }
  const top = areas.find((a) => a.code === root)
  return top && levelLength(root) >= 6 ? [branch(top)] : children(root)
}

/** Learns names from what the server sent anyway. */
export function remember(areas: Pick<Area, 'code' | 'name'>[]): void {
  for (const a of areas) names.set(a.code, a.name)
}

/** The name of an area; its code until the name has arrived. Reactive. */
export function areaName(code: string): string {
  const name = names.get(code)
  if (name === undefined) void learn(parentOf(code))
  return name ?? code
}

async function learn(under: string): Promise<void> {
  if (asked.has(under)) return
  asked.add(under)
  try {
    remember(await api.areas(under))
  } catch {
    asked.delete(under) // out of scope or out of reach: the code will do for now
  }
}
