import { iso } from './house.mjs'

// What somebody has declared, one declaration of which was ended.
export const relatives = [
  { id: 'rel1', relation: 'self', name: '李**', identity: '**************1018', declared_at: iso(-2000) },
  { id: 'rel2', relation: 'parent', name: '李**', identity: '**************1036', phone: '138****5678', declared_at: iso(-2000) },
  { id: 'rel3', relation: 'spouse', name: '张**', identity: '**************2066', declared_at: iso(-9000), ended_at: iso(-100), ended_by: '周负责', end_reason: '已离婚' },
]
