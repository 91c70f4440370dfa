import type { Application } from '../api/types'

/** One thing that this person may do with an application now. */
export interface Step {
  act: string // as the server names it; its words are `act.apply_<act>`
  item: string // id of the ruling, objection or appeal that it is about, or empty
}

// What a person most likely came for, first.
const order = ['confirm', 'answer_objection', 'submit', 'accept', 'supply', 'check', 'waive', 'explain', 'visit', 'state', 'hear', 'assess', 'post', 'grant', 'deliver', 'end_appeal', 'declare', 'ask_papers', 'object', 'dispute',
  'go_on', 'adjust', 'suspend', 'resume', 'exit', 'decline', 'refuse', 'pause', 'appeal', 'withdraw']

/** Everything that may be done with an application now, as the server says; acts on a ruling, an objection or an appeal once for each. */
export function steps(a: Application): Step[] {
  const items: Record<string, () => string[]> = {
    confirm: () => proposed(a), decline: () => proposed(a),
    deliver: () => (a.rulings ?? []).filter((r) => r.letter_due_at && !r.letter_at).map((r) => r.id),
    appeal: () => (a.rulings ?? []).filter((r) => r.state === 'confirmed').map((r) => r.id),
    object: () => (a.notices ?? []).slice(0, 1).map((n) => n.id),
    answer_objection: () => (a.objections ?? []).filter((o) => !o.outcome).map((o) => o.id),
    end_appeal: () => (a.appeals ?? []).filter((p) => !p.outcome).map((p) => p.id),
  }
  const found = (a.next_acts ?? []).flatMap((act) => (items[act]?.() ?? ['']).map((item) => ({ act, item })))
  const rank = (s: Step): number => (s.act === 'declare' && !a.declared ? -1 : order.indexOf(s.act)) // nothing goes on before it
  return found.sort((x, y) => rank(x) - rank(y))
}

function proposed(a: Application): string[] {
  return (a.rulings ?? []).filter((r) => r.state === 'proposed').map((r) => r.id)
}

/** The kinds of rulings that may be proposed. */
export const proposals = ['grant', 'refuse', 'adjust', 'suspend', 'resume', 'exit'] as const
export type Proposal = (typeof proposals)[number]

/** Rulings that the person must get in writing, with reasons and the right of review. */
export function inWriting(kind: string): boolean {
  return kind === 'refuse' || kind === 'suspend' || kind === 'exit' || kind === 'adjust'
}
