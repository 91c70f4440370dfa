// Words of how people are told: contact methods, dead letters, replies.
export const notify = {
  channel: { cash: 'cash', advance: 'standing advance', goods: 'goods', bank: 'bank transfer', live: 'screen', sms: 'SMS', voice: 'telephone', wecom: 'WeCom', wecom_group: 'WeCom group', email: 'e-mail', webpush: 'web push' },
  contact: {
    language: 'Language of notices', languageHint: 'SMS, WeCom, e-mail and web push are written in it; the telephone speaks Mandarin. Where the provider has no English template on file, an SMS stays Chinese.',
    lead: 'How you are told when somebody needs you. About urgent (P1) tickets you are always rung and written to at once.', register: 'The telephone of the staff register; only an administrator changes it', notVerified: 'not verified, not used', off: 'switched off', asCity: 'at the times that the city has set', delay: 'after {n} s',
    add: 'Add a contact method', kind: 'Channel', address: { sms: 'Mobile number', voice: 'Telephone number', wecom: 'WeCom user id', email: 'E-mail address' }, label: 'Note', go: 'Add', test: 'Send a test', code: 'Code', verify: 'Verify', wrongCode: 'That is not the code. Please check it.', testSent: 'A test is on its way. Enter its code within 15 minutes.',
    turnOn: 'Switch on', turnOff: 'Switch off', remove: 'Remove', none: 'You have added none yet.',
    push: 'Web push', pushLead: 'This browser shows new tickets, also with no page open. A push is a reminder only; it does not count as having told you.', pushOn: 'Switch on in this browser', pushOff: 'Switch off in this browser', pushIsOn: 'On in this browser', pushRefused: 'The browser did not allow notifications.',
    hindrance: { unsupported: 'This browser cannot do web push.', insecure: 'Web push needs an https address.', denied: 'You have blocked notifications of this site; allow them in the browser’s settings.', notSetUp: 'This line has not set web push up.' },
  },
  dead: {
    lead: 'Notices that reached nobody, newest first. Once the cause is mended they can be sent again.', causes: 'Causes', count: '{n}', resend: 'Send again', resendAll: 'Send all again ({n})', resent: '{n} message is on its way again. | {n} messages are on their way again.', to: 'To', citizen: 'the caller', nobody: 'nobody', template: 'Notice', reason: 'Why', attempts: 'Attempts',
    void: 'the ticket has moved on; no longer needed', empty: 'Every notice has arrived.', replies: 'Messages received', repliesLead: 'SMS from staff and callers. Those not understood need a person.', noReplies: 'No messages yet.',
    why: { givenUp: 'given up after {n} attempts: {rest}', nobodyKnows: 'nobody knows whether it was sent: {rest}', undelivered: 'the provider could not deliver it: {rest}', refused: 'the provider refused it: {rest}', notSent: 'not sent: {rest}', call: 'the provider was not reached: {rest}', noHolder: 'nobody holds this post', lostTwice: 'sent twice, and the provider knows of neither', noNumber: 'no number is known' },
    what: 'Action',
    outcome: { accepted: 'accepted', declined: 'cannot come', taken: 'somebody else was first', yours: 'is theirs already: ask whether they come', stand_aside: 'must stand aside', not_asked: 'nothing was asked', which: 'several fit; asked which', unknown_text: 'not understood: please read it', unknown_number: 'not a known number', waiting: 'being handled' },
  },
}
