// PROVISIONAL until the figures are in api/openapi.json.
import { problemOf, unanswered } from '../api/problem'
import type { Figures } from '../softphone/protocol'

async function read<T>(path: string): Promise<T> {
  let r: Response
  try { r = await fetch(`/api/v1${path}`, { credentials: 'same-origin' }) } catch (cause) { throw unanswered(cause) }
  if (!r.ok) throw await problemOf(r)
  return await r.json() as T
}
export const server = {
  figures: async (q: { from: string; to: string; minutes: number; queue: string }) => (await read<{ items: Figures[] | null }>(`/queues/figures?from=${q.from}&to=${q.to}&step=${q.minutes}m${q.queue ? `&queue=${q.queue}` : ''}`)).items ?? [],
}
