// Telephones that are not ours call, and the agent talks with each.
import { ask } from '../browser/wire.mjs'
import { answer, hears, leave, signOn, sit, step } from './people.mjs'

const agent = await sit('agent1')
await signOn(agent)

await step('baresip calls, and they hear each other until it hangs up', async () => {
  await ask('telephone', 'baresip')
  await answer(agent)
  await hears(agent, 'citizen')
  await ask('telephone hears', 'agent1')
  await ask('telephone hangs up')
  await writeUp()
})

await step('sipp calls, and is heard until the agent hangs up', async () => {
  await ask('telephone', 'sipp')
  await answer(agent)
  await hears(agent, 'citizen')
  await agent.button(/^挂断/).click()
  await writeUp()
})

await leave()

async function writeUp() {
  await agent.page.getByRole('heading', { name: '话后整理' }).waitFor()
  await agent.button(/^完成，接下一个/).click()
  await agent.page.getByRole('heading', { name: '话后整理' }).waitFor({ state: 'hidden' })
}
