// The routes of the server as the typed client reads them, in the form that
// openapi-typescript gives them. `npm run client` writes the same from
// api/openapi.json.
import type {
  Area, AuditRow, CallRow, DutyRow, InboxItem, LiveEvent, Me, Page, Policy, Sms, Statement, SystemInfo, Ticket, TicketRow, TimelineEntry,
  TrialBalance, UploadState, View,
} from './types'

interface Json<T> { 200: { headers: Record<string, unknown>; content: { 'application/json': T } } }
type None = Record<string, never>
interface Read<T, P = None, Q = None> {
  get: { parameters: (P extends None ? { path?: never } : { path: P }) & { query?: Q; header?: never; cookie?: never }; requestBody?: never; responses: Json<T> }
}
interface Key { 'Idempotency-Key': string }
interface Act<T, B = Record<string, unknown>, P = { id: string }> {
  post: { parameters: { path: P; header: Key; query?: never; cookie?: never }; requestBody: { content: { 'application/json': B } }; responses: Json<T> }
}
type Id = { id: string }
type Row = Record<string, unknown>

export interface paths {
  '/session': {
    get: { parameters: { path?: never }; requestBody?: never; responses: Json<Me> }
    post: { parameters: { path?: never }; requestBody: { content: { 'application/json': { login: string; password: string } } }; responses: Json<Me> }
    delete: { parameters: { header: Key }; requestBody?: never; responses: Json<never> }
  }
  '/areas': Read<{ items: Area[] | null }, None, { under?: string }>
  '/policy': Read<Policy>
  '/tickets': Read<Page<TicketRow>, None, { view?: View; area?: string; priority?: string; cursor?: string; limit?: number }>
  '/tickets/{id}': Read<Ticket, Id>
  '/tickets/{id}/timeline': Read<{ items: TimelineEntry[] | null }, Id, { after?: string }>
  '/tickets/{id}/triage': Act<Ticket>
  '/tickets/{id}/acceptance': Act<Ticket>
  '/tickets/{id}/lowering': Act<Ticket>
  '/tickets/{id}/repeat': Act<Ticket>
  '/tickets/{id}/handovers': Act<Ticket>
  '/tickets/{id}/answer': Act<Ticket>
  '/tickets/{id}/closure': Act<Ticket>
  '/tickets/{id}/reopening': Act<Ticket>
  '/tickets/{id}/caller-views': Act<{ phone: string }>
  '/tickets/{id}/visits': Act<Ticket>
  '/tickets/{id}/findings': Act<Ticket>
  '/tickets/{id}/decisions': Act<Ticket>
  '/tickets/{id}/disbursements': Act<Ticket>
  '/tickets/{id}/papers': Act<Ticket>
  '/decisions/{id}/approval': Act<Row>
  '/decisions/{id}/short-check': Act<Row>
  '/disbursements/{id}/check': Act<Row>
  '/disbursements/{id}/cash': Act<Row>
  '/disbursements/{id}/receipt': Act<Row>
  '/disbursements/{id}/second-signature': Act<Row>
  '/disbursements/{id}/cancellation': Act<Row>
  '/disbursements/{id}/return': Act<Row>
  '/papers/{id}/receipt': Act<Row>
  '/papers/{id}/verification': Act<Row>
  '/papers/{id}/waiver': Act<Row>
  '/calls': Read<Page<CallRow>, None, { cursor?: string }>
  '/duty': Read<DutyRow[] | { items: DutyRow[] | null }, None, { area?: string; at?: string }>
  '/ledger/accounts/{id}/statement': Read<Statement, Id, { at?: string; cursor?: string }>
  '/ledger/trial-balance': Read<TrialBalance, None, { area?: string }>
  '/approvals': Read<InboxItem[] | { items: InboxItem[] | null }>
  '/audit': Read<Page<AuditRow>, None, { cursor?: string }>
  '/sms': Read<Sms[] | { items: Sms[] | null }>
  '/system': Read<SystemInfo>
  '/uploads': Act<UploadState, { ticket: string; size: number; sha256: string; media_type: string }, None>
  '/uploads/{id}': Read<UploadState, Id>
  '/events': Read<LiveEvent>
}
