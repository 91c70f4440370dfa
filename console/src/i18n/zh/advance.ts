// What workers carry: standing advances, and what two people sign for.
export const advance = {
  goods: {
    lead: '县级库和各乡镇库的救助物资，按进价计值。采购、调拨、盘点都由两人经手，另一人签字后才算数。', name: '物资', unit: '单位', price: '单价（元）', each: '每{unit} {sum} 元', pieces: '数量（{unit}）', cost: '共 {sum} 元，由县级专户支付', free: '可用', held: '已预留', worth: '价值（元）', none: '还没有登记物资。', basket: '发放哪些物资', empty: '本乡镇库中没有可用物资。', worthOf: '所选 {worth} 元，应为 {sum} 元',
    store: '哪个库', invoice: '发票号', invoiceHint: '同一物资的一张发票只能入账一次。', to: '调往哪个乡镇', found: '实点（{unit}）', foundHint: '已预留未发出的也在库里，一并点数。', books: '账面 {n}', differs: '与账面相差 {sum} 元', note: '说明', noteHint: '与账面不符时必填。', waiting: '等待签字', nobody: '没有等待签字的事项。', done: '已办结', what: '事项', by: '签字', missing: '短少', surplus: '多出',
    act: { purchase: '{by} 采购入库', transfer: '{by} 从县级库调出', count: '{by} 盘点' }, waits: { second: '等另一人签字', approve: '等县级批准差异' }, step: { second: '第二人', approve: '批准' }, said: '已办理，等另一人签字。', sign: { purchase: '货票相符，签字', transfer: '已收到，签字', count: '同点无误，签字', approve: '批准差异入账' },
  },
  advance: {
    title: '现金与预领款', limit: '每人预领款上限', lead: '预领款由两人经手：一人交出，另一人签字后才算数。', carried: '我手中的现金', carriedAll: '人员手中的现金', nothing: '手中没有现金。', nothingAll: '没有人持有现金。', most: '每人预领上限 {sum} 元',
    holder: '持有人', kind: '款项', advance: '预领款', payouts: '单笔待发放', sum: '账面', held: '已占用', comes: '待签收', free: '可用', waiting: '等待签字', nobody: '没有等待签字的事项。', done: '已办结', none: '还没有记录。',
    act: { issue: '{by} 发给 {to}', hand_over: '{by} 交给 {to}', return: '{by} 交回备用金', count: '{by} 盘点', give_back: '{by} 交回已冲正的现金', settle: '{by} 代 {holder} 结清', repay: '{by} 代 {holder} 登记还款' }, outcome: { signed: '已签字', declined: '未签', withdrawn: '已撤回' },
    counted: '点得', books: '账面', short: '短款', over: '长款', to: '交给谁', toIssue: '发给谁', choose: '请选择', township: '乡镇', note: '说明', countedHint: '先点清手中的预领款，不含单笔待发放的现金。', noteHint: '与账面不符时必填。', reason: '不签的理由', differs: '与账面相差 {sum} 元',
    sign: '核对无误，签字', signCount: '复点无误，签字', decline: '不签', withdraw: '撤回', said: '已办理，等对方签字。', signed: '已签字。', answered: '已办理。', what: '事项', by: '签字',
    reversed: '已冲正待交回的现金', reversedLead: '签收已冲正，现金须交回备用金，由保管人开收据并签字。', receipt: '收据号', receiptHint: '备用金保管人开具的收据号。', offered: '等待签字',
    settleNote: '原因与交款人', settleHint: '离世、辞退或失联等原因；写明谁交来的钱。', returned: '交回金额', returnedHint: '预领款和单笔待发放的现金合计，没有交回填 0。县级财务签字后，少的向本人追回，代领的款项由同事另领。', nothingBack: '少 {sum} 元，将向 {holder} 追回。', claims: '向离岗人员追回', claimsLead: '离岗时没有交回的现金，还清前一直列在这里。', stillOpen: '尚欠', repayNote: '谁还的、凭证号', signSettle: '核对无误，签字结清',
    move: { hint: '划到接管它的乡镇。' },
  },
}
