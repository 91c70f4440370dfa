// The words that travel over the softphone's WebSocket, one JSON object each.
// ivr/softphone/message.go has the other half and the order in which they come.

export type Status = 'available' | 'paused' | 'signed_off'
export type SeatState = 'idle' | 'ringing' | 'talking' | 'wrap_up' | 'delayed' | 'away'

/** An agent's seat as the distribution sees it. Times are RFC 3339; year 1 means none. */
export interface Seat {
  id: number
  login: string
  name: string
  area: string
  node: string
  queues: string[] | null
  skills: Record<string, number> | null
  status: Status
  reason?: string
  state: SeatState
  since: string
  idle_since: string
  until: string
  offer?: string
  call?: string
  calls: number
  missed: number
  priority: number
  queue?: string // of the call offered, talking or being written up
  was?: SeatState // while away: the state to come back to
  seized?: boolean // taken for a consult or a transfer
}

/** A caller offered to this agent. */
export interface Offer {
  id: string
  call: string
  ticket: string // what the citizen was told: 13 digits
  queue: string
  agent: number
  priority: string
  at: string
  expires: string
}

export type CallState = 'talking' | 'holding' | 'consulting' | 'conferring' | 'reconnected' | 'ended' | 'refused'
export type JoinMode = 'listen' | 'whisper' | 'barge' | 'take_over' | 'leave'

/** What has become of this agent's call. */
export interface CallNews {
  state: CallState
  call: string
  ticket: string
  third?: string
  recorded: boolean
  joined?: JoinMode
  reason?: string
  at: string
}

export interface Caller {
  call: string
  ticket: string
  number: string // dialled
  node: string
  queue: string
  priority: string
  due_at: string
  invited_at: string
  entered_at: string
  wants: Record<string, number> | null
  front?: boolean
  yields?: boolean // its ticket has another, later place
  offer?: string
  agent?: number
  answered: string
}

/** A queue's figures over a span. Spans of time are nanoseconds, as Go writes them. */
export interface Figures {
  queue: string
  from: string
  to: string
  entered: number
  answered: number
  in_time: number
  abandoned: number
  short: number
  called_back: number
  timed_out: number
  service_level: number
  average_wait_ns: number
  longest_wait_ns: number
  average_talk_ns: number
  average_handle_ns: number
  occupancy: number
}

export interface Board {
  at: string
  callers: Caller[] | null
  agents: Seat[] | null
  figures: Figures[] | null
  alarms: string[] | null
}

/** What a desk has to know once. */
export interface Desk {
  ice_servers: RTCIceServer[] | null // a TURN server's credential is good for minutes: who connects later says hello again
  queues: string[] | null
  pause_reasons: string[] | null
  emergency: string[] | null
  dispositions: string[] | null
  words: { key: string; zh: string; en: string }[] | null // the city's, for queues, pause reasons, dispositions and skills
  wrap_up_ns: number
  rings_back: boolean // the line has a trunk for calls of its own
}

export type MessageType = 'welcome' | 'taken' | 'ok' | 'error' | 'answer' | 'candidate' | 'ring' | 'stop' | 'call' | 'seat' | 'board' | 'pong' | 'revoked'

export interface Message {
  type: MessageType
  id?: string
  code?: string
  detail?: string
  sdp?: string
  candidate?: RTCIceCandidateInit
  seat?: Seat
  offer?: Offer
  why?: string
  call?: CallNews
  board?: Board
  desk?: Desk
  at: string
}

export type TargetKind = 'agent' | 'queue' | 'staff' | 'duty' | 'emergency'

/** Whom to consult or to hand the call to: never a number that somebody typed. */
export interface Target {
  kind: TargetKind
  login?: string
  queue?: string
  name?: string
  duty?: 'township' | 'county' | 'city'
}

export type Verb = 'hang_up' | 'hold' | 'resume' | 'key' | 'consult' | 'consult_end' | 'swap' | 'transfer' | 'conference' | 'record_pause' | 'record_resume'

/** What the browser says; the line answers with the same id. */
export type Request =
  | { type: 'hello'; tab: string; take_over?: boolean }
  | { type: 'sign_on' | 'sign_off' | 'wrap_up_done' | 'ping' }
  | { type: 'offer'; sdp: string }
  | { type: 'candidate'; candidate: RTCIceCandidateInit }
  | { type: 'accept' | 'reject'; offer: string }
  | { type: 'command'; verb: Verb; key?: string; target?: Target }
  | { type: 'status'; status: Status; reason?: string }
  | { type: 'supervise'; call: string; mode: JoinMode }
  | { type: 'force'; login: string; status: Status; reason?: string }
  | { type: 'watch'; on: boolean }
  | { type: 'call_back'; task: string }

const types = new Set<string>(['welcome', 'taken', 'ok', 'error', 'answer', 'candidate', 'ring', 'stop', 'call', 'seat', 'board', 'pong', 'revoked'])

/** Reads what the line said; null where it is nothing this page knows, which a newer line may well say. */
export function parseMessage(text: string): Message | null {
  try {
    const m = JSON.parse(text) as Message
    return typeof m === 'object' && m !== null && types.has(m.type) ? m : null
  } catch {
    return null
  }
}

/** An instant in milliseconds; null for what Go leaves at zero. */
export function instant(at: string | null | undefined): number | null {
  if (!at || at.startsWith('0001-')) return null
  const ms = Date.parse(at)
  return Number.isNaN(ms) ? null : ms
}
