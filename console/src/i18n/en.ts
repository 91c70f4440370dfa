import { code } from './en/code'
import { page } from './en/page'
import { problem } from './en/problem'
import { timeline } from './en/timeline'

export const en = { ...page, ...code, ...timeline, ...problem }
