// Pictures that have been chosen but not yet wholly received by the server
// wait in IndexedDB, so that neither a dead zone nor a reload loses them.

export interface Waiting {
  picture: Blob
  sha256: string
  key: string // Idempotency-Key of the upload's beginning
  upload?: { id: string; part_size: number }
}

const store = 'pictures'

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('hotline', 1)
    request.onupgradeneeded = () => request.result.createObjectStore(store)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('open pictures'))
  })
}

async function run<T>(mode: IDBTransactionMode, ask: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const request = ask(db.transaction(store, mode).objectStore(store))
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error ?? new Error('pictures'))
    })
  } finally {
    db.close()
  }
}

export const pictures = {
  get: (name: string): Promise<Waiting | undefined> => run('readonly', (s) => s.get(name) as IDBRequest<Waiting | undefined>),
  put: (name: string, waiting: Waiting): Promise<IDBValidKey> => run('readwrite', (s) => s.put(waiting, name)),
  drop: (name: string): Promise<undefined> => run('readwrite', (s) => s.delete(name)),
}
