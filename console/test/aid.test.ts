import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Application } from '../src/api/types'
import { amountOf, declarationOf, nothingSaid } from '../src/aid/declaration'
import { steps } from '../src/aid/steps'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'

function at(tree: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], tree)
}
const goFiles = (folder: string, wanted: (name: string) => boolean = () => true) => readdirSync(folder).filter((f) => f.endsWith('.go') && !f.endsWith('_test.go') && wanted(f)).map((f) => readFileSync(`${folder}/${f}`, 'utf8'))
const rooms = ['application', 'people', 'integrity']
// What a version of the rules is refused for when it is loaded is told to who starts the program, not on a page.
const sources = [...rooms.flatMap((r) => goFiles(`../relief/${r}`)), ...goFiles('../relief/rule', (f) => !f.startsWith('validate')),
  ...goFiles('../store', (f) => /^(application|ruling|people|person|household|integrity)/.test(f))]

describe('the rooms of aid', () => {
  it('give no problem that has no words', () => {
    const codes = new Set(sources.flatMap((s) => [...s.matchAll(/act\.(?:Refused|Conflict)\("(\w+)"|act\.Invalid\([^,]+,\s*"(\w+)"|Code:\s*"(\w+)"/g)].map((m) => m[1] ?? m[2] ?? m[3]!)))
    expect(codes.size).toBeGreaterThan(90)
    for (const words of [zh, en]) expect([...codes].filter((c) => !at(words, `problem.${c}.what`) || !at(words, `problem.${c}.do`))).toEqual([])
  })
  it('tell no line of a timeline that has no words', () => {
    const kinds = new Set(rooms.flatMap((r) => goFiles(`../relief/${r}`)).flatMap((s) => [...s.matchAll(/ticket\.Tell\(ctx, tx, &\w+, "([\w.]+)"|kind: "(\w+\.\w+)"|(?:ticket|tx)\.Tell\w*\([^"\n]*"(\w+\.\w+)"/g)].map((m) => m[1] ?? m[2] ?? m[3]!)))
    for (const kind of ['adjust', 'suspend', 'resume', 'exit']) kinds.add(`application.${kind}`) // confirm.go writes them of the ruling's kind
    expect(kinds.size).toBeGreaterThan(30)
    for (const words of [zh, en]) expect([...kinds].filter((k) => typeof at(words, `timeline.${k}`) !== 'string')).toEqual([])
  })
  it('send no notice that has no name', () => {
    const templates = [...readFileSync('../configs/templates/notices.yaml', 'utf8').matchAll(/^([a-z_]+):$/gm)].map((m) => m[1]!).filter((k) => !['texts', 'templates'].includes(k))
    expect(templates).toContain('ruling_wanted')
    for (const words of [zh, en]) expect(templates.filter((k) => typeof at(words, `notice.${k}`) !== 'string')).toEqual([])
  })
})

describe('an application', () => {
  const a = (more: Partial<Application>) => ({ next_acts: [], ...more }) as Application
  it('has words for every act and state that the server names', () => {
    const view = readFileSync('../relief/application/view.go', 'utf8')
    const acts = /What you may do now: ([\w, ]+)"/.exec(view)![1]!.split(', ')
    const states = /json:"state" enum:"(draft,[\w,]+)"/.exec(view)![1]!.split(',')
    expect(acts.length).toBeGreaterThan(25)
    for (const words of [zh, en]) {
      expect(acts.filter((k) => typeof at(words, `act.apply_${k}`) !== 'string')).toEqual([])
      expect(states.filter((k) => typeof at(words, `application.state.${k}`) !== 'string')).toEqual([])
    }
  })
  it('has words for every reason of a ruling', () => {
    const reasons = [...readFileSync('../relief/application/ruling.go', 'utf8').matchAll(/^\tReason\w+\s+= "(\w+)"/gm)].map((m) => m[1]!)
    expect(reasons.length).toBeGreaterThan(12)
    for (const words of [zh, en]) expect(Object.keys(words.application.reason).sort()).toEqual([...reasons].sort())
  })
  it('offers acts on a ruling, an objection and an appeal once for each', () => {
    const found = steps(a({
      next_acts: ['withdraw', 'answer_objection', 'deliver', 'appeal', 'confirm'],
      objections: [{ id: 'o1' }, { id: 'o2', outcome: 'upheld' }] as Application['objections'],
      rulings: [{ id: 'r1', state: 'proposed' }, { id: 'r2', state: 'confirmed', letter_due_at: 'x' }, { id: 'r3', state: 'confirmed', letter_due_at: 'x', letter_at: 'y' }] as Application['rulings'],
    }))
    expect(found).toEqual([{ act: 'confirm', item: 'r1' }, { act: 'answer_objection', item: 'o1' }, { act: 'deliver', item: 'r2' }, { act: 'appeal', item: 'r2' }, { act: 'appeal', item: 'r3' }, { act: 'withdraw', item: '' }])
  })
})

describe('a declaration', () => {
  const members = [{ id: 'm1', name: '甲', relation: 'head', age: 40 }, { id: 'm2', name: '乙', relation: 'child', age: 9 }]
  it('names every member, also those without an income', () => {
    const model = nothingSaid({ members } as Application)
    model.members[0]!.incomes.push({ code: 'odd_jobs', amount: '2,400' })
    model.property.push({ kind: 'deposit', code: '', count: '1', worth: '100.5' }, { kind: 'home', code: '', count: '2', worth: '' })
    model.spending.medical = '150000.00'
    expect(declarationOf(model, 12)).toEqual({ months: 1, members: [{ ref: 'm1', incomes: [{ code: 'odd_jobs', fen: 240000 }] }, { ref: 'm2' }],
      property: [{ kind: 'deposit', fen: 10050 }, { kind: 'home', count: 2 }], spending: [{ code: 'medical', fen: 15_000_000 }] })
    expect(declarationOf({ ...model, span: 'lookback' }, 12)).toMatchObject({ months: 12 })
  })
  it('opens with what was declared last', () => {
    const declared = { months: 12, members: [{ ref: 'm1', classes: ['severe_illness'], incomes: [{ code: 'salary', fen: 120000 }] }], property: [{ kind: 'vehicle', code: 'farm_vehicle', count: 1 }], necessary_spend_fen: 5000 }
    const model = nothingSaid({ members, declared } as unknown as Application)
    expect(model.members.map((m) => [m.ref, m.classes.length, m.incomes[0]?.amount])).toEqual([['m1', 1, '1,200.00'], ['m2', 0, undefined]])
    expect(declarationOf(model, 12)).toMatchObject({ months: 12, property: [{ kind: 'vehicle', code: 'farm_vehicle', count: 1 }], necessary_spend_fen: 5000 })
  })
  it('reads no amount that is none', () => {
    expect(['12.345', 'zwölf', '-1'].map(amountOf)).toEqual([null, null, null])
    expect(amountOf('0')).toBe(0)
  })
})

describe('the integrity file', () => {
  const go = (file: string, pattern: RegExp) => [...readFileSync(`../relief/integrity/${file}`, 'utf8').matchAll(pattern)].map((m) => m[1]!)
  it('has words for every state, event and act that the server names', () => {
    const [states, events, acts] = [go('state.go', /State\w+\s+State = "(\w+)"/g), go('state.go', /Event\w+\s+Event = "(\w+)"/g), go('view.go', /may\("(\w+)"/g)]
    expect([states.length, events.length, acts.length]).toEqual([8, 11, 8])
    for (const words of [zh, en]) {
      expect(states.filter((s) => typeof at(words, `integrity.state.${s}`) !== 'string')).toEqual([])
      expect(events.filter((e) => typeof at(words, `integrity.event.${e}`) !== 'string')).toEqual([])
      expect(acts.filter((a) => typeof at(words, `act.integrity_${a}`) !== 'string' || typeof at(words, `integrity.note.${a}`) !== 'string')).toEqual([])
    }
  })
})
