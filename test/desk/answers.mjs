// An agent answers: one call through everything that can be done with it, from
// the ring to the supervisor who takes it over; and one with a survey after it.
// Started by desk_test.go, which holds the city and the citizen's telephone.
import { ask } from '../browser/wire.mjs'
import { answer, citizenHears, hears, leave, signOn, sit, step, talks } from './people.mjs'

// In this order: the longest idle is rung first.
const agent1 = await sit('agent1')
await signOn(agent1)
const agent2 = await sit('agent2')
await signOn(agent2)
const supervisor = await sit('supervisor')
await signOn(supervisor)
let number

await step('a citizen calls, and the agent’s page rings with what is known of the caller', async () => {
  ({ number } = await ask('call'))
  await agent1.page.getByRole('heading', { name: '☎ 来电' }).waitFor()
  await agent1.page.getByText('199****0021').first().waitFor()
  await agent1.page.getByText('此号码首次来电').waitFor()
  await agent1.page.getByText(/还剩 \d+ 秒/).first().waitFor()
})

await step('answered, they hear each other', async () => {
  await agent1.picture('ringing')
  await answer(agent1)
  await citizenHears('agent1')
  await hears(agent1, 'citizen')
  await hears(agent2)
  await agent1.page.getByText(`工单 ${number}`).first().waitFor()
  await agent1.page.getByText('● 正在录音').waitFor()
  await agent1.picture('talking')
})

await step('muted, the agent is not heard and hears on', async () => {
  await agent1.button(/^静音/).click()
  await citizenHears()
  await hears(agent1, 'citizen')
  await agent1.button(/^取消静音/).click()
  await citizenHears('agent1')
})

await step('on hold the citizen has music, and the agent nothing', async () => {
  await agent1.button(/^保持/).click()
  await agent1.page.getByText('来电人在听音乐').first().waitFor()
  await citizenHears('music')
  await hears(agent1)
  await agent1.button(/^恢复通话/).click()
  await citizenHears('agent1')
  await hears(agent1, 'citizen')
})

await step('keys of the page reach the citizen’s side', async () => {
  await agent1.button('按键').click()
  await agent1.page.getByRole('group', { name: '按键' }).getByRole('button', { name: '5' }).click()
  await ask('citizen gets key', '5')
  await agent1.button('按键').click()
})

await step('a colleague is consulted: the agents hear each other, the citizen music', async () => {
  await choose(agent1, '咨询', '钱明远', '开始咨询')
  await answer(agent2)
  await hears(agent1, 'agent2')
  await hears(agent2, 'agent1')
  await citizenHears('music')
})

await step('swapped, the citizen is spoken to and the colleague waits', async () => {
  await agent1.button('切换').click()
  await citizenHears('agent1')
  await hears(agent1, 'citizen')
  await agent1.button('切换').click()
  await hears(agent1, 'agent2')
  await citizenHears('music')
})

await step('in a conference all three hear one another', async () => {
  await agent1.button('三方通话').click()
  await citizenHears('agent1', 'agent2')
  await hears(agent1, 'citizen', 'agent2')
  await hears(agent2, 'citizen', 'agent1')
})

await step('handed over, the citizen goes on with the colleague, and the agent writes up', async () => {
  await agent1.button('转给对方并退出').click()
  await citizenHears('agent2')
  await hears(agent2, 'citizen')
  await hears(agent1)
  await agent1.page.getByRole('heading', { name: '话后整理' }).waitFor()
  await agent1.picture('wrap-up')
  await agent1.page.getByLabel('已转交同事').check()
  await agent1.button('保存结果').click()
  await agent1.page.getByText('✓ 已记录：已转交同事').waitFor()
  await agent1.button(/^完成，接下一个/).click()
  await agent1.page.getByRole('heading', { name: '话后整理' }).waitFor({ state: 'hidden' })
})

await step('a supervisor listens, and nobody hears of it', async () => {
  await supervisor.page.getByRole('link', { name: '话务现场' }).click()
  await supervisor.page.getByRole('link', { name: number }).first().waitFor()
  await supervisor.button('旁听').click()
  await supervisor.page.getByText('您正在旁听').waitFor()
  await hears(supervisor, 'citizen', 'agent2')
  await citizenHears('agent2')
  await hears(agent2, 'citizen')
  await supervisor.picture('floor')
})

await step('whispers, and only the agent hears it', async () => {
  await supervisor.button('耳语').click()
  await hears(agent2, 'citizen', 'supervisor')
  await citizenHears('agent2')
})

await step('barges in, and both hear it', async () => {
  await supervisor.button('加入').click()
  await citizenHears('agent2', 'supervisor')
  await hears(agent2, 'citizen', 'supervisor')
  await hears(supervisor, 'citizen', 'agent2')
})

await step('takes the call over, and the agent is out of it', async () => {
  await supervisor.button('接管').click()
  await citizenHears('supervisor')
  await hears(supervisor, 'citizen')
  await hears(agent2)
  await supervisor.page.getByRole('link', { name: '坐席工作台' }).click()
  await talks(supervisor)
  await agent2.page.getByText('主管已接管通话。').waitFor()
})

await step('the citizen hangs up', async () => {
  await ask('citizen hangs up')
  await supervisor.page.getByRole('heading', { name: '话后整理' }).waitFor()
  await hears(supervisor)
})

await step('of another call the citizen says how it was, once the agent has hung up', async () => {
  for (const who of [agent2, supervisor]) {
    await who.page.getByLabel('暂停原因').selectOption({ label: '休息' })
    await who.page.getByText('暂停 · 休息').first().waitFor()
  }
  const survey = await ask('call')
  await answer(agent1)
  await citizenHears('agent1')
  await agent1.button(/^挂断/).click()
  await citizenHears('music') // the question
  await ask('citizen presses', '5')
  await ask('score', `${survey.number} 5`)
  await ask('citizen hangs up')
})

await leave()

async function choose(person, what, whom, go) {
  await person.button(what).click()
  const list = person.page.getByLabel('选择')
  await list.getByRole('option', { name: new RegExp(whom) }).waitFor({ state: 'attached' })
  await list.selectOption({ label: (await list.getByRole('option').allInnerTexts()).find((words) => words.includes(whom)) })
  await person.button(go).click()
}
