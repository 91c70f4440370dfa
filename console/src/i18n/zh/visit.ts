// Words of the visits to who could not be rung back.
export const visit = {
  visits: {
    lead: '多次回拨未接通的来电人，请上门查看并登记结果。', empty: '没有待上门的来电人。', urgent: '疑似紧急', due: '最迟回报', decideBy: '最迟决定', asked: '通知时间', askedTimes: '第 {n} 次通知', who: '上门人', decider: '由谁决定', why: '来电', found: '上门情况', late: '已逾期 {n} 次', number: '工单',
    origin: { missed: '来电未接通', asked: '来电人要求回拨', cut_off: '通话中断或无人讲话' }, tries: '已回拨 {n} 次', calls: '共来电 {n} 次', call: '打电话给来电人', noNumber: '号码只对经办人开放；要打电话，请联系乡镇值班。',
    resultLegend: '见到来电人了吗？', result: { reached: '见到了，已问清需求', not_found: '没有找到人或地址', moved: '已搬走', refused: '见到了，不愿接受帮助' },
    need: '来电人需要什么', needHint: '会记入工单，由经办人接着办理。不要写电话和身份证号。', foundNote: '看到的情况', foundHint: '门锁着、邻居怎么说等；由乡镇负责人决定是否再访。不要写电话和身份证号。',
    decision: '接下来', again: '再上门一次', end: '不再上门，结束回拨', endReason: '为什么结束', againReason: '要注意什么（可不填）', done: { visitResult: '上门结果已登记。', visitDecision: '决定已登记。' },
  },
}
