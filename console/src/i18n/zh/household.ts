// What is done with a household of the register.
export const householdActs = {
  household_add: '增加成员', household_edit: '更正', household_arrive: '从档案迁入', household_leave: '成员离开', household_address: '更新住址', household_number: '查看完整号码', household_lookers: '谁看过（应本人要求）', household_merge: '合并另一户', household_split: '分户', household_undo: '撤销合并', household_check: '登记回访', household_alert: '登记变化', household_settle: '处理变化',
}
export const householdHints = { household_number: '每次查看连同用途都留有记录；号码 1 分钟后自动隐藏。', household_lookers: '先请本人说出身份证号；出具名单本身也会留下记录。', household_merge: '另一户并入本户；可以撤销。', household_split: '给离开的人选择在新家庭中与户主的关系，其中一人为户主。' }
export const household = {
  household: {
    keepsNumber: '身份证号和电话留空，就保留原来的；电话填 - 表示删除。', illness: '病种', school: '学校', guardian: '监护人', who: '谁', why: '原因', on: '日期', today: '不填即今天', newHead: '新户主', which: '哪个号码', identity_number: '身份证号', phone_number: '电话', purpose: '用途（留有记录）', saidNumber: '本人说出的身份证号', known: '没有身份证号：怎样认定是本人', see: '查看', lookersOf: '谁看过 {name} 的档案', nobodyLooked: '没有人看过。',
    other: '并入的那一户', stays: '留在本户', way: '方式', result: '结果', byPlan: '不填即按计划', kind: '什么变化', source: '怎样得知', about: '关于谁', whole: '全家', happened: '发生日期', outcome: '处理结果', case: '转成的工单', noCase: '无', note: '说明', matches: '可能是同一个人', because: '依据', ground: { identity: '身份证号相同', phone: '电话相同', name_birth: '姓名和出生日期相同' }, say: '核对', keep: '保留哪一份', onePerson: '是同一人，合并', twoPeople: '不是同一人',
  },
}
