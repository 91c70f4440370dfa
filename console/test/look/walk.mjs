// Walks through the pages as people do, against the invented house: typing,
// losing the line, coming back. Ends with 1 at the first thing that is wrong.
//   npm run build && npm run walk
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { launch } from './browser.mjs'
import * as house from './house.mjs'
import { serve } from './server.mjs'

const server = await serve()
const browser = await launch()
const page = await (await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true })).newPage()
const broken = []
page.on('pageerror', (e) => broken.push(String(e)))
page.on('console', (m) => { if (/Content Security Policy/i.test(m.text())) broken.push(m.text()) })
const ticket = `${server.origin}/tickets/${house.rows[3].id}`
const acts = (path) => server.calls.filter((c) => c.path.endsWith(path) && c.method === 'POST')
async function step(name, does) {
  await does()
  console.log(`✓ ${name}`)
}

await step('a stranger is shown the door, and brought on to where they wanted', async () => {
  await page.goto(`${ticket}?act=visit`)
  await page.getByLabel('账号', { exact: true }).fill('nobody')
  await page.getByLabel('密码').fill('x')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('账号或密码不对。').waitFor()
  await page.getByLabel('账号', { exact: true }).fill('worker1')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '走访记录' }).waitFor()
})

await step('what was typed survives a reload', async () => {
  await page.getByLabel('看到和听到的情况').fill('房屋烧毁，老人在邻居家。')
  await page.reload()
  await page.getByText('已恢复您').waitFor()
  assert.equal(await page.getByLabel('看到和听到的情况').inputValue(), '房屋烧毁，老人在邻居家。')
})

await step('a lost answer tells what happened, what was kept, what to do; the retry has the same key', async () => {
  server.fail = {} // the connection breaks
  await page.getByRole('button', { name: '确认提交' }).click()
  const note = page.locator('form.act [role=alert]')
  await note.waitFor()
  const words = await note.innerText()
  for (const label of ['发生了什么', '保留了什么', '怎么办', '重试不会重复办理']) assert.ok(words.includes(label), words)
  server.fail = null
  await page.getByRole('button', { name: '重试' }).click()
  await page.getByText('✓ 已完成：走访记录').waitFor()
  const keys = acts('/visits').map((c) => c.key)
  assert.equal(new Set(keys).size, 1)
  assert.ok(keys.length >= 2)
  assert.deepEqual(acts('/visits').at(-1).body.visitors, ['林小河'])
})

await step('the next attempt is another act', async () => {
  await page.getByRole('button', { name: '走访记录' }).click()
  await page.getByLabel('看到和听到的情况').fill('再访')
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.locator('form.act').waitFor({ state: 'detached' }) // the words of the last one may still be there
  await page.getByText('✓ 已完成：走访记录').waitFor()
  const keys = acts('/visits').map((c) => c.key)
  assert.notEqual(keys.at(-1), keys[0])
})

await step('a refusal is told in words, with its facts', async () => {
  server.ticket = { ...house.ticket, acts: ['accept'] }
  server.fail = { status: 409, code: 'already_taken', args: { owner: '赵二' } }
  await page.goto(`${ticket}?act=accept`)
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.getByText('赵二 已先接单。').waitFor()
  server.fail = null
  server.ticket = house.ticket
})

await step('a receipt: photo in parts, signature drawn, both fingerprints right', async () => {
  await page.goto(`${ticket}?act=receipt&item=p1`)
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.getByText('请先拍照并上传。').waitFor()
  const picture = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(900, 700)
    const pen = canvas.getContext('2d')
    for (let i = 0; i < 4000; i++) { pen.fillStyle = `hsl(${(i * 47) % 360} 80% 50%)`; pen.fillRect((i * 37) % 900, (i * 91) % 700, 20, 20) }
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())]
  })
  await page.locator('input[type=file]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from(picture) })
  await page.getByText('✓ 已上传').waitFor()
  const begun = acts('/uploads')[0].body
  const parts = server.parts.get('u9').got
  assert.ok(parts.size > 1, 'one part only')
  const whole = Buffer.concat([...parts].sort((a, b) => a[0] - b[0]).map(([, octets]) => octets))
  assert.equal(createHash('sha256').update(whole).digest('hex'), begun.sha256)
  assert.equal(begun.media_type, 'image/jpeg')

  const pad = page.locator('canvas[aria-label^=签名区]')
  await pad.scrollIntoViewIfNeeded()
  const box = await pad.boundingBox()
  await page.mouse.move(box.x + 30, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + 180, box.y + 40, { steps: 8 })
  await page.mouse.up()
  await page.getByRole('button', { name: '使用此签名' }).click()
  await page.getByRole('button', { name: '重新签名' }).waitFor()
  await page.getByText('✓ 已上传').nth(1).waitFor()
  assert.equal(acts('/uploads')[1].body.media_type, 'image/png')
  await page.screenshot({ path: process.env.WALK_PICTURE ?? '/dev/null', fullPage: true, type: 'png' })
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.getByText('✓ 已完成：签收').waitFor()
  const { device_at, ...sent } = acts('/receipt')[0].body
  assert.deepEqual(sent, { photo: 'u9', signature: 'screen', signature_upload: 'u9' })
  assert.match(device_at, /^2026-10-01T16:1/)
})

await step('a number is shown for a purpose only', async () => {
  await page.getByRole('button', { name: '查看来电号码' }).click()
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.getByText('138 0000 5678').waitFor()
  assert.deepEqual(acts('/caller-views')[0].body, { purpose: 'call_back' })
})

await step('an amount typed in yuan is sent as exact fen', async () => {
  server.ticket = { ...house.ticket, acts: ['decide'] }
  await page.goto(`${ticket}?act=decide`)
  await page.getByLabel('救助金额').fill('1234.565')
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.getByText('最多两位小数').first().waitFor()
  await page.getByLabel('救助金额').fill('1,234.56')
  await page.getByText('超过 1,000.00 元').waitFor()
  await page.getByLabel('救助理由').fill('火灾')
  await page.getByLabel('费用票据').check()
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.getByText('✓ 已完成：决定救助').waitFor()
  const { id, ...sent } = acts('/decisions')[0].body
  assert.deepEqual(sent, { amount_fen: 123_456, reason: '火灾', missing_papers: ['expense_proof'] })
  assert.equal(id, acts('/decisions')[0].key)
})

await step('a new ticket arrives without a reload, and is announced', async () => {
  await page.goto(`${server.origin}/tickets`)
  await page.getByText('2610010004213').waitFor()
  await page.evaluate(() => { window.same = true })
  server.rows = [{ ...house.rows[1], id: '99999999-9999-4999-8999-999999999999', number: '2610010004247' }, ...house.rows]
  server.say({ kind: 'ticket.registered', ticket: '99999999-9999-4999-8999-999999999999', area: '990101001000' })
  await page.getByRole('link', { name: '2610010004247' }).waitFor()
  await page.getByText('新增 1 件工单').waitFor({ state: 'attached' })
  assert.ok(await page.evaluate(() => window.same))
})

await step('a notice reaches the one it is for, once, and nobody else', async () => {
  const say = (login, ref) => server.say({ kind: 'notice.live', ticket: house.rows[1].id, area: '990101001000', data: { ref, login, template: 'offer', fields: { number: house.rows[1].number }, text: `给${login}的派单通知`, urgent: true } })
  for (const login of ['worker2', 'worker1', 'worker1']) say(login, `n-${login}`)
  await page.getByRole('log').getByText('给worker1的派单通知').waitFor()
  assert.equal(await page.getByRole('log').locator('p').count(), 1)
})

await step('whoever is signed out by the server comes back to their draft', async () => {
  server.ticket = { ...house.ticket, acts: ['hand_over'] }
  await page.goto(`${ticket}?act=handOver`)
  await page.getByLabel('交接说明').fill('家中无人照料')
  server.me = null
  await page.getByLabel('交给谁').selectOption('worker2')
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.getByLabel('账号', { exact: true }).fill('worker1')
  await page.getByLabel('密码').fill('x')
  await page.keyboard.press('Enter')
  await page.getByText('已恢复您').waitFor()
  assert.equal(await page.getByLabel('交接说明').inputValue(), '家中无人照料')
})

await step('a village assistant comes home to their visits, and says what the caller needs; nothing they may not read is asked for', async () => {
  server.me = house.people.assistant
  const before = server.calls.length
  await page.goto(server.origin)
  await page.getByRole('heading', { name: '待上门' }).waitFor()
  assert.equal(new URL(page.url()).pathname, '/visits')
  assert.deepEqual(await page.locator('header nav a').evaluateAll((all) => all.map((a) => a.getAttribute('href'))), ['/visits', '/reports', '/knowledge', '/contact'])
  await page.getByText('号码只对经办人开放').waitFor()
  assert.equal(await page.locator('a[href^="tel:"]').count(), 0)
  await page.getByRole('button', { name: '登记上门结果' }).click()
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.locator('[aria-invalid=true]').first().waitFor()
  await page.getByLabel('见到了，已问清需求').check()
  await page.getByLabel('来电人需要什么').fill('断粮三天，需要米面。')
  await page.reload()
  await page.getByRole('button', { name: '登记上门结果' }).click()
  await page.getByText('已恢复您').waitFor()
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.getByText('✓ 上门结果已登记。').waitFor()
  await page.getByText('没有待上门的来电人。').waitFor()
  assert.deepEqual(acts('/visit-result').map((c) => c.body), [{ result: 'reached', note: '断粮三天，需要米面。' }])
  const asked = [...new Set(server.calls.slice(before).map((c) => c.path))].filter((p) => !/^\/(session|system|areas|callbacks)/.test(p))
  assert.deepEqual(asked, [])
  server.me = house.people.worker
})

await step('whoever has the ticket calls the citizen from the visit, by the rules of the number', async () => {
  server.ticket = { ...house.ticket, acts: ['view_caller'] }
  await page.goto(`${server.origin}/visits`)
  await page.getByRole('button', { name: '打电话给来电人' }).click()
  await page.getByRole('button', { name: '查看来电号码' }).click()
  await page.getByRole('button', { name: '确认提交' }).click()
  await page.locator('a[href="tel:+8613800005678"]').waitFor()
  await page.goto(ticket)
  server.ticket = house.ticket
})

await step('the page speaks English too', async () => {
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'What happened' }).waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en')
})

assert.deepEqual(broken, [])
await browser.close()
server.stop()
