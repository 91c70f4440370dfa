// What comes over a counter or from another office.
export const intake = {
  intake: {
    title: '柜台受理', lead: '群众来到窗口，或其他部门、外省转来的事项：登记后成为工单，由您首问负责，直到有人接手。', source: '从哪里来', office: '转来的部门或机关', officeHint: '办理结果要回复给它。', theirNumber: '对方编号',
    area: '困难发生在哪里', areaHint: '选到村，至少到乡镇；以急难发生地为准，不看户籍。', said: '来人怎么说', saidHint: '不要写身份证号和电话号码。', refused: '在别处被拒绝的事项', refusedHint: '例如“学生营养餐补助”。填写后，您会收到一项待办：看看是否符合其他救助。',
    relation: '说话的人与困难者的关系', speaker: '说话的人', phoneHint: '用于回电；是手机的会收到工单编号。', by: '{by}（{role}）受理', fromOffice: '转来单位', takenAt: '受理时间',
    who: { self: '本人', spouse: '配偶', child: '子女', parent: '父母', relative: '亲属', neighbour: '邻居', official: '工作人员', other: '其他' },
  },
  source: { call: '来电', report: '村里上报', counter: '柜台', department: '其他部门', province: '外省转来', data_alert: '数据提醒' },
  alertKind: { medical_bill: '大额医疗费用', disability: '新办残疾证', unemployment: '失业', death: '家人去世', arrears: '欠费', other: '其他情况' },
  alert: { title: '数据提醒', happened: '发生日期', from: '来自', joined: '可能与本户有关，请核对；不是同一件事的，可拆分出新工单', born: '本工单由此产生', about: '涉及', sum: '金额' },
}
