import { watch } from 'vue'
import { meterOf, type Meter } from './meter'
import { devices, readDevices } from './devices'
import { playOn, Ringer } from './ringer'
import { settings } from './settings'
import type { Voice } from './state'

// The sound of this desk: the microphone, one standing connection to the line
// that carries A-law, and what is heard. It stays connected between calls.

const patience = 10_000 // ms until a connection counts as failed

/** What the voice needs of whoever holds the socket. */
export interface Ports {
  offer: (sdp: string) => Promise<string> // gives the line's answer
  candidate: (candidate: RTCIceCandidateInit) => void
  changed: (voice: Voice) => void
  iceServers: () => RTCIceServer[]
}

export class Sound {
  private context: AudioContext | null = null
  private ringer: Ringer | null = null
  private microphone: MediaStream | null = null
  private peer: RTCPeerConnection | null = null
  private sender: RTCRtpSender | null = null
  private readonly far = new Audio()
  private readonly meters: { mine: Meter | null; theirs: Meter | null } = { mine: null, theirs: null }
  private muted = false
  private early: RTCIceCandidateInit[] = []
  private voice: Voice = 'off'
  private readonly stops: (() => void)[] = []

  constructor(private readonly ports: Ports) {
    if (!supported()) return
    const changed = () => void this.devicesChanged()
    navigator.mediaDevices.addEventListener('devicechange', changed)
    this.stops.push(() => navigator.mediaDevices.removeEventListener('devicechange', changed))
    this.stops.push(watch(() => [settings.microphone, settings.echoCancellation, settings.noiseSuppression, settings.autoGainControl], () => void this.changeMicrophone()))
    this.stops.push(watch(() => settings.speaker, () => this.play()))
  }

  /** Takes the microphone; false where there is none to be had, which the state then says why. */
  async listen(): Promise<boolean> {
    if (!supported()) return this.fail('unsupported')
    if (this.live()) return true
    this.tell('asking')
    try {
      this.use(await capture())
      await readDevices()
      return true
    } catch (thrown) {
      return this.fail(thrown instanceof DOMException && (thrown.name === 'NotFoundError' || thrown.name === 'OverconstrainedError') ? 'no_microphone' : 'refused')
    }
  }

  /** Connects the standing leg. The microphone must have been taken. */
  async connect(): Promise<void> {
    this.disconnect()
    this.tell('connecting')
    const peer = new RTCPeerConnection({ iceServers: this.ports.iceServers() })
    this.peer = peer
    const transceiver = peer.addTransceiver(this.microphone?.getAudioTracks()[0] ?? 'audio', { direction: 'sendrecv', streams: this.microphone ? [this.microphone] : [] })
    this.sender = transceiver.sender
    preferALaw(transceiver)
    peer.onicecandidate = (e) => { if (e.candidate) this.ports.candidate(e.candidate.toJSON()) }
    peer.ontrack = (e) => this.hear(e.streams[0] ?? new MediaStream([e.track]))
    peer.onconnectionstatechange = () => this.connectionChanged(peer)
    try {
      await peer.setLocalDescription()
      const answer = await this.ports.offer(peer.localDescription!.sdp)
      if (peer !== this.peer) return
      await peer.setRemoteDescription({ type: 'answer', sdp: answer })
      for (const c of this.early.splice(0)) await this.candidate(c)
      await connected(peer)
    } catch (thrown) {
      if (peer !== this.peer) return // another took its place meanwhile
      this.tell('broken')
      throw thrown
    }
  }

  /** Whether the leg stands. */
  get standing(): boolean {
    return this.peer?.connectionState === 'connected'
  }

  /** A candidate of the line; one that comes before its answer waits. */
  async candidate(c: RTCIceCandidateInit): Promise<void> {
    if (!this.peer?.remoteDescription) this.early.push(c)
    else await this.peer.addIceCandidate(c).catch(() => { /* of an older leg */ })
  }

  mute(on: boolean): void {
    this.muted = on
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = !on
  }

  /** Sends a key as RFC 4733 does; false where the leg cannot. */
  key(key: string): boolean {
    const dtmf = this.sender?.dtmf
    if (!dtmf?.canInsertDTMF) return false
    dtmf.insertDTMF(key, 160, 70)
    return true
  }

  ring(on: boolean): void {
    if (!on) return this.ringer?.stop()
    this.wake()
    this.ringer?.start()
  }

  /** How loud the two sides are, 0 to 1. */
  levels(): { mine: number; theirs: number } {
    return { mine: this.muted ? 0 : (this.meters.mine?.level() ?? 0), theirs: this.meters.theirs?.level() ?? 0 }
  }

  /** After a click, which browsers want before they play anything. */
  unblock(): void {
    this.wake()
    this.play()
    if (this.voice === 'blocked') this.tell(this.standing ? 'on' : 'connecting')
  }

  /** Gives the leg up, and keeps the microphone. */
  disconnect(): void {
    this.meters.theirs?.stop()
    this.meters.theirs = null
    const peer = this.peer
    this.peer = null
    this.sender = null
    this.early = []
    peer?.close()
    this.far.srcObject = null
  }

  /** Gives everything up: the browser's sign of a live microphone goes out. */
  stop(): void {
    this.ring(false)
    this.disconnect()
    this.meters.mine?.stop()
    this.meters.mine = null
    for (const track of this.microphone?.getTracks() ?? []) track.stop()
    this.microphone = null
    this.tell('off')
  }

  dispose(): void {
    this.stop()
    for (const stop of this.stops) stop()
    void this.context?.close()
    this.context = null
  }

  private live(): boolean {
    return this.microphone?.getAudioTracks().some((t) => t.readyState === 'live') ?? false
  }

  private use(stream: MediaStream): void {
    const before = this.microphone
    this.microphone = stream
    const track = stream.getAudioTracks()[0]!
    track.enabled = !this.muted
    track.onended = () => { if (this.microphone === stream) void this.lost() }
    for (const t of before?.getTracks() ?? []) { t.onended = null; t.stop() }
    this.wake()
    this.meters.mine?.stop()
    this.meters.mine = this.context ? meterOf(this.context, stream) : null
  }

  // Another microphone, or other processing, in the middle of a call: the leg
  // stays, its track is replaced.
  private async changeMicrophone(): Promise<void> {
    if (!this.microphone) return
    try {
      this.use(await capture())
      await this.sender?.replaceTrack(this.microphone.getAudioTracks()[0] ?? null)
      if (this.voice === 'microphone_lost') this.tell(this.standing ? 'on' : 'broken')
    } catch {
      if (!this.live()) this.tell('microphone_lost')
    }
  }

  // The headset was pulled out. Any other microphone is better than silence,
  // but the person must know.
  private async lost(): Promise<void> {
    this.tell('microphone_lost')
    await readDevices()
    if (devices.inputs.length > 0) await this.changeMicrophone()
  }

  private async devicesChanged(): Promise<void> {
    await readDevices()
    this.play()
    if (this.voice === 'microphone_lost' && devices.inputs.length > 0) await this.changeMicrophone()
  }

  private connectionChanged(peer: RTCPeerConnection): void {
    if (peer !== this.peer) return
    if (peer.connectionState === 'connected' && this.voice !== 'blocked') this.tell('on')
    if (peer.connectionState === 'failed' || peer.connectionState === 'closed') this.tell('broken')
  }

  private hear(stream: MediaStream): void {
    this.far.srcObject = stream
    this.play()
    this.wake()
    this.meters.theirs?.stop()
    this.meters.theirs = this.context ? meterOf(this.context, stream) : null
  }

  private play(): void {
    if (!this.far.srcObject) return
    playOn(this.far, settings.speaker).catch((thrown: unknown) => {
      if (thrown instanceof DOMException && thrown.name === 'NotAllowedError') this.tell('blocked')
    })
  }

  private wake(): void {
    this.context ??= new AudioContext()
    this.ringer ??= new Ringer(this.context)
    if (this.context.state === 'suspended') void this.context.resume()
  }

  private fail(voice: Voice): false {
    this.tell(voice)
    return false
  }

  private tell(voice: Voice): void {
    if (voice === this.voice) return
    this.voice = voice
    this.ports.changed(voice)
  }
}

/** Whether this page may use a microphone at all: browsers give one on https and on loopback only. */
export function supported(): boolean {
  return typeof RTCPeerConnection !== 'undefined' && navigator.mediaDevices !== undefined && navigator.locks !== undefined
}

async function capture(): Promise<MediaStream> {
  const processing = { echoCancellation: settings.echoCancellation, noiseSuppression: settings.noiseSuppression, autoGainControl: settings.autoGainControl }
  const ask = (deviceId?: string) => navigator.mediaDevices.getUserMedia({ audio: { ...processing, ...(deviceId && { deviceId: { exact: deviceId } }) } })
  if (!settings.microphone) return ask()
  try {
    return await ask(settings.microphone)
  } catch (thrown) {
    // The chosen one is not plugged in: the default does, and the choice is kept for when it is back.
    if (thrown instanceof DOMException && (thrown.name === 'OverconstrainedError' || thrown.name === 'NotFoundError')) return ask()
    throw thrown
  }
}

// The citizen's A-law goes through the line untouched, so the browser offers
// nothing else: a codec that has to be converted costs time and quality.
function preferALaw(transceiver: RTCRtpTransceiver): void {
  const known = RTCRtpReceiver.getCapabilities?.('audio')?.codecs ?? []
  const wanted = known.filter((c) => c.mimeType === 'audio/PCMA' || (c.mimeType === 'audio/telephone-event' && c.clockRate === 8000))
  if (wanted.length > 0) transceiver.setCodecPreferences?.(wanted)
}

function connected(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(new Error('voice_failed')), patience)
    const look = () => {
      if (peer.connectionState === 'connected') settle()
      if (peer.connectionState === 'failed' || peer.connectionState === 'closed') settle(new Error('voice_failed'))
    }
    function settle(fault?: Error): void {
      clearTimeout(timer)
      peer.removeEventListener('connectionstatechange', look)
      if (fault) reject(fault)
      else resolve()
    }
    peer.addEventListener('connectionstatechange', look)
    look()
  })
}
