import type { RelativeRow } from '../api/types'

export type Relation = RelativeRow['relation']

/** How somebody may be related to who declares them, as the server has it. */
export const relations: Relation[] = ['self', 'spouse', 'child', 'parent', 'sibling', 'grandparent', 'grandchild', 'in_law', 'other']
