/** A new Idempotency-Key: a random UUID, also where the page is not on https and crypto.randomUUID is missing. */
export function newKey(): string {
  if (crypto.randomUUID) return crypto.randomUUID()
  const octets = crypto.getRandomValues(new Uint8Array(16))
  octets[6] = (octets[6]! & 0x0f) | 0x40 // version 4
  octets[8] = (octets[8]! & 0x3f) | 0x80 // variant of RFC 9562
  const hex = Array.from(octets, (b) => b.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
