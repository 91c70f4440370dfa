// What the browser's story needs: people with a browser each, and a wire to the
// test that holds the city. The test reads lines from stdout; a line that
// begins with "? " is a request, answered by one line of JSON on stdin.
import { createInterface } from 'node:readline'
import { launch } from '../../console/test/look/browser.mjs'

const wire = createInterface({ input: process.stdin })
const answers = wire[Symbol.asyncIterator]()
export const city = JSON.parse((await answers.next()).value)

/** Asks the test to do what no browser can: place a call, move the clock. */
export async function ask(what, detail = '') {
  console.log(`? ${what}${detail && `: ${detail}`}`)
  return JSON.parse((await answers.next()).value)
}

/** One step of the story; what goes wrong says in which. */
export async function step(name, does) {
  const begun = performance.now()
  try {
    await does()
  } catch (fault) {
    for (const p of people) await p.picture(`fault-${p.login}`)
    throw new Error(`${name}: ${fault.message}\n${complaints.join('\n')}`, { cause: fault })
  }
  console.log(`✓ ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`)
}

/** Everything the browsers complained of, that nobody had announced. */
export const complaints = []
const browser = await launch()
const people = []
const widths = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

/** Lets somebody in, in a browser of their own, by the sign-in page. */
export async function enter(login, on) {
  const context = await browser.newContext({
    baseURL: city.api, viewport: widths[on], hasTouch: on === 'phone', isMobile: on === 'phone', locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const person = { login, page, picture, heading, expected: [] }
  const complain = (words) => complaints.push(`${login} at ${page.url()}: ${words}`)
  page.on('pageerror', (fault) => complain(fault.stack ?? String(fault)))
  page.on('console', (said) => {
    if (said.type() !== 'error' && said.type() !== 'warning') return
    // Chromium writes every refusal of the server down as an error; those that belong to the story are announced.
    const at = person.expected.findIndex((e) => said.text().includes(`status of ${e.status}`) && said.location().url.endsWith(e.path))
    if (at >= 0) person.expected.splice(at, 1)
    else complain(`${said.text()} (${said.location().url})`)
  })
  people.push(person)

  person.expected.push({ status: 401, path: '/api/v1/session' }) // nobody is signed in yet
  await page.goto('/')
  await page.getByLabel('账号', { exact: true }).fill(login)
  await page.getByLabel('密码').fill(city.passwords[login])
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '工单', exact: true }).waitFor()
  return person

  async function picture(name) {
    const { scroll, width } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: innerWidth }))
    if (scroll > width + 1) complain(`${name}: the page scrolls sideways, ${scroll} of ${width}`)
    await page.screenshot({ path: `${city.pictures}/${name}-${on}.png`, fullPage: true })
  }
  async function heading(words) {
    await page.getByRole('heading', { name: words }).first().waitFor()
  }
}

/** Ends the story: nothing may have been complained of, and everything announced must have come. */
export async function leave() {
  for (const p of people) for (const e of p.expected) complaints.push(`${p.login}: the server did not refuse ${e.path} with ${e.status}`)
  await browser.close()
  wire.close()
  process.stdin.destroy() // the test holds the other end, and would keep us waiting
  if (complaints.length > 0) throw new Error(`the browsers complain:\n${complaints.join('\n')}`)
}
