// 工单流转：退回、接管、指派、暂停、合并与拆分。
export const moves = {
  ladder: {
    title: '派单进度', from: '自 {at} 起计', policy: '规则 {policy}', states: { done: '已派', next: '下一步', later: '之后', unneeded: '不再需要' },
    at: '{at} 派单', next: '{at}：{who}', nextTitle: '接下来', everybody: '所有人重新派单并报警', rests: '{by} 暂停派单至 {at}：{reason}', turns: '已重新派单 {n} 轮', nobody: '无人可派，已跳过',
  },
  place: { label: '区划依据', household: '来电号码的既往家庭（工单 {like}）', did: '拨打号码所属乡镇', agent: '{by} 选定', county: '乡镇未知，县级定', hint: '此号码曾在 {area} 核查过（工单 {number}），仅供参考', returned: '乡镇已退回，由县级定' },
  link: { merged_into: '已合并到工单', joined: '本工单一并办理：', split_from: '同一来电的另一事项：', split_off: '同一来电拆出的事项：' },
  push: { forced: '不经对方同意，直接指派（仅限个人）', forcedHint: '对方立即成为责任人，理由会留下记录。' },
  pause: { minutes: '暂停多少分钟', left: '此工单还可暂停 {n} 分钟。', hint: '只暂停派单和无进展提醒；2 小时和 24 小时时限照常计算。' },
  merge: { into: '合并到哪个工单（编号）', hint: '对方工单继续办理，本工单停止计时，回拨任务随之转过去。' },
  split: { matter: '另一件事是什么' },
  offerCard: { title: '这件工单请您办理', no: '我去不了', declined: '已告知您去不了，将派给下一位', hint: '接单后您就是责任人，来电人会收到您的联系方式。' },
  returnBy: '可在 {at} 前退回县级',
}
