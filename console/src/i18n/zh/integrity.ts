// The integrity file: commitments, promises kept and broken.
export const integrityActs = {
  integrity_paper: '登记承诺书或告知书', integrity_report: '上报守信或失信', integrity_prove: '补充证据', integrity_notify: '登记已告知本人', integrity_answer: '登记本人意见', integrity_decide: '作出决定', integrity_repair: '修复', integrity_appeal: '登记本人申诉', integrity_judge: '处理申诉',
}
export const integrity = {
  integrity: {
    title: '诚信档案', never: '诚信记录不影响急难救助和儿童应得的部分。', open: '查看诚信档案', looked: '查看会留下记录。', nobody: '先在工单上关联或登记家庭。', empty: '没有记录。', means: '守信激励和失信惩戒', incentives: '守信激励', sanctions: '失信惩戒',
    person: '谁', paperKind: '文书', paper: { commitment: '诚信承诺书', notice: '告知书' }, form: '文书版本', refusedWhy: '不愿签署的理由', refusedHint: '不影响急难救助和儿童应得的部分，救助照常办理。', print: { commitment: '打印承诺书', 'integrity-notice': '打印告知书', 'integrity-record': '打印记录表' }, signedAsk: '怎样签署', signed: { screen: '屏幕签名', paper: '纸质签字', voice: '电话录音', refused: '不愿签署' }, signature: '本人签名', signedPaper: '签字文书的照片',
    what: '守信还是失信', kind: { kept: '守信', broken: '失信' }, behaviour: '行为', evidence: '证据照片', choice: '决定', decide: { kept: '确认守信', none: '不成立', light: '一般失信', serious: '严重失信' }, judgement: { upheld: '维持', overturned: '撤销' },
    state: { reported: '已上报', evidence: '有证据', notified: '已告知本人', cleared: '不成立', active: '生效中', appealed: '申诉中', repaired: '已修复', expired: '已到期' }, outcome: { none: '不成立', light: '一般', serious: '严重' },
    answered: '本人已答复', answerDue: '本人可在 {at} 前答复', until: '到 {at} 自动失效',
    event: { report: '上报', prove: '补充证据', notify: '告知本人', answer: '本人意见', clear: '决定：不成立', sanction: '决定：失信', praise: '确认守信', repair: '修复', appeal: '本人申诉', uphold: '申诉：维持', overturn: '申诉：撤销', lapse: '到期失效' },
    note: { report: '发生了什么', prove: '证据说明什么', notify: '怎样告知的', answer: '本人怎么说', decide: '理由', repair: '怎样弥补的', appeal: '本人为什么不同意', judge: '理由' },
  },
}
