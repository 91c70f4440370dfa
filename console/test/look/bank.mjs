// A county's batches: one with something unknown, one that waits to be released; a return that is refused and one that is loaded.
import { iso, rows } from './house.mjs'

const batch = (id, state, more = {}) => ({ id, bank: 'rural-1', state, payouts: 3, amount_fen: 256_000, execute_on: '2026-10-01', made_by: '唐宛如', made_at: iso(-300), succeeded: 0, failed: 0, unknown: 0, open: 0, next_acts: [], ...more })
const out = { released_by: '金算盘', released_at: iso(-280), answer_due: iso(-10), file_name: 'DF_9901001_20261001_4f0e.txt' }
const batches = [
  batch('b'.repeat(32), 'answered', { ...out, succeeded: 1, failed: 1, unknown: 1, next_acts: ['load'], wire: { step: 'fetch', tries: 4, said: 'accepted', said_at: iso(-5) } }),
  batch('c'.repeat(32), 'draft', { payouts: 1, amount_fen: 90_000, made_by: '金算盘', next_acts: ['release', 'discard'] }),
  batch('d'.repeat(32), 'closed', { ...out, succeeded: 3, closed_by: '唐宛如', closed_at: iso(-100) }),
]
const item = (seq, state, more = {}) => ({ payout_id: `p${seq}`, ticket_id: rows[seq].id, ticket_number: rows[seq].number, seq, try: 1, reference: `${seq}f0e7c1d2a3b4c5d6e7f8a9b0c1d2e3f`, amount_fen: 80_000 + seq * 1000, last_four: `00${seq}7`, state, payout_state: state, ...more })
const items = [item(2, 'unknown'), item(3, 'failed', { reason: 'name_mismatch', code: 'E002', answered_at: iso(-60) }), item(1, 'succeeded', { try: 2, answered_at: iso(-60) })]
const file = (id, direction, name) => ({ id, direction, name, size: 1824, sha256: '9a'.repeat(32), by: '金算盘', at: iso(-280) })
const waiting = [3, 4].map((n) => ({ payout_id: `w${n}`, ticket_id: rows[n].id, ticket_number: rows[n].number, area: '990101001000', amount_fen: 60_000 + n * 5000, last_four: `12${n}4`, try: n - 2, since: iso(-90) }))
const claims = [{ id: 'k1', payout_id: 'p5', ticket_id: rows[1].id, ticket_number: rows[1].number, amount_fen: 80_000, recovered_fen: 30_000, left_fen: 50_000, why: 'late_success', opened_at: iso(-2000) }]
const fault = (line, column, code, args) => ({ line, column, code, what: code, remedy: '', args })

/** Answers what is asked about batches; true where it did. */
export function answerBank(path, method, res, json) {
  const page = () => ({ ...batches.find((b) => path.includes(b.id)), items, files: [file('f1', 'out', out.file_name), file('f2', 'in', 'RT_9901001_20261001_4f0e.txt')] })
  if (path === '/ledger/batches' && method === 'GET') json(res, 200, { bank: 'rural-1', items: batches, waiting })
  else if (path === '/ledger/claims') json(res, 200, { items: claims })
  else if (path.endsWith('/returns')) {
    json(res, 422, { type: 'urn:hotline:problem:file_refused', title: 'Unprocessable Entity', status: 422, code: 'file_refused', detail: '', faults: [fault(0, 'unit', 'other_unit'), fault(7, 'amount', 'amount_differs'), fault(9, 'reference', 'reference_twice', { first: 4 })] })
  } else if (path.startsWith('/ledger/batches')) json(res, 200, page())
  else return false
  return true
}
