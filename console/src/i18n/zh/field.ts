// Words of the people outside the offices: reports of the village, agencies, first passwords.
export const field = {
  reports: {
    new: '新上报',
    lead: '看到有困难的家庭，请在这里上报；情况危急时同时拨 120、110 或 119。', empty: '您还没有上报过。', mine: '我上报的', done: '已上报，工单编号 {number}。',
    place: '在哪里', placeHint: '选到村；只能选您负责的区域。', seen: '看到了什么', seenHint: '人、住处、伤病、眼前的困难。不要写身份证号和电话。', urgency: '有多急', phone: '联系电话（知道就填）', phoneHint: '困难家庭或在场的人；保密存放，只开放给经办人。',
    how: { P1: '现在就要有人来', P2: '今天要帮上', P3: '可以等几天' }, short: { P1: '现在就要', P2: '今天', P3: '几天内' },
  },
  opened: {
    lead: '县里授权您查看并办理的工单；到期自动收回。', empty: '目前没有授权给您的工单。', until: '授权到', task: '要办的事', by: '授权人', reports: '上报情况', noReports: '您还没有上报。', closed: '工单已结案，不再上报。', withPhoto: '附照片',
    text: '做了什么、看到什么', textHint: '会记入工单，经办人马上收到。不要写电话和身份证号。', photo: '照片（可不附）',
  },
  invitation: {
    lead: '用安全管理员给您的邀请码，为自己设置密码。', code: '邀请码', codeHint: '16 个字母和数字，横线和大小写不论。', codeForm: '邀请码有 16 个字母和数字。', password: '新密码', passwordHint: '至少 10 个字符，要有字母和数字，不能含账号。', again: '再输一遍新密码', differs: '两次输入的密码不一样。',
    tooShort: '密码至少 10 个字符。', tooPlain: '密码要有字母和数字。', go: '设置密码', done: '密码已设置。您的账号是 {login}。', toSignIn: '去登录',
  },
}
