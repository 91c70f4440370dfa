import { api } from '../api/client'
import { ApiProblem } from '../api/problem'
import { newKey } from '../forms/key'
import { pictures, type Waiting } from './pictures'

const longestSide = 1600 // pixels: enough to read a receipt, few enough for a village's network
const quality = 0.82

/** Hex SHA-256 of a picture. Browsers offer it on https and on this machine only. */
export async function sha256(picture: Blob): Promise<string> {
  if (!globalThis.crypto?.subtle) throw new ApiProblem(0, 'no_secure_context', '')
  const digest = await crypto.subtle.digest('SHA-256', await picture.arrayBuffer())
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('')
}

/** A photo of at most so many octets, as large as fits. */
export async function shrinkTo(most: number, file: Blob): Promise<Blob> {
  for (let side = longestSide; ; side = Math.round(side * 0.75)) {
    const picture = await shrink(file, side)
    if (picture.size <= most || side < 200) return picture
  }
}

/** Draws a photo anew, smaller, as JPEG. That also takes off where and with what it was made. */
export async function shrink(file: Blob, longest = longestSide): Promise<Blob> {
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(file)
  } catch {
    throw new ApiProblem(0, 'not_a_picture', '')
  }
  const ratio = Math.min(1, longest / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(bitmap.width * ratio)
  canvas.height = Math.round(bitmap.height * ratio)
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return toBlob(canvas, 'image/jpeg')
}

export function toBlob(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new ApiProblem(0, 'not_a_picture', ''))), type, quality)
  })
}

/** Which parts, counted from 1, of which octets. */
export function partsOf(size: number, partSize: number): { n: number; from: number; to: number }[] {
  return Array.from({ length: Math.ceil(size / partSize) }, (_, i) => ({ n: i + 1, from: i * partSize, to: Math.min(size, (i + 1) * partSize) }))
}

/** Keeps a picture in this browser before anything is sent. */
export async function keep(name: string, picture: Blob): Promise<Waiting> {
  const waiting: Waiting = { picture, sha256: await sha256(picture), key: newKey() }
  await pictures.put(name, waiting)
  return waiting
}

/**
 * Sends a kept picture, going on where an earlier attempt ended. Gives the id
 * of the complete upload and forgets the picture; a failure keeps it.
 */
export async function send(name: string, waiting: Waiting, ticket: string, progress: (share: number) => void): Promise<string> {
  const { picture } = waiting
  if (!waiting.upload) {
    const body = { ticket, size: picture.size, sha256: waiting.sha256, media_type: picture.type as 'image/jpeg' | 'image/png' }
    waiting.upload = await api.act('/uploads', '', body, waiting.key)
    await pictures.put(name, waiting)
  }
  const { id, part_size: partSize } = waiting.upload
  const there = await api.upload(id)
  const parts = there.complete ? [] : partsOf(picture.size, partSize)
  for (const part of parts) {
    if (!there.received?.includes(part.n)) await api.putPart(id, part.n, picture.slice(part.from, part.to))
    progress(part.n / parts.length)
  }
  progress(1)
  await pictures.drop(name)
  return id
}
