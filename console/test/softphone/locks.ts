/** A model of the browser's Web Locks, as far as one exclusive lock goes: a queue, signals and stealing. */
export function fakeLocks(): Pick<LockManager, 'request'> {
  interface Held { reject: (fault: Error) => void }
  interface Waiting { grant: () => void; signal?: AbortSignal }
  let held: Held | null = null
  const queue: Waiting[] = []

  function next(): void {
    if (!held) queue.shift()?.grant()
  }
  function request(_name: string, options: LockOptions, work: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const grant = () => {
        const mine: Held = { reject }
        held = mine
        void Promise.resolve(work()).then((value) => {
          if (held === mine) held = null
          resolve(value)
          next()
        })
      }
      if (options.steal) {
        held?.reject(new DOMException('stolen', 'AbortError'))
        held = null
        return void Promise.resolve().then(grant)
      }
      const waiting: Waiting = { grant, ...(options.signal && { signal: options.signal }) }
      options.signal?.addEventListener('abort', () => {
        const at = queue.indexOf(waiting)
        if (at < 0) return
        queue.splice(at, 1)
        reject(new DOMException('aborted', 'AbortError'))
      })
      queue.push(waiting)
      void Promise.resolve().then(next)
    })
  }
  return { request } as unknown as Pick<LockManager, 'request'>
}
