// Walks through the pages of every role at three widths in both languages and
// tells what does not fit. Started by fit_test.go, which holds the city.
import assert from 'node:assert/strict'
import { axe, launch, misfits } from '../../console/test/look/browser.mjs'
import { city, complaints, hangUp, overhear } from '../browser/wire.mjs'

const sizes = [{ width: 1440, height: 900 }, { width: 768, height: 1024 }, { width: 390, height: 844 }]
const browser = await launch()
const seen = new Set()

// Two walk at a time: while one waits for the server, the other's page is laid out.
const waiting = [...city.people]
await Promise.all([1, 2].map(async () => { while (waiting.length > 0) await walk(waiting.shift()) }))
await browser.close()
hangUp()
if (complaints.length > 0) throw new Error(`what does not fit:\n${complaints.join('\n')}`)

/** Looks at all pages of a person. */
async function walk(person) {
  const begun = performance.now()
  const context = await browser.newContext({ baseURL: city.api, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
  context.setDefaultTimeout(60_000)
  await context.addCookies(person.cookie.split('; ').map((c) => ({ name: c.slice(0, c.indexOf('=')), value: c.slice(c.indexOf('=') + 1), url: city.api })))
  const page = await context.newPage()
  overhear(Object.assign(person, { page, expected: [] }))
  let looked = 0
  for (const size of sizes) {
    await page.setViewportSize(size)
    await page.goto('/')
    await read(page)
    const links = (await page.locator('header nav a').evaluateAll((all) => all.map((a) => a.getAttribute('href')))).filter((path) => path !== '/sms') // the city's messages went to the test's own gateway
    assert.ok(links.length > 0, `${person.login} has a menu`)
    for (const path of [...links, ...(person.ticket ? [`/tickets/${person.ticket}`] : [])]) {
      const look = `${path} ${size.width}`
      if (size.width > 390 && path !== links[0] && seen.has(look)) continue // a wide page that another role has shown to fit
      seen.add(look)
      const link = page.locator(`header nav a[href="${path}"]`)
      await (links.includes(path) ? link.dispatchEvent('click') : page.goto(path)) // an item behind the button is clicked without opening it
      await page.waitForURL((at) => at.pathname === path)
      await read(page)
      for (const language of ['en', 'zh-CN']) {
        await page.locator(`.who button[lang="${language}"]`).click()
        await page.waitForFunction((l) => document.documentElement.lang === l, language)
        await settled(page)
        const faults = await misfits(page)
        if (faults.length > 0) await page.screenshot({ path: `${city.pictures}/${person.login}-${path.split('/')[1]}-${size.width}-${language}.png`, fullPage: true })
        for (const fault of faults) person.complain(`${size.width} px, ${language}: ${fault}`)
        looked++
      }
    }
  }
  await page.locator('.who button[lang=en]').click()
  await settled(page)
  if (await page.locator('header nav button').count() > 0) await throughTheMenu(page)
  console.log(`✓ ${person.login}: ${looked} looks (${((performance.now() - begun) / 1000).toFixed(1)} s)`)
  await context.close()
}

/** Waits until the page has what it asked for. */
async function read(page) {
  await page.locator('h1').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('main [role=status].empty:not(.card)'))
}

/** Waits until the page is laid out anew. */
function settled(page) {
  return page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)) }))
}

/** Reaches the last page of the menu by keyboard alone. */
async function throughTheMenu(page) {
  const button = page.getByRole('button', { name: 'More' })
  const list = page.locator('#more-pages')
  await button.focus()
  await page.keyboard.press('Enter')
  await list.waitFor()
  assert.equal(await button.getAttribute('aria-expanded'), 'true')
  assert.deepEqual(await misfits(page), [])
  assert.deepEqual(await axe(page), [])
  await page.keyboard.press('Tab')
  await page.keyboard.press('Escape')
  await list.waitFor({ state: 'hidden' })
  assert.ok(await button.evaluate((b) => b === document.activeElement), 'the focus is back at the button')
  await page.keyboard.press('Enter')
  const items = list.getByRole('link')
  for (let i = 0; i < await items.count(); i++) await page.keyboard.press('Tab')
  const last = await items.last().getAttribute('href')
  await page.keyboard.press('Enter')
  await page.waitForURL((at) => at.pathname === last)
  await list.waitFor({ state: 'hidden' })
}
