// Recordings of the invented ticket, with sound: two voices that take turns,
// A-law in stereo as the server sends it.
import { iso } from './house.mjs'

const rate = 8000

/** ITU-T G.711 A-law of a sample of 16 bits. */
function alaw(sample) {
  const sign = sample >= 0 ? 0x80 : 0
  let level = Math.min(sample >= 0 ? sample : -sample - 1, 32767) >> 3
  let segment = 0
  while (level > 31) { level >>= 1; segment++ }
  return (segment === 0 ? level >> 1 : (segment << 4) | ((level - 16) & 15)) ^ sign ^ 0x55
}

function voice(pitch, i, talks) {
  if (!talks) return 0
  const syllable = Math.max(0, Math.sin(i / 900)) ** 0.5 * (0.4 + 0.6 * Math.abs(Math.sin(i / 17_000)))
  return Math.round(9000 * syllable * (Math.sin((2 * Math.PI * pitch * i) / rate) + 0.5 * Math.sin((4 * Math.PI * pitch * i) / rate)) / 1.5)
}

/** A WAV file of so many seconds. */
export function wav(seconds) {
  const samples = Math.round(seconds * rate)
  const b = Buffer.alloc(58 + 2 * samples)
  b.write('RIFF', 0); b.writeUInt32LE(50 + 2 * samples, 4); b.write('WAVEfmt ', 8); b.writeUInt32LE(18, 16); b.writeUInt16LE(6, 20); b.writeUInt16LE(2, 22)
  b.writeUInt32LE(rate, 24); b.writeUInt32LE(2 * rate, 28); b.writeUInt16LE(2, 32); b.writeUInt16LE(8, 34); b.write('fact', 38); b.writeUInt32LE(4, 42); b.writeUInt32LE(samples, 46)
  b.write('data', 50); b.writeUInt32LE(2 * samples, 54)
  for (let i = 0; i < samples; i++) {
    const turn = Math.floor(i / rate / 4) % 2
    b[58 + 2 * i] = alaw(voice(180, i, turn === 1))
    b[59 + 2 * i] = alaw(voice(120, i, turn === 0))
  }
  return b
}

export function peaks(stretches, seconds) {
  const level = (i, lane) => (Math.floor((i / stretches) * seconds / 4) % 2 === lane ? Math.round(8 + 22 * Math.abs(Math.sin(i * 1.7)) * (0.5 + 0.5 * Math.abs(Math.sin(i / 9)))) : i % 7 === 0 ? 1 : 0)
  const lane = (n) => Array.from({ length: stretches }, (_, i) => level(i, n))
  return { said: lane(1), heard: lane(0) }
}

const recording = (id, leg, minutes, seconds, more = {}) => ({
  id, call_id: 'c1', kind: 'leg', leg, started_at: iso(minutes), seconds, bytes: seconds * 16_068, state: 'complete', keep_until: iso(259_000), listens: 0, acts: ['listen'], ...more,
})
export const recordings = [
  recording('r1', 'citizen', -100.9, 96.4, { listens: 2, acts: ['listen', 'hold'] }),
  recording('r2', 'agent:agent1', -100.5, 71.2, { hold: { by: '吴思源', reason: '投诉 2026-117', at: iso(-30) }, acts: ['listen', 'release_hold'] }),
  recording('r3', 'citizen', -400, 41, { kind: 'voicemail', listens: 1 }),
  recording('r4', 'third', -99.8, 20.5, { state: 'cut_off' }), recording('r5', 'citizen', -300_000, 64, { state: 'shredded', acts: [] }),
]

/** Answers a request for recordings, or tells that it is about something else. */
export function answerRecordings(method, path, query, req, res, json) {
  if (path.endsWith('/recordings')) return json(res, 200, { items: recordings }), true
  const about = /^\/recordings\/(\w+)\/([\w-]+)$/.exec(path)
  if (!about) return false
  const r = recordings.find((x) => x.id === about[1])
  const sound = () => (r.sound ??= wav(r.seconds))
  switch (about[2]) {
    case 'listens': json(res, 200, { audio: `/api/v1/recordings/${r.id}/audio?listen=token`, bytes: sound().length, lasts_seconds: 700 }); break
    case 'peaks': json(res, 200, peaks(Number(query.get('stretches') ?? 400), r.seconds)); break
    case 'audio': sendRange(sound(), req.headers.range, res); break
    default: json(res, 200, r)
  }
  return true
}

function sendRange(sound, asked, res) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(asked ?? '')
  if (!range) return res.writeHead(200, { 'Content-Type': 'audio/wav', 'Accept-Ranges': 'bytes', 'Content-Length': sound.length }).end(sound)
  const from = Number(range[1])
  const to = Math.min(range[2] ? Number(range[2]) + 1 : sound.length, from + (1 << 18), sound.length)
  res.writeHead(206, { 'Content-Type': 'audio/wav', 'Accept-Ranges': 'bytes', 'Content-Range': `bytes ${from}-${to - 1}/${sound.length}`, 'Content-Length': to - from }).end(sound.subarray(from, to))
}
