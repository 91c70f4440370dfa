// PROVISIONAL until the routes are in api/openapi.json.
import type { Figures } from '../softphone/protocol'
import { ApiProblem, problemOf, unanswered } from '../api/problem'

export interface Suggestion { ticket_id: string; number: string; source: string; kind: string; status: string; priority: string; area_name: string; owner: string; invited_at: string; open: boolean }
export interface Pop { call: string; ticket_id: string; number: string; caller_masked: string; invited_at: string; calls_today: number; known: boolean; suggestions: Suggestion[] | null }
export interface Disposition { code: string; zh: string; en: string }
export interface CallbackRow { id: string; ticket_id: string; ticket_number: string; caller_masked: string; origin: 'missed' | 'asked'; urgent: boolean; state: string; calls: number; tries: number; try_at: string; due_at: string; holder?: string; mine: boolean; outcome?: string; next_acts: string[] | null }

async function read<T>(path: string): Promise<T> {
  let r: Response
  try { r = await fetch(`/api/v1${path}`, { credentials: 'same-origin' }) } catch (cause) { throw unanswered(cause) }
  if (!r.ok) throw await problemOf(r)
  return await r.json() as T
}
async function post<T>(path: string, body: object, key: string): Promise<T> {
  let r: Response
  try { r = await fetch(`/api/v1${path}`, { method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key }, body: JSON.stringify(body) }) } catch (cause) { throw unanswered(cause) }
  if (!r.ok) throw await problemOf(r)
  return await r.json() as T
}
export const server = {
  pop: (call: string) => read<Pop>(`/calls/${call}/pop`),
  dispose: (call: string, disposition: string, note: string, key: string) => post<unknown>(`/calls/${call}/disposition`, { disposition, note }, key),
  dispositions: async () => (await read<{ items: Disposition[] | null }>('/dispositions')).items ?? [],
  callbacks: async () => (await read<{ items: CallbackRow[] | null }>('/callbacks')).items ?? [],
  figures: async (q: { from: string; to: string; minutes: number; queue: string }) => (await read<{ items: Figures[] | null }>(`/queues/figures?from=${q.from}&to=${q.to}&step=${q.minutes}m${q.queue ? `&queue=${q.queue}` : ''}`)).items ?? [],
  claim: (id: string, key: string) => post<unknown>(`/callbacks/${id}/claim`, {}, key),
}
void ApiProblem
