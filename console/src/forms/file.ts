/** What is in a file, in Base64, as bodies of JSON carry it. */
export async function base64Of(file: File): Promise<string> {
  const octets = new Uint8Array(await file.arrayBuffer())
  return btoa(Array.from(octets, (o) => String.fromCharCode(o)).join(''))
}
