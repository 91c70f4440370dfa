import { afterEach, describe, expect, it } from 'vitest'
import { createApp, h } from 'vue'
import type { DatedLimit } from '../src/api/types'
import { i18n } from '../src/i18n'
import LimitsTable from '../src/money/LimitsTable.vue'

const basis = { zh: '某某文件', en: 'Some document' }
const law = { zh: '新的文件', en: 'The next document' }
const limits: DatedLimit[] = [
  { limit: 'solo', unit: 'fen', value: 100_000, valid_from: '2021-01-01', valid_until: '2026-12-31', policy: 'relief-2021', basis, next: { value: 150_000, valid_from: '2027-01-01', policy: 'relief-2027', basis: law } },
  { limit: 'aid_kind', aid_kind: 'urgent', unit: 'fen', value: 0, valid_from: '2021-01-01', valid_until: '2026-12-31', policy: 'relief-2021', basis, next: { value: 90_000, valid_from: '2027-01-01', policy: 'relief-2027', basis: law } },
  { limit: 'account', unit: 'fen', value: 1_000_001, valid_from: '2021-01-01', valid_until: '2026-12-31', policy: 'relief-2021', basis, next: { value: 0, valid_from: '2027-01-01', policy: 'relief-2027', basis: law } },
  { limit: 'second_signature', unit: 'minutes', value: 1440, valid_from: '2021-01-01', policy: 'relief-2021', basis },
  { limit: 'county_may_check', unit: 'minutes', value: 10, valid_from: '2021-01-01', policy: 'relief-2021', basis },
]

function rows(language: 'zh-CN' | 'en'): string[][] {
  i18n.global.locale.value = language
  const at = document.createElement('div')
  const app = createApp({ render: () => h(LimitsTable, { limits }) }).use(i18n)
  app.mount(at)
  const shown = [...at.querySelectorAll('tbody tr')].map((tr) => [...tr.children].map((td) => td.textContent?.trim() ?? ''))
  app.unmount()
  return shown
}

describe('the limits', () => {
  afterEach(() => { i18n.global.locale.value = 'zh-CN' })

  it('show their amounts, days and basis, and what follows', () => {
    const [solo, kind, account, signature, check] = rows('zh-CN')
    expect(solo).toEqual(['一人经办、一人发放（单笔）', '1,000.00', '2021-01-01', '2026-12-31', '2027-01-01起 1,500.00 新的文件', '某某文件 relief-2021'])
    expect(kind?.slice(1, 5)).toEqual(['不限', '2021-01-01', '2026-12-31', '2027-01-01起 900.00 新的文件'])
    expect(account?.slice(1, 5)).toEqual(['10,000.01', '2021-01-01', '2026-12-31', '2027-01-01起 不再限制 新的文件'])
    expect(signature?.slice(1, 5)).toEqual(['24 小时', '2021-01-01', '未定', ''])
    expect(check?.[1]).toBe('10 分钟')
  })

  it('show them in English', () => {
    const [solo, kind] = rows('en')
    expect(solo).toEqual(['One person makes and pays, each', '1,000.00', '2021-01-01', '2026-12-31', '1,500.00 from 2027-01-01 The next document', 'Some document relief-2021'])
    expect(kind?.[1]).toBe('no limit')
  })
})
