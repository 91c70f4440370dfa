// The parts of Element Plus that we use, each with its own style, so that the
// rest of the library stays out of the bundle. Import them from here only.
// Selects, radios and date fields are the browser's own: a phone opens its own
// wheel for them, and screen readers know them.
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import 'element-plus/theme-chalk/el-button.css'
import 'element-plus/theme-chalk/el-input.css'
import 'element-plus/theme-chalk/el-popper.css'
import 'element-plus/theme-chalk/el-scrollbar.css'
import 'element-plus/theme-chalk/el-tag.css'
import 'element-plus/theme-chalk/el-checkbox.css'
import 'element-plus/theme-chalk/el-radio.css'
import 'element-plus/theme-chalk/el-progress.css'

export { ElButton, ElConfigProvider, ElInput, ElProgress, ElTooltip } from 'element-plus'
