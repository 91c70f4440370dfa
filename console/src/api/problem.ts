/** An answer that was not a success, or no answer at all (status 0). */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly field: string = '',
    readonly args: Record<string, unknown> = {},
    readonly locations: string[] = [],
    readonly retryAfterSeconds: number | null = null,
    readonly faults: unknown[] = [], // of a file, by line
  ) {
    super(`${status} ${code}`)
  }

  /** Nobody knows whether the server did it: the same key must be sent again. */
  get unanswered(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

/** Reads application/problem+json (RFC 9457); an answer of another kind keeps its status only. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN)
  const body = await readBody(response)
  const code = typeof body.code === 'string' && body.code !== '' ? body.code : lastPart(body.type) || `http_${response.status}`
  return new ApiProblem(
    response.status,
    code,
    typeof body.detail === 'string' ? body.detail : '',
    typeof body.field === 'string' ? body.field : '',
    isRecord(body.args) ? body.args : {},
    Array.isArray(body.errors) ? body.errors.flatMap((e) => (isRecord(e) && typeof e.location === 'string' ? [e.location] : [])) : [],
    Number.isFinite(retryAfter) ? retryAfter : null,
    Array.isArray(body.faults) ? body.faults : [],
  )
}

/** The network failed or the time ran out before an answer came. */
export function unanswered(cause: unknown): ApiProblem {
  return new ApiProblem(0, cause instanceof DOMException && cause.name === 'TimeoutError' ? 'timeout' : 'offline', '')
}

async function readBody(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.clone().json()
    return isRecord(body) ? body : {}
  } catch {
    return {}
  }
}

function lastPart(type: unknown): string {
  return typeof type === 'string' && type.startsWith('urn:') ? (type.split(':').at(-1) ?? '') : ''
}

function isRecord(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}
