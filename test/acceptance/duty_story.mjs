// The head of a township enters a leave, and sees who serves instead and why. Started by duty_test.go.
import assert from 'node:assert/strict'
import { city, enter, leave, step } from './browser_people.mjs'

const head = await enter('town2-head', 'desk')
const cell = (name) => head.page.locator('td.today').getByRole('button', { name }).first()

await step('the calendar shows who is on duty today, and the reason on a tap', async () => {
  await head.page.goto('/duty?role=worker')
  await cell(city.first).waitFor()
  await head.picture('duty-01-calendar')
  await head.page.locator('td.today li button').filter({ has: head.page.getByText('第 1 顺位') }).filter({ hasText: city.first }).first().click()
  const why = head.page.getByRole('dialog')
  await why.getByText('按第 1 版规则').waitFor()
  await why.getByText('轮到本人').waitFor()
  await head.picture('duty-02-why')
})

await step('a substitute is chosen and the leave entered: two taps more', async () => {
  const why = head.page.getByRole('dialog')
  const option = await why.getByLabel('谁来替').locator('option', { hasText: city.substitute }).first().getAttribute('value')
  await why.getByLabel('谁来替').selectOption(option)
  await why.getByRole('button', { name: `换成 ${city.substitute}` }).click()
  await head.page.getByText('已登记').first().waitFor()
  await why.waitFor({ state: 'hidden' })
})

await step('the calendar shows the swap and tells why', async () => {
  const swapped = head.page.locator('li button').filter({ hasText: city.substitute }).filter({ hasText: '换班' }).first()
  await swapped.waitFor()
  await head.page.getByText(`${city.substitute} 替 ${city.first}`).waitFor()
  await swapped.click()
  const why = head.page.getByRole('dialog')
  await why.getByText(`换班：替 ${city.first}`).waitFor()
  await head.picture('duty-03-swap')
  assert.ok(await why.getByText('未值班').count() > 0)
})

await step('what the head would change of the plan is looked at before it is saved', async () => {
  await head.page.getByRole('button', { name: '关闭' }).last().click()
  await head.page.getByRole('button', { name: '编排', exact: true }).click()
  await head.page.getByRole('button', { name: '加一条规则' }).click()
  await head.page.getByRole('button', { name: '预览变化' }).click()
  await head.page.getByRole('heading', { name: '预览：尚未保存' }).waitFor()
  await head.page.getByRole('button', { name: '保存为第 2 版' }).waitFor()
  await head.picture('duty-04-edit')
})

await step('the substitute sees it on a phone, on one short page, and makes an address for a calendar', async () => {
  const worker = await enter(city.login, 'phone')
  await worker.page.goto('/duty')
  await worker.page.getByText('换班').first().waitFor()
  const tall = await worker.page.evaluate(() => document.documentElement.scrollHeight)
  assert.ok(tall < 2500, `the page is ${tall} px tall`)
  await worker.picture('duty-05-week')
  await worker.page.emulateMedia({ colorScheme: 'dark' })
  await worker.picture('duty-06-week-dark')
  await worker.page.getByRole('button', { name: '我的值班' }).click()
  await worker.page.getByRole('button', { name: '生成地址' }).click()
  const address = await worker.page.getByRole('textbox', { name: '订阅到手机日历' }).inputValue()
  const calendar = await fetch(address)
  assert.equal(calendar.status, 200)
  assert.match(await calendar.text(), /BEGIN:VEVENT/)
  await worker.picture('duty-07-mine-dark')
})

await step('the county sees the hole that a leave without a substitute has left', async () => {
  const county = await enter('county1-duty', 'desk')
  await county.page.goto('/duty?tab=holes')
  await county.page.getByText('枫林乡').first().waitFor()
  await county.picture('duty-08-holes')
  await county.page.emulateMedia({ colorScheme: 'dark' })
  await county.page.getByRole('button', { name: '去安排' }).first().click()
  await county.page.locator('td.gap').first().waitFor()
  await county.picture('duty-09-hole-dark')
})

await leave()
