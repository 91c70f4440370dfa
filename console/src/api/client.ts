import createClient from 'openapi-fetch'
import { newKey } from '../forms/key'
import type { paths } from './paths'
import { ApiProblem, problemOf, unanswered } from './problem'
import type { StuckPart } from '../statistics/stuck'
import type { ImportPreview, Priority, ReturnLoaded, StatementLoaded, StaffPreview, View } from './types'

const base = '/api/v1'
const patience = 20_000 // milliseconds before an answer counts as missing

const client = createClient<paths>({
  baseUrl: base,
  credentials: 'same-origin',
  fetch: (request) => fetch(request, { signal: AbortSignal.timeout(patience) }),
})
/** What to do when the server no longer knows who we are. Set once, by the session. */
export const onSignedOut = { call: () => {} }

client.use({
  async onResponse({ response }) {
    if (response.ok) return
    const problem = await problemOf(response)
    if (problem.status === 401 && problem.code !== 'sign_in_failed') onSignedOut.call()
    throw problem
  },
  onError({ error }) {
    return error instanceof ApiProblem ? error : unanswered(error)
  },
})

/** Routes that an act is posted to. */
export type ActPath = {
  [P in keyof paths]: paths[P] extends { post: { parameters: { header: { 'Idempotency-Key': string } } } } ? P : never
}[keyof paths]
export type ActBody<P extends ActPath> = paths[P] extends { post: { requestBody?: { content: { 'application/json': infer B } } } } ? B : never
export type ActAnswer<P extends ActPath> = paths[P] extends { post: { responses: { 200: { content: { 'application/json': infer T } } } } } ? T : never

/** Reads the answer; a success without a body, where one was promised, is a fault of the server. */
function answer<T>(result: { data?: T; response: Response }): T {
  if (result.data === undefined) throw new ApiProblem(result.response.status, 'empty_answer', '')
  return result.data
}

/** Looks at an imported file. It travels packed: a whole city would not fit into one request as it is. */
const look = <P>(path: string, file: File): Promise<P> => give<P>(path, file, file.name, 'text/csv', newKey())

/** Sends a file, packed. */
async function give<P>(path: string, file: File, name: string, type: string, key: string): Promise<P> {
  let response: Response
  try {
    const body = await new Response(file.stream().pipeThrough(new CompressionStream('gzip'))).blob()
    response = await fetch(`${base}${path}?file=${encodeURIComponent(name)}`, {
      method: 'POST', body, credentials: 'same-origin', signal: AbortSignal.timeout(patience * 3), headers: { 'Content-Type': type, 'Idempotency-Key': key },
    })
  } catch (cause) {
    throw unanswered(cause)
  }
  if (!response.ok) throw await problemOf(response)
  return await response.json() as P
}

/** Every request of the page. Each throws an ApiProblem unless it succeeded. */
export const api = {
  me: async () => answer(await client.GET('/session')),
  prove: async (password: string) => answer(await client.POST('/session/proof', { body: { password } })),
  signIn: async (login: string, password: string) => answer(await client.POST('/session', { body: { login, password } })),
  signOut: async () => { await client.DELETE('/session', { params: { header: { 'Idempotency-Key': newKey() } } }) },
  system: async () => answer(await client.GET('/system')),
  policy: async () => answer(await client.GET('/policy')),
  areas: async (under: string) => answer(await client.GET('/areas', { params: { query: under ? { under } : {} } })).items ?? [],
  area: async (code: string) => answer(await client.GET('/areas/{code}', { params: { path: { code } } })),
  searchAreas: async (q: string, near?: string) => answer(await client.GET('/areas/search', { params: { query: { q, limit: 12, ...(near && { near }) } } })).items ?? [],
  previewAreas: (file: File) => look<ImportPreview>('/areas/imports', file),
  previewStaff: (file: File) => look<StaffPreview>('/staff/imports', file),

  staff: async (query: { area?: string; role?: string; q?: string; left?: boolean; cursor?: string }) => answer(await client.GET('/staff', { params: { query } })),
  relatives: async () => answer(await client.GET('/relatives')).items ?? [],
  relativesOf: async (login: string) => answer(await client.GET('/staff/{id}/relatives', { params: { path: { id: login } } })).items ?? [],
  households: async (login: string) => answer(await client.GET('/households', { params: { query: { login } } })).items ?? [],
  caseCard: async (id: string) => answer(await client.GET('/tickets/{id}/household', { params: { path: { id } } })),
  householdPage: async (id: string, ticket?: string) => answer(await client.GET('/people/households/{id}', { params: { path: { id }, query: ticket ? { ticket } : {} } })),
  registered: async (query: { tier?: number; alerts?: boolean; limit?: number }) => answer(await client.GET('/people/households', { params: { query } })).items ?? [],
  agencyTickets: async () => answer(await client.GET('/agency-tickets')).items ?? [],
  agencyTicket: async (id: string) => answer(await client.GET('/agency-tickets/{id}', { params: { path: { id } } })),
  knowledge: async (query: { q?: string; on?: string; area?: string }) => answer(await client.GET('/knowledge', { params: { query } })).items ?? [],
  knowledgeVersions: async (code: string) => answer(await client.GET('/knowledge/versions', { params: { query: { code } } })).items ?? [],
  reports: async () => answer(await client.GET('/reports', { params: { query: {} } })).items ?? [],
  plannedVisits: async () => answer(await client.GET('/planned-visits', { params: { query: {} } })).items ?? [],
  visitPlans: async (view: 'overdue' | 'open' | 'done' | 'missed') => answer(await client.GET('/visit-plans', { params: { query: { view, limit: 200 } } })),
  villageCovers: async () => answer(await client.GET('/village-covers', { params: { query: {} } })).items ?? [],
  reportClaim: async () => answer(await client.GET('/reports/claim')),
  checks: async (ticket: string) => answer(await client.GET('/tickets/{id}/checks', { params: { path: { id: ticket } } })),
  checkResults: async (id: string) => answer(await client.GET('/checks/{id}', { params: { path: { id } } })),
  sources: async () => answer(await client.GET('/sources')).items ?? [],
  paperViolations: async () => answer(await client.GET('/paper-violations')).items ?? [],
  referrals: async (ticket: string) => answer(await client.GET('/tickets/{id}/referrals', { params: { path: { id: ticket } } })),
  caseLoop: async (ticket: string) => answer(await client.GET('/tickets/{id}/loop', { params: { path: { id: ticket } } })),
  care: async (ticket: string) => answer(await client.GET('/tickets/{id}/care', { params: { path: { id: ticket } } })),
  careCatalogue: async () => answer(await client.GET('/care-catalogue')),
  followUps: async (view: 'due' | 'late' | 'open') => answer(await client.GET('/follow-ups', { params: { query: { view, limit: 200 } } })).items ?? [],
  stationOrders: async () => answer(await client.GET('/station-orders')).items ?? [],
  referralCatalogue: async () => answer(await client.GET('/referral-catalogue')),
  referralList: async (view: 'open' | 'late' | 'all') => answer(await client.GET('/referrals', { params: { query: { view, limit: 200 } } })).items ?? [],
  referralSheet: async (id: string) => answer(await client.GET('/referrals/{id}/sheet', { params: { path: { id } } })),
  applications: async (ticket: string) => answer(await client.GET('/tickets/{id}/applications', { params: { path: { id: ticket } } })).items ?? [],
  checking: async (id: string) => answer(await client.GET('/applications/{id}/checking', { params: { path: { id } } })),
  application: async (id: string) => answer(await client.GET('/applications/{id}', { params: { path: { id } } })),
  applicationList: async (query: { view?: 'undecided' | 'waiting' | 'running' | 'over' | 'all'; area?: string; skip?: number; limit?: number }) => answer(await client.GET('/applications', { params: { query } })).items ?? [],
  aidRules: async (query: { on?: string; area?: string }) => answer(await client.GET('/aid-rules', { params: { query } })),
  integrity: async (ticket: string) => answer(await client.GET('/tickets/{id}/integrity', { params: { path: { id: ticket } } })),
  matches: async () => answer(await client.GET('/people/matches', { params: { query: {} } })).items ?? [],
  stations: async () => answer(await client.GET('/stations')).items ?? [],
  acceptInvitation: async (code: string, password: string) => answer(await client.POST('/session/invitation', { body: { code, password } })),
  agencies: async () => answer(await client.GET('/agencies')).items ?? [],
  accesses: async () => answer(await client.GET('/agency-accesses', { params: { query: {} } })).items ?? [],
  skills: async () => answer(await client.GET('/skills')).items ?? [],
  coverage: async () => answer(await client.GET('/figures/coverage', { params: { query: {} } })),

  posts: async (area: string) => answer(await client.GET('/posts', { params: { query: { area } } })).items ?? [],
  tickets: async (query: { view: View; area?: string; priority?: Priority; cursor?: string; limit?: number }) => answer(await client.GET('/tickets', { params: { query } })),
  ticket: async (id: string) => answer(await client.GET('/tickets/{id}', { params: { path: { id } } })),
  timeline: async (id: string) => answer(await client.GET('/tickets/{id}/timeline', { params: { path: { id } } })).items ?? [],
  recordings: async (id: string) => answer(await client.GET('/tickets/{id}/recordings', { params: { path: { id } } })).items ?? [],
  peaks: async (id: string) => answer(await client.GET('/recordings/{id}/peaks', { params: { path: { id } } })),
  /** Why the audio at an address cannot be played; null where it can. */
  audioProblem: async (address: string): Promise<ApiProblem | null> => {
    try {
      const response = await fetch(address, { credentials: 'same-origin', headers: { Range: 'bytes=0-99' }, signal: AbortSignal.timeout(patience) })
      return response.ok ? null : await problemOf(response)
    } catch (cause) {
      return unanswered(cause)
    }
  },

  rails: async (decision: string) => answer(await client.GET('/decisions/{id}/rails', { params: { path: { id: decision } } })),
  approvals: async () => answer(await client.GET('/approvals')).items ?? [],
  dutyCalendar: async (query: { area: string; role?: string; from: string; to: string }) => answer(await client.GET('/duty/calendar', { params: { query } })),
  dutyHoles: async () => answer(await client.GET('/duty/holes', { params: { query: {} } })),
  dutyPeople: async (area: string) => answer(await client.GET('/duty/people', { params: { query: { area } } })).items ?? [],
  myDuty: async () => answer(await client.GET('/duty/mine')),
  rosters: async (area: string, role: string) => answer(await client.GET('/duty/rosters', { params: { query: { area, role } } })),
  previewRoster: async (body: ActBody<'/duty/rosters'>) => answer(await client.POST('/duty/rosters/previews', { body })),
  previewPlanImport: async (body: ActBody<'/duty/rosters/imports'>) => answer(await client.POST('/duty/rosters/imports/previews', { body })),
  previewDutyImport: async (body: ActBody<'/duty/imports'>) => answer(await client.POST('/duty/imports/previews', { body })),
  endOverride: async (id: string, key: string) => answer(await client.DELETE('/duty/overrides/{id}', { params: { path: { id }, query: {}, header: { 'Idempotency-Key': key } } })),
  closeFeed: async (key: string) => answer(await client.DELETE('/duty/feeds', { params: { header: { 'Idempotency-Key': key } } })),
  calls: async (cursor?: string) => answer(await client.GET('/calls', { params: { query: cursor ? { cursor } : {} } })),
  myCalls: async (cursor?: string) => answer(await client.GET('/calls', { params: { query: { mine: 'today', ...(cursor && { cursor }) } } })),
  pop: async (call: string) => answer(await client.GET('/calls/{id}/pop', { params: { path: { id: call } } })),
  dispositions: async () => answer(await client.GET('/dispositions')).items ?? [],
  visits: async () => answer(await client.GET('/callbacks', { params: { query: { view: 'visits' } } })).items ?? [],
  callbacks: async () => answer(await client.GET('/callbacks', { params: { query: {} } })).items ?? [],
  figures: async (query: { from: string; to: string; interval: '15m' | '30m' | '60m' | '1d'; queue?: string }) => answer(await client.GET('/queues/figures', { params: { query } })).items ?? [],
  abandoned: async (from: string) => answer(await client.GET('/queues/abandoned', { params: { query: { from, short: true, limit: 200 } } })).items ?? [],
  spans: async (login: string, cursor?: string) => answer(await client.GET('/agents/spans', { params: { query: { login, ...(cursor && { cursor }) } } })),
  audit: async (cursor?: string) => answer(await client.GET('/audit', { params: { query: cursor ? { cursor } : {} } })),
  signals: async (days: number) => answer(await client.GET('/ledger/signals', { params: { query: { days } } })),
  goods: async () => answer(await client.GET('/ledger/goods', { params: { query: {} } })),
  advances: async () => answer(await client.GET('/ledger/advances')),
  runs: async (period?: string) => answer(await client.GET('/ledger/runs', { params: { query: { period } } })),
  run: async (id: string, state?: 'left_out', cursor?: string) => answer(await client.GET('/ledger/runs/{id}', { params: { path: { id }, query: { state, cursor } } })),
  batches: async () => answer(await client.GET('/ledger/batches')),
  batch: async (id: string) => answer(await client.GET('/ledger/batches/{id}', { params: { path: { id } } })),
  claims: async () => answer(await client.GET('/ledger/claims')).items ?? [],
  /** Gives the server a bank's return. Its name travels with what a file name may hold. */
  loadReturn: (id: string, file: File, key: string) => give<ReturnLoaded>(`/ledger/batches/${id}/returns`, file, file.name.replace(/[^0-9A-Za-z._ ()-]/g, '_').slice(-120), 'application/octet-stream', key),
  /** Gives the server a statement of the county's account. */
  loadStatement: (file: File, key: string) => give<StatementLoaded>('/ledger/statements', file, 'statement', 'application/octet-stream', key),
  limits: async () => answer(await client.GET('/ledger/limits', { params: { query: {} } })),
  reconciliation: async (area: string) => answer(await client.GET('/ledger/reconciliation', { params: { query: { area } } })),
  statistics: async (query: { area?: string; from: string; to: string }) => answer(await client.GET('/statistics', { params: { query } })),
  stuck: async (query: { area?: string }) => answer(await client.GET('/statistics/stuck', { params: { query } })),
  stuckCases: async (query: { area?: string; part: StuckPart; state: string; owner?: number; beyond?: boolean; cursor?: string }) => answer(await client.GET('/statistics/stuck/cases', { params: { query } })),
  moneyReport: async (query: { area: string; from: string; to: string }) => answer(await client.GET('/ledger/report', { params: { query } })),
  trialBalance: async (at?: string) => answer(await client.GET('/ledger/trial-balance', { params: { query: at ? { at } : {} } })),
  statement: async (id: string, query: { from?: string; until?: string; cursor?: string }) => answer(await client.GET('/ledger/accounts/{id}/statement', { params: { path: { id }, query } })),
  contacts: async () => answer(await client.GET('/contacts')),
  setContactLanguage: async (language: 'zh' | 'en') => answer(await client.POST('/contacts/language', { params: { header: { 'Idempotency-Key': newKey() } }, body: { language } })),
  addContact: async (body: ActBody<'/contacts'>) => answer(await client.POST('/contacts', { params: { header: { 'Idempotency-Key': newKey() } }, body })),
  addPush: async (body: ActBody<'/contacts/push'>) => answer(await client.POST('/contacts/push', { params: { header: { 'Idempotency-Key': newKey() } }, body })),
  changeContact: async (id: string, body: ActBody<'/contacts/{id}/changes'>) => answer(await client.POST('/contacts/{id}/changes', { params: { path: { id }, header: { 'Idempotency-Key': newKey() } }, body })),
  removeContact: async (id: string) => answer(await client.DELETE('/contacts/{id}', { params: { path: { id }, header: { 'Idempotency-Key': newKey() } } })),
  testContact: async (id: string) => answer(await client.POST('/contacts/{id}/tests', { params: { path: { id }, header: { 'Idempotency-Key': newKey() } } })),
  verifyContact: async (id: string, code: string) => answer(await client.POST('/contacts/{id}/verification', { params: { path: { id }, header: { 'Idempotency-Key': newKey() } }, body: { code } })),
  deadLetters: async (query: { channel?: string; reason?: string; cursor?: string }) => answer(await client.GET('/dead-letters', { params: { query } })),
  deadLetterCauses: async () => answer(await client.GET('/dead-letters/causes')).items ?? [],
  resendDeadLetter: async (id: string) => answer(await client.POST('/dead-letters/{id}/resending', { params: { path: { id }, header: { 'Idempotency-Key': newKey() } } })),
  resendDeadLetters: async (body: ActBody<'/dead-letters/resending'>) => answer(await client.POST('/dead-letters/resending', { params: { header: { 'Idempotency-Key': newKey() } }, body })),
  replies: async (cursor?: string) => answer(await client.GET('/replies', { params: { query: cursor ? { cursor } : {} } })),
  /** Says that a notice was read: what its ladder still holds for this person is not sent. */
  readNotice: async (ref: string): Promise<void> => { await client.POST('/notices/{id}/reading', { params: { path: { id: ref }, header: { 'Idempotency-Key': newKey() } } }) },
  sms: async () => answer(await client.GET('/sms')).items ?? [],
  upload: async (id: string) => answer(await client.GET('/uploads/{id}', { params: { path: { id } } })),

  /** Does an act. The same key again is the same act: a retry after a lost answer does nothing twice. */
  act: async <P extends ActPath>(path: P, id: string, body: ActBody<P>, key: string): Promise<ActAnswer<P>> => {
    const post = client.POST as (path: string, init: object) => Promise<{ data?: ActAnswer<P>; response: Response }>
    return answer(await post(path, { params: { path: { id }, header: { 'Idempotency-Key': key } }, body }))
  },

  /** Sends one part of an upload as raw octets. The key follows from the part, so that sending it again is harmless. */
  putPart: async (upload: string, part: number, octets: Blob): Promise<void> => {
    let response: Response
    try {
      response = await fetch(`${base}/uploads/${upload}/parts/${part}`, {
        method: 'PUT', body: octets, credentials: 'same-origin', signal: AbortSignal.timeout(patience * 3),
        headers: { 'Content-Type': 'application/octet-stream', 'Idempotency-Key': `${upload}-p${part}` },
      })
    } catch (cause) {
      throw unanswered(cause)
    }
    if (!response.ok) throw await problemOf(response)
  },
}

/** Where a bank's file is downloaded; each download is recorded. */
export function bankFileAddress(id: string): string {
  return `${base}/ledger/bank-files/${encodeURIComponent(id)}/content`
}

/** Where the stored picture of an upload is; looking at it is recorded. */
export function photoAddress(upload: string): string {
  return `${base}/uploads/${encodeURIComponent(upload)}/content`
}

/** Where a form about one of a case's household is printed; each print is recorded. */
export function personFormAddress(ticket: string, form: 'commitment' | 'integrity-notice' | 'integrity-record', person: string): string {
  return `${base}/tickets/${encodeURIComponent(ticket)}/${form}-form?member=${encodeURIComponent(person)}`
}

/** Where the notice for a village's board is printed; each print is recorded. */
export function noticeFormAddress(notice: string): string {
  return `${base}/public-notices/${encodeURIComponent(notice)}/form`
}

/** Where a photo of a report or of the village's visit is; looking at it is recorded. */
export function reportPhotoAddress(id: string): string {
  return `${base}/report-photos/${encodeURIComponent(id)}/content`
}

/** Where the live events come from. */
export const eventsAddress = `${base}/events`
