import { useWords } from '../loop/words'

type Named = { code: string; zh: string; en: string }

/** Names of a catalogue's codes: what is not in it any more stands by its code. */
export function useCareWords(): { word: (list: readonly Named[] | null | undefined, code: string | undefined) => string; choices: (list: readonly Named[] | null | undefined) => { value: string; label: string }[] } {
  const { name } = useWords()
  return {
    word: (list, code) => { const found = list?.find((w) => w.code === code); return found ? name(found) : code ?? '' },
    choices: (list) => (list ?? []).map((w) => ({ value: w.code, label: name(w) })),
  }
}
