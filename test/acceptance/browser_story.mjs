// The story of one call as the people at the screens see it. Started by
// browser_test.go, which holds the city and places the call.
import assert from 'node:assert/strict'
import { ask, city, enter, leave, step } from './browser_people.mjs'

const wrongIdentity = '990101197001010011' // the check digit should be X
const identity = '99010119700101001X'

const agent = await enter('agent1', 'desk')
const first = await enter(city.workers[0], 'phone')
const second = await enter(city.workers[1], 'phone')
let head, supervisor, auditor, ticket

await step('everybody looks at a list without tickets', async () => {
  await agent.page.getByText('目前没有处理中的工单。').waitFor()
  await agent.picture('01-empty-list')
  for (const worker of [first, second]) {
    await worker.page.getByRole('button', { name: '待我接单' }).click()
    await worker.page.getByText('目前没有等待您接单的工单。').waitFor()
    await worker.page.getByText('实时连接已断开').waitFor({ state: 'hidden' })
  }
  await agent.page.evaluate(() => { window.unreloaded = true })
})

await step('a real call becomes a ticket on the agent’s screen, without a reload', async () => {
  ticket = await ask('call')
  const row = agent.page.getByRole('row').filter({ has: agent.page.getByRole('link', { name: ticket.number }) })
  await row.getByText('P1 特急 2 小时').waitFor()
  await row.getByText('派单中').waitFor()
  await row.getByText('石桥镇').first().waitFor()
  const left = row.locator('time.mark').filter({ hasText: /2 小时.*剩余 01:5\d:\d\d/ })
  const figure = await left.innerText()
  await agent.page.waitForFunction(([cell, before]) => cell.innerText !== before, [await left.elementHandle(), figure])
  assert.ok(await agent.page.evaluate(() => window.unreloaded))
  await agent.picture('02-list')
})

await step('the worker on duty is told, and sees the ticket among what is offered to them', async () => {
  await first.page.getByRole('log').getByText(ticket.number).first().waitFor()
  await first.page.getByRole('link', { name: ticket.number, exact: true }).waitFor()
  await first.picture('03-offered')
  assert.equal(await second.page.getByText(ticket.number).count(), 0)
})

await step('the call ends while the others come in, and the ticket goes on', async () => {
  [head, supervisor, auditor] = await Promise.all(['town2-head', 'supervisor', 'auditor'].map((login) => enter(login, 'desk')))
  await ask('end of call')
  await agent.page.getByRole('link', { name: ticket.number, exact: true }).click()
  await agent.heading(ticket.number)
  await agent.page.getByText('正常结束').first().waitFor()
  await agent.page.evaluate(() => { window.unreloaded = true })
})

let behind = true // the second worker's page hears nothing new of the ticket, as on a bad network
const held = []
await step('three minutes later the second worker is asked too, and hesitates', async () => {
  await ask('clock', '2026-10-01 23:43:30')
  await second.page.getByRole('log').getByRole('link').first().click()
  await second.heading(ticket.number)
  await second.page.getByText('接单后您就是责任人').waitFor()
  await second.page.getByRole('button', { name: '接单', exact: true }).waitFor()
  await second.page.route((url) => /\/api\/v1\/tickets\/[^/]+$/.test(url.pathname), (route) => (behind ? held.push(route) : route.continue()))
})

await step('the first accepts in one tap, and the agent’s page follows', async () => {
  await agent.page.locator('header.card').getByText('派单中').waitFor()
  await first.page.getByRole('link', { name: ticket.number, exact: true }).click()
  await first.heading(ticket.number)
  const yes = first.page.getByRole('button', { name: '接单', exact: true })
  await yes.waitFor()
  await first.picture('04-accept')
  await yes.click()
  await first.page.getByText('✓ 已完成：接单').waitFor()

  await agent.page.locator('header.card').getByText('已接单').waitFor()
  await agent.page.locator('header.card').getByText(ticket.names[0]).waitFor()
  assert.ok(await agent.page.evaluate(() => window.unreloaded))
  await agent.picture('05-accepted')
})

await step('the second, too late, is told who has it', async () => {
  second.expected.push({ status: 409, path: '/acceptance' })
  await second.page.getByRole('button', { name: '接单', exact: true }).click()
  await second.page.getByText(`${ticket.names[0]} 已先接单。`).waitFor()
  await second.picture('06-too-late')
  behind = false
  await Promise.all(held.map((route) => route.continue()))
})

await step('whom it could be handed over to is a list, the nearest first', async () => {
  const { page } = first
  await page.getByRole('button', { name: '移交' }).click()
  const choices = page.getByLabel('交给谁').getByRole('option')
  await choices.filter({ hasText: '石桥镇民政办 · 值班台' }).waitFor({ state: 'attached' })
  const words = await choices.allInnerTexts()
  assert.ok(words.some((w) => w.includes(`${ticket.names[1]} · 乡镇经办人`)), words.join())
  assert.ok(words.at(-1).startsWith('晴川市'), words.join())
  assert.ok(!words.some((w) => w.includes(ticket.names[0]) || w.includes('溪口街道')), words.join())
  await page.getByLabel('交给谁').selectOption({ label: words.find((w) => w.includes(ticket.names[1])) })
  await first.picture('06-hand-over')
  await page.getByRole('button', { name: '清空' }).click()
})

await step('a visit: what was typed survives a reload, a photo goes with it', async () => {
  await ask('clock', '2026-10-02 00:20:00')
  await first.page.getByRole('button', { name: '走访记录' }).click()
  await first.page.getByLabel('到达时间').fill('2026-10-02T00:18')
  await first.page.getByLabel('地点').fill('东坡村三组')
  await first.page.getByLabel('看到和听到的情况').fill('厨房烧毁，两间房不能住，无人受伤。家里没有做饭的地方。')
  await first.page.reload()
  await first.page.getByRole('button', { name: /走访记录/ }).filter({ hasText: '有草稿' }).click()
  await first.page.getByText('已恢复您').waitFor()
  assert.equal(await first.page.getByLabel('地点').inputValue(), '东坡村三组')
  await takePhoto(first.page, '走访现场')
  await first.picture('07-visit')
  await send(first.page, '走访记录')
  await first.page.getByText('厨房烧毁，两间房不能住').waitFor()
})

await step('findings: a misread identity number is told before anything is sent', async () => {
  const { page } = first
  await page.getByRole('button', { name: '核查情况' }).click()
  await page.getByLabel('原因').selectOption('fire')
  await page.getByLabel('申请人姓名').fill('测试人')
  await page.getByLabel('居民身份证号').fill(wrongIdentity)
  await page.getByLabel('家庭人数').fill('4')
  await page.getByLabel('受影响人数').fill('4')
  await page.getByLabel('食品').check()
  await page.getByLabel('住处').check()
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.getByRole('alert').getByText('校验位不符：有一位写错，或两位写反。').waitFor()
  await first.picture('08-wrong-identity')
  await page.getByLabel('居民身份证号').fill(identity)
  await page.getByText('✓ 校验位相符。').waitFor()
  await send(page, '核查情况')
})

await step('800.00 yuan are decided, the payout is started, the cash is taken', async () => {
  const { page } = first
  await page.getByRole('button', { name: '决定救助' }).click()
  await page.getByLabel('救助金额').fill('800.00')
  await page.getByText('＝ 800.00 元').waitFor()
  await page.getByText('您可直接决定').waitFor()
  await page.getByLabel('救助理由').fill('火灾后无处做饭，当晚无处住。')
  await first.picture('09-decide')
  await send(page, '决定救助')
  await page.getByRole('button', { name: '发起发放' }).click()
  await page.getByText('您一人可以经办并发放').waitFor()
  await first.picture('10-payout')
  await send(page, '发起发放')
  await page.getByRole('button', { name: '领取现金' }).click()
  await send(page, '领取现金')
  await page.getByText('现金在发放人手中').waitFor()
})

await step('the receipt, with a photo and a drawn signature, stops the clock', async () => {
  const { page } = first
  await ask('clock', '2026-10-02 01:05:00')
  await page.reload()
  await page.getByRole('button', { name: '签收', exact: true }).click()
  await takePhoto(page, '交接照片')
  await sign(page)
  await first.picture('11-receipt')
  await send(page, '签收')
  await page.getByText('跟踪回访').first().waitFor()
  const clocks = page.getByRole('region', { name: '时限' })
  await clocks.getByText(/已停止 · 用时 8\d 分钟 · 按时/).first().waitFor()
  await first.picture('12-helped')
  await agent.page.getByText('跟踪回访').first().waitFor()
  await agent.picture('12-helped')
})

await step('the township’s head signs as the second person, from the inbox', async () => {
  await head.page.getByRole('link', { name: '待我审批' }).click()
  await head.heading('待我审批')
  await head.page.getByRole('row').filter({ hasText: ticket.number }).waitFor()
  await head.picture('13-inbox')
  await head.page.getByRole('link', { name: '补签' }).click()
  await head.page.getByText('您签的就是页面上显示的内容').waitFor()
  await head.page.getByRole('region', { name: '救助与发放' }).getByText('800.00 元').first().waitFor()
  await head.picture('14-second-signature')
  await send(head.page, '补签')
  await head.page.getByRole('region', { name: '救助与发放' }).getByText('补签').waitFor()
  await head.page.getByRole('link', { name: '待我审批' }).click()
  await head.page.getByText('没有等待您办理的事项。').waitFor()
  await head.page.getByRole('link', { name: '备用金与账目' }).click()
  await head.page.getByText('本区划部分').waitFor() // the other half stands in the county's accounts
  await head.picture('15-township-books')
  await head.page.getByRole('link', { name: '值班' }).click()
  await head.page.getByLabel('岗位').selectOption({ label: '乡镇经办人' })
  await head.page.locator('td li button').filter({ hasText: '第 1 顺位' }).filter({ hasText: ticket.names[0] }).first().waitFor()
  await head.picture('16-duty')
})

await step('the caller reached nobody, and the worker has been there: nobody rings, and nothing holds the case', async () => {
  await head.page.getByRole('link', { name: '工单', exact: true }).click()
  const answered = head.page.waitForResponse((r) => /\/tickets\/[^/]+\/loop$/.test(r.url()))
  await head.page.getByRole('link', { name: ticket.number, exact: true }).click()
  const { open } = await (await answered).json()
  if (open?.length) throw new Error(`still open: ${JSON.stringify(open)}`)
  if (await head.page.getByRole('region', { name: '办结前还差什么' }).count()) throw new Error('the page says that something is missing')
})

await step('the supervisor asks the citizen, and closes', async () => {
  await ask('after review')
  const area = supervisor.page.getByLabel('按区划筛选')
  await area.fill('枫林')
  await supervisor.page.getByRole('option').filter({ hasText: '枫林乡' }).first().click()
  await supervisor.page.getByText('目前没有处理中的工单。').waitFor()
  await area.fill('石桥')
  await supervisor.page.getByRole('option').filter({ hasText: '石桥镇' }).first().click()
  await supervisor.page.getByRole('link', { name: ticket.number, exact: true }).waitFor()
  await supervisor.picture('16-filtered')
  await supervisor.page.getByRole('link', { name: ticket.number, exact: true }).click()
  await supervisor.page.getByRole('button', { name: '回访办结' }).click()
  for (const [question, answer] of [['电话打通了吗', '是'], ['救助款物收到了吗', '是'], ['金额对吗', '是'], ['满意吗', '是']]) {
    await supervisor.page.getByRole('group', { name: question }).getByLabel(answer, { exact: true }).check()
  }
  await supervisor.page.getByLabel('回访记录').fill('本人接的电话，说收到 800 元，满意。')
  await supervisor.picture('17-close')
  await send(supervisor.page, '回访办结')
  await supervisor.page.locator('header.card').getByText('已办结').waitFor()
  await supervisor.page.getByRole('link', { name: '来电', exact: true }).click()
  await supervisor.page.getByRole('link', { name: ticket.number }).waitFor()
  await supervisor.picture('18-calls')
})

await step('the auditor finds every act, and books that balance', async () => {
  await auditor.page.getByRole('link', { name: '审计', exact: true }).click()
  await auditor.heading('审计')
  await auditor.page.getByRole('row').filter({ hasText: 'ticket.closed' }).getByText('回访办结').waitFor()
  await auditor.picture('19-audit')
  await auditor.page.getByRole('link', { name: '备用金与账目' }).click()
  await auditor.page.getByText('✓ 借贷平衡').waitFor()
  await auditor.picture('20-books')
})

await leave()

/** Sends the open form, and waits for the word that it was done. */
async function send(page, act) {
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.getByText(`✓ 已完成：${act}`).waitFor()
}

/** Gives the form's first photo field a picture that is drawn here, and waits until the server has it. */
async function takePhoto(page, words) {
  const octets = await page.evaluate(async (caption) => {
    const canvas = new OffscreenCanvas(1200, 900)
    const pen = canvas.getContext('2d')
    for (let i = 0; i < 3000; i++) {
      pen.fillStyle = `hsl(${(i * 47) % 360} 60% ${30 + (i % 50)}%)`
      pen.fillRect((i * 37) % 1200, (i * 91) % 900, 60, 40)
    }
    pen.fillStyle = '#fff'
    pen.font = '90px sans-serif'
    pen.fillText(caption, 300, 480)
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })).arrayBuffer())]
  }, words)
  await page.locator('input[type=file]').first().setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(octets) })
  await page.getByText('✓ 已上传').first().waitFor()
}

/** Draws a name on the signature field and uses it. */
async function sign(page) {
  const field = page.getByRole('group', { name: '收款人签名' })
  const pad = field.getByRole('img')
  await pad.scrollIntoViewIfNeeded()
  const box = await pad.boundingBox()
  for (const [x, y, toX, toY] of [[40, 30, 120, 30], [80, 20, 75, 100], [160, 40, 250, 60], [200, 25, 220, 110]]) {
    await page.mouse.move(box.x + x, box.y + y)
    await page.mouse.down()
    await page.mouse.move(box.x + toX, box.y + toY, { steps: 6 })
    await page.mouse.up()
  }
  await field.getByRole('button', { name: '使用此签名' }).click()
  await field.getByText('✓ 已上传').waitFor()
}
