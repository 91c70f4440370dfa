// A browser goes away in the middle of a call: a page that is reloaded finds the
// call again, a browser that crashed leaves its citizen to a colleague.
import { ask } from '../browser/wire.mjs'
import { answer, citizenHears, crash, hears, leave, signOn, sit, step, talks } from './people.mjs'

const agent1 = await sit('agent1')
await signOn(agent1)
const agent2 = await sit('agent2')
await signOn(agent2)
const floor = await sit('supervisor', '/floor', agent2) // looks on, without a microphone
let number

await step('a citizen is in conversation', async () => {
  ({ number } = await ask('call'))
  await answer(agent1)
  await citizenHears('agent1')
})

await step('the page is reloaded: music at once, and then the same agent', async () => {
  await agent2.page.getByLabel('暂停原因').selectOption({ label: '用餐' }) // nobody else could take the citizen meanwhile
  await agent2.page.getByText('暂停 · 用餐').first().waitFor()
  const [, times] = await Promise.all([agent1.page.reload(), ask('music, then', 'agent1')])
  console.log(`the citizen had music after ${times.music} ms and the agent after ${times.back} ms`)
  await talks(agent1)
  await agent1.page.getByText('您还在通话中').first().waitFor()
  await hears(agent1, 'citizen')
})

await step('the browser crashes: the citizen has music and goes to the front of the queue', async () => {
  await agent2.button('可接来电').click()
  await ask('call', '+8619900000023')
  await answer(agent2)
  const waiting = await ask('call', '+8619900000024') // before the other comes back to the queue
  await floor.page.getByRole('link', { name: waiting.number }).first().waitFor()
  await crash(agent1)
  await ask('first citizen hears', 'music')
  const row = floor.page.getByRole('row').filter({ has: floor.page.getByRole('link', { name: number }) })
  await row.getByText('断线优先').waitFor()
  await floor.picture('front-of-the-queue')
})

await step('a colleague who becomes free answers that citizen first', async () => {
  await agent2.button(/^挂断/).click()
  await agent2.button(/^完成，接下一个/).click()
  await answer(agent2)
  await agent2.page.getByText(`工单 ${number}`).first().waitFor()
  await hears(agent2, 'citizen')
  await ask('first citizen hears', 'agent2')
  await citizenHears('music') // who came after still waits
  await ask('all hang up')
})

await leave()
