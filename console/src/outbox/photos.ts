import { newKey } from '../forms/key'
import { sha256 } from '../upload/upload'
import { post } from './outbox'

/** Keeps the photos of a report or a visit, to be sent with it, before it or after it. Gives their ids. */
export async function postPhotos(about: string, photos: Blob[]): Promise<string[]> {
  const ids: string[] = []
  for (const photo of photos) {
    const id = newKey()
    await post('photo', id, { about, media_type: photo.type, sha256: await sha256(photo), content: await base64(photo) })
    ids.push(id)
  }
  return ids
}

/** Base64 of a photo, for a request of JSON. */
export async function base64(photo: Blob): Promise<string> {
  const octets = new Uint8Array(await photo.arrayBuffer())
  let text = ''
  for (let i = 0; i < octets.length; i += 0x8000) text += String.fromCharCode(...octets.subarray(i, i + 0x8000))
  return btoa(text)
}
