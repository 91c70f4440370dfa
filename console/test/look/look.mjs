// Takes a picture of every page at a desk's and at a phone's width and reports
// what axe, the console and the security policy complain of.
//   npm run build && npm run look -- /tmp/pictures [dark]
import { mkdir } from 'node:fs/promises'
import { axe, launch } from './browser.mjs'
import * as house from './house.mjs'
import { serve } from './server.mjs'

const folder = process.argv[2] ?? 'look'
const dark = process.argv[3] === 'dark'
const t = `/tickets/${house.rows[3].id}`
const shots = [
  ['sign-in', null, '/sign-in'], ['tickets', 'worker', '/tickets'], ['offered', 'worker', '/tickets?view=offered'], ['ticket', 'worker', t],
  ['receipt', 'worker', `${t}?act=receipt&item=p1`], ['visit', 'worker', `${t}?act=visit`], ['findings', 'worker', `${t}?act=findings`], ['decide', 'worker', `${t}?act=decide`, { acts: ['decide'] }],
  ['triage', 'agent', `${t}?act=triage`, { acts: ['triage', 'hand_over'] }], ['close', 'agent', `${t}?act=close`, { acts: ['close'] }], ['check', 'head', `${t}?act=check&item=p1`, { disbursements: [{ ...house.ticket.disbursements[0], state: 'submitted', level: 'township', next_acts: ['check'] }] }],
  ['approvals', 'head', '/approvals'], ['duty', 'head', '/duty'], ['money', 'head', '/money'], ['calls', 'agent', '/calls'], ['audit', 'auditor', '/audit'], ['sms', 'agent', '/sms'],
]

await mkdir(folder, { recursive: true })
const server = await serve()
const browser = await launch()
let complaints = 0
for (const [width, height] of [[1440, 900], [390, 844]]) {
  for (const [name, who, path, change] of shots) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce', hasTouch: width < 500 })
    const page = await context.newPage()
    const said = []
    page.on('console', (m) => { if (['error', 'warning'].includes(m.type()) && !(name === 'sign-in' && /401/.test(m.text()))) said.push(m.text()) })
    page.on('pageerror', (e) => said.push(String(e)))
    server.me = who ? house.people[who] : null
    server.ticket = { ...house.ticket, ...change }
    await page.goto(server.origin + path)
    await page.locator('h1').first().waitFor()
    await page.waitForLoadState('load')
    await page.waitForFunction(() => !document.querySelector('[role=status].empty'))
    if (path.includes('act=')) await page.locator('form.act').waitFor()
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)
    const found = [...said, ...(wide ? ['the page scrolls sideways'] : []), ...(await axe(page))]
    complaints += found.length
    for (const f of found) console.log(`${name} ${width}: ${f}`)
    await page.screenshot({ path: `${folder}/${name}-${width}${dark ? '-dark' : ''}.png`, fullPage: true })
    await context.close()
  }
}
await browser.close()
server.stop()
console.log(`${shots.length * 2} pictures in ${folder}, ${complaints} complaints`)
