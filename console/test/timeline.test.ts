import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import { arithmetic, inOneLine } from '../src/format/arithmetic'
import { remember } from '../src/format/areas'
import { tell } from '../src/format/timeline'
import { shown } from '../src/format/values'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'

remember([{ code: '990101001000', name: '青石镇' }])

function speaker(locale: 'zh-CN' | 'en') {
  const { t, te } = createI18n({ legacy: false, locale, messages: { 'zh-CN': zh, en }, missingWarn: false, fallbackWarn: false }).global
  return { t: t as (key: string, named?: Record<string, unknown>) => string, te: te as (key: string) => boolean }
}
const { t, te } = speaker('zh-CN')
const entry = (kind: string, data: Record<string, unknown> = {}, actor = '李四') => ({ id: '1', at: '2026-10-01T15:40:00Z', kind, actor, data })

describe('tell', () => {
  it('puts codes, amounts and times into words', () => {
    expect(tell(entry('decision.made', { by: '王一', amount_fen: 80_000 }), t, te).title).toBe('王一 决定救助 800.00 元')
    expect(tell(entry('ticket.breached', { clock: 'two_hour', due_at: '2026-10-01T17:40:00Z' }), t, te).title).toBe('⚑ 2 小时时限超时（2026-10-02 01:40:00）')
    expect(tell(entry('ticket.triaged', { by: '王一', area: '990101001000', priority: 'P1', from_priority: 'P1', kind: 'aid' }), t, te).title).toBe('王一 定级：青石镇，P1 特急 2 小时，求助')
    expect(tell(entry('paper.due_added', { kind: 'id_copy' }), t, te).title).toBe('登记待补材料：身份证复印件')
  })
  it('tells of a wait of no second at all', () => {
    expect(tell(entry('call.left_queue', { queue: 'aid', reason: 'answered' }), t, te).title).toContain('等待 0 秒')
  })
  it('names the actor where the data do not', () => {
    expect(tell(entry('ticket.accepted'), t, te).title).toBe('李四 接单，成为责任人')
  })
  it('turns the sentence by what happened', () => {
    expect(tell(entry('ticket.clock_stopped', { proof: 'receipt', minutes: 85, on_time: true }), t, te).title).toBe('时限停止：本人签收，用时 85 分钟，按时')
    expect(tell(entry('ticket.clock_stopped', { proof: 'receipt', minutes: 121, on_time: false }), t, te).title).toBe('时限停止：本人签收，用时 121 分钟，超时')
    expect(tell(entry('ticket.triaged', { by: '王一', priority: 'P1', from_priority: 'P1', pending_priority: 'P3' }), t, te).title).toContain('申请降为 P3')
  })
  it('says why a step was skipped, and how a call ended, from codes', () => {
    const skipped = tell(entry('ticket.offer_skipped', { target: 'duty worker 2', reason: 'all_away', skipped: [{ name: '钱三', position: 2, reason: 'absent' }] }), t, te)
    expect(skipped).toEqual({ title: '乡镇经办人值班第 2 顺位：值班人均不在岗，跳过', reason: '', details: [{ name: '', value: '跳过 钱三（第 2 顺位，缺勤）' }] })
    expect(tell(entry('call.ended', { reason: 'caller_hung' }), t, te)).toMatchObject({ title: '通话结束：来电人挂断', reason: '' })
    expect(tell(entry('ticket.offered', { to: '林小河', role: 'worker', why: {} }), t, te).title).toBe('派给 林小河（乡镇经办人），等待接单')
  })
  it('names queues, results and telephones, whose keys the line writes', () => {
    const word = (key: string) => ({ aid: '救助热线', noted: '已登记求助' })[key] ?? key
    expect(tell(entry('call.queued', { queue: 'aid' }), t, te, word).title).toBe('进入队列“救助热线”')
    expect(tell(entry('call.disposed', { by: '赵一', code: 'noted' }), t, te, word).title).toBe('赵一 登记通话结果：已登记求助')
    expect(tell(entry('call.rang_duty', { to: 'county_duty 甲县', reason: 'busy' }), t, te, word).title).toContain('拨打值班电话 县级值班 甲县')
    expect(tell(entry('call.transferred', { to: 'aid' }), t, te, word).title).toBe('转接 救助热线')
    expect(tell(entry('call.consulted', { to: '钱明远' }), t, te, word).title).toBe('咨询 钱明远')
  })
  it('tells a kind it does not know by its name and data, and keeps the reason', () => {
    const told = tell(entry('drone.sent_out', { amount_fen: 100, height_m: 30, reason: '查看' }), t, te)
    expect(told).toEqual({ title: 'drone: sent out', reason: '查看', details: [{ name: '金额（元）', value: '1.00' }, { name: 'height m', value: '30' }] })
  })
  it('reads a missing datum as a dash, never as a brace', () => {
    for (const locale of ['zh-CN', 'en'] as const) {
      const s = speaker(locale)
      for (const kind of kindsOf(zh.timeline)) {
        const { title } = tell(entry(kind), s.t, s.te)
        expect(title, kind).not.toMatch(/[{}]/)
        expect(title, kind).not.toContain('timeline.')
      }
    }
  })
})

function kindsOf(tree: object, under = ''): string[] {
  return Object.entries(tree).flatMap(([k, v]) => (typeof v === 'string' ? [under + k] : kindsOf(v as object, `${under}${k}.`)))
}

it('shows nested and strange values readably', () => {
  expect(shown('why', { shift: 'A', position: 1, kind: ['aid'] }, t, te)).toBe('班次 A、顺位 1、类别 求助')
  expect(shown('why', null, t, te)).toBe('—')
})

describe('arithmetic', () => {
  const base = { kind: 'two_hour', started_at: '2026-10-01T15:40:05Z', due_at: '2026-10-01T17:40:05Z', first_due_at: '2026-10-01T17:40:05Z' }
  it('adds hours to the call', () => {
    expect(arithmetic(base, t)).toEqual(['起点（来电时刻）2026-10-01 23:40:05', '＋ 2 小时（自然时间，昼夜节假日不停）', '＝ 时限 2026-10-02 01:40:05'])
  })
  it('says it in one line, make-up days marked', () => {
    expect(inOneLine(base, t)).toBe('2026-10-01 23:40:05 起 2 小时（自然时间）→ 2026-10-02 01:40:05')
    const counted = [{ date: '2026-10-09', kind: 'working' as const, counted: true }, { date: '2026-10-10', kind: 'make_up' as const, counted: true }, { date: '2026-10-11', kind: 'rest' as const, counted: false }]
    expect(inOneLine({ ...base, counted }, t)).toBe('2026-10-01 23:40:05 起 2 个工作日（10-09, 10-10（调休上班））→ 2026-10-02 01:40:05')
  })
  it('shows both deadlines after a re-triage', () => {
    expect(arithmetic({ ...base, due_at: '2026-10-01T18:10:05Z' }, t).at(-1)).toBe('重新定级后改为 2026-10-02 02:10:05（自来电起 2 小时 30 分钟）')
  })
  it('counts working days one by one', () => {
    const counted = [
      { date: '2026-10-08', kind: 'working' as const, counted: true }, { date: '2026-10-09', kind: 'holiday' as const, name: '国庆节', counted: false }, { date: '2026-10-10', kind: 'make_up' as const, counted: true },
    ]
    expect(arithmetic({ ...base, counted }, t).slice(1, 4)).toEqual(['2026-10-08 工作日：计第 1 个工作日', '2026-10-09 节假日 国庆节：不计', '2026-10-10 调休上班：计第 2 个工作日'])
  })
})
