// What other departments and the station do for a case, and what keeps it open.
export const loop = {
  referral: {
    title: '转介', lead: '转给其他部门办理的事项。超过时限的会提醒责任人和负责人。', view: '范围', views: { open: '办理中', late: '已超时', all: '全部' }, empty: '没有转介。',
    department: '部门', item: '事项', choose: '请选择', request: '请求办理的内容', requestHint: '写明需要部门做什么。不要写身份证号和电话。', consentAsk: '本人如何同意', sendNow: '现在送出？', notYet: '先登记，稍后送出', taker: '接收人姓名', willLeave: '将随附', left: '已随附', nothing: '无',
    sheet: '打印转介单', sheetTitle: '社会救助转介单', sheetTo: '转至', sheetFrom: '转出人', number: '工单编号', sentAt: '转出时间', answerBy: '请于此前答复', print: '打印', people: '共 {n} 人，受困 {affected} 人', answerBox: '部门答复', answerLine: '请在 {answer} 个工作日内接收或退回（说明理由），接收后 {result} 个工作日内反馈结果，可延长一次 {extend} 个工作日。', signLine: '答复人：　　　　　　　　日期：　　　　　　　　',
    saidBy: '部门答复人姓名', saidOn: '答复日期', saidOnHint: '不填即今天；时限按登记时间计算。', viaAsk: '方式', resultAsk: '部门的结果', soAsk: '本人确认与部门所说一致？', said: '本人怎么说', history: '经过',
    due: '{what}截止 {at}', overdue: '⚑ {what}已超过时限（{at}）', until: { created: '送出', sent: '接收或退回', accepted: '反馈结果', returned: '重新处理', in_progress: '反馈结果', resulted: '向本人核实', confirmed: '办结', withdrawn: '办结' },
    state: { created: '待送出', sent: '已送出', accepted: '已接收', returned: '已退回', in_progress: '办理中', resulted: '有结果，待核实', confirmed: '本人已确认', withdrawn: '已撤回' },
    result: { granted: '给予救助', refused: '不予救助', not_needed: '无需救助' },
    event: { send: '送出', accept: '接收', return: '退回', start: '开始办理', extend: '延长时限', result: '反馈结果', confirm: '本人确认', contest: '本人反映不符', withdraw: '撤回' },
    do: { send: '送出', accept: '登记：部门接收', return: '登记：部门退回', start: '登记：开始办理', extend: '登记：要求延长', result: '登记结果', confirm: '向本人核实', withdraw: '撤回转介' },
    via: { letter: '书面', phone: '电话', in_person: '当面', wired: '系统' }, consent: { written: '书面同意', spoken: '口头同意', recorded: '录音同意', guardian: '监护人书面同意' },
    field: { area: '所在乡镇', cause: '困难原因', people: '家庭人数', needs: '需求', income: '收入', medical: '医疗自付', name: '姓名', phone: '电话', identity: '身份证号' },
  },
  task: {
    kind: { referral_returned: '转介被退回，首问责任人处理', screen: '部门未批准，评估其他救助', reassess: '已获专项救助，评估是否还需临时救助', follow_up: '回访发现仍有困难，评估是否追加救助' }, state: { open: '待办', late: '已逾期', done: '已办' }, for: '{who}，{at} 前', outcome: { due: '还需救助', not_due: '不需要', handled: '已处理' }, outcomeAsk: '还需要救助吗', spend: '家庭支出是否过大，基本生活仍困难', income: '收入是否锐减，基本生活仍困难', reason: '核实的情况',
  },
  loop: {
    title: '办结前还差什么', waived: '已豁免', reached: '电话打通了吗', notReached: '没有联系上', received: '救助款物收到了吗', amount: '金额对吗', satisfied: '满意吗', saidYes: '已联系，无异议', saidNo: '已联系，有异议，退回责任人', triedBefore: '此前 {n} 次没有联系上；三次联系不上即办结并注明。',
    code: { clock: '救助尚未收到，时限仍在运行', life_danger: '生命危险：没有转接 110、119、120 的记录', callback: '回拨未完成', application: '申请未办结', notice: '公示未结束', referral: '转介未办结', task: '待办未完成', follow_up: '回访计划未结束', service: '社工服务未完成', paper: '材料未补齐', decision: '决定待审批或待发放', payout: '发放未完成', second_signature: '待补签', after_review: '抽查未完成' },
  },
}
