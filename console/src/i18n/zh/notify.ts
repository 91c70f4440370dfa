// Words of how people are told: contact methods, dead letters, replies.
export const notify = {
  channel: { cash: '现金', advance: '预领款', goods: '实物', bank: '银行转账', live: '屏幕', sms: '短信', voice: '电话', wecom: '企业微信', wecom_group: '企业微信群', email: '邮件', webpush: '网页推送' },
  contact: {
    language: '通知语言', languageHint: '短信、企业微信、邮件和网页推送用这种语言；电话用普通话。服务商没有登记英文模板时，短信仍用中文。',
    lead: '有人找您时，系统按这里的方式通知您。紧急（P1）工单总会同时打电话和发短信。', register: '人员名册中的电话，只能由管理员修改', notVerified: '未验证，不会使用', off: '已停用', asCity: '按全市规定的时间', delay: '{n} 秒后',
    add: '添加方式', kind: '方式', address: { sms: '手机号', voice: '电话号码', wecom: '企业微信账号', email: '邮箱' }, label: '备注', go: '添加', test: '发送测试', code: '验证码', verify: '验证', wrongCode: '验证码不对，请核对后重试。', testSent: '测试消息已发出，请在 15 分钟内填写其中的验证码。',
    turnOn: '启用', turnOff: '停用', remove: '删除', none: '还没有自己添加的方式。',
    push: '网页推送', pushLead: '本浏览器收到新工单时弹出提醒，不打开页面也能收到。推送只作提醒，不算已通知到您。', pushOn: '在本浏览器开启', pushOff: '在本浏览器关闭', pushIsOn: '本浏览器已开启', pushRefused: '浏览器没有允许通知。',
    hindrance: { unsupported: '此浏览器不支持网页推送。', insecure: '网页推送需要 https 地址。', denied: '您已在浏览器中禁止本站通知，请在浏览器设置里改为允许。', notSetUp: '本热线尚未设置网页推送。' },
  },
  dead: {
    lead: '没有送到任何人的通知，最新在前。找到原因后可以重发。', causes: '原因', count: '{n} 条', resend: '重发', resendAll: '全部重发（{n} 条）', resent: '已重发 {n} 条。', to: '收件人', citizen: '来电人', nobody: '无人', template: '通知', reason: '原因', attempts: '发送次数',
    void: '工单已有变化，不再需要', empty: '没有未送达的通知。', replies: '收到的短信', repliesLead: '工作人员和来电人发来的短信。无法识别的请人工处理。', noReplies: '还没有收到短信。',
    why: { givenUp: '尝试 {n} 次后放弃：{rest}', nobodyKnows: '无法确认是否已发出：{rest}', undelivered: '服务商未能送达：{rest}', refused: '服务商拒收：{rest}', notSent: '没有发出：{rest}', call: '连接服务商失败：{rest}', noHolder: '该岗位无人', lostTwice: '发送两次，服务商均无记录', noNumber: '没有登记号码' },
    what: '操作',
    outcome: { accepted: '接单', declined: '不能到', taken: '已被他人接单', yours: '本人已接单，请核实能否到场', stand_aside: '须回避，不能接单', not_asked: '没有待回复的工单', which: '多件待接，已请其说明', unknown_text: '无法识别，请人工查看', unknown_number: '号码不在名册', waiting: '处理中' },
  },
}
