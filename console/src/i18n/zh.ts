import { areas } from './zh/areas'
import { code } from './zh/code'
import { desk } from './zh/desk'
import { duty } from './zh/duty'
import { moves } from './zh/moves'
import { notify } from './zh/notify'
import { page } from './zh/page'
import { problem } from './zh/problem'
import { recording } from './zh/recording'
import { staff } from './zh/staff'
import { timeline } from './zh/timeline'
import { visit } from './zh/visit'

export const zh = { ...page, ...areas, ...duty, ...moves, ...notify, ...code, ...desk, ...recording, ...timeline, ...staff, ...visit, ...problem }
