// Why a notice reached nobody. The list holds the program's own words, which are
// the cause's name too; here they are said in the reader's language. What a
// provider answered stays as it is: it is what one looks up there.
const known: [RegExp, string][] = [
  [/^given up after (\d+) attempts: (.*)$/s, 'givenUp'], [/^nobody knows whether it was sent: (.*)$/s, 'nobodyKnows'], [/^the provider could not deliver it: (.*)$/s, 'undelivered'],
  [/^the provider refused the message: (.*)$/s, 'refused'], [/^the message was not sent: (.*)$/s, 'notSent'], [/^call the provider: (.*)$/s, 'call'],
  [/^nobody holds this post$/, 'noHolder'], [/^sent twice and the provider knows of neither$/, 'lostTwice'], [/^no number is known$/, 'noNumber'],
]

/** Says a reason by the keys below dead.why. */
export function sayReason(t: (key: string, values: { n: string; rest: string }) => string, reason: string): string {
  for (const [form, key] of known) {
    const m = form.exec(reason)
    if (m) return t(`dead.why.${key}`, { n: m.length > 2 ? m[1]! : '', rest: m.length > 1 ? sayReason(t, m[m.length - 1]!) : '' })
  }
  return reason
}
