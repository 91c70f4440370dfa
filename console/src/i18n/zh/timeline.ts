// What happened, by message key.
import { applicationTimeline } from './application'

export const timeline = {
  timeline: {
    application: applicationTimeline,
    household: { linked: '{by} 关联了家庭', unlinked: '{by} 取消了家庭关联', denied: '{by} 否定了一条家庭提示', member_added: '{by} 增加了家庭成员', member_moved: '{by} 把一人迁入家庭', member_left: '{by} 登记一人离开家庭', relocated: '{by} 更新了家庭住址' }, person: { who_looked: '{by} 应本人要求出具查阅记录' },
    call: {
      received: '来电，拨打 {number}', answered: '电话已接听', keyed: '来电人按键 {key}', ended: '通话结束：{why}', replayed: '来电由本地日志补录',
      flow_entered: '进入来电流程（版本 {flow}）', queued: '进入队列“{queue}”', rang_agent: '振铃：话务员 {by}', unanswered: '话务员 {by} 未接（{why}）', connected: '话务员 {by} 接听', agent_lost: '话务员 {by} 掉线，来电人排到队首', agent_left: '话务员 {by} 退出通话', left_queue: '离开队列“{queue}”（{why}），等待 {seconds} 秒', held: '保持通话', resumed: '恢复通话',
      consulted: '咨询 {to}', transferred: '转接 {to}', conferenced: '三方通话：{to}', supervised: '主管 {by} 介入（{why}）', rang_duty: '拨打值班电话 {to}（{why}）', marked: '来电流程定为 {priority}', voicemail: '来电人留言 {seconds} 秒', callback_asked: '来电人要求回拨', surveyed: '来电人评分 {score}', secret_digits: '录音已为保密按键暂停', disposed: '{by} 登记通话结果：{code}',
    },
    callback: {
      followed: '回拨任务从合并的工单 {number} 转来', created: '已登记回拨任务（{due_at} 前）', joined: '再次来电并入已有回拨任务', impossible: '无法回拨：{why}', claimed: '{by} 开始回拨', released: '回拨无结果，任务退回', tried: '{by} 第 {try} 次回拨：{result}', late: '⚑ 回拨已超时（{due_at}）', visit_wanted: '回拨未接通，请 {to} 在 {due_at} 前上门', visited: '{by} 上门：{result}，请 {to} 决定', visit_late: '⚑ 上门没有按时回报（{due_at}），已告知 {to}', decision_late: '⚑ 是否再访没有按时决定（{due_at}），已提醒 {to}', ended: '回拨任务结束：{outcome}',
    },
    caller: { viewed: '{by} 查看了来电号码（{purpose}）' },
    recording: { heard: '{by} 收听了录音', held: '{by} 将录音设为依法保留', released: '{by} 解除录音的依法保留', shredded: '录音到期，密钥已销毁' },
    ticket: {
      sent_back: '{by} 回访：本人有异议（{outcome}），退回责任人', brought_back: '{by} 因回访发现困难重新打开工单', closing_tried: '{by} 回访第 {try} 次未联系上',
      referred: '{by} 将此事转介其他部门',
      returned: '{by} 退回县级，由 {to} 决定', pulled: '{by} 接管，成为责任人', pushed: '{by} 请 {to} 接手', assigned: '{by} 指派 {to} 为责任人', paused: '{by} 暂停派单至 {until}，时限照常', resumed: '恢复派单（{by}）', joined: '{by} 将工单 {number} 合并到本工单', split: '{by} 取消与 {number} 的合并，恢复办理', split_away: '{by} 将工单 {number} 从本工单拆出', split_off: '{by} 从工单 {number} 拆出此事项', second_matter: '{by} 拆出另一事项，新工单 {number}', deadline_near: '提醒：{clock} 时限已过 {percent}%，{due_at} 到期', registered: '工单已登记', repeat_suggested: '此号码有未结工单，等待确认是否同一件事', repeat_denied: '{by} 确认不是同一件事，开始派单', repeat_lapsed: '3 分钟内无人确认，开始独立派单', merged: '{by} 确认是同一件事，已合并，时限停止',
      triaged: '{by} 定级：{area}，{priority}，{kind}', raised_by_caller: '来电人按 1，升为特急', marked: '来电流程定为 {priority}，{kind}', with_agent: '{by} 接听，成为责任人，暂不派单', agent_lapsed: '话务员未及时定级，按无人接听派单', offered: '派给 {to}（{role}），等待接单', declined: '{by} 无法前往，转派下一位', rung_answered: '已拨通 {to} 的电话', rung_no_key: '{to} 的电话已接通，无人按键', rung_busy: '{to} 的电话占线或拒接', rung_no_answer: '{to} 的电话无人接听', rung_failed: '{to} 的电话未能拨通', offer_skipped: '{target}：{why}，跳过', accepted: '{by} 接单，成为责任人', handover_offered: '{by} 请 {to} 接手',
      lowered: '{by} 批准降为 {to}', lowering_refused: '{by} 不同意降级，维持原级', rose: '{clock}已到，上报县级', breached: '⚑ {clock}时限超时（{due_at}）', clock_stopped: '时限停止：{proof}',
      aid_confirmed: '救助已收到：{proof}', follow_up: '转入跟踪回访', rejected: '决定不予救助', no_aid_asked: '未申请救助', answered: '{by} 已答复来电人', closed: '{by} 回访办结：{outcome}', not_received: '{by} 回访：本人说没有收到，退回责任人', reopened: '{by} 重新打开',
      data_alert: '{office} 的数据提醒：{alert}；{area}，{priority}', data_alert_joined: '{office} 的数据提醒：{alert}，可能与本户有关', area_corrected: '{by} 更正区划为 {area}', owner_left: '{from} 离岗，本工单转给 {to}', offeree_left: '{from} 离岗，不再派给此人', reported: '{by}（{role}）上报：{area}，{priority}', taken_in: '{by}（{role}）受理（{source}）：{area}，{priority}', report_added: '{by} 补充了上报', opened_to_agency: '授权机构人员 {to} 查看至 {until}', closed_to_agency: '收回机构人员 {to} 的授权', area_merged: '{from_area} 已并入 {area}，本工单改由其负责', timers_mended: '系统补上了缺失的计时', ladder_alarm: '⚑ 派单走完一轮仍无人接单，已报警并重新开始（第 {loop} 轮）', warned: '提醒：应已{until}，尚无进展', silent: '{owner} 接单后久无进展（自 {since}），已提醒', follow_up_late: '办结后久未回访（自 {since}），已提醒', called_again: '同一号码再次来电，新工单 {number}', noted: '{by} 作了备注', arrived: '{by} 已到场',
    },
    visit: { recorded: '{by} 已到场或联系上本人（{arrived_at}）' },
    findings: { recorded: '{by} 填写了核查情况' },
    decision: { made: '{by} 决定救助 {amount_fen} 元', proposed: '{by} 提出救助 {amount_fen} 元，等待审批', short_checked: '{by} 完成简短核查', approved: '{by} 批准救助 {amount_fen} 元', declined: '{by} 未批准', superseded: '{by} 以新的决定取代了原决定' },
    disbursement: {
      submitted: '{by} 发起发放 {amount_fen} 元', reserved: '已预留 {amount_fen} 元', checked: '{by} 复核同意发放 {amount_fen} 元', receipted: '本人已签收 {amount_fen} 元', second_signed: '{by} 补签', reviewed: '{by} 抽查：{review}', signature_overdue: '24 小时内未补签，经办人单人额度已冻结', check_unanswered: '乡镇负责人未答复，请县级复核', cancelled: '{by} 取消发放', reversed: '{by} 冲正',
      sent: '{amount_fen} 元已送银行（第 {try} 次）', netted: '第 {try} 次已到账，以此为准，无须追回', succeeded: '银行确认 {amount_fen} 元已到账', bank_failed: '⚑ 银行退票：{bank_reason}', bank_returned: '⚑ 到账后又退回：{bank_reason}', paid_twice: '⚑ 第 {try} 次已退票的付款后来到账，重复支付 {amount_fen} 元，须追回', recovered: '重复支付的 {amount_fen} 元已由银行退回', unknown: '⚑ 银行逾期未答复，结果不明，不会自动重付', fixed: '{by} 更正收款账户', reissued: '{by} 重新发放（第 {try} 次）',
    },
    run: { left_out: '批量发放未列入（{amount_fen} 元）' },
    account: { entered: '{by} 录入收款账户', verified: '{by} 核对收款账户无误' },
    cash: { issued: '{by} 领取现金 {amount_fen} 元', returned: '{by} 退回现金 {amount_fen} 元' },
    paper: { due_added: '登记待补材料：{kind}', received: '{by} 收到材料：{kind}', verified: '{by} 核实材料：{kind}', returned: '{by} 退回材料：{kind}', waived: '{by} 免交材料：{kind}', reminded: '已提醒补交材料：{kind}', overdue: '材料逾期未交：{kind}' },
    agency: { reported: '{agency} {by} 上报办理情况' },
    consent: { recorded: '{by} 记录信息核对授权', withdrawn: '{by} 登记撤回授权' }, check: { started: '{by} 发起信息核对：{sources} 个数据源', finished: '信息核对完成，{differences} 处与申报不一致' },
    referral: { created: '{by} 登记转介', sent: '{by} 送出转介', accepted: '部门接收转介（{by} 登记）', returned: '⚑ 部门退回转介（{by} 登记），转首问责任人', started: '部门开始办理（{by} 登记）', extended: '部门要求延长时限（{by} 登记）', result: '部门反馈结果：{result}（{by} 登记）', confirmed: '{by} 向本人核实转介结果', contested: '⚑ 本人反映转介结果不符（{by} 登记），请部门重办', withdrawn: '{by} 撤回转介', late: '⚑ 转介超过时限' },
    follow: { planned: '{by} 安排回访（{next_on}）', looked: '{by} 回访：{outcome}', late: '⚑ 回访逾期（{next_on}）', ended: '{by} 结束回访' }, plan: { added: '{by} 加入一户一策', done: '{by} 登记措施结果', dropped: '{by} 取消一项措施' },
    service: { ordered: '{by} 委托社工站服务', accepted: '社工站 {by} 接受委托', returned: '⚑ 社工站 {by} 退回委托', done: '社工站 {by} 完成服务：{outcome}', cancelled: '{by} 撤回服务委托', late: '⚑ 服务委托超过时限' },
    trip: { recorded: '{by} 登记一次跑腿' }, mandate: { recorded: '{by} 登记代办授权', ended: '{by} 登记撤回代办授权' },
    loop: { waived: '{by} 豁免一项未办结事项' },
    task: { opened: '待办：{kind}', done: '{by} 办结待办：{kind}，{outcome}', late: '⚑ 待办逾期：{kind}' },
    integrity: { changed: '{by} 更新诚信档案', paper: '{by} 登记诚信文书：{form}' },
    papers: { settled: '材料已全部办妥' },
    notice: { undelivered: '⚑ 给 {to} 的通知未送达（{channel}）：{template}' },
  },
  timelineVariant: {
    reserved_county: '已在县级备用金预留 {amount_fen} 元（乡镇备用金不足）',
    recording_downloaded: '{by} 下载了录音', keyed_something: '来电人按了其他键', undelivered_citizen: '⚑ 给来电人的短信未送达：{template}',
    stopped_on_time: '时限停止：{proof}，用时 {minutes} 分钟，按时', stopped_late: '时限停止：{proof}，用时 {minutes} 分钟，超时', triaged_lowering_asked: '{by} 申请降为 {pending_priority}，等待主管审批', triaged_priority_changed: '{by} 由 {from_priority} 改为 {priority}：{area}，{kind}',
  },
}
