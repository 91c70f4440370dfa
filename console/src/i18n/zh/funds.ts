// What bounds payouts, and what county finance books.
export const funds = {
  funds: {
    title: '限额与预算', policy: '现行版本 {policy}', solo: '一人经办、一人发放（单笔）', workerDay: '一人单独经办或发放（每日）', township: '乡镇复核（单笔），以上由县级复核', townshipDay: '乡镇每日合计，以上由县级复核',
    household: '一户 {n} 个月内合计', aidKind: '一户 {n} 个月内「{kind}」合计', budgets: '{year} 年度预算', kind: '救助类别', budget: '预算', used: '已列支', left: '剩余', set: '设定', noBudget: '尚未设定年度预算；支出只受专户余额约束。',
    float: '乡镇', year: '年度', voucher: '凭证号', voucherHint: '同一凭证只入账一次。',
  },
  prove: { lead: '您登录已久。签字前请再输入一次密码，内容仍在。', go: '确认并签字' },
  levelWhy: { split: '与近期其他发放合计后超限', worker_day: '经办人当日单独经办合计超限', township_day: '乡镇当日合计超限', frozen: '经办人尚欠补签' },
}
