import type { HouseholdPage, Member } from '../../api/types'
import { useDraft } from '../../forms/draft'
import { useSending, type Faults } from '../../forms/sending'

/** What the household's page hands to every form: the case it is for, where there is one, and the record it is about, where there is one. */
export interface HouseholdActProps {
  page: HouseholdPage
  ticket: string
  act: string
  item: string
}
export interface HouseholdActEmits {
  done: []
  cancel: []
}

/** The draft and the sending of an act on a household. Names and numbers stay in the tab. */
export function useHouseholdAct<M extends object>(props: HouseholdActProps, done: () => void, plan: { begin: () => M; check?: (m: M) => Faults; send: (m: M, key: string) => Promise<unknown>; sensitive?: (keyof M)[] }) {
  const draft = useDraft(props.page.id, `household_${props.act}${props.item && `:${props.item}`}`, plan.begin, plan.sensitive)
  const model = draft.model
  const sending = useSending(draft, { check: () => plan.check?.(model) ?? {}, send: (key) => plan.send(model, key), done })
  return { draft, model, sending }
}

/** The members to choose from. */
export function choices(members: Member[] | null | undefined, nobody: string): { value: string; label: string }[] {
  return [{ value: '', label: nobody }, ...(members ?? []).map((m) => ({ value: m.id, label: m.name }))]
}
export const need = (text: string): string => (text.trim() ? '' : 'form.required')
