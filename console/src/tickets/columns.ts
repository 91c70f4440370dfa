import type { TicketRow } from '../api/types'
import { urgency, type Urgency } from '../format/countdown'

/** How a row's next deadline stands; null where no clock runs. */
export function rowUrgency(row: TicketRow, now: number): Urgency | null {
  return row.next_due_at ? urgency(Date.parse(row.next_due_at) - now) : null
}
