import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'
import { doables } from '../src/tickets/doables'
import type { Ticket } from '../src/api/types'

function keys(tree: object, under = ''): string[] {
  return Object.entries(tree).flatMap(([k, v]) => (typeof v === 'string' ? [under + k] : keys(v as object, `${under}${k}.`)))
}
function at(tree: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], tree)
}
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((f) => (f.isDirectory() ? sources(join(folder, f.name)) : /\.(vue|ts)$/.test(f.name) ? [join(folder, f.name)] : []))
}

describe('words', () => {
  it('are the same keys in both languages, with the same parameters', () => {
    expect(keys(en).sort()).toEqual(keys(zh).sort())
    const params = (s: unknown) => [...new Set(String(s).match(/\{\w+\}/g))].sort()
    for (const key of keys(zh)) {
      const [theirs, ours] = [params(at(en, key)), params(at(zh, key))]
      expect(ours.filter((p) => !theirs.includes(p)).concat(theirs.filter((p) => !ours.includes(p))), key).toEqual([])
    }
  })
  it('hold no character that the message format would take for its own', () => {
    for (const key of keys(zh)) expect(String(at(zh, key)), `zh ${key}`).not.toMatch(/[@|]/)
    for (const key of keys(en)) expect(String(at(en, key)), `en ${key}`).not.toMatch(/@/)
  })
  it('have a singular beside a plural, chosen by n', () => {
    for (const key of keys(en)) {
      const forms = String(at(en, key)).split('|')
      if (forms.length === 1) continue
      expect(forms, key).toHaveLength(2)
      expect(forms[1], key).toContain('{n}') // what is one may be said in a word: once
    }
    const { t } = createI18n({ legacy: false, locale: 'en', messages: { en } }).global
    expect([0, 1, 2].map((n) => t('staff.agency.open', { n }))).toEqual(['0 tickets open', '1 ticket open', '2 tickets open'])
  })
  it('exist for every key that the pages name', () => {
    const missing: string[] = []
    for (const file of sources('src')) {
      for (const [, key] of readFileSync(file, 'utf8').matchAll(/\bt\(\s*'([\w.]+)'/g)) {
        if (typeof at(zh, key!) !== 'string') missing.push(`${file}: ${key}`)
      }
    }
    expect(missing).toEqual([])
  })
})

describe('doables', () => {
  const ticket = (acts: string[], more: Partial<Ticket> = {}) => ({ acts, ...more }) as Ticket
  it('follow the server’s word, the likeliest first', () => {
    expect(doables(ticket(['hand_over', 'accept', 'view_caller'])).map((d) => d.form)).toEqual(['accept', 'handOver'])
    expect(doables(ticket([]))).toEqual([])
  })
  it('name what they are about', () => {
    const t = ticket(['hand_over'], { disbursements: [{ id: 'd1', next_acts: ['receipt', 'return_cash'] }] as Ticket['disbursements'], papers: [{ id: 'p1', next_acts: ['receive'] }] as Ticket['papers'] })
    expect(doables(t)).toEqual([{ form: 'receipt', item: 'd1' }, { form: 'paperReceive', item: 'p1' }, { form: 'handOver', item: '' }, { form: 'returnCash', item: 'd1' }])
  })
  it('have words for every form', () => {
    const acts = ['accept', 'triage', 'decide_repeat', 'approve_lowering', 'visit', 'findings', 'decide', 'refuse', 'add_paper', 'answer', 'hand_over', 'close', 'reopen', 'return', 'pull', 'push', 'pause', 'resume', 'merge', 'split']
    for (const { form } of doables(ticket(acts))) expect(at(zh, `act.${form}`), form).toBeTypeOf('string')
  })
})

describe('what is wrong with a bank’s file', () => {
  const faultsOfTheServer = [...readFileSync('../ledger/rail/fault.go', 'utf8').matchAll(/^\t"(\w+)":\s+\{/gm)].map(([, code]) => code!)
  it('has words in both languages for every code the server knows, and for no other', () => {
    expect(faultsOfTheServer.length).toBeGreaterThan(50)
    for (const words of [zh, en]) {
      expect(Object.keys(words.bankFault).sort()).toEqual([...faultsOfTheServer].sort())
      for (const code of faultsOfTheServer) {
        expect(at(words, `bankFault.${code}.what`), code).toBeTruthy()
        expect(at(words, `bankFault.${code}.do`), code).toBeTruthy()
      }
    }
  })
  it('has words for every reason why a payout fails', () => {
    const reasons = [...readFileSync('../ledger/rail/rail.go', 'utf8').matchAll(/^\tReason\w+\s+Reason = "(\w+)"/gm)].map(([, code]) => code!)
    expect(reasons.length).toBeGreaterThan(5)
    for (const words of [zh, en]) expect(Object.keys(words.bankReason).sort()).toEqual([...reasons].sort())
  })
})
