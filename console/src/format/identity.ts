/** What is wrong with a resident identity number (GB 11643-1999); each has its sentence under `identity.`. */
export type IdentityFault = 'length' | 'characters' | 'birth_date' | 'check_digit'

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const checkDigits = '10X98765432'

/** Upper-case, without blanks: the form that is sent. */
export function normalIdentity(typed: string): string {
  return typed.normalize('NFKC').replace(/\s/g, '').toUpperCase()
}

/** The first fault of a number, null if it may be right. A hint while typing; the server decides. */
export function identityFault(typed: string, today: Date): IdentityFault | null {
  const id = normalIdentity(typed)
  if (!/^\d*X?$/.test(id)) return 'characters'
  if (id.length !== 18) return 'length'
  if (!isBirthDate(id.slice(6, 14), today)) return 'birth_date'
  const sum = weights.reduce((total, weight, i) => total + weight * Number(id[i]), 0)
  return checkDigits[sum % 11] === id[17] ? null : 'check_digit'
}

function isBirthDate(yyyymmdd: string, today: Date): boolean {
  const [year, month, dayOfMonth] = [yyyymmdd.slice(0, 4), yyyymmdd.slice(4, 6), yyyymmdd.slice(6)].map(Number) as [number, number, number]
  const date = new Date(Date.UTC(year, month - 1, dayOfMonth))
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth
  return real && date <= today && today.getUTCFullYear() - year <= 130
}
