/** The message key of a ticket's status: what nobody has been asked about yet came by a call or by a report. */
export function statusKey(t: { status: string; source?: string }): string {
  return t.status === 'new' && t.source === 'report' ? 'reports.new' : `status.${t.status}`
}

/** Statuses in which nothing is left to do. */
export function isOver(status: string): boolean {
  return status === 'closed' || status === 'duplicate'
}
