// Applications for basic aid, from their opening to their end.
export const applicationActs = {
  apply_open: '申请基本生活救助', apply_declare: '填写申报', apply_submit: '提交申请', apply_ask_papers: '一次性告知补正', apply_supply: '登记材料已补', apply_accept: '受理', apply_check: '登记核对结果', apply_visit: '登记入户调查', apply_state: '登记邻里或村居意见',
  apply_dispute: '提请民主评议', apply_hear: '登记听证或评议', apply_assess: '计算应救助金额', apply_grant: '提出给予救助', apply_refuse: '提出不予救助', apply_adjust: '提出调整金额', apply_suspend: '提出停发', apply_resume: '提出恢复', apply_exit: '提出退出',
  apply_post: '张贴公示', apply_object: '登记异议', apply_answer_objection: '答复异议', apply_confirm: '审核确认', apply_decline: '不同意', apply_pause: '中止计时', apply_go_on: '恢复计时', apply_withdraw: '本人撤回', apply_deliver: '登记送达', apply_appeal: '登记复议或诉讼', apply_end_appeal: '登记复议或诉讼结果',
}
export const applicationHints = {
  apply_ask_papers: '只能告知一次：请把缺的全部选上。', apply_submit: '提交后尚未受理；受理之日起计算 20 个工作日。', apply_accept: '从现在起计算工作日，规则版本不再变化。', apply_assess: '按最近一次申报和现有家庭成员计算，不作任何决定。', apply_confirm: '您签的就是下面显示的内容。提出人不能确认自己的提议。',
  apply_grant: '金额由规则算出；由另一人确认。', apply_refuse: '由另一人确认；理由将书面告知本人。', apply_adjust: '减少之前须先听取本人意见。', apply_suspend: '停发之前须先听取本人意见。', apply_exit: '退出之前须先听取本人意见（去世或本人自愿除外）。', apply_post: '公示内容由系统生成：只有户主姓名、村居、救助种类、人数和金额。', apply_go_on: '剩余的工作日继续计算。',
}
export const application = {
  application: {
    list: '救助申请', title: '救助申请', letter: '书面告知', of: '{name}，{place}', rests: '计时中止', stand: '办理进度', arithmetic: '金额怎样算出', declared: '家庭申报', look: '调查情况', rulings: '审核与决定', notices: '公示与异议', entitlements: '每月救助金', objections: '异议',
    aid: '救助种类', applicant: '申请人（领款人）', due: '办结期限', empty: '没有这样的申请。', viewAsk: '范围', view: { undecided: '办理中', waiting: '待我确认', running: '发放中', over: '已结束', all: '全部' }, waitsForYou: '待您确认', getsFrom: '每月 {amount} 元，自 {month} 起',
    state: { draft: '草拟', submitted: '已提交', supplement: '待补正', accepted: '已受理', investigating: '调查中', hearing: '民主评议', reviewed: '已提出意见', notice: '公示中', objection: '有异议，复查中', confirmed: '已确认', paying: '发放中', adjusted: '已调整，发放中', suspended: '停发', exited: '已退出', granted: '已批准，一次发放', refused: '不予救助', withdrawn: '已撤回' },
    openedAt: '开始申请', submittedAt: '提交', acceptedAt: '受理', visitDue: '入户目标日', checkedAt: '信息核对', visitedAt: '入户调查', decidedAt: '决定', firstMonth: '首发月份', rulesAre: '规则版本', asked: '一次性告知的材料', owed: '待补', disputed: '有争议',
    text: { supply: '说明（可不填）', check: '核对结果与申报是否一致', dispute: '有什么争议', withdraw: '本人为什么撤回' },
    span: '下面的金额是', oneMonth: '一个月的', months: '{n} 个月的合计', income: '收入种类', sum: '金额（元）', cost: '{name}（支出，扣除）', notCounted: '{name}（不计入）', noIncome: '申报没有收入', addIncome: '加一项收入', addIncomeOf: '给{name}加一项收入', drop: '去掉', dropIncome: '去掉{name}的第 {n} 项收入', classes: '人员情况（残疾、重病、学生按档案自动计入）',
    noCarer: '无法定赡养、抚养、扶养人或其无能力', keptAsMinor: '未成年时已是特困人员', tested: '已做生活自理能力评估', failed: '不能自理的项目', property: '家庭财产', noProperty: '申报没有财产', holdingKind: '财产种类', worth: '价值（元）', count: '数量', exempt: '是否必需', counts: '计入财产', addHolding: '加一项财产', dropHolding: '去掉第 {n} 项财产',
    holding: { home: '住房', vehicle: '机动车', deposit: '存款', security: '股票债券', fund: '基金理财', insurance: '商业保险', claim: '债权', company: '工商登记' }, spending: '家庭支出', spent: '支出', otherSpending: '其他必需支出（元）', emergency: '家庭遭遇急难', amountsWrong: '有金额不对，请看标出的地方。', none: '无', aged: '{n} 岁', pieces: '{n} 处（件）',
    papers: '缺少的材料', covered: '数据核对可以证明，不得要求提交', left: '离开时间', leftBefore: '离开不能早于到达。', visitors: '入户人员（至少两人）', visitorsHint: '写全名，用顿号分开，您也在内。', gps: '定位', gpsHint: '纬度,经度，如 35.40512,116.58731', signatureAsk: '本人签字', signature: { signed: '已签字', refused: '拒绝签字', unable: '无法签字' }, signedImage: '签字页照片', signatureNote: '为什么没有签字，谁在场',
    who: '谁的意见', role: { neighbour: '邻居', committee: '村（居）委会', employer: '单位', school: '学校', other: '其他' }, saidAt: '时间', said: '说了什么', photo: '照片', homeVisit: '入户调查', writtenBy: '{by} 记录',
    hearing: { committee: '村（居）民主评议', before_cut: '减停前听取本人意见' }, heldAt: '时间', present: '到场人数', favour: '同意人数', countWrong: '请写 1 至 200。', favourWrong: '不能多于到场人数。', attendanceAsk: '本人', attendance: { heard: '到场陈述', in_writing: '书面陈述', did_not_come: '通知后未到' }, presentWere: '到场 {n} 人', favourWere: '同意 {n} 人',
    yuanMonth: '元/月', yuanOnce: '元（一次）', sumFrom: '金额取自最近一次计算。', assessFirst: '请先计算应救助金额。', reasonCode: '原因', inWriting: '将书面告知本人，请写明事实。', override: '为什么先给这一种', overrideHint: '没有先看其他种类时才需要填写。', overrideSaid: '先给这一种的理由', notDue: '按规则不符合', line: '内容', stale: '提出之后又重新计算过，须由责任人重新提出。', restsOn: '依据 {at} {by} 的计算（{rules}）',
    ruling: { grant: '给予救助', refuse: '不予救助', adjust: '调整金额', suspend: '停发', resume: '恢复发放', exit: '退出救助' }, rulingState: { proposed: '待确认', confirmed: '已确认', declined: '未同意', superseded: '已被新的提议取代' }, level: { township: '乡镇（街道）', county: '县级', city: '市级' },
    reason: { due: '符合条件', income_above: '收入超过标准', property_above: '财产超过规定', not_here: '不属本地负责', papers_missing: '材料未补齐', untrue: '申报不实', no_cooperation: '不配合调查', income_rose: '收入增加', income_fell: '收入减少', members_changed: '家庭成员变化', standard_changed: '标准调整', died: '去世', moved: '迁出', other_aid: '已享受同类救助', voluntary: '本人自愿', other: '其他' },
    proposedBy: '{by} 于 {at} 提出', confirmedAt: '由{level}确认', confirmedBy: '{by} 于 {at} 确认', declinedBy: '{by} 于 {at} 未同意', letterHad: '{at} 已书面告知（{way}）', letterDue: '⚑ 须在 {at} 前书面告知本人', mayReview: '可向{office}申请复议', reviewUntil: '最后一天 {on}', governmentOf: '{place}人民政府', printLetter: '打印书面告知', letterWayAsk: '怎样送达', letterWay: { handed: '当面交给本人', posted: '邮寄', left: '留置送达', digital: '电子送达', guardian: '交给监护人' }, letterAt: '送达时间',
    noticeToday: '在{place}公示 {days} 天，从今天算起。', noticeTomorrow: '在{place}公示 {days} 天，从明天算起。', phone: '受理异议的电话', phoneHint: '印在公示上。', board: '公示栏照片', boardHint: '拍清公示内容和张贴的地方。', publicPage: '公示网页', printNotice: '打印公示（带二维码）', commitment: '诚信承诺', commitmentState: { missing: '尚未征询', given: '已承诺', declined: '未承诺，已记明理由' }, commitmentDo: '审核确认前，请在工单的诚信档案里登记承诺书，或登记不承诺的理由。', noticeTerm: '公示期 {from} 至 {until}', noticePosted: '{at} 张贴于{place}', noticeState: { posted: '公示中', objected: '有异议', clean: '无异议', withdrawn: '已撤下' }, objectionCount: '异议 {n} 件',
    objectionText: '异议内容', contact: '联系方式', contactHint: '不愿透露的可以不填，异议照样受理。', anonymous: '匿名', waits: '待答复', objectionOutcomeAsk: '查实没有', objectionOutcome: { upheld: '异议成立', unfounded: '异议不成立' }, found: '调查结果',
    appealAsk: '方式', appealKind: { review: '行政复议', lawsuit: '行政诉讼' }, office: '受理机关', filedOn: '提出日期', appealText: '请求和理由', appealOutcomeAsk: '结果', appealOutcome: { upheld: '维持', overturned: '撤销', changed: '变更', withdrawn: '申请人撤回' }, appealAnswer: '结果说明', outOfTerm: '超过期限提出',
    pauseAsk: '为什么中止', pause: { away: '家中无人，无法见面', illness: '申请人住院', source: '数据源没有答复', elsewhere: '等待外地或其他部门', disaster: '因灾无法办公' },
    until: '至 {month}', openEnd: '起', forWhom: '保障 {n} 人', entitled: { entered: '新纳入', adjusted: '调整', resumed: '恢复', easing_out: '渐退期' }, byBank: '银行发放', byHand: '现金或待录账户', ended: { adjusted: '因调整结束', suspended: '因停发结束', exited: '因退出结束' },
    letterTitle: { refuse: '不予救助告知书', adjust: '救助金调整告知书', suspend: '停发救助告知书', exit: '终止救助告知书' }, dear: '{name}：',
    letterText: { refuse: '您申请的{aid}，经审核于 {on} 决定不予救助。', adjust: '您家享受的{aid}，经审核于 {on} 决定调整为每月 {amount} 元。', suspend: '您家享受的{aid}，经审核于 {on} 决定停发。', exit: '您家享受的{aid}，经审核于 {on} 决定终止。' },
    reasons: '理由', rights: '您的权利', rightsText: '如不服本决定，可以自收到本告知书之日起 {months} 个月内向{office}申请行政复议，也可以依法提起行政诉讼。您有权查阅计算过程；有疑问请拨打 12349。', letterSign: '（盖章）　　　　年　　月　　日',
  },
}

/** What happened to an application, for the timeline. */
export const applicationTimeline = {
  opened: '{by} 开始申请基本生活救助', declared: '{by} 填写收入财产申报', submitted: '{by} 提交申请', papers_asked: '{by} 一次性告知补正材料（{due_at} 前）', papers_supplied: '{by} 登记材料已补', accepted: '{by} 受理申请，开始计算工作日', checked: '{by} 登记信息核对结果', home_visited: '{by} 登记入户调查', statement: '{by} 登记邻里或村居意见', disputed: '{by} 提请民主评议', heard: '{by} 登记听证或评议',
  assessed: '{by} 计算应救助金额', proposed: '{by} 提出审核意见（每月 {amount_fen} 元），等待确认', declined: '{by} 不同意审核意见', notice_posted: '{by} 张贴公示', notice_over: '公示期满，没有异议', objection: '⚑ 收到对公示的异议', objection_answered: '{by} 答复异议', granted: '{by} 确认一次性救助 {amount_fen} 元', confirmed: '{by} 确认给予救助，每月 {amount_fen} 元', refused: '{by} 确认不予救助', paying: '开始按月发放',
  adjust: '{by} 确认调整为每月 {amount_fen} 元', suspend: '{by} 确认停发', resume: '{by} 确认恢复发放', exit: '{by} 确认退出救助', paused: '{by} 中止计时', resumed: '{by} 恢复计时', withdrawn: '{by} 登记本人撤回申请', letter: '{by} 登记书面告知已送达', letter_late: '⚑ 书面告知逾期', appealed: '{by} 登记复议或诉讼', appeal_ended: '{by} 登记复议或诉讼结果',
}
export const applicationNotices = {
  application_papers_citizen: '补正材料告知', application_accepted_citizen: '申请受理告知', application_granted_citizen: '救助确认告知', temporary_granted_citizen: '临时救助确认告知', application_refused_citizen: '不予救助告知', application_changed_citizen: '救助变化告知', application_paused: '申请中止通知', ruling_wanted: '申请待确认通知', ruling_confirmed: '申请已确认通知', ruling_declined: '申请未同意通知', letter_late: '书面告知逾期提醒', objection_made: '公示异议通知', appeal_made: '复议诉讼通知',
  data_alert_joined: '数据提醒通知', closing_no: '未收到或不满意通知', report_added: '上报补充通知', task_follow_up: '回访后评估通知', follow_due: '回访到期通知', follow_late: '回访逾期通知', service_ordered: '服务委托通知', service_cancelled: '服务撤回通知', service_accepted: '服务接受通知', service_returned: '服务退回通知', service_done: '服务完成通知', service_late: '服务逾期通知', payee_died: '领款人去世通知', reported_citizen: '上报告知', agency_reported: '机构回报通知', referral_late: '转介超时提醒', referral_result: '转介结果通知', referral_contested: '转介结果不符通知', task_referral_returned: '转介退回待办', task_screen: '评估待办', task_reassess: '再评估待办', task_late: '待办逾期提醒', duty_hole: '值班空缺提醒', contact_test: '联系方式测试',
  reply_accepted: '短信答复', reply_declined: '短信答复', reply_taken: '短信答复', reply_yours: '短信答复', reply_stand_aside: '短信答复', reply_not_asked: '短信答复', reply_which: '短信答复', reply_unknown_text: '短信答复',
}
