// What was done for whom, in figures.
export const statistics = {
  statistics: {
    place: '地区', sheet: '下载表格（XLSX）', print: '打印', about: '{place}，{from} 至 {to}', agrees: '与账目一致', differs: '与账目不一致', madeAt: '制表 {at}',
    aid: '救助发放', personTimes: '人次', persons: '人数', households: '户数', whole: '合计', apart: '人次按发放笔数计；同一人在所选期间只计一人，故各月人数相加不等于合计。',
    byMonth: '各月发放金额（元）', byPlace: '按月份和乡镇', registers: '一类救助对象（在册与进出）', onDay: '截至 {day} 在册', register: '类别', entered: '新纳入人数', gone: '退出人数', noEntries: '这段时间没有人进出名册。', everybody: '合计（每人只计一次）', byEntry: '按月份和乡镇的进出', month: '月份',
    clocks: '时限', clock: '时限', due: '到期', inTime: '按时', rate: '按时率', late: '逾期办结', overdue: '逾期未办', running: '未到期', lateEvidence: '其中迟到证据', breach: '逾期的始终计为逾期；设备记录按时、证据后到的另列，不改变按时率。', keptByMonth: '各月按时率（全部时限）', onTimeByPlace: '按月份和乡镇的按时率', targets: '办理目标（不是法定时限）', target: '目标', reached: '办到的申请', met: '达到目标', share: '比例',
    targetOf: { visit: '受理次日入户', file: '入户当日提出意见', notice: '受理后第二天公示' }, settled: '城乡', settlement: '城乡', settlements: { town: '城市', country: '农村', unknown: '未区分' },
    ways: '跑腿与就业帮扶', wayCases: '案件', citizensWays: '群众跑腿（次）', ourWays: '帮办代办（次）', atMostOne: '群众最多跑一次的案件', workPlanned: '新增就业帮扶措施', workDropped: '取消的措施', workResult: '就业帮扶：{what}', workCount: '{n} 项，{households} 户', workResults: { employed: '已就业', self_employed: '自主经营', trained: '培训合格', no_work: '未能就业' },
    noClocks: '所选期间没有到期的时限。',
    asked: '来电与走访', ticketsByMonth: '各月受理工单', calls: '来电', queued: '等候接听', answered: '坐席接通', answeredInTime: '及时接通', abandoned: '等候中放弃', visits: '走访', onSite: '其中上门', visitors: '走访人次', cases: '走访的案件',
  },
  stuck: {
    by: '查看', bys: { whole: '合计', places: '按乡镇', owners: '按责任人' }, about: '{place}：在办工单 {n} 件', stages: '五个环节', byStage: '各环节在办工单（件）', ofThem: '{n}（超过通常天数 {beyond}）',
    hint: '每件在办工单只在一个环节。通常天数由本市设定，不是法定时限。', lines: '各环节与状态', part: '环节或事项', count: '件数', median: '停留天数（中位）', oldest: '最长天数', usual: '通常天数', beyond: '超过',
    cases: '看明细', casesOf: '明细：{what}', onlyBeyond: '只看超过 {n} 天的', since: '从何时起', days: '天数', none: '没有在办的事项。', noCases: '没有这样的案件。',
    parts: { ticket: '工单环节', application: '申请', decision: '急难决定', payout: '发放', referral: '转介', follow_up: '回访' },
    stage: { inform: '主动告知', discover: '主动发现', respond: '快速响应', relieve: '即时救助', follow: '跟踪转介' },
  },
}
