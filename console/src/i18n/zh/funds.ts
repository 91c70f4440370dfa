// What bounds payouts, and what county finance books.
export const funds = {
  funds: {
    title: '限额与预算', policy: '现行版本 {policy}', solo: '一人经办、一人发放（单笔）', workerDay: '一人单独经办或发放（每日）', township: '乡镇复核（单笔），以上由县级复核', townshipDay: '乡镇每日合计，以上由县级复核',
    household: '一户 {n} 个月内合计', aidKind: '一户 {n} 个月内「{kind}」合计', budgets: '{year} 年度预算', kind: '救助类别', budget: '预算', used: '已列支', left: '剩余', set: '设定', noBudget: '尚未设定年度预算；支出只受专户余额约束。', reviewPercent: '事后抽查比例', reviewDays: '抽查期限', workingDays: '{n} 个工作日',
    float: '乡镇或本县', floatHint: '县级备用金在乡镇备用金不足时自动支付。', year: '年度', voucher: '凭证号', voucherHint: '同一凭证只入账一次。',
  },
  prove: { lead: '您登录已久。签字前请再输入一次密码，内容仍在。', go: '确认并签字' },
  signals: {
    title: '值得核查的发放', since: '最近', days: '{n} 天', lead: '仅供优先核查，不说明任何问题。', kind: '情形', who: '人员', count: '笔数', latest: '最近一笔', none: '没有这类情形。',
    kinds: { same_pair: '两人几乎只互相复核', two_households: '同一人在多户领取', young_ticket: '来电十分钟内即申请发放', off_hours: '夜间（22–6 时）复核或补签', same_account: '两人共用一个银行账户', just_below: '多次略低于单人限额', review_finding: '抽查发现问题', review_late: '抽查逾期（县级财务）' },
  },
  levelWhy: { split: '与近期其他发放合计后超限', worker_day: '经办人当日单独经办合计超限', township_day: '乡镇当日合计超限', frozen: '经办人尚欠补签' },
}
