import type { Policy, Ticket } from '../../api/types'

/** What the panel hands to every form. */
export interface ActProps {
  ticket: Ticket
  policy: Policy | null
  form: string // name of the act, key under `act.`
  item: string // id of the decision, payout or paper it is about, or empty
  name: string // name of its draft
}

/** What every form tells the panel. */
export interface ActEmits {
  done: []
  cancel: [] // put aside; the draft stays
  reload: [] // what is shown is old
}
