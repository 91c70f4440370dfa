// Codes of the server in words.
import { applicationActs, applicationHints, applicationNotices } from './application'
import { householdActs, householdHints } from './household'
import { integrityActs } from './integrity'

export const code = {
  priority: { P1: 'P1 特急 2 小时', P2: 'P2 急难 24 小时', P3: 'P3 一般申请', INFO: '咨询类' },
  kind: { aid: '求助', consultation: '咨询', progress: '查进度', complaint: '投诉举报' },
  cause: { unknown: '原因不明', accident: '意外事故', illness: '重病', fire: '火灾', traffic: '交通事故', disaster: '自然灾害', other: '其他' },
  status: {
    new: '新来电', triaged: '已定级', offered: '派单中', accepted: '已接单', on_site: '已到场', findings: '已核查', aid_decided: '已决定救助', aid_confirmed: '已收到救助', rejected: '不予救助', referred: '已转介', follow_up: '跟踪回访', duplicate: '已合并', closed: '已办结', reopened: '重新打开',
  },
  role: {
    agent: '话务员', supervisor: '话务主管', worker: '乡镇经办人', township_head: '乡镇负责人', county_duty: '县级值班', county_finance: '县级财务', city_duty: '市级值班', city_head: '市级负责人', village_assistant: '村级协理员', volunteer: '志愿者', agency: '机构人员', auditor: '审计员',
    system_admin: '系统管理员', security_admin: '安全管理员', audit_admin: '审计管理员',
  },
  clock: { two_hour: '2 小时', day: '24 小时', answer: '答复（5 个工作日）', accepted: '受理（5 个工作日）', decide: '审核确认（20 个工作日）' },
  clockShort: { two_hour: '2 小时', day: '24 小时', answer: '答复', accepted: '受理', decide: '审核' },
  dayKind: { working: '工作日', rest: '周末', holiday: '节假日', make_up: '调休上班' },
  proof: { receipt: '本人签收', bank: '银行到账', goods: '物资交付', no_aid_due: '不予救助决定', referral: '部门救助经本人确认', answered: '已答复', retriaged: '已重新定级', merged: '已合并' },
  offer: { open: '等待接单', again: '已重新派给本人', accepted: '已接单', taken: '他人已接', withdrawn: '已撤回', declined: '无法前往' },
  outcome: { satisfied: '已收到，满意', dissatisfied: '已收到，不满意', unreachable: '三次联系不上', not_received: '没有收到（退回责任人）', wrong_amount: '金额不符', not_satisfied: '不满意', reached: '已接通', called_again: '来电人再次来电已接通', visited: '上门见到', unmet: '上门未见到，已结束', withdrawn: '已撤销', moot: '已无需回拨' },
  tryResult: { reached: '已接通', no_answer: '无人接', busy: '占线', wrong_number: '号码有误', not_found: '没有找到', moved: '已搬走', refused: '不愿接受帮助' },
  callReason: { answered: '已接通', no_answer: '无人接', no_leg: '坐席不在线', busy: '忙', rejected: '拒接', withheld: '号码未显示', foreign: '境外号码', listen: '监听', whisper: '耳语', barge: '强插', take_over: '接管', leave: '退出', joined: '介入', connected: '已接通', caller_left: '来电人挂断', timeout: '等待超时', voicemail: '转留言', callback: '要求回拨', overflow: '溢出', abandoned: '来电人挂断', short: '5 秒内挂断', key: '按键另选', no_agent: '无话务员在岗', node_lost: '系统故障', moved: '转入其他队列', nobody: '无人可接', no_outbound: '无法外呼', forbidden: '号码不允许呼叫', capped: '外呼次数已满', not_in_service: '空号或停机', trunk_failed: '线路故障', not_confirmed: '无人按键确认', no_target: '对方不在', cancelled: '已取消', failed: '失败', taken_over: '主管接管' },
  endReason: {
    completed: '正常结束', caller_hung: '来电人挂断', abandoned: '接通前挂断', no_ack: '未建立通话', media_lost: '声音中断', bad_sdp: '无法协商通话', busy: '线路繁忙', draining: '系统维护', max_duration: '超过最长时间', node_stopped: '系统停机', node_lost: '系统故障', failed: '系统错误',
  },
  visitMode: { on_site: '现场走访', voice: '电话联系' },
  idType: { resident_id: '有居民身份证', none: '没有' },
  need: { food: '食品', clothing: '衣被', shelter: '住处', medical: '医疗', cash: '现金', transport: '交通', care: '照料', funeral: '丧葬', other: '其他' },
  warning: { id_unknown_area: '身份证号的区划前缀不在名录中（老区划或写错），请再核对一遍。', id_none: '没有身份证号，跨工单的家庭限额无法自动核对。' },
  track: { fast: '小额快救', urgent: '紧急程序', ruled: '按申请审批', none: '不予救助' },
  level: { solo: '经办人', owner: '经办人', township: '乡镇', county: '县级' },
  decisionState: { registered: '已登记', short_check: '已简短核查', approved: '已批准', paid: '已发放', papers_due: '待补材料', papers_done: '材料已齐', declined: '未获批准', refused: '不予救助' },
  reviewOutcome: { ok: '无误', finding: '发现问题' },
  bankReason: { name_mismatch: '户名不符', account_unknown: '账号不存在', account_blocked: '账户状态异常', account_closed: '账户已销户', id_mismatch: '证件不符', no_funds: '付款账户余额不足', duplicate: '银行认为重复', other: '银行其他原因' },
  payoutState: {
    draft: '草稿', submitted: '待复核', checked: '已复核', reserved: '已预留', cash_issued: '现金在发放人手中', receipted: '已签收', batched: '已编批', sent: '已送银行', acked: '银行已收', succeeded: '已到账', failed: '退票', unknown: '结果不明', fixed: '已更正', reconciled: '已对账', cancelled: '已取消', reversed: '已冲正',
  },
  hand: { maker: '经办', checker: '复核', payer: '发放', companion: '同行', second_signer: '补签' },
  paperState: { open: '待补', reminded: '已提醒', overdue: '已逾期', received: '已收到待核', verified: '已核实', waived: '已免' },
  paper: { id_copy: '身份证复印件', household_register: '户口簿复印件', application_form: '临时救助申请表', medical_record: '病历或诊断证明', expense_proof: '费用票据', accident_report: '事故或灾害证明', village_statement: '村（居）委会证明', witness_statement: '见证人说明' },
  account: { fund: '临时救助专户', float: '备用金', cash: '经办人手中现金', payable: '应付救助款', in_transit: '银行在途', expense: '救助支出', returned: '退票待处理', recovery: '应追回', suspense: '待查', rounding: '尾差', stock: '物资', appropriation: '财政拨款' },
  aidKind: { urgent: '急难型临时救助', temporary: '临时救助', temporary_spending: '支出型临时救助', living: '基本生活救助', dibao: '最低生活保障', bank_fee: '银行手续费', shortage: '盘点短款', interest: '银行利息', surplus: '盘点长款' },
  ledgerEvent: { fund_allocated: '拨入专户', float_funded: '补充备用金', claim_repaid: '凭证报销', float_moved: '合并划转备用金', advance_issued: '预领备用金', advance_handed_over: '预领款交接', advance_returned: '预领款交回', cash_short: '盘点短款', cash_over: '盘点长款', goods_bought: '采购物资', goods_given: '发放物资', goods_moved: '物资调拨', goods_missing: '盘点短少物资', goods_surplus: '盘点多出物资', advance_claimed: '离岗预领款待追回', advance_repaid: '离岗人员已交回', bank_sent: '送交银行', bank_succeeded: '银行入账', bank_failed: '银行未入账', bank_returned: '银行退票', reissued: '重新发放', late_success: '事后入账', recovery_opened: '应追回', recovered: '已追回', claim_netted: '无须追回', suspense_covered: '专户列支', suspense_paid_in: '补交备用金', suspense_claimed: '追偿经手人', suspense_spent: '核销', float_refilled: '补足备用金', surplus_kept: '长款上缴', surplus_deposited: '长款存入专户', bank_fee: '银行手续费', bank_interest: '银行利息', year_closed: '年终结转', approved: '确认应付', reserved: '预留', released: '解除预留', cash_issued: '领取现金', receipted: '签收', cash_returned: '现金退回', cancelled: '取消', reversed: '冲正' },
  rail: { cash: '现金', bank: '银行' },
  system: { bank: '银行接口', runs: '批量发放', ivr: '电话系统', dispatch: '派单系统', sign_in: '系统后台', journal: '本地日志' },
  notice: { ...applicationNotices, run_to_sign: '批量发放待签字', run_done: '批量发放处理完毕', run_stuck: '批量发放受阻通知', assigned: '指派通知', paused: '暂停派单通知', deadline_near: '时限提醒', ticket_registered: '来电登记告知', accepted_citizen: '接单告知', payment_citizen: '发放告知', refused_citizen: '不予救助告知', paper_due_citizen: '补材料告知', offer: '派单通知', offer_taken: '他人已接通知', rise: '逐级上报', loop_alarm: '无人接单警报', called_again: '再次来电通知', handover: '移交通知', warning: '时限提醒', silence: '无进展提醒', follow_up_late: '回访提醒', callback_missed: '回拨未接通告知', callback_late: '回拨超时提醒', callback_visit: '上门通知', visit_late: '上门逾期提醒', visit_unmet: '上门未见通知', visit_met: '上门见到通知', breach: '超时通知', due_rise: '2 小时上报', not_received: '未收到救助通知', check_wanted: '复核通知', payout_to_check: '复核通知', payout_to_sign: '补签通知', second_signature: '补签通知', second_signature_late: '补签逾期通知', signature_overdue: '补签逾期通知', float_low: '备用金不足通知', fund_low: '专户余额不足通知', open_items: '账目未对平通知', county_float_used: '县级备用金支付通知', household_alert: '家庭变化通知', household_due: '监测回访提醒', advance_waits: '预领款待签通知', cash_difference: '盘点不符通知', paper_due: '补材料提醒', paper_reminder: '补材料提醒', paper_overdue: '材料逾期通知', paper_overdue_head: '材料逾期通知', decision_to_approve: '审批通知', decision_approved: '批准通知', decision_declined: '未批准通知', payout_checked: '复核通过通知', bank_waiting: '待编批通知', bank_failed: '退票通知', bank_unanswered: '银行未答复通知', bank_paid_twice: '重复支付警报', payout_reversed: '冲正通知' },
  auditAction: { run: { made: '编制批量发放清单', signed: '签字批量发放清单', discarded: '撤销批量发放清单', carried: '处理批量发放清单', left_out: '批量发放未列入' }, bank: { batch_made: '编制代发批次', batch_released: '放行代发批次，{amount} 元', batch_discarded: '撤销代发批次', batch_closed: '办结代发批次', return_loaded: '载入银行回盘', statement_loaded: '载入银行对账单', line_settled: '核对对账单流水', file_view: '查看银行文件' }, duty: { roster_saved: '保存排班', leave: '登记请假', swap: '登记换班', cover: '登记加派', hand_over: '交班', hand_over_confirmed: '接班签收', temporary: '登记临时排班', ended: '提前结束请假或换班', feed_opened: '生成日历地址', feed_closed: '停用日历地址' }, caller: { pop: '查看来电弹屏' }, session: { open: '{login} 登录', refuse: '{login} 登录未成功', close: '{login} 退出' }, phone: { view: '查看来电号码', dial: '系统代拨号码（回拨）' }, form: { print: '打印表单' }, photo: { view: '查看照片' }, ledger: { fund_allocated: '拨入专户 {amount} 元', float_funded: '补充备用金 {amount} 元', claim_repaid: '报销凭证 {amount} 元', float_moved: '合并划转备用金 {amount} 元', goods_bought: '采购物资 {amount} 元', budget_set: '设定年度预算 {amount} 元', recovered: '追回 {amount} 元', closed: '结账' } },
  because: { load: '手上未办结工单 {n} 件', also: '同顺位另有 {names}', alsoOne: '{name}（{n} 件）', alsoKnows: '{name}（{n} 件；{skills}）', asksFor: '不具备此事要求的特长：{wants}', knows: '熟悉{skills}（此事要求{wants}）', by: { rule: '按值班规则「{rule}」', shift: '按导入的班次', temporary: '按临时值班表「{name}」', cover: '临时顶班' }, onDuty: '值班第 {position} 顺位（{from} – {to}）', handover: '{from} 请求移交：{reason}', desk: '值班台', owner: '现责任人', offeree: '已被派单', passed: '跳过 {name}（第 {position} 顺位，{reason}）', until: '，至 {at}', duty: '{role}值班', dutyOf: { county_duty: '县级值班员', city_duty: '市级值班员' }, dutyNth: '{role}值班第 {position} 顺位', target: { above: '上一级值班', desk_township: '乡镇值班台', desk_county: '县级值班台', desk_city: '市级值班台', owner: '责任人', offeree: '已派单人' } },
  reason: { leave: '请假', swapped: '已换班', handed_over: '已交班', replaced: '临时排班期间不用原排班', conflict_of_interest: '近亲属回避', nobody_on_duty: '无人值班', all_away: '值班人均不在岗', area_not_known: '乡镇未知', roster_damaged: '值班表无法读取', no_such_post: '没有此岗位', unknown_target: '规则有误', not_offered: '尚未派单', absent: '缺勤', left: '已离岗' },
  milestone: { invite: '来电', on_site: '到场', aid_decided: '决定救助', relieved: '收到救助', answered: '答复', application_accepted: '受理', application_decided: '审核确认' },
  act: {
    ...applicationActs, ...integrityActs, ...householdActs,
    consent: '记录授权', registerHousehold: '登记新家庭',
    addToReport: '补充情况',
    refer: '转介其他部门', referral: '转介', finishTask: '办结待办', waiveLoop: '豁免', report: '上报困难家庭', reportBack: '上报办理情况', openToAgency: '授权第三方机构', addPerson: '添加人员', changePerson: '修改资料', setDeputies: '设置替岗人', leave: '办理离岗', entrust: '托付一户', release: '解除一户', addAgency: '添加机构', changeAgency: '修改机构', contract: '延长或结束合同', addSeat: '添加机构人员', setStation: '登记社工站', claimBack: '报销备用金', closeBooks: '结账', setBudget: '设定年度预算', fundFloat: '拨付备用金', allocateFund: '专户入账', moveFloat: '划转到接管乡镇', issueAdvance: '发放预领款', handAdvanceOver: '交给同事', bringBack: '交回现金', adjust: '处理', returnAdvance: '交回备用金', countAdvance: '盘点', settleAdvance: '离岗结清', repayAdvance: '登记还款', addGoods: '登记物资', buyGoods: '采购入库', giveGoods: '调拨到乡镇', countGoods: '盘点库存', endAccess: '收回授权',
    listen: '收听', holdRecording: '依法保留', releaseRecording: '解除保留', giveBack: '退回县级', pull: '接管', push: '改派', pause: '暂停派单', resume: '恢复派单', merge: '合并到另一工单', splitOff: '拆出另一件事', undoMerge: '取消合并', accept: '接单', triage: '定级派单', repeat: '确认是否重复', lowering: '审批降级', visit: '走访记录', findings: '核查情况', decide: '决定救助', refuse: '不予救助', addPaper: '登记缺件', answer: '答复来电人', handOver: '移交', close: '回访办结', reopen: '重新打开',
    shortCheck: '简短核查', approve: '批准救助', decline: '不批准', startPayout: '发起发放', check: '复核发放', issueCash: '领取现金', receipt: '签收', returnCash: '现金退回', cancelPayout: '取消发放', secondSign: '补签', reverse: '冲正', afterReview: '抽查', enterAccount: '录入收款账户', verifyAccount: '核对收款账户', fixPayout: '更正收款账户', reissue: '重新发放', repayClaim: '登记还款',
    paperReceive: '收到材料', paperVerify: '材料核实', paperReturn: '材料退回', paperWaive: '免交材料', callerView: '查看来电号码', callbackTry: '登记回拨结果', callbackCancel: '撤回回拨', visitResult: '登记上门结果', visitDecision: '决定是否再访',
  },
  actHint: {
    ...applicationHints, ...householdHints,
    report: '上报后立即成为工单，由乡镇办理；您可以在下面看到编号和状态。', openToAgency: '对方只看到编号、地点、类别和您写的事项，看不到电话、身份证号和金额；到期自动收回。', addPerson: '新人员没有密码：请安全管理员发邀请码。', contract: '早于今天的日期立即结束合同：机构人员离岗，授权全部收回。', addSeat: '没有授权工单之前，对方什么都看不到。', endAccess: '立即收回，对方不能再查看和上报。',
    giveBack: '不属本乡镇的工单，接单后两个工作日内可退回，由县级决定；时限照常计算。', pull: '您将成为责任人，原责任人会收到通知；时限照常计算。', push: '对方接单之前，责任人不变。', undoMerge: '工单恢复到合并前的状态和时限；已过的时限会立即提醒。', splitOff: '新工单沿用同一来电，时限从来电时刻算起。', resume: '派单从暂停处继续，后面各步相应顺延。', 
    accept: '接单后您就是责任人，来电人会收到您的联系方式。', receipt: '签收即停止时限。请在收款人面前完成。', check: '请核对收款人、金额和理由。您签的就是页面上显示的内容。', secondSign: '请核对金额和签收凭证。您签的就是页面上显示的内容。', afterReview: '签收后随机抽中。请核对照片、签名、金额和理由；本人参与过的不能抽查。', reissue: '银行已确认上次付款失败，将以新的参考号重新付款。', issueCash: '从备用金领出现金后，您就是发放人。用预领款发放的，金额在您手中的预领款里为此笔占用。',
    refuse: '不予救助会停止时限，并书面告知本人理由。', callerView: '查看号码会留下记录，号码 1 分钟后自动隐藏。', close: '须由责任人以外的人电话回访：收到没有？多少钱？满不满意？', approve: '请核对金额和理由。批准后才能发放。', returnCash: '没有发出去的现金退回备用金，仍为此件预留。',
  },
  field: {
    priority: '优先级', number: '编号', status: '状态', area: '区划', owner: '责任人', caller: '来电人', invited_at: '来电时间', kind: '类别', cause: '原因', call: '来电', call_taker: '接听人', reason: '理由', arrived_at: '到达时间', household_size: '家庭人数', affected: '受影响人数', needs: '急需',
    at: '时间', by: '经办', from: '来自', to: '交给', shift: '班次', position: '顺位', skipped: '跳过', handover: '交接', desk: '值班台', role: '岗位', step: '级别', loop: '轮次', name: '姓名', post: '岗位', who: '何人', absent: '缺勤', photos: '照片数', visitors: '走访人数', mode: '方式', purpose: '目的',
    amount_fen: '金额（元）', decision: '决定', receipt: '签收单', paper: '材料', due_at: '截止', warnings: '提示', level: '审批级别', track: '程序', why: '原因', key: '按键', digits: '按键', minutes: '分钟', on_time: '按时', proof: '凭据', ref: '凭据编号', area_name: '区划', starts_at: '开始', ends_at: '结束',
  },
}
