import type { AidRules, Application } from '../api/types'
import { useDraft } from '../forms/draft'
import { useSending, type Faults } from '../forms/sending'

/** What the page hands to every form of an application. */
export interface StepProps {
  application: Application
  rules: AidRules | null
  act: string
  item: string
}

/** What every form tells the page. */
export interface StepEmits {
  done: []
  cancel: [] // put aside; the draft stays
  reload: [] // what is shown is old
}

interface Plan<M extends object> {
  begin: () => M
  check?: (model: M) => Faults
  send: (model: M, key: string) => Promise<unknown>
  sensitive?: (keyof M)[]
}
type Tell = { (event: 'done'): void; (event: 'reload'): void }

/** The name of a step's draft, told from those of other steps of the application. */
export function draftName(act: string, item: string): string {
  return item ? `${act}:${item}` : act
}

/** The draft and the sending of a step. */
export function useStep<M extends object>(props: StepProps, emit: Tell, plan: Plan<M>) {
  const draft = useDraft(props.application.id, draftName(props.act, props.item), plan.begin, plan.sensitive)
  const model = draft.model
  const sending = useSending(draft, {
    check: () => plan.check?.(model) ?? {},
    send: (key) => plan.send(model, key),
    done: () => emit('done'),
    refused: () => emit('reload'),
  })
  return { draft, model, sending }
}

/** The fault of a text that must be there. */
export function missing(text: string): string {
  return text.trim() ? '' : 'form.required'
}
