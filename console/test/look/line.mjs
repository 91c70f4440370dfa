// A line for looking at the desk: it answers the softphone's socket as the real
// one would and lets a picture's story say what happens. Its end of the sound is
// a second page of the same browser. Only for looking at pages; never shipped.
import { iso } from './house.mjs'

const none = '0001-01-01T00:00:00Z'
const names = ['赵若溪', '钱明远', '孙一帆', '李清和', '周小雨']
export const pauses = ['meal', 'rest', 'training', 'meeting', 'paperwork']
const words = [
  ['meal', '用餐'], ['rest', '休息'], ['training', '培训'], ['meeting', '会议'], ['paperwork', '整理工单'], ['aid', '救助热线'], ['night', '夜间'], ['dialect:local', '本地方言'], ['registered', '已登记求助'], ['advised', '已解答咨询'], ['wrong_number', '打错电话'], ['silent', '无声电话'],
].map(([key, zh]) => ({ key, zh, en: key }))

export const seat = (more = {}) => ({
  id: 5, login: 'agent1', name: '周小雨', area: '990100000000', node: 'node-1', queues: ['aid'], skills: { 'dialect:local': 6 }, status: 'available', state: 'idle', since: iso(-3), idle_since: iso(-3), until: none, calls: 4, missed: 0, priority: 0, ...more,
})
export const offer = (more = {}) => ({ id: 'o1', call: 'c0', ticket: '2610010004213', queue: 'aid', caller_node: 'node-1', agent: 5, agent_node: 'node-1', priority: 'P1', at: iso(0), expires: iso(1 / 3), ...more })
export const news = (state, more = {}) => ({ state, call: 'c0', ticket: '2610010004213', recorded: true, at: iso(0), ...more })

const caller = (n, priority, entered, more = {}) => ({
  call: `c${n}`, ticket: `26100100042${n}${n}`, number: '12349', node: 'node-1', queue: n % 2 ? 'night' : 'aid', priority, due_at: iso(90), invited_at: iso(entered), entered_at: iso(entered), wants: n === 1 ? { 'dialect:local': 5 } : {}, answered: none, ...more,
})
const figures = (queue, more = {}) => ({
  queue, from: iso(-972), to: iso(0), entered: 48, answered: 41, in_time: 36, abandoned: 4, short: 3, called_back: 2, timed_out: 1, service_level: 0.8, average_wait_ns: 14.2e9, longest_wait_ns: 97e9, average_talk_ns: 181e9, average_handle_ns: 214e9, occupancy: 0.63, ...more,
})
export const board = {
  at: iso(0),
  callers: [caller(0, 'P1', -0.4, { front: true }), caller(1, 'P2', -1.6, { offer: 'o2', agent: 3 }), caller(2, 'P2', -2.9), caller(3, 'P3', -7, { answered: iso(-5), agent: 1 }), caller(4, 'P2', -9, { answered: iso(-8), agent: 2 })],
  agents: names.map((name, i) => ({
    ...seat(), id: i + 1, login: `agent${i + 1}`, name, queues: i % 2 ? ['aid', 'night'] : ['aid'],
    ...[{ state: 'talking', call: 'c3', since: iso(-5) }, { state: 'talking', call: 'c4', since: iso(-8) }, { state: 'ringing', call: 'c1', missed: 2 }, { status: 'paused', reason: 'meal', since: iso(-22) }, { state: 'away', since: iso(-1) }][i],
  })),
  figures: [figures('aid'), figures('night', { entered: 6, answered: 5, in_time: 5, abandoned: 0, short: 1, service_level: 1, occupancy: 0.2 })],
  alarms: ['alarm.queue_stuck'],
}

/** Puts a line behind a page. `script` may answer a request by itself; what it returns is said. */
export async function putLine(page, script = () => undefined, end = null) {
  const far = end ?? await page.context().newPage()
  const asked = []
  let wire = null
  const line = { asked, far, say: (m) => wire?.send(JSON.stringify({ at: iso(0), ...m })), cut: () => wire?.close({ code: 1011 }) }
  await page.routeWebSocket('**/api/v1/softphone', (ws) => {
    wire = ws
    ws.onMessage(async (text) => {
      const r = JSON.parse(String(text))
      if (r.type === 'candidate') return
      if (r.type !== 'ping') asked.push(r)
      for (const m of await usual(r, far, script)) ws.send(JSON.stringify({ at: iso(0), id: r.id, ...m }))
    })
  })
  return line
}

async function usual(r, far, script) {
  const own = await script(r)
  if (own) return own
  switch (r.type) {
    case 'hello': return [{ type: 'welcome', desk: { ice_servers: [], queues: ['aid', 'night'], pause_reasons: pauses, emergency: ['110', '119', '120'], dispositions: ['registered', 'advised', 'wrong_number', 'silent'], words, wrap_up_ns: 30e9, rings_back: true } }]
    case 'sign_on': return [{ type: 'seat', seat: seat(), id: undefined }, { type: 'ok' }]
    case 'sign_off': return [{ type: 'seat', seat: seat({ status: 'signed_off', state: 'away' }), id: undefined }, { type: 'ok' }]
    case 'status': return [{ type: 'seat', seat: seat({ status: r.status, reason: r.reason }), id: undefined }, { type: 'ok' }]
    case 'offer': return [{ type: 'answer', sdp: await far.evaluate(answerIn, r.sdp) }]
    case 'watch': return [{ type: 'ok' }, { type: 'board', board, id: undefined }]
    case 'ping': return [{ type: 'pong' }]
    default: return [{ type: 'ok' }]
  }
}

/** In the far page: an end that plays a tone, all its candidates in the answer. */
async function answerIn(sdp) {
  window.peer?.close()
  const peer = window.peer = new RTCPeerConnection()
  const context = new AudioContext()
  const tone = context.createOscillator()
  const out = context.createMediaStreamDestination()
  tone.connect(out)
  tone.start()
  peer.addTrack(out.stream.getAudioTracks()[0], out.stream)
  await peer.setRemoteDescription({ type: 'offer', sdp })
  await peer.setLocalDescription()
  if (peer.iceGatheringState !== 'complete') await new Promise((done) => { peer.onicegatheringstatechange = () => { if (peer.iceGatheringState === 'complete') done() } })
  return peer.localDescription.sdp
}
