// How aid works, for whoever is asked.
export const knowledge = {
  knowledge: {
    lead: '群众常问的政策问题和可以照读的答复。金额和期限取自当日在本地生效的规则。', search: '查找政策问答', placeholder: '汉字、拼音或首字母，如：低保、dibao、db', day: '按哪一天',
    count: '找到 {n} 条', nothing: '没有找到。换个说法，或只写一两个词。', since: '自 {from} 起', between: '{from} 至 {until}', source: '依据：{source}', versions: '其他时期的答复', onlyOne: '只有这一个版本。',
  },
}
