// The wire between a story in the browser and the test that holds the city. The
// test reads lines from stdout; a line that begins with "? " is a request,
// answered by one line of JSON on stdin.
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })
const answers = lines[Symbol.asyncIterator]()

/** What the test told at the beginning. */
export const city = JSON.parse((await answers.next()).value)

/** Asks the test to do what no browser can: place a call, move the clock. */
export async function ask(what, detail = '') {
  console.log(`? ${what}${detail && `: ${detail}`}`)
  return JSON.parse((await answers.next()).value)
}

/** Says that nothing more will be asked. */
export function hangUp() {
  lines.close()
  process.stdin.destroy() // the test holds the other end, and would keep us waiting
}

/** Everything the browsers complained of, that nobody had announced. */
export const complaints = []

/** Collects what a page of a person complains of; person.expected are refusals of the server that belong to the story. */
export function overhear(person) {
  const { page, login } = person
  person.complain = (words) => complaints.push(`${login} at ${page.url()}: ${words}`)
  page.on('pageerror', (fault) => person.complain(fault.stack ?? String(fault)))
  page.on('console', (said) => {
    if (said.type() !== 'error' && said.type() !== 'warning') return
    // Chromium writes every refusal of the server down as an error; those that belong to the story are announced.
    const at = person.expected.findIndex((e) => said.text().includes(`status of ${e.status}`) && said.location().url.endsWith(e.path))
    if (at >= 0) person.expected.splice(at, 1)
    else person.complain(`${said.text()} (${said.location().url})`)
  })
}

/** Lets somebody in by the sign-in page; home is the heading of the page that their work begins with. */
export async function signIn({ login, page, expected }, home = '工单') {
  expected.push({ status: 401, path: '/api/v1/session' }) // nobody is signed in yet
  await page.goto('/')
  await page.getByLabel('账号', { exact: true }).fill(login)
  await page.getByLabel('密码').fill(city.passwords[login])
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: home, exact: true }).waitFor()
}

/** Complains where a page stays wider than its window; the menu learns of another width a moment after the window has it. */
export async function fits({ page, complain }, name) {
  await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth + 1, null, { timeout: 5_000 }).catch(async () => {
    const [scroll, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
    complain(`${name}: the page scrolls sideways, ${scroll} of ${width}`)
  })
}
