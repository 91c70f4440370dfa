// Reconciliation, vouchers and closing.
export const closing = {
  closing: {
    county: '县（市、区）', open: '未对平事项', openCount: '{n} 项未对平', agrees: '账、银行、现金三方一致', noneOpen: '账与现金一致，尚无银行对账单', openLead: '满 1 天通知县级财务，满 3 天通知当地负责人，满 7 天通知督办员；督办员和审计员也看这份清单。', what: '事项', since: '起始', age: '已过', days: '{n} 天',
    kinds: { unknown: '银行未回结果（不得重发）', unmatched_line: '银行流水无对应账目', unmatched_entry: '账目未见于银行对账单', cash_short: '现金盘点差额待说明', goods_short: '物资盘点差异', late_success: '银行迟到入账，专户余额不足以列支', reversed_cash: '签收已冲正，现金仍在发放人手中', advance_claim: '离岗人员尚欠', imprest: '备用金不平' },
    suspenseTitle: '待查款项', suspenseLead: '一时说不清的款项。一人凭证提出如何处理，另一人签字后入账。', suspenseNone: '没有待查款项。', lateUncovered: '银行迟到入账，专户未列支', countShort: '盘点短缺', countOver: '盘点长款', how: '如何处理', adjustLead: '此处 {sum} 元。同事签字之前不动账。', allOfIt: '不填即全部。', adjustWaits: '等同事签字', adjustDone: '已签字、未签、已撤回', sign: '核对无误，签字', booked: '已签字入账。', proposed: '已提出，等同事签字。', isFee: '是银行手续费', isInterest: '是利息',
    adjust: { cover: '由专户列支', paid_in: '已补交备用金', claim: '由经手人赔补', write_off: '核销', surplus: '上缴专户', fee: '银行手续费', interest: '银行利息' },
    imprest: '备用金核对', imprestLead: '备用金余额＋经办人手中现金＋未报销凭证＋盘点差额＋离岗追偿款，应等于拨付总额；不等即缺款。', filled: '拨付总额', float: '余额', cash: '手中现金', vouchers: '未报销凭证', suspense: '盘点差额', claimed: '离岗人员尚欠', missing: '缺款', count: '{n} 张', claim: '报销 {sum} 元', noFloat: '尚未拨付备用金。',
    statements: '银行对账单', statementsLead: '对账单逐笔与账目核对。带有本系统编号的自动匹配；其余由财务匹配同额账目，或由两人登记为手续费、利息；转入的款项也可说明原因。', comma: '、', missingDays: '以下日期还没有银行对账单，补齐前不能月结：{days}。', load: '载入银行对账单', loadHint: 'camt.053 文件，按银行给出的原样；整份载入或整份拒绝，重复载入不变。', loaded: '已载入 {lines} 笔，匹配 {matched} 笔。', settled: '已处理。', openLines: '待处理的流水', day: '日期', reference: '编号', settle: '处理', match: '对应「{what}」{at}', why: '说明原因', explain: '说明', allSettled: '所有流水均已核对。', noStatement: '尚未载入对账单。', loadedList: '已载入的对账单', linesOf: '{n} 笔，待处理 {open} 笔',
    closed: '结账', kind: { day: '日结（至该日）', month: '月结', year: '年结' }, never: '尚未结账', history: '结账记录', through: '截止日', note: '说明', closeHint: '已结的日期不再入账。月结须先日结且无未对平事项；年结须先月结，并结转支出。',
    report: '收支报告', reportAgrees: '与账目分毫不差', reportDiffers: '与账目不符', from: '从', to: '到', given: '拨入专户', paid: '已发放', takenBack: '退回或冲正', recovered: '追回', interest: '银行利息', fees: '银行手续费', missed: '盘点短款（核销或追偿）', found: '盘点长款（上缴）', advanceClaimed: '离岗未交回', advanceRepaid: '离岗人员还款', held: '期末结存（专户、备用金、现金、物资）', rail: '方式', nothingPaid: '此期间没有发放。', balances: '各账户期初与期末', opening: '期初', ending: '期末',
  },
}
