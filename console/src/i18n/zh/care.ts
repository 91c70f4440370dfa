// What is done for a household beside money: looks after it, services of the station, a plan, ways to offices.
export const care = {
  care: {
    title: '帮扶与跟踪', empty: '还没有帮扶安排。', holds: '未结束前不能办结工单', goesOn: '办结后继续', choose: '请选择',
    follow: '回访安排', followLead: '到期应回访的家庭。逾期未回访的会提醒责任人和负责人。', followEmpty: '没有需要回访的家庭。', views: { due: '今日及以前', late: '已逾期', open: '全部' }, view: '范围',
    next: '下次 {at} · {who}', ended: '已结束', endedWhy: '结束：{why}', history: '回访记录', kind: '回访原因', reason: '看什么、为什么', textHint: '不要写身份证号和电话。', firstOn: '首次回访日期', firstHint: '不填则按规则：{days} 天后',
    way: '方式', ways: { visit: '上门', call: '电话' }, outcome: '情况', outcomes: { fine: '情况良好', not_enough: '仍有困难，需评估追加救助', not_met: '没有见到人' }, found: '看到和听到的情况', nextOn: '下次回访日期', nextHint: '不填则按规则安排', last: '这是最后一次回访吗', notLast: '不是，继续跟踪',
    state: { planned: '待回访', late: '已逾期', ended: '已结束' },
    services: '社工服务', service: '服务项目', request: '请求的内容', noStation: '本乡镇没有社工站或社工站没有负责人，不能委托服务。', station: '社工站：{name}', willSee: '社工站将看到', sees: '社工站可见', consentAsk: '本人如何同意',
    order: { ordered: '待社工站答复', accepted: '服务中', returned: '已退回', done: '已完成', cancelled: '已撤回' }, orderOutcome: { helped: '有效果', partly: '部分有效', not_helped: '没有效果', declined: '本人不再需要' },
    event: { send: '委托', accept: '接受', return: '退回', done: '完成', cancel: '撤回' }, due: '截止 {at}', overdue: '⚑ 已超过时限（{at}）',
    note: '说明', noteDone: '做了什么、效果如何', noteReturn: '为什么不能办理', stationTitle: '社工站委托', stationLead: '各工单委托社工站办理的服务。只显示办理服务需要的信息，办结后不再显示。', stationEmpty: '没有委托。', people: '共 {n} 人，受困 {affected} 人',
    plan: '一户一策', need: '需求', measure: '措施', goal: '目标', dueOn: '完成期限', whose: '谁的需求', household: '全家', planState: { open: '进行中', done: '已完成', dropped: '已取消' }, result: '结果', dropIt: '取消这一项', came: '办理情况', by: '{at} 前', late: '已逾期', work: '造血式帮扶',
    trips: '群众跑腿', tripsCount: '本人已跑 {n} 次（目标不超过 {most} 次）', tripsOver: '⚑ 已超过目标', on: '日期', place: '去哪里', errand: '办什么', who: '谁去的', citizen: '本人', ours: '工作人员代办', places: { township: '乡镇', county: '县级民政', department: '其他部门', hospital: '医院', bank: '银行', village: '村（居）委会' },
    errands: { apply: '提出申请', papers: '取送材料', sign: '签字', collect: '领取', ask: '咨询' }, mandate: '代办授权', mandateFor: '本人同意代办：{what}', takenBack: '已撤回', whoHint: '代办要有本人授权。',
  },
}
