// The server masks names and numbers; the page only lays them out. Nothing
// here could show more than it was sent.

/** A masked number as it is shown, and as a screen reader should say it. Null where the number was withheld. */
export function maskedNumber(masked: string | null | undefined): { text: string; head: string; tail: string } | null {
  const text = (masked ?? '').trim()
  if (text === '') return null
  const parts = /^([^*]*)\*+([^*]*)$/.exec(text)
  return { text, head: parts?.[1] ?? '', tail: parts?.[2] ?? text.slice(-4) }
}

/** Groups a mobile number for reading aloud: +8613800001111 → 138 0000 1111. Others stay as they are. */
export function spacedPhone(e164: string): string {
  const mobile = /^(?:\+86)?(1\d{2})(\d{4})(\d{4})$/.exec(e164)
  return mobile ? `${mobile[1]} ${mobile[2]} ${mobile[3]}` : e164
}
