import type { Member, Schemas } from '../api/types'

/** What a form writes of one person; strings throughout, as fields give them. */
export interface PersonModel {
  relation: string
  name: string
  none: boolean // no identity number
  number: string
  reason: string // why there is none
  born: string
  phone: string
  capacity: string
  grade: string // of the disability certificate, '' for none
  kind: string
  severe: boolean
  student: boolean
  work: string
}

export const relations = ['head', 'spouse', 'child', 'parent', 'grandchild', 'grandparent', 'sibling', 'child_in_law', 'parent_in_law', 'ward', 'other'] as const
export const capacities = ['full', 'limited', 'none'] as const
export const abilities = ['full', 'partial', 'none'] as const
export const disabilities = ['visual', 'hearing', 'speech', 'physical', 'intellectual', 'mental', 'multiple'] as const

/** A line of the form with nobody in it yet. */
export function nobody(relation: string): PersonModel {
  return { relation, name: '', none: false, number: '', reason: '', born: '', phone: '', capacity: 'full', grade: '', kind: '', severe: false, student: false, work: 'full' }
}

/** A member as the form begins with them; numbers come masked from the server and stay empty. */
export function modelOf(m: Member): PersonModel {
  return { ...nobody(m.relation), name: m.name, none: m.id_type === 'none', reason: m.id_reason ?? '', born: m.id_type === 'none' ? (m.born ?? '') : '', capacity: m.capacity, grade: m.disability_grade ? String(m.disability_grade) : '', kind: m.disability_kind ?? '',
    severe: !!m.severe_illness, student: !!m.student, work: m.work_ability }
}

/** What is wrong with one person, as message keys by field. */
export function personFaults(p: PersonModel): Record<string, string> {
  const faults: Record<string, string> = {}
  if (!p.name.trim()) faults.name = 'form.required'
  if (p.none && !p.reason.trim()) faults.reason = 'form.required'
  if (!p.none && !identityWellFormed(p.number)) faults.number = 'problem.id_length.what'
  if ((p.grade === '') !== (p.kind === '')) faults.kind = 'problem.kind_and_grade.what'
  return faults
}

/** Exactly one of a household is its head. */
export function headsFault(people: PersonModel[]): string {
  return people.filter((p) => p.relation === 'head').length === 1 ? '' : 'problem.one_head.what'
}

/** The form alone: the server knows the check character. */
function identityWellFormed(typed: string): boolean {
  return /^\d{17}[\dX]$/.test(typed.normalize('NFKC').replace(/\s/g, '').toUpperCase())
}

type Body = Schemas['PersonBody']

/** The person as the server takes them. */
export function personBody(p: PersonModel): Body {
  return {
    name: p.name.trim(), id_type: p.none ? 'none' : 'resident_id', capacity: p.capacity as Body['capacity'], work_ability: p.work as Body['work_ability'],
    ...(p.none ? { id_reason: p.reason.trim(), ...(p.born && { born: p.born }) } : { id_number: p.number.trim() }),
    ...(p.phone.trim() && { phone: p.phone.trim() }),
    ...(p.grade && { disability_grade: Number(p.grade), disability_kind: p.kind as NonNullable<Body['disability_kind']> }),
    ...(p.severe && { severe_illness: true }), ...(p.student && { student: true }),
  }
}
