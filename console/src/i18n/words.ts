/** The shape of a set of words: another language must have the very same keys. */
export type Words<T> = { [K in keyof T]: T[K] extends string ? string : Words<T[K]> }
