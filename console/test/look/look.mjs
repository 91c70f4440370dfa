// Takes a picture of every page at the widths of a desk, a tablet and a phone and
// reports what does not fit and what axe, the console and the security policy
// complain of.
//   npm run build && npm run look -- /tmp/pictures [dark] [en] [390] [name]
import { mkdir } from 'node:fs/promises'
import { axe, launch, misfits } from './browser.mjs'
import * as house from './house.mjs'
import { decideClock } from './aid.mjs'
import { news, offer, putLine, seat } from './line.mjs'
import { serve } from './server.mjs'

const [folder = 'look', ...wishes] = process.argv.slice(2)
const dark = wishes.includes('dark')
const english = wishes.includes('en')
const some = wishes.map(Number).filter(Boolean)
const widths = some.length ? some : [1440, 768, 390]
const only = wishes.find((w) => !['dark', 'light', 'en', 'zh'].includes(w) && !/^\d+$/.test(w)) // the beginning of the names of the wanted pictures; all without it
const t = `/tickets/${house.rows[3].id}`
const shots = [
  ['sign-in', null, '/sign-in'], ['invitation', null, '/invitation'], ['tickets', 'worker', '/tickets'], ['offered', 'worker', '/tickets?view=offered'], ['ticket', 'worker', t],
  ['receipt', 'worker', `${t}?act=receipt&item=p1`], ['visit', 'worker', `${t}?act=visit`], ['findings', 'worker', `${t}?act=findings`], ['decide', 'worker', `${t}?act=decide`, { acts: ['decide'] }],
  ['triage', 'agent', `${t}?act=triage`, { acts: ['triage', 'hand_over'] }], ['close', 'agent', `${t}?act=close`, { acts: ['close'] }], ['check', 'head', `${t}?act=check&item=p1`, { disbursements: [{ ...house.ticket.disbursements[0], state: 'submitted', level: 'township', next_acts: ['check'] }] }],
  ['offer', 'worker', t, house.waiting], ['push', 'supervisor', `${t}?act=push`, house.waiting], ['pause', 'supervisor', `${t}?act=pause`, house.waiting], ['merge', 'agent', `${t}?act=merge`, house.waiting],
  ['split-off', 'agent', `${t}?act=splitOff`, house.waiting], ['paused', 'supervisor', t, { ...house.waiting, acts: ['resume'], offered_to_me: false, returned: true, pause: { from: house.iso(-2), until: house.iso(8), by: '王主管', reason: '工作人员已到门口' }, ladder: { ...house.waiting.ladder, next: undefined } }],
  ['return', 'worker', `${t}?act=giveBack`, { ...house.waiting, status: 'accepted', offered_to_me: false, acts: ['return', 'hand_over'], return_by: house.iso(2000) }],
  ['people-card', 'worker', t, { acts: ['keep_household'] }], ['people-perhaps', 'worker', t, { acts: ['keep_household'], perhaps: true }], ['people-page', 'worker', '/households/h1'], ['people-list', 'head', '/households'],
  ['visits', 'assistant', '/'], ['visits-head', 'head', '/visits'], ['visits-worker', 'worker', '/visits'],
  ['pay-rail', 'worker', `${t}?act=startPayout&item=d1`, { acts: ['start_disbursement'], disbursements: [], decisions: [{ ...house.ticket.decisions[0], next_acts: ['start_payout'] }] }],
  ['after-review', 'finance', `${t}?act=afterReview&item=p1`, { acts: ['after_review'], receipts: [], disbursements: [{ ...house.ticket.disbursements[0], state: 'receipted', source_area: '990101000000', receipted_at: house.now, after_review: { drawn_at: house.now, due_at: house.later }, next_acts: ['reverse', 'after_review'] }, { ...house.ticket.disbursements[0], id: 'p0', state: 'receipted', receipted_at: house.now, after_review: { drawn_at: house.now, due_at: house.later, outcome: 'finding', reviewer: '周会计', at: house.now, note: '照片中的房屋与走访记录不符。' }, next_acts: [] }] }],
  ['aid-list', 'head', '/applications'], ['aid-notice', 'worker', '/applications/a1', { clocks: [decideClock] }], ['aid-look', 'worker', '/applications/a2', { clocks: [{ ...decideClock, paused_at: house.iso(-100) }] }], ['aid-over', 'worker', '/applications/a4'], ['aid-letter', 'worker', '/applications/a4/letters/r2'], ['aid-ticket', 'worker', t, { acts: ['apply', 'keep_household'], applied: true }],
  ['check-ticket', 'worker', t], ['sources', 'county', '/sources'],
  ['care-ticket', 'worker', t, { acts: [] }], ['care-looks', 'head', '/follow-ups'], ['care-station', 'worker', '/station'],
  ['referrals', 'worker', '/referrals'], ['referral-ticket', 'worker', t, { acts: ['refer'] }], ['referral-sheet', 'worker', '/referrals/r1/sheet'],
  ['approvals', 'head', '/approvals'], ['knowledge', 'agent', '/knowledge'], ['intake', 'worker', '/intake'], ['statistics', 'head', '/statistics'], ['stuck', 'head', '/statistics/stuck'], ['duty', 'head', '/duty'], ['duty-week', 'worker', '/duty?view=week'], ['duty-mine', 'worker', '/duty?tab=mine'], ['duty-holes', 'head', '/duty?tab=holes'], ['duty-edit', 'head', '/duty?tab=edit'], ['money', 'finance', '/money'], ['reconciliation', 'finance', '/reconciliation'], ['runs', 'finance', '/runs'], ['batches', 'finance', '/batches'], ['bank-ticket', 'head', t, house.byBank], ['bank-account', 'worker', `${t}?act=enterAccount`, house.byBank], ['bank-verify', 'head', `${t}?act=verifyAccount&item=x2`, house.byBank], ['advances', 'worker', '/advances'], ['goods', 'worker', '/goods'], ['advances-head', 'head', '/advances'], ['calls', 'agent', '/calls'], ['audit', 'auditor', '/audit'], ['staff', 'admin', '/staff'], ['areas', 'agent', '/areas'], ['areas-county', 'agent', '/areas?at=990101000000'], ['sms', 'agent', '/sms'], ['contact', 'worker', '/contact'], ['relatives', 'worker', '/relatives'], ['dead-letters', 'supervisor', '/dead-letters'],
]

// The desk and the floor, at a moment of a call each.
const file = (name) => ({ name, mimeType: 'text/csv', buffer: Buffer.from('code,name\n') })
const button = (page, name) => page.getByRole('button', { name }).first()
const signOn = async (page) => { await button(page, '上线接电话').click(); await page.getByText('声音已接通').waitFor() }
const talk = async (page, line, more) => { await signOn(page); line.say({ type: 'seat', seat: seat({ state: 'talking', call: 'c0' }) }); line.say({ type: 'call', call: news('talking', more) }); await button(page, '挂断').waitFor() }
const moments = [
  ['referral-form', 'worker', t, async (page) => { await button(page, '转介其他部门').click(); await page.getByLabel('部门').selectOption('medical_security'); await page.getByLabel('事项').selectOption('medical_aid') }, { acts: ['refer'] }],
  ['referral-answer', 'worker', t, async (page) => { await button(page, '登记：部门退回').click(); await page.getByLabel('部门答复人姓名').fill('李某某') }, { acts: [] }],
  ['care-form', 'worker', t, async (page) => { await button(page, '登记回访').click(); await page.getByLabel('情况良好').check() }, { acts: [] }],
  ['care-answer', 'worker', '/station', async (page) => { await button(page, '完成').click(); await page.getByLabel('部分有效').check() }],
  ['people-register', 'worker', t, async (page) => { await button(page, '登记新家庭').click(); await button(page, '再加一人').click() }, { acts: ['keep_household'], perhaps: true }],
  ['stuck-cases', 'head', '/statistics/stuck', async (page) => { await button(page, '看明细').click(); await page.getByText('林小河').first().waitFor() }],
  ['visits-form', 'assistant', '/visits', async (page) => { await button(page, '登记上门结果').click(); await page.getByLabel('没有找到人或地址').check() }],
  ['visits-decide', 'head', '/visits', async (page) => { await button(page, '决定是否再访').click(); await page.getByLabel('不再上门，结束回拨').check() }],
  ['staff-faults', 'admin', '/staff', async (page) => { await page.setInputFiles('input[type=file]', file('faulty.csv')); await page.getByText('处错误').first().waitFor() }],
  ['staff-preview', 'admin', '/staff', async (page) => { await page.setInputFiles('input[type=file]', file('staff.csv')); await button(page, '应用').waitFor() }],
  ['staff-member', 'head', '/staff', async (page) => { await button(page, '冯知夏').click(); await page.getByRole('button', { name: '托付一户' }).waitFor() }],
  ['duty-why', 'head', '/duty', async (page) => { await page.locator('.entry').filter({ hasText: '换班' }).first().or(page.locator('.entry').first()).last().click(); await page.getByRole('dialog').waitFor() }],
  ['duty-hole', 'head', '/duty?at=2026-10-08', async (page) => { await page.locator('.entry.hole').first().click(); await page.getByRole('dialog').getByLabel('谁来替').selectOption('worker3') }],
  ...[['declare', '填写申报'], ['papers', '一次性告知补正', 'a5'], ['visit', '登记入户调查'], ['state', '登记邻里或村居意见'], ['grant', '提出给予救助'], ['refuse', '提出不予救助'], ['check', '登记核对结果']].map(([name, act, id = 'a2']) => [`aid-form-${name}`, 'worker', `/applications/${id}`, async (page) => { await button(page, act).click(); await page.locator('form.act').waitFor() }, { clocks: [decideClock] }]),
  ...[['confirm', '审核确认', 'a3', 'head'], ['appeal', '登记复议或诉讼'], ['deliver', '登记送达'], ['answer', '答复异议'], ['end', '登记复议或诉讼结果']].map(([name, act, id = 'a4', who = 'worker']) => [`aid-form-${name}`, who, `/applications/${id}`, async (page) => { await button(page, act).click(); await page.locator('form.act').waitFor() }]),
  ...[['add', '增加成员'], ['edit', '更正 · 张测试'], ['arrive', '从档案迁入'], ['leave', '成员离开'], ['number', '查看完整号码'], ['lookers', '谁看过（应本人要求）'], ['merge', '合并另一户'], ['split', '分户'], ['alert', '登记变化'], ['settle', '处理变化']].map(([name, act]) => [`hh-${name}`, 'head', `/households/h1?ticket=${house.rows[3].id}`, async (page) => { await button(page, act).click(); await page.locator('form.act, form.see').waitFor() }]),
  ['hh-matches', 'head', '/households', async (page) => { await button(page, '核对').click() }],
  ...[['open', ''], ['decide', '作出决定'], ['report', '上报守信或失信'], ['paper', '登记承诺书或告知书']].map(([name, act]) => [`hh-integrity-${name}`, 'head', t, async (page) => { await button(page, '查看诚信档案').click(); await page.getByText('隐瞒收入').first().waitFor(); if (act) await button(page, act).click() }]),
  ['duty-preview', 'head', '/duty?tab=edit', async (page) => { await button(page, '预览变化').click(); await page.getByRole('heading', { name: '预览：尚未保存' }).waitFor() }],
  ['duty-faults', 'head', '/duty?tab=edit', async (page) => { await page.locator('input[type=file]').last().setInputFiles(file('october.csv')); await page.getByText('处错误').first().waitFor() }],
  ['duty-plans', 'head', '/duty?tab=edit', async (page) => { await page.locator('input[type=file]').first().setInputFiles(file('plans.csv')); await button(page, '应用').waitFor() }],
  ['duty-plans-faults', 'head', '/duty?tab=edit', async (page) => { await page.locator('input[type=file]').first().setInputFiles({ ...file('plans.csv'), buffer: Buffer.from('faulty') }); await page.getByText('处错误').first().waitFor() }],
  ['duty-hand-over', 'worker', '/duty?tab=mine', async (page) => { await button(page, '我要交班').click(); await button(page, '生成地址').or(button(page, '换一个地址')).first().click(); await page.getByText('只显示这一次').waitFor() }],
  ['money-statement', 'finance', '/money', async (page) => { await page.getByRole('button', { name: '明细' }).nth(2).click(); await page.getByText('期末余额').waitFor() }],
  ['reconciliation-adjust', 'finance', '/reconciliation', async (page) => { await page.getByRole('row', { name: '赵二' }).getByRole('button', { name: '处理' }).click(); await page.getByLabel('如何处理').waitFor() }],
  ['reconciliation-close', 'finance', '/reconciliation', async (page) => { await button(page, '结账').click(); await page.getByLabel('截止日').waitFor() }],
  ['money-float', 'finance', '/money', async (page) => { await button(page, '拨付备用金').click(); await page.getByLabel('凭证号').waitFor() }],
  ['pay-goods', 'worker', `${t}?act=startPayout&item=d1`, async (page) => { await page.getByRole('radio', { name: /实物/ }).check(); await page.getByLabel('大米 10 公斤 袋').fill('10') }, { acts: ['start_disbursement'], disbursements: [], decisions: [{ ...house.ticket.decisions[0], next_acts: ['start_payout'] }] }],
  ['goods-buy', 'finance', '/goods', async (page) => { await button(page, '采购入库').click(); await page.getByLabel('数量').fill('20') }],
  ['goods-finance', 'finance', '/goods'],
  ['goods-give', 'finance', '/goods', async (page) => { await button(page, '调拨到乡镇').click(); await page.getByLabel('数量').fill('5') }],
  ['goods-count', 'worker', '/goods', async (page) => { await button(page, '盘点库存').click(); await page.getByLabel('大米').fill('38'); await page.getByLabel('食用油').fill('12') }],
  ['goods-add', 'finance', '/goods', async (page) => { await button(page, '登记物资').click() }],
  ['advances-over', 'worker', '/advances', async (page) => { await button(page, '交给同事').click(); await page.getByLabel('交给谁').selectOption('worker2') }],
  ['advances-count', 'worker', '/advances', async (page) => { await button(page, '盘点').click(); await page.getByLabel('点得').fill('1450.00'); await page.getByText('与账面相差').waitFor() }],
  ['advances-issue', 'head', '/advances', async (page) => { await button(page, '发放预领款').click(); await page.getByLabel('发给谁').selectOption('worker2') }],
  ['advances-settle', 'head', '/advances', async (page) => { await button(page, '离岗结清').first().click(); await page.getByLabel('交回金额').fill('1000.00'); await page.getByText('追回').first().waitFor() }],
  ['advances-decline', 'worker', '/advances', async (page) => { await button(page, '不签').click() }],
  ['runs-one', 'county', '/runs', async (page) => { await button(page, '查看').click(); await button(page, '核对无误').waitFor() }],
  ['runs-left', 'finance', '/runs', async (page) => { await page.getByRole('button', { name: '查看' }).nth(1).click(); await page.getByText('只看未列入').waitFor() }],
  ['batches-one', 'finance', '/batches', async (page) => { await button(page, '查看').click(); await page.getByText('载入银行回盘').waitFor() }],
  ['batches-faults', 'finance', '/batches', async (page) => { await button(page, '查看').click(); await page.setInputFiles('input[type=file]', file('return.txt')); await page.getByText('处错误').first().waitFor() }],
  ['money-move', 'finance', '/money', async (page) => { await button(page, '划转到接管乡镇').click(); await page.getByLabel('凭证号').waitFor() }],
  ['money-budget', 'finance', '/money', async (page) => { await button(page, '设定年度预算').click(); await page.getByLabel('凭证号').waitFor() }],
  ['areas-search', 'agent', '/areas', async (page) => { await page.getByRole('combobox').fill('sq'); await page.getByRole('option').first().waitFor() }],
  ['areas-faults', 'admin', '/areas', async (page) => { await page.setInputFiles('input[type=file]', file('faulty.csv')); await page.getByText('处错误').first().waitFor() }],
  ['areas-preview', 'admin', '/areas', async (page) => { await page.setInputFiles('input[type=file]', file('places.csv')); await button(page, '应用').waitFor() }],
  ['areas-applied', 'admin', '/areas', async (page) => { await page.setInputFiles('input[type=file]', file('places.csv')); await button(page, '应用').click(); await page.getByText('已应用').waitFor() }],
  ['areas-triage', 'agent', `${t}?act=triage`, async (page) => { await button(page, '逐级选择').click(); await page.getByRole('combobox').first().fill('石'); await page.getByRole('option').first().waitFor() }, { acts: ['triage', 'hand_over'] }],
  ['desk-off', 'agent', '/desk', async () => {}],
  ['desk-idle', 'agent', '/desk', async (page) => { await signOn(page); await page.getByText('麦克风 ·').click() }],
  ['desk-callbacks', 'agent', '/desk', async (page) => { await signOn(page); await button(page, '回拨任务').click(); await button(page, '登记回拨结果').click() }],
  ['desk-knowledge', 'agent', '/desk', async (page, line) => { await talk(page, line); await button(page, '政策问答').click(); await page.getByText('每人每月').first().waitFor() }],
  ['desk-ring', 'agent', '/desk', async (page, line) => { await signOn(page); line.say({ type: 'seat', seat: seat({ state: 'ringing', offer: 'o1', call: 'c0' }) }); line.say({ type: 'ring', offer: offer() }); await page.getByText('线索').first().waitFor() }],
  ['bar-ring', 'agent', '/desk', async (page, line) => { await signOn(page); await page.getByRole('link', { name: '工单', exact: true }).click(); line.say({ type: 'ring', offer: offer() }); await button(page, '接听').waitFor() }],
  ['desk-talk', 'agent', '/desk', async (page, line) => { await talk(page, line); await button(page, '按键').click() }],
  ['desk-transfer', 'agent', '/desk', async (page, line) => { await talk(page, line); await button(page, '转接').click(); await page.getByRole('button', { name: '工作人员' }).click() }],
  ['desk-consult', 'agent', '/desk', async (page, line) => { await talk(page, line); line.say({ type: 'call', call: news('consulting', { third: 'agent2', recorded: false, joined: 'barge' }) }); await button(page, '转给对方并退出').waitFor(); await button(page, '静音').click() }],
  ['desk-refused', 'agent', '/desk', async (page, line) => { await talk(page, line); line.say({ type: 'call', call: news('refused', { reason: 'busy' }) }); await page.getByText('没有办成').waitFor() }],
  ['desk-wrap', 'agent', '/desk', async (page, line) => { await talk(page, line); line.say({ type: 'call', call: news('ended', { reason: 'caller_hung' }) }); line.say({ type: 'seat', seat: seat({ state: 'wrap_up', until: house.iso(0.5), queue: 'aid' }) }); await page.getByText('本次通话结果').waitFor() }],
  ['desk-lost', 'agent', '/desk', async (page, line) => { await talk(page, line); line.cut(); await page.getByText('正在重连').waitFor() }],
  ['floor', 'supervisor', '/floor', async (page) => { await page.getByText('服务水平').first().waitFor(); await button(page, '更改状态').click() }],
  ['floor-joined', 'supervisor', '/floor', async (page) => { await button(page, '旁听').click(); await page.getByText('您正在旁听').waitFor() }],
]

await mkdir(folder, { recursive: true })
const server = await serve()
const browser = await launch()
let complaints = 0
const wanted = [
  ...shots.map(([name, who, path, change]) => ({ name, who, path, change })),
  ...moments.map(([name, who, path, moment, change]) => ({ name, who, path, change, moment })),
].filter(({ name }) => !only || name.startsWith(only))
for (const width of widths) {
  for (const { name, who, path, change, moment } of wanted) {
    const context = await browser.newContext({ viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme: dark ? 'dark' : 'light', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce', hasTouch: width < 1000 })
    context.setDefaultTimeout(10_000)
    if (english && !moment) await context.addInitScript(() => localStorage.setItem('hotline:language', 'en'))
    const page = await context.newPage()
    const said = []
    page.on('console', (m) => { if (['error', 'warning'].includes(m.type()) && !(!who && /401/.test(m.text()))) said.push(m.text()) })
    page.on('pageerror', (e) => said.push(e.stack ?? String(e)))
    server.me = who ? house.people[who] : null
    server.ticket = { ...house.ticket, ...change }
    const line = moment && await putLine(page)
    try {
      await page.goto(server.origin + path)
      await page.locator('h1').first().waitFor()
      await page.waitForLoadState('load')
      await moment?.(page, line)
      if (!moment && path.includes('act=')) await page.locator('form.act').waitFor()
      await page.waitForFunction(() => !document.querySelector('[role=status].empty:not(.card)'))
      if (english && moment) await page.locator('.who button[lang=en]').dispatchEvent('click') // what is asked for in Chinese, looked at in English
    } catch (fault) {
      said.push(`the moment did not come: ${fault.message.split('\n')[0]}`)
    }
    const found = [...said, ...(await misfits(page)), ...(await axe(page))]
    complaints += found.length
    for (const f of found) console.log(`${name} ${width}: ${f}`)
    await page.screenshot({ path: `${folder}/${name}-${width}${english ? '-en' : ''}${dark ? '-dark' : ''}.png`, fullPage: true })
    await context.close()
  }
}
await browser.close()
server.stop()
console.log(`${wanted.length * widths.length} pictures in ${folder}, ${complaints} complaints`)
