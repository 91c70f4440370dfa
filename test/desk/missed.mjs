// Who is not answered is rung back: an abandoned call, a call whose caller asked
// for it by key 2, and one whose number nobody knows.
import assert from 'node:assert/strict'
import { ask } from '../browser/wire.mjs'
import { answer, citizenHears, hears, leave, signOn, sit, step } from './people.mjs'

const agent = await sit('agent1')
await signOn(agent)
const ring = agent.page.getByRole('heading', { name: '☎ 来电' })
const task = (number) => agent.page.getByRole('row').filter({ has: agent.page.getByRole('button', { name: number }) })
let missed, again, asked

await step('a citizen who hangs up stops the ringing', async () => {
  missed = await ask('call', '+8619900000022')
  await ring.waitFor()
  await ask('citizen hangs up')
  await ring.waitFor({ state: 'hidden' })
  await agent.page.getByText('来电人已挂断。').waitFor()
})

await step('and is to be rung back', async () => {
  await agent.button('回拨任务').click()
  await task(missed.number).getByText('未接来电').waitFor()
  await task(missed.number).getByText('199****0022').waitFor()
})

await step('a second missed call of theirs joins the same task', async () => {
  again = await ask('call', '+8619900000022')
  await ring.waitFor()
  await ask('citizen hangs up')
  await ring.waitFor({ state: 'hidden' })
  await task(missed.number).getByText('共 2 次来电').waitFor()
  assert.equal(await task(again.number).count(), 0)
})

await step('key 2, and 1 to confirm, asks for a call-back', async () => {
  asked = await ask('call', '+8619900000023')
  await ring.waitFor()
  await citizenHears('music') // the greeting
  await ask('citizen presses', '2')
  await ask('citizen presses', '1')
  await task(asked.number).getByText('要求回拨').waitFor()
  await ask('citizen hangs up')
  await ring.waitFor({ state: 'hidden' })
  await agent.picture('call-backs')
})

await step('a withheld number cannot be rung back, and makes no task', async () => {
  const withheld = await ask('call', 'anonymous')
  await ring.waitFor()
  await ask('citizen hangs up')
  await ring.waitFor({ state: 'hidden' })
  await ask('tasks', '2')
  assert.equal(await task(withheld.number).count(), 0)
})

await step('the citizen who calls again and is answered needs no call-back any more', async () => {
  await ask('call', '+8619900000022')
  await ring.waitFor()
  await agent.page.getByText('此号码有待回拨任务').waitFor()
  await agent.picture('ringing-known')
  await answer(agent)
  await hears(agent, 'citizen')
  await agent.button('回拨任务').click()
  await task(missed.number).waitFor({ state: 'hidden' })
  await ask('citizen hangs up')
  await ask('tasks', '1')
})

await leave()
