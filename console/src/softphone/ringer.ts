import { settings } from './settings'

// The ring tone is made here: nothing is loaded, and it starts at once. It
// plays on the agent's output and, where a second one is chosen, there too.

const on = 1 // second
const every = 3 // seconds
const low = 440 // Hz
const high = 554.37 // Hz, a major third above: two soft tones are heard through a room without frightening it

export class Ringer {
  private stopTone: (() => void) | null = null

  constructor(private readonly context: AudioContext) {}

  start(): void {
    if (this.stopTone) return
    const bus = this.context.createGain()
    bus.gain.value = settings.ringVolume * 0.4
    const voices = [low, high].map((frequency) => {
      const voice = this.context.createOscillator()
      voice.frequency.value = frequency
      voice.connect(bus)
      voice.start()
      return voice
    })
    const pulse = () => {
      const t = this.context.currentTime
      bus.gain.cancelScheduledValues(t)
      bus.gain.setValueAtTime(0, t)
      bus.gain.linearRampToValueAtTime(settings.ringVolume * 0.4, t + 0.05)
      bus.gain.setValueAtTime(settings.ringVolume * 0.4, t + on - 0.1)
      bus.gain.linearRampToValueAtTime(0, t + on)
    }
    pulse()
    const again = setInterval(pulse, every * 1000)
    const players = [...new Set([settings.speaker, settings.ringer])].map((sink) => play(this.context, bus, sink))
    this.stopTone = () => {
      clearInterval(again)
      for (const voice of voices) voice.stop()
      bus.disconnect()
      for (const player of players) player.pause()
    }
  }

  stop(): void {
    this.stopTone?.()
    this.stopTone = null
  }
}

function play(context: AudioContext, bus: AudioNode, sink: string): HTMLAudioElement {
  const out = context.createMediaStreamDestination()
  bus.connect(out)
  const player = new Audio()
  player.srcObject = out.stream
  void playOn(player, sink).catch(() => { /* the ring is seen, and told by the browser's notification */ })
  return player
}

/** Plays on a chosen output; one that is gone gives way to the default. */
export async function playOn(player: HTMLAudioElement, sink: string): Promise<void> {
  if (typeof player.setSinkId === 'function') await player.setSinkId(sink).catch(() => player.setSinkId(''))
  await player.play()
}
