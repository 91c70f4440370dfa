import { code } from './zh/code'
import { desk } from './zh/desk'
import { page } from './zh/page'
import { problem } from './zh/problem'
import { recording } from './zh/recording'
import { timeline } from './zh/timeline'
import { visit } from './zh/visit'

export const zh = { ...page, ...code, ...desk, ...recording, ...timeline, ...visit, ...problem }
