import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  // A microphone that beeps, allowed without a question, and a telephone that may be on this very machine.
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--allow-loopback-in-peer-connection', '--autoplay-policy=no-user-gesture-required']

/** Debian's Chromium, without a window; more are flags of its command line. */
export function launch(...more) {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: [...flags, ...more], env: { ...process.env, LANGUAGE: 'zh_CN' } }) // its own words, such as those of a date field, in Chinese
}

/** What axe finds on a page: the rules of WCAG 2.1 A and AA, serious and critical. */
export async function axe(page) {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(source)
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }))
  return found.violations.map((v) => `${v.impact} ${v.id} ×${v.nodes.length}: ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`)
}

/**
 * What does not fit on a page at its present width: it scrolls sideways, an item
 * of the main navigation or a row of tabs is cut, or words are missing and their
 * key stands there instead.
 */
export function misfits(page) {
  return page.evaluate(() => {
    const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0
    const name = (e) => e.innerText.trim().replace(/\s+/g, ' ').slice(0, 40) || e.tagName
    const faults = []
    const width = document.documentElement.clientWidth
    const scroll = document.documentElement.scrollWidth
    if (scroll > width + 1) {
      const wide = [...document.querySelectorAll('main *, header *')].filter((e) => seen(e) && e.getBoundingClientRect().right > width + 1)
      faults.push(`the page scrolls sideways, ${scroll} of ${width}: ${wide.slice(0, 3).map((e) => `${e.tagName}.${e.className} "${name(e)}"`).join(' | ')}`)
    }
    for (const item of document.querySelectorAll('header a, header button, header time, .tabs button')) {
      if (!seen(item)) continue
      const { left, right } = item.getBoundingClientRect()
      let [from, to] = [0, width]
      for (let box = item.parentElement; box; box = box.parentElement) {
        if (getComputedStyle(box).overflowX === 'visible') continue
        const edges = box.getBoundingClientRect()
        from = Math.max(from, edges.left)
        to = Math.min(to, edges.right)
      }
      if (left < from - 1 || right > to + 1) faults.push(`"${name(item)}" is cut: ${Math.round(left)}–${Math.round(right)} within ${Math.round(from)}–${Math.round(to)}`)
    }
    const links = [...document.querySelectorAll('header nav li')].filter(seen).map((e) => e.getBoundingClientRect())
    if (links.some((a, i) => links.some((b, j) => i < j && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1))) faults.push('links of the main navigation lie on one another')
    for (const cell of document.querySelectorAll('.sheet.cards td')) { // in a card the name of the column stands before one box; a second would fall under the names
      if (!seen(cell) || getComputedStyle(cell).display !== 'grid') continue
      if ([...cell.childNodes].filter((n) => (n.nodeType === 1 ? getComputedStyle(n).position !== 'absolute' : n.nodeType === 3 && n.data.trim())).length > 1) faults.push(`the cell "${name(cell)}" falls apart in its card`)
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const words = texts.currentNode.data.trim()
      if (/^[a-z][A-Za-z]+(\.\w+)+$/.test(words) && !texts.currentNode.parentElement.closest('code, .figure, [lang]:not(html)')) faults.push(`a key stands for words: ${words}`)
    }
    return faults
  })
}
