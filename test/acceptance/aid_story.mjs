// One application for dibao, from the household to the notice, all by the pages. Started by aid_test.go.
import { ask, enter, leave, send, step } from './browser_people.mjs'

const volunteer = await enter('town2-volunteer1', 'phone', '上报困难')
let page, worker, of

await step('a volunteer reports a household, and a worker accepts it', async () => {
  await volunteer.page.getByRole('button', { name: '上报困难家庭' }).click()
  await volunteer.page.getByLabel('在哪里').selectOption({ label: '东坡村' })
  await volunteer.page.getByLabel('看到了什么').fill('父亲病倒，一家四口没有收入。')
  await volunteer.page.getByLabel('现在就要有人来').check()
  await send(volunteer)
  await volunteer.page.getByText(/已上报，工单编号 \d{13}/).waitFor() // kept in the phone first, and sent at once
  of = await ask('who was asked')
  worker = await enter(of.worker, 'desk')
  page = worker.page
  await page.goto(`/tickets/${of.number}`)
  await page.getByRole('button', { name: '接单' }).first().click()
  await page.getByText('已接单').first().waitFor()
})

await step('they register the four of the family', async () => {
  await page.getByRole('button', { name: '登记新家庭' }).click()
  for (let n = 1; n < 4; n++) await page.getByRole('button', { name: '再加一人' }).click()
  for (const [i, [name, relation, born, serial]] of [['周测试', 'head', '19790307', '001'], ['吴测试', 'spouse', '19810412', '002'], ['周小一', 'child', '20100901', '003'], ['周小二', 'child', '20180215', '004']].entries()) {
    await page.getByLabel('姓名').nth(i).fill(name)
    await page.getByLabel('与户主的关系').nth(i).selectOption(relation)
    await page.getByLabel('身份证号').and(page.locator('input:not([type=checkbox])')).nth(i).fill(numbered(`990101${born}${serial}`))
  }
  await send(worker)
  await page.getByText('第三层：急难救助').first().waitFor()
})

await step('an application begins, is declared, handed in and taken in', async () => {
  await page.getByRole('button', { name: '申请基本生活救助' }).click()
  await page.getByLabel('救助种类').selectOption('dibao')
  await page.getByLabel('申请人（领款人）').selectOption({ label: '周测试 · 户主' })
  await send(worker)
  await page.getByRole('link', { name: '最低生活保障' }).click()
  await act('填写申报', async () => {
    await page.getByRole('button', { name: '给周测试加一项收入' }).click()
    await page.getByLabel('收入种类').selectOption('odd_jobs')
    await page.getByLabel('金额（元）').first().fill('2400')
  })
  await worker.picture('aid-01-declared')
  await act('提交申请')
  await act('受理')
})

await step('urgent help asks no source, so the head lets the sources go, and papers will do', async () => {
  const head = await enter('town2-head', 'desk')
  await head.page.goto(page.url())
  await head.page.getByRole('button', { name: '同意缺少数据源', exact: true }).click()
  await head.page.getByRole('group', { name: '没有答复的数据源' }).getByRole('checkbox').first().waitFor()
  for (const box of await head.page.getByRole('group', { name: '没有答复的数据源' }).getByRole('checkbox').all()) await box.check()
  await head.page.locator('form.act textarea').first().fill('急难未了，先凭书面材料办理')
  await head.picture('aid-01b-waived')
  await send(head)
  await act('登记核对结果', () => page.getByLabel('核对结果与申报是否一致').fill('书面材料与申报一致'))
})

await step('two people were there, neighbour and committee have spoken, and the sum is computed', async () => {
  await act('登记入户调查', async () => {
    await page.getByLabel('入户人员（至少两人）').fill('王干部、李干部')
    await page.getByLabel('看到和听到的情况').fill('两间瓦房，父亲卧床。')
    await photo(0, 1)
    await page.getByRole('radio', { name: '无法签字' }).check()
    await page.getByLabel('为什么没有签字，谁在场').fill('手伤，邻居在场')
  })
  for (const [role, name] of [['neighbour', '钱邻居'], ['committee', '孙主任']]) {
    await act('登记邻里或村居意见', async () => {
      await page.getByLabel('谁的意见').selectOption(role)
      await page.getByLabel('姓名').fill(name)
      await page.getByLabel('说了什么').fill('情况属实。')
    })
  }
  await act('计算应救助金额')
  await page.getByText('× 4 人').waitFor()
  await worker.picture('aid-02-computed')
})

await step('it is proposed, and the notice hangs', async () => {
  await act('提出给予救助', async () => {
    await page.locator('form.act textarea').first().fill('父亲卧病在床，没有收入')
    await page.getByLabel('为什么先给这一种').fill('这一户的情况需要按月救助')
  })
  await act('张贴公示', async () => {
    await page.getByLabel('受理异议的电话').fill('0537-12349')
    await photo(0, 1)
  })
  await page.getByText('公示中').first().waitFor()
  const [board] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', { name: '公示网页' }).click()])
  await board.getByText('周测试').first().waitFor()
  await worker.picture('aid-03-notice')
})
await leave()

/** Does one step of the application: its button, its fields, and the word that it was done. */
async function act(name, fill = async () => {}) {
  await page.getByRole('button', { name, exact: true }).first().click()
  await page.locator('form.act').waitFor()
  await fill()
  await send(worker)
  await page.getByText(`已完成：${name}`).waitFor()
}
async function photo(field, all) {
  await page.locator('form.act input[type=file]').nth(field).setInputFiles({ name: 'seen.png', mimeType: 'image/png', buffer: await page.screenshot() })
  await page.getByText('已上传').nth(all - 1).waitFor()
}
/** An identity number that nobody has, with its check character. */
function numbered(body) {
  const sum = [...body].reduce((s, d, i) => s + Number(d) * [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2][i], 0)
  return body + '10X98765432'[sum % 11]
}
