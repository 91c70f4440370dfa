import { code } from './en/code'
import { desk } from './en/desk'
import { page } from './en/page'
import { problem } from './en/problem'
import { timeline } from './en/timeline'

export const en = { ...page, ...code, ...desk, ...timeline, ...problem }
