/** How a deadline stands. Shown as a word and a colour, never as a colour alone. */
export type Urgency = 'calm' | 'soon' | 'urgent' | 'over'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Judges the time that is left: below one hour it is near, below thirty minutes somebody has to run. */
export function urgency(leftMs: number): Urgency {
  if (leftMs <= 0) return 'over'
  if (leftMs <= 30 * minute) return 'urgent'
  if (leftMs <= hour) return 'soon'
  return 'calm'
}

export interface Span {
  days: number
  clock: string // HH:MM:SS
}

/**
 * Splits a span for display. Time left is rounded up and time past is rounded
 * down, so that "00:00:00" is shown only from the deadline itself on.
 */
export function splitSpan(leftMs: number): Span {
  const whole = leftMs > 0 ? Math.ceil(leftMs / second) : Math.floor(Math.abs(leftMs) / second)
  const two = (n: number) => String(n).padStart(2, '0')
  const rest = whole % (day / second)
  return {
    days: Math.floor(whole / (day / second)),
    clock: `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`,
  }
}

/** Whole minutes between two instants, as "85 minutes from the call to the receipt". */
export function minutesBetween(from: string, to: string): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / minute)
}
