import { useDraft } from '../../forms/draft'
import { useSending, type Faults } from '../../forms/sending'
import type { ActProps } from './props'

type Tell = { (event: 'done'): void; (event: 'reload'): void }

/** The draft and the sending of an act that always wants a reason, besides what the form asks for. */
export function useReasoned<M extends { reason: string }>(props: ActProps, emit: Tell, begin: () => M, check: (model: M) => Faults, send: (model: M, key: string) => Promise<unknown>) {
  const draft = useDraft(props.ticket.id, props.name, begin)
  const sending = useSending(draft, {
    check: () => ({ ...check(draft.model), reason: draft.model.reason.trim() ? '' : 'problem.reason_required.what' }),
    send: (key) => send(draft.model, key),
    done: () => emit('done'),
    refused: () => emit('reload'),
  })
  return { draft, model: draft.model, sending }
}
