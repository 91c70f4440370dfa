// The words of the duty calendar.
export const duty = {
  roster: {
    tabs: '值班页面', tab: { calendar: '日历', mine: '我的值班', holes: '空缺', edit: '编排' }, of: '哪个排班', role: '岗位', view: { month: '按月', week: '按周' }, earlier: '往前', later: '往后', today: '今天',
    nth: '第 {n} 顺位', anybody: '无人值班', emptyNth: '第 {n} 顺位无人', hole: '空缺', nextDay: '次日', allDay: '全天', noPlan: '此岗位还没有排班规则。', version: '第 {n} 版排班', tap: '点一格看依据',
    class: { any: '每天', workday: '工作日', rest_day: '休息日', holiday: '节假日' }, weekday: { mon: '一', tue: '二', wed: '三', thu: '四', fri: '五', sat: '六', sun: '日' },
    why: {
      title: '为什么是这个人', span: '{from} – {to}', rule: '按第 {version} 版规则「{rule}」，{day}', rotation: '轮到本人：轮班「{rotation}」第 {turn} 班（{from} – {to}）', ahead: '（往后数第 {n} 位）', shift: '按导入的班次', temporary: '临时排班「{name}」', cover: '加派',
      deputy: '代班：{name} 不在岗', swap: '换班：替 {name}', hand_over: '接班：{name} 交班', coverNote: '加派到第 {n} 顺位', passed: '未值班：{name}，{reason}', by: '由 {name} 替', until: '至 {at}', empty: '此时无人可派，直接由县级值班受理。',
      skip: { absent: '缺勤', left: '已离岗', leave: '请假', swapped: '已换班', handed_over: '已交班', replaced: '临时排班期间不用原排班' },
    },
    change: {
      title: '请假、换班与临时排班', none: '没有请假或换班。', kind: { deputy: '代班', leave: '请假', swap: '换班', cover: '加派', hand_over: '交接班', temporary: '临时排班' }, what: { leave: '{remove} 请假', swap: '{add} 替 {remove}', cover: '加派 {add}（第 {n} 顺位）', hand_over: '{remove} 交班给 {add}', temporary: '「{name}」' },
      by: '{by} 登记于 {at}', ended: '{by} 提前结束于 {at}', end: '结束', sure: '确认结束', substitute: '谁来替', nobody: '无人替（请假）', from: '从', to: '到', reason: '事由', leave: '登记请假', swap: '换成 {name}', done: '已登记。', doneHoles: '已登记，但有 {n} 段时间无人值班，由县级值班受理。', note: '交班说明', cash: '交出现金 {sum} 元', counted: '{name} 清点 {sum} 元并签收于 {at}', differs: '两次清点不一致', unsigned: '尚未签收',
    },
    mine: { none: '今后 28 天没有您的班。', taken: '您替他人的班', for: '替 {name}', beside: '加派', lent: '他人替您的班，或空出的班', by: '由 {name} 替', nobody: '无人替', next: '我的班次', give: '我要交班', to: '交给谁', note: '未办完的事', noteHint: '没有未办完的事也请写明。', cash: '备用现金（元）', send: '交班并签字', given: '已交班，等待对方清点签收。', waits: '{by} 交班给您，请清点后签收', counted: '清点现金（元）', sign: '清点无误，签收', signDiffers: '按清点数签收', signed: '已签收。', onDutyOnly: '在班时可以交班。' },
    feed: { title: '订阅到手机日历', lead: '日历软件按此地址读取您的班次，无须登录。只含岗位和姓名。', make: '生成地址', renew: '换一个地址', end: '停用', since: '地址生成于 {at}', read: '最近读取 {at}', never: '尚未读取过', once: '地址只显示这一次，请立即复制到日历软件。', copy: '复制', copied: '已复制' },
    holes: { title: '今后 90 天的空缺', none: '今后 90 天没有空缺。', lead: '空缺前一天提醒；期间由上级值班受理。', where: '何处', who: '岗位', when: '何时', away: '本应值班', awayOne: '{name}（{reason}）', more: '还有 {n} 处未列出。', go: '去安排' },
    edit: {
      rules: '规则', addRule: '加一条规则', removeRule: '删除此规则', name: '名称', position: '顺位', days: '星期', everyDay: '不选即每天', class: '哪类日子', start: '开始', end: '结束', overnight: '不晚于开始即到次日；相同即 24 小时', who: '谁', person: '固定一人', rotation: '轮班', ahead: '顺延几位', rotations: '轮班', addRotation: '加一个轮班', removeRotation: '删除此轮班', unit: '多久一换', units: { hourly: '小时', daily: '天', weekly: '周', monthly: '月' }, every: '每', anchor: '第一位从何时起', members: '按顺序轮流', addMember: '加一人', up: '上移', remove: '移出', required: '必须有人的顺位', requiredHint: '不选：任意一人在班即可。', from: '从何时起用', fromHint: '不填即现在起；过去的不改。', reason: '修改原因', look: '预览变化', save: '保存为第 {n} 版', saved: '已保存。', first: '新排班', preview: '预览：尚未保存', before: '原来', after: '改后', same: '今后 42 天的班次没有变化。', changed: '{n} 天的值班人有变化', holesBefore: '原有空缺 {n} 段', holesAfter: '改后空缺 {n} 段', history: '以前各版', inForce: '{at} 起', by: '{by}：{reason}',
    },
    import: { title: '导入临时排班', file: '选择 CSV 或 iCal 文件', hint: 'CSV 首行：person,position,from,to（人员、顺位、开始、结束，时间如 2026-10-01 08:00）。一行一个班次。导入后成为临时排班，期间取代原排班；长期轮班请用上面的“导入长期轮班”。', name: '名称', look: '已读取，尚未导入', places: '{n} 个班次，{from} – {to}', apply: '导入', applied: '已导入。', faulty: '文件有 {n} 处错误，没有导入。改正后重新选择。' },
  },
  plans: {
    import: {
      title: '导入长期轮班', hint: 'CSV 首行：区划代码,岗位,轮班名称,顺位,交接时间,每班时长,首班日期,人员（一行一个轮班；人员按轮流顺序，用顿号隔开，写账号或姓名）。如 990101101000,经办人,主班,1,08:00,1天,2026-10-01,甲、乙、丙。不是全天值班的，另加“上班”“下班”两列；只在某类日子值班的，加“日子”列（工作日、休息日、节假日）。一个文件可含多个乡镇；每个排班的现有规则由文件整体取代。',
      applied: '已导入 {file}。', starts: '首先值班', replaces: '取代第 {n} 版', kind: { rosters: '排班', rotations: '轮班', replaced: '取代现有规则', holes: '导入后的空缺' },
    },
  },
}
