/** Where a row of links goes: beside what stands in the bar already, or on a line of its own; and how many of them are shown there. */
export interface Fit {
  beside: boolean
  shown: number
}

/**
 * Finds room for all links beside the rest of the bar, else on a line of their
 * own, else for as many as fit there in front of the button for the others.
 * All lengths are in CSS pixels; gap lies between neighbours.
 */
export function fit(widths: number[], button: number, gap: number, besideRoom: number, lineRoom: number): Fit {
  const ends = widths.map((_, i) => widths.slice(0, i + 1).reduce((sum, w) => sum + w, gap * i))
  const whole = ends.at(-1) ?? 0
  if (whole <= besideRoom) return { beside: true, shown: widths.length }
  if (whole <= lineRoom) return { beside: false, shown: widths.length }
  return { beside: false, shown: ends.filter((end) => end + gap + button <= lineRoom).length }
}
