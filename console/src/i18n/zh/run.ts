// Payment runs: many payouts as one list, made by one person and signed by another.
export const run = {
  run: {
    lead: '一人编制清单，另一位县级值班人员核对后整单签字；编制和签字的人都不能再放行银行批次。', due: '现在可列入清单', dueDecisions: '已批准、待发放', dueMonth: '{month} 应发放', none: '没有。', noneListed: '还没有清单。', bare: '另有 {n} 笔没有核对过的收款账户或收款人已去世，不能列入。',
    make: '编制清单', made: '清单已编制并锁定，请另一位县级值班人员核对签字。', list: '清单', source: '内容', decisions: '已批准的决定', entitlements: '{month} 按月救助', month: '月份',
    state: { draft: '待签字', signed: '正在处理', done: '已处理', discarded: '已撤销' }, lines: '笔数', sum: '金额（元）', putOff: '失败 {n} 次，待重试', stuck: '接下来的明细已连续 {n} 次处理失败，未写入任何内容，将于 {when} 重试。', troubleInternal: '原因见程序日志，请通知运维人员。', results: '结果', reserved: '已预留 {n}', leftOut: '未列入 {n}', worked: '已处理 {n} / {all}', forBank: '待编批 {n}', atBank: '在银行 {n}', arrived: '到账 {n}', failed: '退票 {n}',
    by: '编制 / 签字', view: '查看', back: '返回列表', items: '明细', seq: '序号', account: '账户尾号', why: '未列入原因', all: '全部', onlyLeft: '只看未列入', more: '更多',
    sign: '核对无误，签字', signHint: '签字即同意整份清单（共 {n} 笔，{sum} 元）。系统随后逐笔核对限额并预留款项；超过限额的不列入，并写明原因。', signed: '已签字，系统正在逐笔处理。', discard: '撤销清单', discarded: '清单已撤销。', hash: '清单校验值', toBatches: '去编制银行批次',
    lineState: { waits: '待处理', reserved: '已预留', left_out: '未列入' },
  },
}
