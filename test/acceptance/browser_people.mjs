// What the browser's story needs: people with a window each.
import { launch } from '../../console/test/look/browser.mjs'
import { city, complaints, fits, hangUp, overhear, signIn } from '../browser/wire.mjs'

export { ask, city, complaints } from '../browser/wire.mjs'

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

const browser = await launch()
const people = []
const widths = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

/** Lets somebody in, in a browser of their own, by the sign-in page, to the heading of their first page. */
export async function enter(login, on, home) {
  const person = await outside(login, on)
  await signIn(person, home)
  return person
}

/** Somebody with a browser of their own, who has not signed in. */
export async function outside(login, on) {
  const context = await browser.newContext({
    baseURL: city.api, viewport: widths[on], hasTouch: on === 'phone', isMobile: on === 'phone', locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  const person = { login, page, picture, heading, expected: [] }
  overhear(person)
  people.push(person)
  return person

  async function picture(name) {
    await fits(person, name)
    await page.screenshot({ path: `${city.pictures}/${name}-${on}.png`, fullPage: true })
  }
  async function heading(words) {
    await page.getByRole('heading', { name: words }).first().waitFor()
  }
}

/** Sends the form that is open, and waits until it is gone: only then is what it did done, and another may be opened. */
export async function send({ page }) {
  const submit = page.getByRole('button', { name: '确认提交' })
  await submit.click()
  await submit.waitFor({ state: 'detached' })
}

/** Ends the story: nothing may have been complained of, and everything announced must have come. */
export async function leave() {
  for (const p of people) for (const e of p.expected) complaints.push(`${p.login}: the server did not refuse ${e.path} with ${e.status}`)
  await browser.close()
  hangUp()
  if (complaints.length > 0) throw new Error(`the browsers complain:\n${complaints.join('\n')}`)
}
