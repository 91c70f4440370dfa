// Walks through a shift at the desk in a real browser with a microphone that
// beeps, against a line of its own: what is said over the socket, what is heard
// at the far end, and what happens with two tabs. Ends with 1 at the first
// thing that is wrong.
//   npm run build && npm run walk
import assert from 'node:assert/strict'
import { launch } from './browser.mjs'
import * as house from './house.mjs'
import { news, offer, putLine, seat } from './line.mjs'
import { serve } from './server.mjs'

const server = await serve()
const browser = await launch()
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
context.setDefaultTimeout(15_000)
const broken = []
// Every stream of the microphone is kept, so that it can be pulled out.
await context.addInitScript(() => {
  if (!navigator.mediaDevices) return
  const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  window.taken = []
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const stream = await give(wish)
    window.taken.push(stream)
    return stream
  }
})
let script = () => undefined // what the line answers this time
let far = null
async function open() {
  const page = await context.newPage()
  page.on('pageerror', (e) => broken.push(e.stack ?? String(e)))
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) broken.push(m.text()) })
  const line = await putLine(page, (r) => script(r), far)
  far ??= line.far
  await page.goto(`${server.origin}/desk`)
  await page.getByRole('heading', { name: '坐席工作台' }).waitFor()
  return { page, line, asked: (type) => line.asked.filter((r) => r.type === type), button: (name) => page.getByRole('button', { name }).first() }
}
async function step(name, does) {
  await does()
  console.log(`✓ ${name}`)
}
/** What the far end hears, as the loudest of a while. */
const heard = () => far.evaluate(async () => {
  const context = new AudioContext()
  const track = window.peer.getReceivers()[0].track
  const player = new Audio()
  player.srcObject = new MediaStream([track])
  await player.play()
  const analyser = context.createAnalyser()
  context.createMediaStreamSource(player.srcObject).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  let loudest = 0
  for (const until = performance.now() + 1500; performance.now() < until;) { // the beep comes once a second
    await new Promise((next) => setTimeout(next, 20))
    analyser.getFloatTimeDomainData(samples)
    loudest = Math.max(loudest, ...samples.map(Math.abs))
  }
  await context.close()
  return loudest
})
const ring = (d, id = 'o1') => { d.line.say({ type: 'seat', seat: seat({ state: 'ringing', offer: id, call: 'c0' }) }); d.line.say({ type: 'ring', offer: offer({ id }) }) }
const talk = (d, more = {}) => { d.line.say({ type: 'seat', seat: seat({ state: 'talking', call: 'c0' }) }); d.line.say({ type: 'call', call: news('talking', more) }) }

server.me = house.people.agent
const desk = await open()

await step('an agent signs on by keyboard; the browser offers A-law and keys, and nothing else', async () => {
  await desk.button('上线接电话').focus()
  await desk.page.keyboard.press('Enter')
  await desk.page.getByText('声音已接通').waitFor()
  const sdp = desk.asked('offer')[0].sdp
  assert.deepEqual(/m=audio \d+ UDP\/TLS\/RTP\/SAVPF ([\d ]+)/.exec(sdp)[1].split(' ').map((pt) => new RegExp(`a=rtpmap:${pt} (\\S+)`).exec(sdp)[1]), ['PCMA/8000', 'telephone-event/8000'])
  assert.deepEqual(desk.line.asked.map((r) => r.type).slice(0, 3), ['hello', 'sign_on', 'offer'])
})

await step('both sides are heard, and seen', async () => {
  assert.ok(await heard() > 0.05, 'the far end hears nothing')
  await desk.page.waitForFunction(() => [...document.querySelectorAll('meter')].every((m) => m.value > 0.2))
})

await step('a pause has a reason of the city’s list, and ends', async () => {
  await desk.page.getByLabel('暂停原因').selectOption({ label: '培训' })
  await desk.page.getByText('暂停 · 培训').waitFor()
  assert.equal(desk.asked('status').at(-1).reason, 'training')
  await desk.button('可接来电').click()
  await desk.page.waitForFunction(() => !document.body.innerText.includes('暂停 · 培训'))
})

await step('it rings: who calls and what may belong to it are there before the answer', async () => {
  ring(desk)
  await desk.page.getByRole('heading', { name: '☎ 来电' }).waitFor()
  await desk.page.getByText('138****5678').first().waitFor()
  await desk.page.getByText('线索：同一来电号码').waitFor()
  await desk.page.getByText('可能是 何**').waitFor()
  await desk.page.getByText(/还剩 \d+ 秒/).first().waitFor()
  assert.equal(server.calls.filter((c) => c.path === '/calls/c0/pop').length, 1)
})

await step('whoever hangs up stops the ringing', async () => {
  desk.line.say({ type: 'stop', offer: offer(), why: 'caller_left' })
  await desk.page.getByText('来电人已挂断。').waitFor()
  assert.equal(await desk.page.getByRole('heading', { name: '☎ 来电' }).count(), 0)
})

await step('F2 answers, and the ticket of the call lies beside it', async () => {
  ring(desk, 'o2')
  await desk.button('接听').waitFor()
  await desk.page.keyboard.press('F2')
  await desk.page.waitForFunction(() => document.activeElement !== null)
  await until(() => desk.asked('accept').length === 1)
  assert.equal(desk.asked('accept')[0].offer, 'o2')
  talk(desk)
  await desk.page.getByRole('heading', { name: /^工单/ }).waitFor()
  await desk.page.getByText('● 正在录音').waitFor()
})

await step('F8 mutes: the far end hears nothing until it is pressed again', async () => {
  await desk.page.keyboard.press('F8')
  await desk.page.getByText('已静音：来电人听不到您').waitFor()
  await until(async () => await heard() < 0.01)
  await desk.page.keyboard.press('F8')
  await until(async () => await heard() > 0.05)
})

await step('keys go with the sound, not as commands', async () => {
  await desk.button('按键').click()
  await desk.page.getByRole('group', { name: '按键' }).getByRole('button', { name: '5' }).click()
  await desk.page.keyboard.press('#')
  await desk.page.getByText('已发送 5#').waitFor()
  assert.equal(desk.asked('command').length, 0)
})

await step('hold, consult, swap, conference and hand-over are asked as the line knows them', async () => {
  await desk.page.keyboard.press('F9')
  desk.line.say({ type: 'call', call: news('holding') })
  await desk.button('恢复通话').click()
  desk.line.say({ type: 'call', call: news('talking') })
  await desk.button('咨询').click()
  await desk.page.getByRole('button', { name: '值班', exact: true }).click()
  await desk.page.getByLabel('选择').selectOption('county')
  await desk.button('开始咨询').click()
  desk.line.say({ type: 'call', call: news('consulting', { third: '青川县县级值班' }) })
  await desk.page.getByText('第三方：青川县县级值班').waitFor()
  for (const name of ['切换', '三方通话', '转给对方并退出']) await desk.button(name).click()
  await until(() => desk.asked('command').length === 6)
  assert.deepEqual(desk.asked('command').map(({ verb, target }) => [verb, target]), [
    ['hold', undefined], ['resume', undefined], ['consult', { kind: 'duty', duty: 'county' }], ['swap', undefined], ['conference', undefined], ['transfer', undefined],
  ])
  desk.line.say({ type: 'call', call: news('refused', { reason: 'busy' }) })
  await desk.page.getByText('没有办成：对方占线').waitFor()
})

await step('what is half typed beside the call survives it', async () => {
  desk.line.say({ type: 'call', call: news('talking') })
  await desk.button('走访记录').click()
  await desk.page.getByLabel('看到和听到的情况').fill('来电人说老人独居')
  await desk.page.getByText('草稿已保存在本设备').waitFor()
})

await step('a microphone that is pulled out gives way to another, in mid-call', async () => {
  await desk.page.evaluate(() => window.taken.at(-1).getAudioTracks()[0].dispatchEvent(new Event('ended')))
  await until(() => desk.page.evaluate(() => window.taken.length >= 2))
  await desk.page.getByText('声音已接通').waitFor()
  await until(async () => await heard() > 0.05)
  assert.equal(desk.asked('offer').length, 1)
})

const second = await open()
await step('a second tab follows: one socket, the same call, and its clicks go to the first', async () => {
  await second.page.getByText('电话声音在本浏览器的另一个标签页').waitFor()
  await second.page.getByRole('heading', { name: '通话', exact: true }).waitFor()
  assert.equal(second.line.asked.length, 0)
  await second.button('暂停录音').click()
  await until(() => desk.asked('command').at(-1).verb === 'record_pause')
})

await step('after a reload the page is back in the call, and says so; the microphone and the leg come by themselves', async () => {
  await second.page.close()
  script = (r) => (r.type === 'hello' ? [{ type: 'welcome', seat: seat({ state: 'talking', call: 'c0' }), call: news('talking'), desk: { ice_servers: [], queues: ['aid'], pause_reasons: ['meal'], emergency: [], dispositions: [], words: [], wrap_up_ns: 0 } }] : undefined)
  const tab = desk.asked('hello')[0].tab
  await desk.page.reload()
  await desk.page.getByText('您还在通话中').first().waitFor()
  await desk.page.getByText('声音已接通').waitFor()
  assert.equal(desk.asked('hello').at(-1).tab, tab)
  assert.equal(desk.asked('sign_on').length, 1)
  await until(async () => await heard() > 0.05)
  await desk.button('走访记录').click()
  assert.equal(await desk.page.getByLabel('看到和听到的情况').inputValue(), '来电人说老人独居')
})

await step('a broken socket comes back by itself, and the sound is not touched', async () => {
  const offers = desk.asked('offer').length
  desk.line.cut()
  await desk.page.getByText('正在重连').waitFor()
  await desk.page.getByText('正在重连').waitFor({ state: 'hidden' })
  assert.equal(desk.asked('offer').length, offers)
})

await step('after the call: a result, and more time without a call', async () => {
  script = () => undefined
  desk.line.say({ type: 'call', call: news('ended') })
  desk.line.say({ type: 'seat', seat: seat({ state: 'wrap_up', until: house.iso(0.5) }) })
  await desk.page.getByRole('heading', { name: '话后整理' }).waitFor()
  await desk.button('保存结果').click()
  await desk.page.getByText('请先选择通话结果。').waitFor()
  await desk.page.getByLabel('已登记求助').check()
  await desk.page.getByLabel('备注').fill('已派单')
  await desk.button('保存结果').click()
  await desk.page.getByText('✓ 已记录：已登记求助').waitFor()
  const posted = server.calls.find((c) => c.path === '/calls/c0/disposition')
  assert.deepEqual(posted.body, { code: 'registered', note: '已派单' })
  assert.ok(posted.key)
  await desk.page.keyboard.press('Shift+F2')
  await until(() => desk.asked('wrap_up_done').length === 1)
  desk.line.say({ type: 'seat', seat: seat() })
  await desk.page.getByRole('heading', { name: '话后整理' }).waitFor({ state: 'hidden' })
})

await step('who signs out in a call is kept; otherwise they sign off first', async () => {
  talk(desk)
  await desk.button('挂断').waitFor()
  await desk.button('退出').click()
  await desk.page.getByText('您还在通话中。').waitFor()
  assert.equal(server.me, house.people.agent)
  desk.line.say({ type: 'call', call: news('ended') })
  desk.line.say({ type: 'seat', seat: seat() })
})

await step('a desk that is open elsewhere can be taken over', async () => {
  script = (r) => (r.type === 'hello' && !r.take_over ? [{ type: 'taken' }] : undefined)
  await desk.page.reload()
  await desk.page.getByText('此坐席已在另一个浏览器中打开').waitFor()
  await desk.button('在这里接管').click()
  await desk.page.getByText('声音已接通').waitFor()
  assert.equal(desk.asked('hello').at(-1).take_over, true)
})

assert.deepEqual(broken, [])
await browser.close()
server.stop()

async function until(holds, limit = 10_000) {
  for (const end = Date.now() + limit; !(await holds());) {
    if (Date.now() > end) throw new Error(`not within ${limit} ms: ${holds}`)
    await new Promise((next) => setTimeout(next, 50))
  }
}
