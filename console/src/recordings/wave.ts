import type { Peaks } from '../api/types'

/** Draws who was loud when: what the party said above the middle, what it heard below; what has been played is stronger. */
export function drawPeaks(canvas: HTMLCanvasElement, peaks: Peaks, played: number): void {
  const ink = canvas.getContext('2d')
  if (!ink) return
  const scale = window.devicePixelRatio || 1
  const [wide, high] = [canvas.clientWidth, canvas.clientHeight]
  canvas.width = Math.round(wide * scale)
  canvas.height = Math.round(high * scale)
  ink.scale(scale, scale)
  const style = getComputedStyle(canvas)
  const colours = [style.getPropertyValue('--link'), style.getPropertyValue('--calm')]
  const middle = high / 2
  for (const [lane, levels] of [peaks.said ?? [], peaks.heard ?? []].entries()) {
    ink.fillStyle = colours[lane]!
    const step = wide / Math.max(levels.length, 1)
    for (const [i, level] of levels.entries()) {
      const tall = Math.max(0.5, loudness(level) * (middle - 2))
      ink.globalAlpha = i / levels.length < played ? 1 : 0.45
      ink.fillRect(i * step, lane === 0 ? middle - tall : middle, Math.max(step - 0.4, 0.6), tall)
    }
  }
  ink.globalAlpha = 1
  ink.fillStyle = style.getPropertyValue('--urgent')
  if (played > 0) ink.fillRect(played * wide - 0.75, 0, 1.5, high)
}

/** Speech on a telephone is mostly far below full scale: the picture shows decibels, from −42 up. */
export function loudness(level: number): number {
  return level <= 0 ? 0 : Math.max(0, 1 + (20 * Math.log10(level / 100)) / 42)
}
