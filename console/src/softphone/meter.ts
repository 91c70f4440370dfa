/** How loud a stream is, as a person hears it. */
export interface Meter {
  level: () => number // 0 silent to 1 as loud as it goes
  stop: () => void
}

const quietest = -60 // dBFS shown as nothing

/** Puts a level meter on a stream, beside whatever else plays it. */
export function meterOf(context: AudioContext, stream: MediaStream): Meter {
  const source = context.createMediaStreamSource(stream)
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  return {
    level: () => {
      analyser.getFloatTimeDomainData(samples)
      return loudness(samples)
    },
    stop: () => source.disconnect(),
  }
}

/** The root mean square of samples, on a scale of decibels from 0 to 1. */
export function loudness(samples: Float32Array): number {
  let sum = 0
  for (const s of samples) sum += s * s
  const rms = Math.sqrt(sum / samples.length)
  if (rms === 0) return 0
  return Math.min(1, Math.max(0, 1 - (20 * Math.log10(rms)) / quietest))
}
