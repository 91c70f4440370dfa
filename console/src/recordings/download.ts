import { problemOf, unanswered } from '../api/problem'

const piece = 1 << 20 // octets; the server answers no range with more

/** Fetches a recording piece by piece, so that a slow line loses a piece and not the file, and has the browser save it. */
export async function saveAudio(address: string, size: number, name: string): Promise<void> {
  const parts: Blob[] = []
  for (let from = 0; from < size;) {
    const got = await fetchPiece(address, from, Math.min(from + piece, size) - 1)
    parts.push(got)
    from += got.size
  }
  const url = URL.createObjectURL(new Blob(parts, { type: 'audio/wav' }))
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

async function fetchPiece(address: string, from: number, to: number): Promise<Blob> {
  let response: Response
  try {
    response = await fetch(address, { credentials: 'same-origin', headers: { Range: `bytes=${from}-${to}` }, signal: AbortSignal.timeout(30_000) })
  } catch (cause) {
    throw unanswered(cause)
  }
  if (!response.ok) throw await problemOf(response)
  const got = await response.blob()
  if (got.size === 0) throw unanswered(new Error('an empty piece'))
  return got
}
