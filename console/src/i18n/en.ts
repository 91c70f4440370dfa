import { areas } from './en/areas'
import { code } from './en/code'
import { desk } from './en/desk'
import { duty } from './en/duty'
import { moves } from './en/moves'
import { notify } from './en/notify'
import { page } from './en/page'
import { problem } from './en/problem'
import { recording } from './en/recording'
import { staff } from './en/staff'
import { timeline } from './en/timeline'
import { visit } from './en/visit'

export const en = { ...page, ...areas, ...duty, ...moves, ...notify, ...code, ...desk, ...recording, ...timeline, ...staff, ...visit, ...problem }
