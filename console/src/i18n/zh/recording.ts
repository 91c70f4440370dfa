// Words of the recordings of calls.
export const recording = {
  recording: {
    title: '录音与留言', lead: '收听须说明目的，每次收听都会留下记录。', onHold: '依法保留', listens: '已收听 {n} 次', keepUntil: '保存至 {at}', heldBy: '{by} 于 {at} 设为依法保留：',
    again: '再次收听', purpose: '收听目的', purposeHint: '如：核对地址、处理投诉、质量检查。不要写身份证号和手机号。', download: '下载为文件（离开系统后由您负责保管）', holdHint: '如：投诉编号、案件编号。',
    said: '{who}说', heard: '{who}听到', player: '{who}，{length}',
    call: '通话', voicemail: '来电人留言', side: { citizen: '来电人', agent: '话务员 {name}', supervisor: '主管 {name}', third: '第三方' },
    state: { recording: '录音中', complete: '完整', cut_off: '中断：到此为止', damaged: '不完整：磁盘故障', shredded: '已到期销毁' },
  },
}
