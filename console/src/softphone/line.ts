import { parseMessage, type Message, type Request } from './protocol'

// The socket to the line. It comes back by itself, later each time, and says
// hello first; what was asked of a connection that broke fails, since only a
// person can tell whether it is still wanted.

const pingEvery = 10_000 // ms; the line takes 30 s of silence for a broken browser
const deaf = 25_000 // ms without a word of the line: the connection is dead, whatever the browser believes
const patience = 10_000 // ms until a request counts as unanswered
const signedOut = 4401 // close code of api/softphone.go
const firstWait = 500 // ms
const longestWait = 15_000 // ms

/** The line refused a request: a stable code, and what to do. */
export class LineFault extends Error {
  constructor(readonly code: string, readonly detail = '') {
    super(code)
  }
}

export interface LineEvents {
  hello: () => Request // what to say first, on every connection
  message: (m: Message) => void
  lost: () => void // the connection broke; another try is under way
}

export class Line {
  private socket: WebSocket | null = null
  private readonly waiting = new Map<string, { resolve: (m: Message) => void; reject: (fault: LineFault) => void; timer: ReturnType<typeof setTimeout> }>()
  private retry: ReturnType<typeof setTimeout> | undefined
  private beat: ReturnType<typeof setInterval> | undefined
  private failures = 0
  private count = 0
  private heard = 0
  private closed = false

  constructor(private readonly address: string, private readonly events: LineEvents) {}

  open(): void {
    this.closed = false
    const socket = new WebSocket(this.address)
    this.socket = socket
    socket.onopen = () => {
      this.heard = Date.now()
      clearInterval(this.beat)
      this.beat = setInterval(() => this.keepAlive(socket), pingEvery)
      this.ask(this.events.hello()).catch(() => { /* told by what comes instead: taken, revoked, or a close */ })
    }
    socket.onmessage = (e: MessageEvent<string>) => this.receive(e.data)
    socket.onclose = (e: CloseEvent) => {
      // Signed out: no use in trying again. The message that says so may have been lost.
      if (e.code === signedOut && socket === this.socket) this.events.message({ type: 'revoked', at: '' })
      this.broken(socket)
    }
  }

  /** Asks the line for something; resolves with its answer. */
  ask(request: Request): Promise<Message> {
    const socket = this.socket
    if (socket?.readyState !== WebSocket.OPEN) return Promise.reject(new LineFault('not_connected'))
    const id = String(++this.count)
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, timer: setTimeout(() => this.settle(id, new LineFault('unanswered')), patience) })
      socket.send(JSON.stringify({ ...request, id }))
    })
  }

  /** Says something that nobody waits for. */
  tell(request: Request): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(request))
  }

  /** Tries at once: the network is back, or a person asked. */
  hurry(): void {
    if (this.closed || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return
    clearTimeout(this.retry)
    this.open()
  }

  close(): void {
    this.closed = true
    clearTimeout(this.retry)
    const socket = this.socket
    this.forget()
    socket?.close()
  }

  private receive(text: string): void {
    this.heard = Date.now()
    const m = parseMessage(text)
    if (!m) return
    this.failures = 0
    // First the state, then who waits for it: they look at it.
    this.events.message(m)
    if (m.id) this.settle(m.id, m.type === 'error' || m.type === 'taken' ? new LineFault(m.code ?? m.type, m.detail) : m)
  }

  private settle(id: string, outcome: Message | LineFault): void {
    const asked = this.waiting.get(id)
    if (!asked) return
    this.waiting.delete(id)
    clearTimeout(asked.timer)
    if (outcome instanceof LineFault) asked.reject(outcome)
    else asked.resolve(outcome)
  }

  private keepAlive(socket: WebSocket): void {
    if (Date.now() - this.heard > deaf) return this.broken(socket)
    this.tell({ type: 'ping' })
  }

  private broken(socket: WebSocket): void {
    if (socket !== this.socket) return
    this.forget()
    socket.close()
    if (this.closed) return
    this.events.lost()
    // A tenth more or less, so that a line that starts again is not met by all desks at once.
    const wait = Math.min(longestWait, firstWait * 2 ** this.failures++) * (0.9 + 0.2 * Math.random())
    this.retry = setTimeout(() => this.open(), wait)
  }

  private forget(): void {
    clearInterval(this.beat)
    this.socket = null
    for (const id of [...this.waiting.keys()]) this.settle(id, new LineFault('not_connected'))
  }
}

/** Where the line is: on our own origin. */
export function lineAddress(): string {
  return `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/api/v1/softphone`
}
