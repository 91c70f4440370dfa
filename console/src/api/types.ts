// The shapes that travel between the server and the page, under the names the
// page uses. Times are RFC 3339 in UTC, amounts integer fen, ids random UUIDs.

export type Priority = 'P1' | 'P2' | 'P3' | 'INFO'
export type View = 'open' | 'offered' | 'mine' | 'all'

export interface Me {
  login: string
  name: string
  role: string
  area: string
  area_name: string
  post: string
  acts: string[]
}

export interface Area {
  code: string
  name: string
  level: string | number
  parent: string
}

export interface PaperKind {
  code: string
  zh: string
  en: string
}

export interface Policy {
  version: string
  causes: string[]
  papers: PaperKind[]
  limits: { solo_fen: number; township_fen: number; household_fen: number }
  fast_cap_fen_per_person?: number | null
}

export interface Owner {
  name: string
  role: string
  kind: string
}

export interface TicketRow {
  id: string
  number: string
  kind: string
  priority: Priority
  cause: string
  status: string
  area: string
  area_name: string
  owner: Owner
  invited_at: string
  next_due_at?: string | null
  next_due_clock?: string | null
  breached: boolean
  repeat_of?: string | null
  offered_to_me: boolean
  version: number
  caller_masked?: string | null
  escalation_step: number
  confidential?: boolean
  life_danger?: boolean
  pending_priority?: Priority | '' | null
}

export interface CountedDay {
  date: string
  kind: 'working' | 'rest' | 'holiday' | 'make_up'
  name?: string
  counted: boolean
}

export interface Clock {
  kind: string
  started_at: string
  due_at: string
  first_due_at: string
  stopped_at?: string | null
  reported_at?: string | null
  proof?: string | null
  breached_at?: string | null
  rose_at?: string | null
  counted?: CountedDay[] | null
}

export interface Offer {
  post: string
  role: string
  offered_at: string
  why?: Record<string, unknown> | null
  outcome?: string | null
  ended_at?: string | null
}

export interface CallFacts {
  invited_at: string
  answered_at?: string | null
  ended_at?: string | null
  end_reason?: string | null
  to: string
  caller_masked?: string | null
}

export interface Visit {
  id: string
  mode: string
  arrived_at: string // as the device said
  recorded_at: string // when the server learned of it
  place?: string
  facts: string
  visitors: string[] | null
  photos: string[] | null
  by: string
}

export interface Findings {
  id: string
  at: string
  by: string
  cause: string
  household_size: number
  affected: number
  needs: string[] | null
  declared?: { income_before_fen?: number | null; income_now_fen?: number | null; medical_fen?: number | null }
  applicant: string
  id_type: string
  id_number_masked?: string
  no_id_reason?: string
  note?: string
  warnings?: string[] | null
}

export interface Decision {
  id: string
  track: string
  state: string
  aid_kind: string
  amount_fen: number
  paid_fen: number
  level: string
  reason: string
  decided_by: string
  decided_at: string
  approved_by?: string
  approved_at?: string | null
  county_may_approve_at?: string | null
  next_acts: string[] | null
  version: number
}

export interface Disbursement {
  id: string
  decision_id: string
  aid_kind: string
  channel: string
  amount_fen: number
  state: string
  level: string
  content_hash: string // what the checker has read and signs
  maker: string
  checker?: string
  payer?: string
  companion?: string
  second_signer?: string
  cancel_reason?: string
  submitted_at: string
  checked_at?: string | null
  issued_at?: string | null
  receipted_at?: string | null
  second_signature_due?: string | null
  second_signed_at?: string | null
  county_may_check_at?: string | null
  next_acts: string[] | null
  version: number
}

export interface Receipt {
  id: string
  disbursement_id: string
  amount_fen: number
  at: string
  device_at?: string | null
  photo: string
  signature: string
  signature_upload: string
  witness?: string
  by: string
  companion?: string
}

export interface Paper {
  id: string
  kind: string
  state: string
  due_at?: string | null
  reminders: number
  photos: string[] | null
  added_by: string
  closed_by?: string
  closed_at?: string | null
  reason?: string
  next_acts: string[] | null
  version: number
}

export interface InboxItem {
  act: string // check, second_signature, approve, …
  id: string
  ticket_id: string
  ticket_number: string
  area: string
  amount_fen?: number
  content_hash?: string
  made_by: string
  since: string
  due_at?: string | null
}

export interface Account {
  id: string
  kind: string
  area: string
  holder?: string
  posted_fen: number
  pending_in_fen: number
  pending_out_fen: number
  available_fen: number
}

export interface Float extends Account {
  in_hands_fen: number
  full_fen: number
  low: boolean
}

export interface TrialBalance {
  at: string
  accounts: Account[] | null
  debit_fen: number
  credit_fen: number
  balanced: boolean
  floats?: Float[] | null
}

export interface StatementLine {
  entry_id: string
  at: string
  event: string
  layer: string
  amount_fen: number // debit positive
  balance_fen: number
  disbursement_id?: string
  by: string
  reason?: string
}

export interface Statement {
  account: Account
  lines: StatementLine[] | null
  next?: string
}

export interface CallRow {
  id: string
  ticket_id: string
  number: string
  to: string
  caller_masked?: string
  invited_at: string
  answered_at?: string | null
  ended_at?: string | null
  end_reason?: string
  replayed: boolean
}

export interface DutyRow {
  role: string
  position: number
  name: string
  from: string
  to: string
  why: unknown
  absent: unknown
  area?: string
  area_name?: string
}

export interface AuditRow {
  lane: number
  seq: number
  at: string
  actor: string
  role: string
  action: string
  subject: string
  area: string
  reason?: string
  data: string // canonical JSON, as it was hashed
  hash: string
}

export interface Sms {
  at: string
  to: string
  text: string
}

export interface Ticket extends TicketRow {
  call?: CallFacts | null
  clocks: Clock[] | null
  offers: Offer[] | null
  repeat?: { of_number: string; of_id: string; state: string } | null
  pending_reason?: string | null
  call_taker?: string | null
  visits?: Visit[] | null
  findings?: Findings[] | null
  decisions?: Decision[] | null
  disbursements?: Disbursement[] | null
  receipts?: Receipt[] | null
  papers?: Paper[] | null
  acts: string[] | null
}

export interface TimelineEntry {
  id: string | number
  at: string
  kind: string
  actor: string
  data?: Record<string, unknown> | null
}

export interface Page<T> {
  items: T[] | null
  next?: string | null
}

export interface SystemInfo {
  version: string
  dev: boolean
  app_now: string
  time_scale: number
}

export interface UploadState {
  id: string
  part_size: number
  missing?: number[] | null // part numbers from 1
  received?: number[] | null
  complete?: boolean
  state?: string
}

export interface LiveEvent {
  kind: string
  ticket: string
  area: string
  data?: Record<string, unknown> | null
}
