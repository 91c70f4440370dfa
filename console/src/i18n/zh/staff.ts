import { areas } from './areas'
import { code } from './code'

export const staff = {
  staff: {
    title: '人员', people: '人员名单', login: '账号', name: '姓名', role: '角色', phone: '电话', deputies: '替岗人', householdsShort: '包户', state: '状态', anyRole: '全部角色', search: '姓名或账号', leftOnly: '只看已离岗', nobody: '没有符合条件的人员。',
    leftAt: '{at} 离岗', absentUntil: '请假至 {at}', noPassword: '尚未设置密码', here: '在岗', until: '到 {at}',
    coverage: {
      title: '网络覆盖', villagesWithout: '没有协理员的村', villagesCovered: '代管的村（居）', townshipsUncovered: '7 天内有空班的乡镇', townshipsNoStation: '没有社工站的乡镇', assistants: '在岗协理员', households: '已包户', nearlyFull: '包户 18 户以上', accessEnding: '7 天内到期的机构授权', withoutPassword: '尚未设置密码的人员',
      whichVillages: '哪些村没有协理员（{n}）', whichTownships: '哪些乡镇有空班（{n}）', hole: '{from} 至 {until} 无人值班', whoIsFull: '谁快满 20 户（{n}）', whatEnds: '哪些授权快到期（{n}）',
    },
    import: {
      title: '导入人员', hint: '第一行是列名：login,name,role,area,phone,deputies,skills（或 账号,姓名,角色,区划代码,电话,替岗人,特长；特长写作“本地方言=6; 医疗救助=8”）。文件里不写密码；文件中没有的人员保持不变。', applied: '{file} 已应用。新人员由安全管理员发给一次性邀请码后设置密码。',
      kind: { new: '新增', changed: '更改', same: '不变', assistants: '其中协理员' }, field: { name: '姓名', role: '角色', area: '区划', phone: '电话', deputies: '替岗人', skills: '特长' },
    },
    member: {
      deputiesHint: '写账号，用空格隔开，先找第一个；留空表示没有。', households: '包户 {n} 户（最多 20 户）', village: '村', reference: '户号', referenceHint: '门牌号或村台账号；不要写姓名和身份证号。', release: '解除',
      invite: '发邀请码', invited: '邀请码 {code}，{until} 前有效，只显示这一次。请当面或电话告知本人。', leaveReason: '离岗原因', leaveHint: '未结工单转给所在地值班台，包户解除，已授权的工单关闭，立即退出登录。', link: '或发给本人此链接：',
    },
    agency: { title: '第三方机构', contract: '合同 {from} 至 {until}', open: '已授权 {n} 张工单', none: '没有签约机构。', accesses: '现在授权查看的工单', who: '谁', until: '到期', by: '授权人', end: '收回', chooseTicket: '选择机构人员', person: '机构人员', noSeats: '没有可授权的机构人员；请系统管理员先登记机构和人员。', task: '要对方办什么', taskHint: '写清时间、地点和事项；不要写电话和身份证号。', untilHint: '最多 30 天，且不超过合同。', contact: '联系人', contactHint: '科室或姓名；不写手机号。', from: '合同开始', last: '合同最后一天', onTicket: '第三方机构' },
    station: { title: '社工站', none: '还没有登记社工站。', name: '名称', township: '乡镇（街道）', lead: '负责人账号', leadHint: '写账号；没有可不填。', opened: '成立日期', closed: '撤销日期', closedHint: '仍在运行的不填。', change: '修改', over: '{at} 撤销', since: '{at} 成立' },
    skills: '特长', skillsHint: '1 略知，10 精通；按本线的特长表填写。', skillsUnread: '特长表读取失败，请刷新页面重试。',
    form: { loginHint: '2 至 40 个小写字母、数字、点、横线或下划线；以后不能改。', area: '任职区划', areaHint: '经办人在乡镇，协理员在村，值班人员在县或市。', newPhone: '新电话', phoneNow: '现在是 {phone}；留空不变。', phoneHint: '用于接收通知，显示时打码。', noPhone: '删除电话', deputiesUntil: '替岗到', deputiesUntilHint: '留空：直到另行设置。', added: '已添加 {login}。' },
  },
  auditAction: {
    ...code.auditAction,
    staff: {
      added: '新建账号 {login}', changed: '更改人员 {login}', left: '{login} 离岗', deputies: '设置 {login} 的替岗人', imported: '导入人员', invited: '给 {login} 发邀请码', password: '{login} 设置了密码',
    },
    household: { entrusted: '把一户托付给 {login}', released: '解除 {login} 的一户' }, agency: { added: '登记机构', changed: '修改机构', reported: '机构上报办理情况', contract: '更改机构合同', seat_added: '新建机构人员账号' }, station: { set: '登记社工站' },
  },
  importFault: {
    ...areas.importFault,
    login_twice: { what: '第 {first} 行已有此账号。', do: '请只留一行，或换一个账号。' },
    login_form: { what: '不是账号。', do: '请用 2 至 40 个小写字母、数字、点、横线或下划线。' },
    login_taken: { what: '此账号已有人使用。', do: '请换一个账号。' },
    role_unknown: { what: '没有这个角色。', do: '请写 协理员、志愿者、乡镇经办、乡镇负责人、县值班 等。' },
    role_not_yours: { what: '您不能授予或收回这个角色。', do: '请由有权的人办理；三类管理员只能在机房设立。' },
    role_by_agency: { what: '机构人员随机构的合同设立。', do: '请在机构下添加，并删去这一行。' },
    no_such_place: { what: '今天没有这个区划。', do: '请改正代码，或先导入区划。' },
    place_not_yours: { what: '不在您可以改动的区划（{within}）之内。', do: '请删去这一行，或由该地的管理员导入。' },
    wrong_level: { what: '这个角色不在这一级任职。', do: '经办人在乡镇，协理员在村，值班人员在县或市。' },
    phone_form: { what: '不是电话号码。', do: '请写 11 位手机号，或带区号的座机号。' },
    has_left: { what: '此人已离岗。', do: '请给新来的人另设账号。' },
    still_has_work: { what: '此人名下还有 {tickets} 张未结工单、{households} 户。', do: '请先移交。' },
    deputy_unknown: { what: '在岗人员和文件中都没有此账号，或写了两遍。', do: '请改正，或为替岗人加一行。' },
    deputy_oneself: { what: '不能自己替自己。', do: '请写别人。' },
    deputy_role: { what: '这个角色的人不能替岗。', do: '请写同一角色的人；乡镇经办人与负责人可互替。' },
    deputy_elsewhere: { what: '替岗人在别处任职。', do: '请写同一乡镇、县或市的人。' },
    skill_unknown: { what: '没有这项特长。', do: '可用的有：{known}。' },
    skill_level: { what: '特长的程度不对。', do: '请写 1（略知）至 {most}（精通）。' },
    skill_form: { what: '特长写法不对。', do: '请写“本地方言=6; 医疗救助=8”。' },
    skill_twice: { what: '同一项特长写了两遍。', do: '请只写一遍。' },
    too_many_deputies: { what: '替岗人超过 {most} 个。', do: '请只写真正会找的人。' },
  },
}
