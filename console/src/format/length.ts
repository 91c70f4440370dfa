/** How long something lasts, for figures that tick: 0:07, 12:30, 1:02:03. Nothing is shorter than zero. */
export function clock(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** Nanoseconds, as Go writes a span, in milliseconds. */
export function ofNanoseconds(ns: number): number {
  return ns / 1e6
}

/** A share from 0 to 1 as 87.5 %, never broken before the sign. */
export function percent(share: number): string {
  return `${(Math.round(share * 1000) / 10).toFixed(1)}\u00a0%`
}
