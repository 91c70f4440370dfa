import { onScopeDispose, ref, type Ref } from 'vue'
import { ApiProblem } from '../api/problem'
import { pictures } from './pictures'
import { keep, send, shrink } from './upload'

export type PictureState = 'empty' | 'preparing' | 'sending' | 'waiting' | 'sent'

const between = 5000 // ms before the next try after one that failed

/**
 * One picture on its way to the server. It is kept in this browser first, sent
 * in parts, goes on after a break of the line or a reload, and ends as the id
 * of a complete upload in `id`.
 */
export function usePicture(name: string, ticket: string, id: Ref<string>) {
  const state = ref<PictureState>(id.value ? 'sent' : 'empty')
  const share = ref(0)
  const problem = ref<ApiProblem | null>(null)
  let retry: ReturnType<typeof setTimeout> | undefined
  let attempt = 0 // a picture chosen anew makes the older one's attempts void

  async function choose(file: Blob, ready = false): Promise<void> {
    const mine = ++attempt
    clearTimeout(retry)
    problem.value = null
    id.value = ''
    state.value = 'preparing'
    try {
      const picture = ready ? file : await shrink(file)
      await keep(name, picture)
      if (mine === attempt) await resume()
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown
      problem.value = thrown
      state.value = 'empty'
    }
  }

  async function resume(): Promise<void> {
    clearTimeout(retry)
    const mine = attempt
    const waiting = await pictures.get(name)
    if (!waiting || mine !== attempt) return
    state.value = 'sending'
    problem.value = null
    try {
      const upload = await send(name, waiting, ticket, (s) => { share.value = s })
      if (mine !== attempt) return
      id.value = upload
      state.value = 'sent'
    } catch (thrown) {
      if (mine !== attempt) return
      problem.value = thrown instanceof ApiProblem ? thrown : new ApiProblem(0, 'page_fault', String(thrown))
      state.value = 'waiting'
      if (problem.value.unanswered) retry = setTimeout(() => void resume(), between)
    }
  }

  async function remove(): Promise<void> {
    attempt++
    clearTimeout(retry)
    await pictures.drop(name)
    id.value = ''
    share.value = 0
    problem.value = null
    state.value = 'empty'
  }

  const again = () => { if (state.value === 'waiting') void resume() }
  addEventListener('online', again)
  onScopeDispose(() => { removeEventListener('online', again); clearTimeout(retry); attempt++ })
  if (!id.value) void resume() // a picture that an earlier page had kept

  return { state, share, problem, choose, resume, remove }
}
