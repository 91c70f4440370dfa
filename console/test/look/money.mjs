// Cash that people carry, as a worker and as the head see it.
import { iso } from './house.mjs'

const carried = (id, holder, login, advance, posted, more = {}) => ({ account_id: id, area: '990101001000', area_name: '青石镇', holder, login, advance, posted_fen: posted, pending_in_fen: 0, pending_out_fen: 0, available_fen: posted - (more.pending_out_fen ?? 0), ...more })
const did = (id, kind, by, to, fen, more = {}) => ({ id, kind, area: '990101001000', by, ...(to && { to }), amount_fen: fen, difference_fen: 0, at: iso(-30), next_acts: [], ...more })
const signed = (who, more = {}) => ({ outcome: 'signed', answered_by: who, answered_at: iso(-20), ...more })

const mine = [carried('h1', '林小河', 'worker1', true, 150_000, { pending_out_fen: 60_000, pending_in_fen: 30_000 }), carried('h2', '林小河', 'worker1', false, 80_000)]
const handed = did('g1', 'hand_over', '林小河', '赵二', 60_000, { note: '夜班交接' })
const counted = did('g3', 'count', '赵二', '', 95_000, { book_fen: 100_000, difference_fen: -5_000, note: '少一张五十元，已在车里找过' })
const done = [did('d1', 'issue', '石文山', '林小河', 150_000, signed('林小河')), did('d2', 'hand_over', '林小河', '赵二', 40_000, { outcome: 'declined', answered_by: '赵二', answered_at: iso(-50), answer_note: '点得只有三百元' }), did('d3', 'count', '林小河', '', 150_000, { book_fen: 150_000, ...signed('石文山') })]

const goods = [['大米 10 公斤', '袋', 5_500, 40, 6], ['食用油 5 升', '桶', 7_500, 12, 2], ['棉被', '床', 12_000, 3, 3]].map(([name, unit, cost, pieces, held], i) => ({ id: `g${i}`, area: '990101001000', area_name: '青石镇', name, unit, cost_fen: cost, pieces, held, free: pieces - held, worth_fen: pieces * cost }))

const countyGoods = { id: 'g9', area: '990101000000', area_name: '南桥县', name: '棉被', unit: '床', cost_fen: 12_000, pieces: 60, held: 5, free: 55, worth_fen: 720_000 }
const line = (goods_id, name, unit, pieces, cost_fen, book) => ({ goods_id, name, unit, pieces, cost_fen, ...(book !== undefined && { book }) })
const wares = (id, kind, by, lines, more = {}) => ({ id, kind, area: '990101001000', by, at: iso(-40), worth_fen: lines.reduce((sum, l) => sum + l.pieces * l.cost_fen, 0), missing_fen: 0, surplus_fen: 0, lines, signatures: [], waits: 'second', next_acts: [], ...more })
const signs = (step, by, more = {}) => ({ step, outcome: 'signed', by, at: iso(-20), ...more })
const bought = wares('w1', 'purchase', '唐宛如', [line('g1', '食用油 5 升', '桶', 20, 7_500)], { voucher: '发票 04417', next_acts: ['withdraw'] })
const given = wares('w2', 'transfer', '唐宛如', [line('g2', '棉被', '床', 5, 12_000)], { from: '990101000000', note: '降温前送到' })
const miscounted = wares('w3', 'count', '林小河', [line('g0', '大米 10 公斤', '袋', 38, 5_500, 40), line('g1', '食用油 5 升', '桶', 12, 7_500, 12), line('g2', '棉被', '床', 4, 12_000, 3)], { missing_fen: 11_000, surplus_fen: 12_000, note: '两袋受潮已扔，一床上月漏记', signatures: [signs('second', '赵二')], waits: 'approve' })
const closed = wares('w4', 'count', '赵二', [line('g0', '大米 10 公斤', '袋', 40, 5_500, 41)], { missing_fen: 5_500, note: '一袋被鼠咬', signatures: [signs('second', '林小河'), signs('approve', '唐宛如')], waits: undefined })

/** Answers what is asked about advances and goods; true where it did. */
export function answerAdvances(me, path, res, json) {
  if (path.startsWith('/ledger/goods')) {
    const finance = me.role === 'county_finance'
    const may = (act, acts) => ({ ...act, next_acts: acts })
    json(res, 200, { items: finance ? [countyGoods, ...goods] : goods, done: [closed, { ...bought, id: 'w5', signatures: [signs('second', '方远')], waits: undefined, next_acts: [] }],
      waiting: finance ? [bought, may(miscounted, ['sign', 'decline'])] : [may(given, ['sign', 'decline']), may(miscounted, ['withdraw'])] })
    return true
  }
  if (!path.startsWith('/ledger/advances')) return false
  const worker = me.role === 'worker'
  json(res, 200, { most_fen: 200_000, claims: worker ? [] : [{ account_id: 'c1', area: '990101001000', area_name: '青石镇', holder: '孙四', login: 'worker9', open_fen: 40_000 }], done: worker ? done : [did('d4', 'count', '赵二', '', 105_000, { book_fen: 100_000, difference_fen: 5_000, note: '多出一张五十元', ...signed('唐宛如') }), ...done],
    reversed: [{ payout_id: 'p8', ticket_number: 'T20261006-0003', area: '990101001000', float: '990101001000', holder: '林小河', login: 'worker1', amount_fen: 80_000, reason: '照片不是本人', since: iso(-300), offered: !worker }],
    carried: worker ? mine : [...mine, carried('h3', '赵二', 'worker2', true, 100_000)],
    waiting: worker
      ? [did('g2', 'issue', '石文山', '林小河', 30_000, { next_acts: ['sign', 'decline'] }), { ...handed, next_acts: ['withdraw'] }]
      : [{ ...counted, next_acts: ['sign', 'decline'] }, handed, did('g4', 'return', '赵二', '', 50_000, { next_acts: ['sign', 'decline'] }), did('g5', 'settle', '石文山', '', 190_000, { holder: '孙四', book_fen: 230_000, difference_fen: -40_000, note: '九月二十日病故，家属交来现金', next_acts: ['withdraw'] })] })
  return true
}
