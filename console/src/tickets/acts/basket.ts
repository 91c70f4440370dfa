/** Pieces as they are typed: a whole number, else none. */
export const pieces = (text: string | undefined): number => (/^[1-9]\d{0,4}$/.test((text ?? '').trim()) ? Number(text) : 0)
