// Words of declared relatives.
export const relatives = {
  title: '近亲属备案', lead: '备案的是您本人和近亲属的身份证号。收款人在备案中的，您不能经办、复核、发放或签字。备案后本人不能删除；有误的，请负责人或安全管理员办理。',
  ownMissing: '还没有备案您本人的身份证号，请先备案本人。', none: '没有备案。', said: '已备案，立即生效。', of: '近亲属备案', choose: '请选择', who: '关系', name: '姓名', number: '身份证号', numberHint: '18 位，加密保存。', phone: '电话（可不填）',
  since: '{at} 备案', ended: '{at} 由{name}终止：{reason}', endHint: '记录保留，并写入审计。',
  relation: { self: '本人', spouse: '配偶', child: '子女', parent: '父母', sibling: '兄弟姐妹', grandparent: '祖父母、外祖父母', grandchild: '孙子女、外孙子女', in_law: '姻亲', other: '其他亲属' },
}
