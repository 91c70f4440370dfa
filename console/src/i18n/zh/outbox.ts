// Words of what is written without a network.
export const outbox = {
  outbox: {
    title: '本机还有 {n} 条没有发出', lead: '没有网络时先存在本机，联网后自动发送；换人登录也不会丢，仍记在写的人名下。', sendNow: '现在发送', tryAgain: '再发一次', forget: '不发了，删除',
    kind: { report: '上报', piece: '补充', photo: '照片' }, state: { waiting: '等待网络', sending: '正在发送', refused: '没有被接收' },
    by: '{name} 写于 {at}', kept: '已存入本机，联网后自动发送。', conflict: '工单 {number} 已有同一编号的另一份内容，两份都已保留。',
    writtenAt: '写于 {at}（手机时间）', carriedBy: '由 {name} 登录时发出',
    name: '户主姓名或称呼', nameHint: '村里怎么称呼这一户，知道就填。', door: '门牌或位置', doorHint: '如：三组 8 号。', photos: '照片（可不附）', photosHint: '最多 3 张，保密存放。', photoNo: '照片 {n}', openPhoto: '查看照片（会留下记录）',
    addWhat: '要写什么', piece: { addition: '补充', correction: '更正', conflict: '同一编号的另一份内容', photo: '照片' },
  },
}
