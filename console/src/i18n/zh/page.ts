// Words of the pages and the forms.
export const page = {
  app: {
    name: '社会救助热线', navigation: '主导航', skip: '跳到正文', signOut: '退出', loading: '正在读取…', yes: '是', no: '否', colon: '：', comma: '、', close: '关闭', more: '更多', notices: '通知',
    clockMoved: '系统时钟已被演示调整，并非真实时间', connectionLost: '⚠ 与服务器的实时连接已断开，正在重连。页面内容可能不是最新；您填写的内容已保存在本设备。',
  },
  page: {
    signIn: '登录', tickets: '工单', ticket: '工单', approvals: '待我审批', visits: '待上门', duty: '值班', money: '备用金与账目', reconciliation: '对账与结账', statistics: '统计', advances: '现金与预领款', goods: '物资', batches: '银行代发', calls: '来电', desk: '坐席工作台', floor: '话务现场', audit: '审计', contact: '我的联系方式', deadLetters: '未送达', sms: '短信（演示）', nowhere: '没有这个页面', reports: '上报困难', opened: '授权工单', invitation: '设置密码',
  },
  signIn: { lead: '12349 社会救助热线工作台', login: '账号', password: '密码', go: '登录', invited: '第一次登录？用邀请码设置密码' },
  list: {
    views: '工单范围', view: { open: '处理中', offered: '待我接单', mine: '我负责的', all: '全部' }, byPriority: '按优先级筛选', anyPriority: '全部优先级', byStatus: '按状态筛选', anyStatus: '全部状态', byArea: '按区划筛选', anyArea: '全部区划',
    search: '编号、区划、责任人', deadline: '最近时限', noClock: '无运行中的时限', breached: '已超时', step: '第 {step} 级', offeredToMe: '待我接单', repeat: '疑似重复来电', reported: '村里上报', more: '显示更多',
    tally: '{count} 件，其中 {overdue} 件已到期', arrived: '新增 {count} 件工单，最新编号 {number}',
    empty: { open: '目前没有处理中的工单。', offered: '目前没有等待您接单的工单。', mine: '您目前没有负责的工单。', all: '没有工单。' },
  },
  countdown: { calm: '剩余', soon: '临近 剩余', urgent: '紧急 剩余', over: '已到期', days: '{days} 天 {clock}' },
  span: { hours: '{n} 小时', minutes: '{n} 分钟' },
  clocks: {
    line: { wall: '{from} 起 {span}（自然时间）→ {to}', days: '{from} 起 {n} 个工作日（{days}）→ {to}', makeUp: '（调休上班）' },
    due: '截止', firstDue: '首次时限', how: '怎么算的', stopped: '已停止 · 用时 {minutes} 分钟 · 按时', stoppedLate: '已停止 · 用时 {minutes} 分钟 · 超时', breachedAt: '{at} 超时', roseAt: '{at} 已上报县级',
    proof: '{at} 凭「{proof}」停止', reported: '设备记录时间 {at}', onlyRises: 'P2 的 2 小时只触发上报县级，不算超时。',
    sum: { start: '起点（来电时刻）{at}', plus: '＋ {span}（自然时间，昼夜节假日不停）', counted: '{date} {kind}：计第 {n} 个工作日', skipped: '{date} {kind}：不计', first: '＝ 时限 {at}', moved: '重新定级后改为 {at}（自来电起 {span}）' },
  },
  caller: { withheld: '未显示号码', spoken: '号码开头 {head}，末尾 {tail}', is: '来电号码', purpose: '查看目的' },
  purpose: { call_back: '回拨来电人', find_place: '确认所在位置', follow_up: '回访', dropped_call: '通话中断，重新联系' },
  ticket: {
    report: '村里的上报', reportedBy: '上报人', reportedAt: '上报时间', reportedPhone: '联系电话', acts: '现在可以办理', noActs: '目前没有需要您办理的事项。', clocks: '时限', timeline: '经过', newestFirst: '最新在前', oldestFirst: '最早在前', noTimeline: '还没有记录。', offers: '派单记录', record: '走访与核查', money: '救助与发放',
    findings: '核查情况', decision: '救助决定', payout: '发放', papers: '待补材料', withAgent: '话务员处理中', voicemail: '有留言', score: '满意度 {score} 分', lifeDanger: '生命危险', confidential: '保密', loweringWaits: '申请降为 {priority}，待主管审批', dialled: '拨打 {to}', callAlive: '通话中', callTail: '通话已结束，来电人在评价',
    repeat: { suggested: '此号码有一件未结工单，可能是同一件事：', confirmed: '已确认与此工单是同一件事并合并：', denied: '已确认与此工单不是同一件事：', lapsed: '无人在 3 分钟内确认，已独立派单；可能与此工单相同：', none: '相关工单：' },
  },
  form: {
    submit: '确认提交', cancel: '取消', later: '稍后再填', discard: '清空', retry: '重试（不会重复办理）', startAnew: '我已核对，作为新的一次提交', wrong: '此项有误，请核对。', required: '请填写此项。', hasDraft: '有草稿', done: '已完成：{act}',
    restored: '已恢复您 {at} 填写的内容。', ticketChanged: '您填写期间工单有变化，请先核对上方最新情况再提交。',
    keptUnanswered: '您填写的内容已保存在本设备。服务器是否已办理尚不确定；用同一提交编号重试不会重复办理。', keptRefused: '没有办理任何事项。您填写的内容仍在，已保存在本设备。', bareUnanswered: '服务器是否已办理尚不确定；用同一提交编号重试不会重复办理。', bareRefused: '没有办理任何事项。',
    draft: { empty: '', kept: '草稿已保存在本设备', not_kept: '⚠ 本设备无法保存草稿' },
  },
  triage: {
    suggested: '此号码上次求助在 {area}（工单 {number}），已作为建议填入。', asked: '已问过来电人，是这里', notThere: '不是这里', askPlace: '请先向来电人核实地点。',
    areaHint: '以急难发生地为准，不看户籍。', loweringReason: '降低紧急程度的理由', loweringHint: '须由责任人以外的主管审批；批准前按原时限计时。', marks: '标记', lifeDanger: '有生命危险（同时转 110 / 119 / 120）', confidential: '来电人要求保密',
  },
  repeat: { question: '与工单 {number} 是同一件事吗？', same: '是同一件事，合并', other: '不是，另行派单' },
  lowering: { asked: '申请从 {from} 降为 {to}，理由：', word: '您的意见', yes: '同意降级', no: '不同意，维持原级' },
  handOver: { to: '交给谁', choose: '请选择', desk: '值班台', away: '（缺勤至 {until}）', unread: '人员名单读取失败，请刷新页面重试。', toHint: '对方接单之前，责任人仍然是您。', reason: '交接说明' },
  close: { asked: '回访结果', note: '回访记录（谁接的电话、说了什么）' },
  word: { reason: '理由', answer: '答复内容（告诉来电人的话）', refusal: '不予救助的理由（将书面告知本人）' },
  visit: {
    mode: '方式', arrivedHint: '到达现场或接通电话的时间，以北京时间填写。', place: '地点', facts: '看到和听到的情况', factsHint: '人、住处、伤病、眼前的困难。不要在这里写身份证号。', visitors: '走访人', visitorsHint: '多人用逗号或顿号分开。', photo: '现场照片', by: '{by} 记录于 {at}',
  },
  findings: {
    applicant: '申请人姓名', identity: '身份证件', idNumber: '居民身份证号', idHint: '18 位，末位可以是 X。只保留在本标签页的草稿中。', idReason: '没有身份证号的原因', idReasonHint: '例如：新生儿、昏迷、证件遗失。',
    declared: '申报的收入与支出（可不填）', incomeBefore: '家庭月收入（事发前，元）', incomeNow: '家庭月收入（现在，元）', medical: '已自付医疗费（元）', note: '其他情况', people: '{size} 人，其中受影响 {affected} 人',
    sizeFault: '请填写 1 至 30 的整数。', affectedFault: '至少 1 人，且不超过家庭人数。',
  },
  identity: { length: '应为 18 位。', characters: '只能是数字，末位可以是 X。', birth_date: '其中的出生日期不存在，请再读一遍。', check_digit: '校验位不符：有一位写错，或两位写反。', counting: '已输入 {n} 位，共 18 位。', fits: '✓ 校验位相符。' },
  decide: {
    amount: '救助金额（元）', reason: '救助理由', missing: '可后补的材料（容缺办理）', noPolicy: '材料清单读取失败，请刷新页面。', cap: '小额快救上限 {cap} 元（受影响 {persons} 人）。', aboveCap: '超过小额快救上限，须先做简短核查。',
    path: { solo: '不超过 {limit} 元，您可直接决定。', township: '超过 {limit} 元或快救上限，须乡镇负责人审批。', county: '超过 {limit} 元，须县级值班审批。' },
  },
  shortCheck: { identity: '已查看身份证件', phone: '已电话核实', witness: '一名证明人' },
  payout: { alone: '不超过 {limit} 元：您一人可以经办并发放，24 小时内须有第二人补签。', three: '超过 {limit} 元：经办、复核、发放须是不同的人，发放时两人到场。' },
  receipt: {
    signed: '签名', photo: '交接照片', photoHint: '拍下收款人与现金或签收单。', signature: '签收方式', signaturePayee: '收款人签名', signatureWitness: '见证人代签', paper: '纸质签收单（按手印）照片', witness: '见证人姓名', companion: '同行人账号', companionHint: '超过单人限额的现金须两人当面发放。',
  },
  signature: { screen: '屏幕签名', thumb_paper: '纸质按手印', witness: '见证人代签', pad: '签名区：请用手指、笔或鼠标书写', hint: '请在框内签名，然后点「使用此签名」。', use: '使用此签名', anew: '重新签名' },
  photo: { take: '拍照或选择照片', empty: '还没有照片。', preparing: '正在处理照片…', sending: '正在上传 {percent}%', waiting: '照片已保存在本设备，等待网络恢复后继续上传。', sent: '✓ 已上传', again: '继续上传', remove: '移除', another: '{label}（第 {n} 张）', open: '照片 {n}' },
  papers: { which: '缺哪一份', photo: '材料照片', afterPayment: '发放后起算' },
  money: {
    yuan: '元', amount: '金额（元）', hint: '填写到分，例如 800.00。', echo: '＝ {yuan} 元', empty: '请填写金额。', not_a_number: '只填数字，例如 800.00。', negative: '金额不能为负。', too_many_decimals: '最多两位小数（到分）。', zero: '金额必须大于零。', too_large: '金额过大，请核对位数。',
    countyFloat: '由县级备用金支付', decided: '{by} 于 {at} 决定', approved: '{by} 于 {at} 批准', waitsFor: '待{level}审批', issuedAt: '领取现金', receiptedAt: '签收', secondSignature: '待第二人补签', countyFrom: '乡镇负责人未答复的，{at} 起县级可代为复核。',
    receipt: '{at} 签收（{signature}），发放人 {by}', deviceAt: '设备记录 {at}', witness: '见证人 {name}', funds: '临时救助专户', floats: '备用金', left: '已撤并乡镇的余款', leftLead: '乡镇撤并后不再从这些账户付款，由县级财务转走。', leftTo: '现由 {name} 承接，待转', leftToNobody: '没有承接的乡镇', leftSum: '合计待转 {sum} 元', full: '定额 {full}', inHands: '经办人手中 {sum}', low: '⚠ 余额偏低', held: '已占用 {sum}', balance: '试算平衡表', accounts: '本区划账目', part: '本区划部分：另一半在上级账上，合计不必相等', balanced: '✓ 借贷平衡', unbalanced: '✕ 借贷不平，请立即上报',
    account: '科目', holder: '对象', debit: '借方', credit: '贷方', pending: '预留', statement: '明细', sum: '合计', event: '事项', after: '余额', layerPending: '预留', noLines: '没有明细。', cases: '{n} 件待发放', then: '查看当日日终', from: '自', until: '至', opening: '期初余额', closing: '期末余额',
  },
  review: { title: '事后抽查', open: '待抽查', note: '发现了什么', noteHint: '只有县级财务和审计员看得到。' },
  approvals: { lead: '等待您审批、复核、补签或抽查的事项，最早的在前。', empty: '没有等待您办理的事项。', what: '事项', madeBy: '经办人', since: '提交时间', due: '时限' },
  calls: { to: '拨打号码', answer: '接听', with: '通话人', end: '结束', answeredAfter: '{s} 秒后接听', notAnswered: '未接听', lasted: '{s} 秒', replayed: '数据库中断期间记录', empty: '没有来电。' },
  audit: { lead: '只增不改的审计记录，最新在前。完整性用 hotline audit verify 校验。', who: '操作人', action: '操作', link: '链位', empty: '没有记录。' },
  sms: { lead: '演示环境：短信只保存在这里，没有发给任何人。', empty: '还没有短信。' },
}
