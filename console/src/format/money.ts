// Money is integer fen everywhere. What a person types is turned into fen by
// reading its digits, never by multiplying a fraction.

/** Why an amount that was typed is refused; each has its sentence under `money.` in the messages. */
export type MoneyFault = 'empty' | 'not_a_number' | 'negative' | 'too_many_decimals' | 'zero' | 'too_large'

export type ParsedMoney = { fen: number } | { fault: MoneyFault }

// Eleven digits of yuan stay far below 2^53 fen, so that the sum is exact.
const mostDigits = 11

/** Reads an amount in yuan, "800", "800.5", "1,200.00" or "¥800.00", as exact integer fen; none at all only where a count may find nothing. */
export function parseYuan(typed: string, mayBeNone = false): ParsedMoney {
  const text = typed.normalize('NFKC').replace(/[\s\u00A5\uFFE5]/g, '')
  if (text === '') return { fault: 'empty' }
  if (/^-/.test(text)) return { fault: 'negative' }
  const match = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d*))?$/.exec(text)
  if (!match) return { fault: 'not_a_number' }
  const yuan = match[1]!.replaceAll(',', '').replace(/^0+(?=\d)/, '')
  const decimals = match[2] ?? ''
  if (decimals.length > 2) return { fault: 'too_many_decimals' }
  if (yuan.length > mostDigits) return { fault: 'too_large' }
  const fen = Number(yuan + decimals.padEnd(2, '0'))
  return fen === 0 && !mayBeNone ? { fault: 'zero' } : { fen }
}

/** Writes fen as yuan with two decimals and thousands separators: 123456 → "1,234.56". */
export function formatFen(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0')
  const yuan = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${fen < 0 ? '-' : ''}${yuan}.${digits.slice(-2)}`
}
