// A report written without a network, and sent by another. Started by offline_test.go.
import assert from 'node:assert/strict'
import { ask, city, complaints, enter, leave, send, step } from './browser_people.mjs'

const phone = await enter('town2-volunteer1', 'phone', '上报困难')
const { page } = phone
const context = page.context()
const words = '独居老人，屋顶漏雨，两天没有做饭。'

/** What a browser says of itself while there is no network belongs to the story. */
async function without(does) {
  await context.setOffline(true)
  const before = complaints.length
  await does()
  await context.setOffline(false)
  const others = complaints.splice(before).filter((c) => !/ERR_INTERNET_DISCONNECTED/.test(c))
  complaints.push(...others)
}

await step('the phone keeps its pages', async () => {
  await page.getByText('您还没有上报过。').waitFor()
  await page.waitForFunction(async () => {
    const pages = await caches.open('pages')
    return (await pages.match('/')) && (await pages.keys()).length > 5 && navigator.serviceWorker.controller
  })
})

await without(async () => {
  await step('without a network the page opens, and a report is kept', async () => {
    await page.reload()
    await phone.heading('上报困难')
    await page.getByRole('button', { name: '上报困难家庭' }).click()
    await page.getByLabel('在哪里').selectOption({ label: '东坡村' })
    await page.getByLabel('看到了什么').fill(words)
    await page.getByLabel('今天要帮上').check()
    await page.getByLabel('户主姓名或称呼').fill('何大娘')
    await page.getByLabel('联系电话').fill('199 0000 0088')
    await page.setInputFiles('input[type=file]', { name: 'roof.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') })
    await page.getByAltText('照片 1').waitFor()
    await phone.picture('offline-01-form')
    await send(phone)
    await page.getByText('已存入本机，联网后自动发送。').waitFor()
    await page.getByText('本机还有 2 条没有发出').waitFor()
  })
  await step('it is still there after the page was shut', async () => {
    await page.reload()
    await page.getByText('本机还有 2 条没有发出').waitFor()
    await page.getByText(words).waitFor()
    await phone.picture('offline-02-waiting')
    assert.equal((await ask('tickets')).tickets, 0)
    await context.clearCookies() // the author's session ends meanwhile
    await context.route('**/api/v1/report*', (route) => route.abort()) // and the network is too weak to send, until the last step but one
  })
})

await step('another signs in on the phone: it is sent, and stays its author’s', async () => {
  phone.expected.push({ status: 401, path: '/api/v1/session' })
  await page.goto('/sign-in')
  await page.getByLabel('账号', { exact: true }).fill('village1-assistant')
  await page.getByLabel('密码').fill(city.passwords['village1-assistant'])
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '待上门', exact: true }).waitFor()
  await page.goto('/reports')
  await page.getByText('本机还有 2 条没有发出').waitFor()
  assert.equal(await page.getByText(words).count(), 0, 'the other reads what was written before')
  await page.getByText(/陆小舟 写于/).first().waitFor()
  await phone.picture('offline-03-another')
  await context.unroute('**/api/v1/report*')
  complaints.splice(0, complaints.length, ...complaints.filter((c) => !/ERR_FAILED/.test(c)))
  await page.getByRole('button', { name: '现在发送' }).click()
  await page.getByText('本机还有').waitFor({ state: 'detached' })
  await page.getByText('您还没有上报过。').waitFor()
  assert.equal((await ask('tickets')).tickets, 1)
})

await step('the author finds it, and adds to it', async () => {
  const author = await enter('town2-volunteer1', 'phone', '上报困难')
  await author.page.getByText(words).waitFor()
  await author.page.getByText(/由 顾麦秋 登录时发出/).first().waitFor()
  await author.page.getByRole('button', { name: '补充情况' }).click()
  await author.page.getByLabel('看到了什么').fill('老人已被邻居接走。')
  await send(author)
  await author.page.getByText('老人已被邻居接走。').waitFor()
  await author.picture('offline-04-mine')
})

await leave()
