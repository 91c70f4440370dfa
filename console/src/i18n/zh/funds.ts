// What bounds payouts, and what county finance books.
export const funds = {
  funds: {
    title: '限额与预算', policy: '现行版本 {policy}', budgets: '{year} 年度预算', kind: '救助类别', budget: '预算', used: '已列支', left: '剩余', set: '设定', noBudget: '尚未设定年度预算；支出只受专户余额约束。',
    float: '乡镇或本县', floatHint: '县级备用金在乡镇备用金不足时自动支付。', year: '年度', voucher: '凭证号', voucherHint: '同一凭证只入账一次。',
  },
  limit: {
    limit: '限额', value: '现行', since: '起始日', until: '截止日', open: '未定', basis: '依据', next: '已公布的下一版', nextOn: '{day}起 {value}', ended: '不再限制', none: '不限',
    name: {
      solo: '一人经办、一人发放（单笔）', worker_day: '一人单独经办或发放（每日）', township: '乡镇复核（单笔），以上由县级复核', township_day: '乡镇每日合计，以上由县级复核', advance: '预领款上限（每人）', household: '一户合计（期限内）', household_months: '合计期限', aid_kind: '一户「{kind}」合计（期限内）', account: '一个银行账户合计（期限内）', entitled: '按月救助：一户或一账户合计（期限内）',
      fast_person: '快速救助（每人）', fast_household: '快速救助（每户）', float: '备用金定额（每乡镇）', float_low: '备用金预警线', fund: '专户定额（每县）', fund_low: '专户预警线', second_signature: '补签期限', county_may_check: '乡镇未复核，县级可代为复核', after_review: '事后抽查比例', after_review_days: '抽查期限',
    },
    unit: { percent: '{n} %', months: '{n} 个月', working_days: '{n} 个工作日', minutes: '{n} 分钟', hours: '{n} 小时' },
  },
  prove: { lead: '您登录已久。签字前请再输入一次密码，内容仍在。', go: '确认并签字' },
  signals: {
    tickets: '工单', all: '全部 {n} 件',
    title: '值得核查的发放', since: '最近', days: '{n} 天', lead: '仅供优先核查，不说明任何问题。', kind: '情形', who: '人员', count: '笔数', latest: '最近一笔', none: '没有这类情形。',
    kinds: { same_pair: '两人几乎只互相复核', two_households: '同一人在多户领取', young_ticket: '来电十分钟内即申请发放', off_hours: '夜间（22–6 时）复核或补签', same_account: '两人共用一个银行账户', just_below: '多次略低于单人限额', review_finding: '抽查发现问题', review_late: '抽查逾期（县级财务）' },
  },
  railChoice: {
    first: '按时限推荐', late: '赶不上时限', no: '现在不能用',
    why: { bank_in_time: '银行预计 {at} 入账，早于时限', bank_no_deadline: '没有时限在走，直接进本人账户最稳妥', bank_late: '银行预计 {at} 入账，赶不上时限', bank_no_run: '银行入账时间未约定', no_bank: '本县没有接通银行', account_unknown: '还没有登记收款账户', account_unverified: '收款账户还没有经另一人核验', fund_empty: '县级专户余额不够，银行暂不能付', advance_holds: '您手上的预领款够（{sum} 元），当场可付', advance_short: '您手上的预领款不够（{sum} 元），可由同事领办', advance_another: '超过单人限额，须由另一人从其预领款支付', float_holds: '乡镇备用金够（可用 {sum} 元）', county_float_holds: '乡镇备用金不足（可用 {sum} 元），由县级备用金支付', float_empty: '乡镇和县级备用金都不够', stock_holds: '库存物资够', stock_short: '库存物资不够' },
  },
  levelWhy: { split: '与近期其他发放合计后超限', worker_day: '经办人当日单独经办合计超限', township_day: '乡镇当日合计超限', frozen: '经办人尚欠补签', run: '属于批量发放清单，由县级整单复核' },
}
