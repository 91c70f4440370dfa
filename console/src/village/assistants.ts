import { computed, type ComputedRef } from 'vue'
import { api } from '../api/client'
import { useReading } from '../pages/reading'

/** The assistants of one's township, to choose from. */
export function assistants(): ComputedRef<{ value: string; label: string }[]> {
  const { data } = useReading(() => api.staff({ role: 'village_assistant' }))
  return computed(() => (data.value?.items ?? []).map((p) => ({ value: p.login, label: `${p.name} · ${p.area_name}` })))
}
