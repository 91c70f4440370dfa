// A county's payment runs: one that waits for its signature, one that is through with lines left out, one of a month that is paid.
import { iso, rows } from './house.mjs'

const run = (id, state, more = {}) => ({ id, source: 'decisions', state, lines: 4, amount_fen: 1_256_000, content_hash: '9a'.repeat(32), made_by: '周会计', made_at: iso(-300), worked: 0, reserved: 0, reserved_fen: 0, left_out: 0, for_bank: 0, at_bank: 0, arrived: 0, failed: 0, next_acts: [], ...more })
const signed = { signed_by: '唐宛如', signed_at: iso(-280), worked: 4 }
const runs = [
  run('aaaaaaaa-0000-4000-8000-000000000001', 'draft', { next_acts: ['sign', 'discard'] }),
  run('aaaaaaaa-0000-4000-8000-000000000002', 'done', { ...signed, ended_at: iso(-279), reserved: 2, reserved_fen: 200_000, left_out: 2, for_bank: 2 }),
  run('aaaaaaaa-0000-4000-8000-000000000003', 'done', { ...signed, source: 'entitlements', period: '2026-09', lines: 1893, amount_fen: 69_473_100, worked: 1893, reserved: 1893, reserved_fen: 69_473_100, arrived: 1890, failed: 3, ended_at: iso(-2000) }),
]
const line = (seq, state, more = {}) => ({ seq, ticket_id: rows[seq].id, ticket_number: rows[seq].number, aid_kind: 'urgent', area: '990101001000', amount_fen: 80_000 + seq * 1000, last_four: `00${seq}7`, state, ...more })
const waiting = [1, 2, 3, 4].map((n) => line(n, 'waits'))
const through = [line(1, 'reserved', { payout_id: 'p1', payout_state: 'reserved' }), line(2, 'left_out', { amount_fen: 900_000, why: 'household_cap', left_fen: 120_000 }), line(3, 'reserved', { payout_id: 'p3', payout_state: 'batched' }), line(4, 'left_out', { why: 'account_replaced' })]

/** Answers what is asked about runs; true where it did. */
export function answerRuns(path, method, res, json) {
  if (!path.startsWith('/ledger/runs')) return false
  const one = runs.find((r) => path.includes(r.id))
  if (one) json(res, 200, { ...one, items: one.state === 'draft' ? waiting : through })
  else if (method === 'GET') json(res, 200, { items: runs, due: [{ source: 'decisions', lines: 312, amount_fen: 21_840_000, without_account: 0 }, { source: 'entitlements', period: '2026-10', lines: 1896, amount_fen: 69_583_200, without_account: 7 }] })
  else json(res, 200, { ...runs[0], items: waiting })
  return true
}
