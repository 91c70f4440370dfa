import type { Application } from '../api/types'
import { formatFen, parseYuan } from '../format/money'

/** What a form holds of a declaration; amounts as they are typed. */
export interface DeclarationModel {
  span: string // 'month' or 'lookback'
  members: MemberModel[]
  property: HoldingModel[]
  spending: Record<string, string>
  necessary: string
  emergency: boolean
}
export interface MemberModel {
  ref: string
  classes: string[]
  incomes: { code: string; amount: string }[]
  tested: boolean // self-care
  failed: string[]
  keptAsMinor: boolean
  noCarer: boolean
}
export interface HoldingModel {
  kind: string
  code: string // of exempt goods, or empty
  count: string
  worth: string
}

export const holdings = ['home', 'vehicle', 'deposit', 'security', 'fund', 'insurance', 'claim', 'company'] as const
/** Kinds of property that count by their worth; the others by their number. */
export const byWorth = new Set(['deposit', 'security', 'fund', 'insurance', 'claim'])

const yuan = (fen: number | undefined): string => (fen ? formatFen(fen) : '')

/** What was declared last, or every member of the household with nothing said yet. */
export function nothingSaid(a: Application): DeclarationModel {
  const last = a.declared
  const members = (a.members ?? []).map((m) => {
    const said = last?.members?.find((d) => d.ref === m.id)
    return {
      ref: m.id, classes: [...(said?.classes ?? [])], incomes: (said?.incomes ?? []).map((i) => ({ code: i.code, amount: formatFen(i.fen) })), tested: !!said?.self_care, failed: [...(said?.self_care?.failed ?? [])],
      keptAsMinor: !!said?.kept_as_minor, noCarer: !!said?.no_carer,
    }
  })
  return {
    span: (last?.months ?? 1) > 1 ? 'lookback' : 'month', members,
    property: (last?.property ?? []).map((h) => ({ kind: h.kind, code: h.code ?? '', count: String(h.count || 1), worth: yuan(h.fen) })),
    spending: Object.fromEntries((last?.spending ?? []).map((s) => [s.code, formatFen(s.fen)])), necessary: yuan(last?.necessary_spend_fen), emergency: !!last?.emergency,
  }
}

/** The fen of an amount that was typed; null where it cannot be read. */
export function amountOf(typed: string): number | null {
  const parsed = parseYuan(typed, true)
  return 'fen' in parsed ? parsed.fen : null
}

/** The declaration as the server takes it: who has no income is named with none. */
export function declarationOf(m: DeclarationModel, lookback: number): object {
  const spending = Object.entries(m.spending).map(([code, typed]) => ({ code, fen: amountOf(typed) ?? 0 })).filter((s) => s.fen > 0)
  const necessary = amountOf(m.necessary) ?? 0
  return {
    months: m.span === 'lookback' ? lookback : 1,
    members: m.members.map((one) => ({
      ref: one.ref, ...(one.classes.length && { classes: [...one.classes] }), ...(one.incomes.length && { incomes: one.incomes.map((i) => ({ code: i.code, fen: amountOf(i.amount) ?? 0 })) }),
      ...(one.tested && { self_care: { failed: [...one.failed] } }), ...(one.keptAsMinor && { kept_as_minor: true }), ...(one.noCarer && { no_carer: true }),
    })),
    property: m.property.map((h) => ({ kind: h.kind, ...(h.code && { code: h.code }), ...(byWorth.has(h.kind) ? { fen: amountOf(h.worth) ?? 0 } : { count: Math.max(1, Number.parseInt(h.count, 10) || 1) }) })),
    ...(spending.length && { spending }), ...(necessary > 0 && { necessary_spend_fen: necessary }), ...(m.emergency && { emergency: true }),
  }
}
