// What was written without a network waits in IndexedDB. Its words are sealed under a key that
// the browser keeps and never gives out: who signs in on the phone after another does not read them.

/** What waits, as it lies there. */
export interface Item {
  id: string // made when it was written: the server knows it again by it
  kind: 'report' | 'piece' | 'photo'
  login: string // its author
  name: string
  claim: string // proof that the author was signed in here; empty where there was none
  key: string // Idempotency-Key of the attempt
  at: number // when it was written, milliseconds since 1970
  refused?: { code: string; args: Record<string, unknown> } // nothing was done; a person must look
  iv: Uint8Array<ArrayBuffer>
  sealed: ArrayBuffer
}

/** What proves who may write on a device. */
export interface Claim { login: string; claim: string; until: string }

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('hotline-outbox', 1)
    request.onupgradeneeded = () => {
      for (const store of ['items', 'keys', 'claims']) request.result.createObjectStore(store)
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('open the outbox'))
  })
}

async function run<T>(store: string, mode: IDBTransactionMode, ask: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = db.transaction(store, mode)
      const request = ask(transaction.objectStore(store))
      transaction.oncomplete = () => resolve(request.result) // not before it is kept
      transaction.onabort = () => reject(transaction.error ?? new Error('outbox'))
    })
  } finally {
    db.close()
  }
}

async function key(): Promise<CryptoKey> {
  const kept = await run('keys', 'readonly', (s) => s.get('seal') as IDBRequest<CryptoKey | undefined>)
  if (kept) return kept
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  try {
    await run('keys', 'readwrite', (s) => s.add(made, 'seal'))
    return made
  } catch {
    return key() // another tab was first
  }
}

/** Whether this browser can keep anything: on https, or on this machine. */
export const canKeep = (): boolean => Boolean(globalThis.indexedDB && globalThis.crypto?.subtle)

/** Seals the words of something and keeps it. */
export async function put(item: Omit<Item, 'iv' | 'sealed'>, body: object): Promise<void> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await key(), new TextEncoder().encode(JSON.stringify(body)))
  await run('items', 'readwrite', (s) => s.put({ ...item, iv, sealed }, item.id))
}

/** Writes down what became of an attempt; the words stay as they are. */
export const mark = (item: Item): Promise<IDBValidKey> => run('items', 'readwrite', (s) => s.put(item, item.id))

/** Opens the words of something. */
export async function read(item: Item): Promise<Record<string, unknown>> {
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: item.iv }, await key(), item.sealed)
  return JSON.parse(new TextDecoder().decode(plain)) as Record<string, unknown>
}

export const drop = (id: string): Promise<undefined> => run('items', 'readwrite', (s) => s.delete(id))

/** Everything that waits, the oldest first. */
export async function all(): Promise<Item[]> {
  const items = await run('items', 'readonly', (s) => s.getAll() as IDBRequest<Item[]>)
  return items.sort((a, b) => a.at - b.at)
}

export const keepClaim = (claim: Claim): Promise<IDBValidKey> => run('claims', 'readwrite', (s) => s.put(claim, claim.login))
export const claimOf = (login: string): Promise<Claim | undefined> => run('claims', 'readonly', (s) => s.get(login) as IDBRequest<Claim | undefined>)
