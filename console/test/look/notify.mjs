// What people were told by and what did not reach them, as the pages of contact
// methods, undelivered notices and the demo's sink ask for it.
import * as house from './house.mjs'

const rows = house.rows
const contacts = [
  { id: 'register', channel: 'sms', label: '', address: '199****0001', position: 0, enabled: true, verified: true, register: true },
  { id: 'c1', channel: 'wecom', label: '', address: 'lin.xiaohe', position: 0, enabled: true, verified: true, register: false, since: house.iso(-9000) },
  { id: 'c2', channel: 'email', label: '办公邮箱', address: 'li***@demo.invalid', position: 1, enabled: true, verified: false, register: false, since: house.iso(-20) },
  { id: 'c3', channel: 'voice', label: '值班室座机', address: '010****2200', delay_seconds: 120, position: 2, enabled: false, verified: true, register: false, since: house.iso(-4000) },
  { id: 'c4', channel: 'webpush', label: 'Chromium · Linux', address: '', position: 3, enabled: true, verified: true, register: false, since: house.iso(-300) },
]
const letter = (id, minutes, channel, template, row, reason, more = {}) => ({ id, at: house.iso(minutes), state: 'failed', channel, template, ticket: row.id, number: row.number, name: '林小河', citizen: false, attempts: 1, reason, void: false, ...more })
const refused = 'the provider could not deliver it: MOBILE_NOT_ON_SERVICE'
const lost = 'given up after 8 attempts: the message was not sent: call the provider: dial tcp: connect: connection refused'
const letters = [
  letter('d1', -3, 'sms', 'offer', rows[1], refused), letter('d2', -9, 'email', 'rise', rows[2], lost, { state: 'dead', attempts: 8, name: '石文山' }),
  letter('d3', -40, 'sms', 'ticket_registered', rows[3], refused, { citizen: true, name: undefined }), letter('d4', -55, 'wecom', 'offer_taken', rows[0], lost, { state: 'dead', attempts: 8, void: true }),
]
const reply = (minutes, text, outcome, more = {}) => ({ at: house.iso(minutes), from: '199****0001', name: '林小河', text, outcome, ...more })
const replies = [
  reply(-1, '1 4221', undefined, { ticket: rows[1].id, number: rows[1].number }), reply(-31, '1', 'accepted', { ticket: rows[0].id, number: rows[0].number }),
  reply(-29, '2', 'yours', { ticket: rows[0].id, number: rows[0].number }), reply(-60, '路上堵车，大约四十分钟后到，请先联系上坪村的村级助理员。', 'unknown_text'), reply(-70, '谢谢', 'unknown_number', { from: '138****5678', name: '' }),
]
const sms = [
  { at: house.iso(-1), channel: 'sms', to: '+8619900000001', text: '【12349】P1工单2610010004221，青石镇，10月1日02:08前须完成救助。回1接单，回2不能到。' },
  { at: house.iso(-1), channel: 'wecom', to: 'lin.xiaohe', text: '【12349】P1工单2610010004221，青石镇，10月1日02:08前须完成救助。回1接单，回2不能到。' },
  { at: house.iso(-1), channel: 'webpush', to: 'lin.xiaohe', text: 'P1工单2610010004221，青石镇，10月1日02:08前须完成救助' },
  { at: house.iso(-2), channel: 'email', to: 'shiwenshan@demo.invalid', text: '【12349】P1工单2610010004189（河湾村）自21:59来电后无人受理，已上报给您。\n\nhttp://127.0.0.1:8080/tickets/33333333-3333-4333-8333-333333333333?notice=0f0f0f0f-aaaa-4aaa-8aaa-0f0f0f0f0f0f' },
  { at: house.iso(-4), channel: 'wecom_group', to: '990100000000', text: '【12349】警报：P1工单2610010004189（河湾村，21:59来电）全部层级无人受理！' },
]

/** Answers what is about telling people; false where it is not. */
export function answerNotify(method, path, query, res, json) {
  if (method !== 'GET') return false
  const of = (list) => list.filter((l) => (!query.get('channel') || l.channel === query.get('channel')) && (!query.get('reason') || l.reason === query.get('reason')))
  const answers = {
    '/contacts/language': () => ({ done: true }),
    '/contacts': () => ({ language: 'zh', items: contacts, channels: ['sms', 'wecom', 'email', 'voice'], push_key: 'BEl62iUYgUivxIkv69yViEuiBIa-Ib9-SkvMeAtA3LFgDzkrxZJjSgSnfckjBJuBkr3qBUYIHBQFLXYp5Nksh8U' }),
    '/dead-letters': () => ({ items: of(letters) }), '/replies': () => ({ items: replies }), '/sms': () => ({ items: sms }),
    '/dead-letters/causes': () => ({ items: [{ channel: 'sms', reason: refused, count: 2 }, { channel: 'email', reason: lost, count: 1 }, { channel: 'wecom', reason: lost, count: 1 }] }),
  }
  return answers[path] ? (json(res, 200, answers[path]()), true) : false
}
