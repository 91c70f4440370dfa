/** Reads lines of a village's code and its number of households; null where a line is neither that nor a heading. */
export function readFigures(text: string): { area: string; households: number }[] | null {
  const list: { area: string; households: number }[] = []
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (!line.trim()) continue
    const found = /^\s*"?(\d{12})"?\s*[,，;\t ]\s*"?(\d{1,6})"?\s*$/.exec(line)
    if (found) list.push({ area: found[1]!, households: Number(found[2]) })
    else if (i > 0) return null // the first line may be the names of the columns
  }
  return list.length ? list : null
}
