// What villages visit by plan, who covers a village, how many households it has.
export const village = {
  village: {
    planned: '入户走访', plannedLead: '请您走访的家庭，最急的在前。走访要有照片、地点和看到的情况。', unnamed: '（未登记姓名）', overdue: '已过日期', dueOn: '请在 {day} 前走访，最迟 {last}', tries: '没见到人 {n} 次', nothing: '现在没有要走访的家庭。', others: '本村其他人负责的 {n} 户', nobody: '无人负责',
    done: '走访已登记。', doneHelp: '走访已登记，困难已上报，工单 {number}。',
    met: '见到了谁', mets: { head: '户主', member: '家里其他人', neighbour: '邻居', nobody: '没有见到人' }, result: '情况', results: { nothing: '没有变化', change: '有变化', needs_help: '需要救助', not_met: '没见到人' },
    found: '看到和听到的情况', place: '地点', placeHint: '写清在哪里，或点下面的按钮由手机定位。', noPlace: '手机没有给出位置，请写清在哪里。', locate: '用手机定位', photo: '现场照片', photoHint: '拍房屋或见面现场，不要拍证件。', photoRequired: '走访要有一张照片。',
    plans: '走访计划', plansLead: '每个村（居）这段时间应走访的家庭。计划每天自动更新；监测对象按计划回访的，也算走访。', progress: '各村（居）进度', planNow: '现在更新计划', planDone: '计划已更新：新增 {added} 户，退出 {dropped} 户，漏访 {missed} 户，换人 {moved} 户。', planSame: '计划没有变化。',
    village: '村（居）', line: '对象', lines: { tier1: '一类对象', tier2: '二类对象', others: '其他家庭' }, period: '期间', toVisit: '应走访', visited: '已走访', overdueN: '已过日期', nobodyN: '无人负责', noPlan: '还没有计划。',
    households: '家庭', views: { overdue: '已过日期', open: '待走访', done: '走访过的', missed: '漏访' }, doneOn: '{day} 走访', byLook: '按监测计划回访，计入', proof: '走访记录（{n}）', seePhoto: '查看照片', noneHere: '没有这样的家庭。', assistant: '协理员',
    covers: '代管村（居）', coversLead: '协理员请假或空缺时，由本乡镇另一位协理员在约定的日期代管：走访、上报和上门都由代管人办理。', noCover: '没有代管安排。', runs: '代管中', endedEarly: '已提前结束：{why}', coverBy: '代管人', coverFrom: '第一天', coverUntil: '最后一天', why: '原因',
    figures: '村（居）户数', figuresLead: '填报各村（居）共有多少户，用于计算摸底走访的比例', figuresFile: '从文件读取（CSV）', figuresLines: '每行一个村（居）：12 位代码，户数', figuresHint: '例如 990101101201,356', figuresForm: '每行写 12 位代码和户数，中间用逗号。', figuresDone: '户数已登记。',
    survey: '摸底走访', surveyLead: '已掌握的家庭中，所选期间有人上门走访过的户数；一户只计一次。', registered: '登记在册', counted: '村（居）上报户数', known: '已掌握', visitedHomes: '走访户数', rate: '走访率', withoutSize: '未上报户数的村（居）', surveyPlans: '按计划走访', missed: '漏访', open: '待走访',
  },
}
