// People at desks, each in a Chromium of their own whose microphone plays one
// tone; whom somebody hears is told by the tones that arrive (PHONE 5).
import assert from 'node:assert/strict'
import { launch } from '../../console/test/look/browser.mjs'
import { ask, city, complaints, fits, hangUp, overhear, signIn } from '../browser/wire.mjs'

const people = []
const limit = 45_000 // ms for what must happen; nothing fails by being slow within it

/** One step of the story; what goes wrong says in which. */
export async function step(name, does) {
  const begun = performance.now()
  try {
    await does()
  } catch (fault) {
    for (const p of people) await p.picture(`fault-${p.login}`).catch(() => { /* a browser that was killed */ })
    throw new Error(`${name}: ${fault.message}\n${complaints.join('\n')}`, { cause: fault })
  }
  console.log(`✓ ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`)
}

/** Seats somebody at a desk, in a browser of their own or in another window of a neighbour's. */
export async function sit(login, path = '/desk', neighbour = null) {
  const browser = neighbour?.browser ?? await launch(`--use-file-for-fake-audio-capture=${city.tones}/${login}.wav`)
  const context = await browser.newContext({ baseURL: city.api, viewport: { width: 1440, height: 900 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
  context.setDefaultTimeout(limit)
  await context.addInitScript(takeEars)
  const page = await context.newPage()
  const person = { login, browser, page, expected: [], picture, button: (name) => page.getByRole('button', { name }).first() }
  overhear(person)
  people.push(person)
  await signIn(person)
  await page.getByRole('link', { name: path === '/desk' ? '坐席工作台' : '话务现场' }).click()
  await page.getByRole('heading', { name: path === '/desk' ? '坐席工作台' : '话务现场', level: 1 }).waitFor()
  return person

  async function picture(name) {
    for (const [width, height] of [[390, 844], [1440, 900]]) {
      await page.setViewportSize({ width, height })
      await fits(person, name)
      await page.screenshot({ path: `${city.pictures}/${name}-${width}.png`, fullPage: true })
    }
  }
}

/** Signs somebody on and waits for the sound. */
export async function signOn(person) {
  await person.button('上线接电话').click()
  await person.page.getByText('声音已接通').waitFor()
}

/** Waits until it rings at somebody's desk, and answers with the page's button. */
export async function answer(person) {
  await person.page.getByRole('heading', { name: '☎ 来电' }).waitFor()
  await person.button(/^接听/).click()
  await talks(person)
}

/** Waits until somebody is in a call. */
export async function talks(person) {
  await person.page.getByRole('heading', { name: '通话', exact: true }).waitFor()
}

/** Waits until these tones, and no others, come from somebody's line, twice in a row; nobody at all is silence. */
export async function hears(person, ...who) {
  const wanted = [...who].sort().join()
  let last = null
  for (let matched = 0, end = Date.now() + limit; matched < 2; await new Promise((next) => setTimeout(next, 200))) {
    last = await person.page.evaluate((tones) => window.heardNow(tones), city.frequencies)
    const present = Object.keys(city.frequencies).filter((name) => last?.[name] > city.present).sort().join()
    const clean = last && Object.keys(city.frequencies).every((name) => who.includes(name) || last[name] < city.absent)
    matched = clean && present === wanted && (who.length > 0 || last.level < city.silence) ? matched + 1 : 0
    if (Date.now() > end) assert.fail(`${person.login} should hear ${wanted || 'nobody'}, and hears ${JSON.stringify(last)}`)
  }
}

/** The same for the citizen, whose telephone the test holds; "music" is sound that is nobody's tone. */
export const citizenHears = (...who) => ask('citizen hears', who.join())

/** Ends a browser as a crash does. */
export async function crash(person) {
  const session = await person.browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const gone = new Promise((resolve) => person.browser.once('disconnected', resolve))
  people.splice(people.indexOf(person), 1)
  process.kill(processInfo.find((p) => p.type === 'browser').id, 'SIGKILL')
  await gone
}

/** Ends the story: nothing may have been complained of, and everything announced must have come. */
export async function leave() {
  for (const p of people) for (const e of p.expected) complaints.push(`${p.login}: the server did not refuse ${e.path} with ${e.status}`)
  for (const browser of new Set(people.map((p) => p.browser))) await browser.close()
  hangUp()
  if (complaints.length > 0) throw new Error(`the browsers complain:\n${complaints.join('\n')}`)
}

// Runs in the page before anything of its own: keeps what it connects, and
// measures how loud each tone is in what arrives there.
function takeEars() {
  // Processing would take a lasting tone for noise, and eat it.
  localStorage.setItem('hotline:phone:settings', JSON.stringify({ echoCancellation: false, noiseSuppression: false, autoGainControl: false }))
  const peers = []
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...given) {
      super(...given)
      peers.push(this)
    }
  }
  let ear = null
  window.heardNow = async (tones) => {
    const track = peers.at(-1)?.getReceivers()[0]?.track
    if (!track) return null
    if (ear?.track !== track) {
      await ear?.context.close()
      const context = new AudioContext()
      const analyser = context.createAnalyser()
      analyser.fftSize = 16384 // a third of a second
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
      ear = { track, context, analyser }
      return null
    }
    const samples = new Float32Array(ear.analyser.fftSize)
    ear.analyser.getFloatTimeDomainData(samples)
    const heard = { level: Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length) }
    for (const [name, frequency] of Object.entries(tones)) heard[name] = amplitude(samples, frequency / ear.context.sampleRate)
    return heard
  }
  // One bin of a discrete Fourier transform under a Hann window.
  function amplitude(samples, cycles) {
    let re = 0, im = 0
    for (let i = 0; i < samples.length; i++) {
      const x = samples[i] * (1 - Math.cos(2 * Math.PI * i / samples.length))
      re += x * Math.cos(2 * Math.PI * cycles * i)
      im += x * Math.sin(2 * Math.PI * cycles * i)
    }
    return 2 * Math.hypot(re, im) / samples.length
  }
}
