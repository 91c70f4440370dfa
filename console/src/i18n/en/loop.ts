import type { loop as chinese } from '../zh/loop'
import type { Words } from '../words'

// What other departments and the station do for a case, and what keeps it open.
export const loop: Words<typeof chinese> = {
  referral: {
    title: 'Referrals', lead: 'What other departments deal with. Owner and head are told when a time has passed.', view: 'Show', views: { open: 'Open', late: 'Late', all: 'All' }, empty: 'No referrals.',
    department: 'Department', item: 'Item', choose: 'Choose', request: 'What is asked for', requestHint: 'Write what the department should do. No identity or telephone numbers.', consentAsk: 'How the citizen agreed', sendNow: 'Send it now?', notYet: 'Write it down, send it later', taker: 'Who took it', willLeave: 'Goes along', left: 'Went along', nothing: 'nothing',
    sheet: 'Print the sheet', sheetTitle: 'Referral for social assistance', sheetTo: 'To', sheetFrom: 'From', number: 'Ticket', sentAt: 'Sent', answerBy: 'Please answer by', print: 'Print', people: '{n} people, {affected} affected', answerBox: 'The department’s answer', answerLine: 'Please accept or return it (with the reason) within {answer} working days, and give the result within {result} working days after that; once {extend} more.', signLine: 'Answered by:                 Day:                 ',
    saidBy: 'Who of the department said so', saidOn: 'On which day', saidOnHint: 'Empty: today. Times count from when it is written down.', viaAsk: 'How', resultAsk: 'The department’s result', soAsk: 'Does the citizen confirm it?', said: 'What the citizen says', history: 'History',
    due: '{what} due {at}', overdue: '⚑ {what} is late (was due {at})', until: { created: 'Sending', sent: 'Accepting or returning', accepted: 'The result', returned: 'Dealing with it again', in_progress: 'The result', resulted: 'Asking the citizen', confirmed: 'The end', withdrawn: 'The end' },
    state: { created: 'Not sent', sent: 'Sent', accepted: 'Accepted', returned: 'Returned', in_progress: 'In progress', resulted: 'Result, to be confirmed', confirmed: 'Confirmed', withdrawn: 'Withdrawn' },
    result: { granted: 'Granted', refused: 'Refused', not_needed: 'Not needed' },
    event: { send: 'Sent', accept: 'Accepted', return: 'Returned', start: 'Work begun', extend: 'More time', result: 'Result', confirm: 'Citizen confirms', contest: 'Citizen says it is not so', withdraw: 'Withdrawn' },
    do: { send: 'Send', accept: 'Write down: accepted', return: 'Write down: returned', start: 'Write down: work begun', extend: 'Write down: more time', result: 'Write down the result', confirm: 'Ask the citizen', withdraw: 'Withdraw' },
    via: { letter: 'Letter', phone: 'Telephone', in_person: 'In person', wired: 'System' }, consent: { written: 'In writing', spoken: 'Spoken', recorded: 'On the recording', guardian: 'A guardian, in writing' },
    field: { area: 'Township', cause: 'Cause', people: 'Household', needs: 'Needs', income: 'Income', medical: 'Medical cost', name: 'Name', phone: 'Telephone', identity: 'Identity number' },
  },
  task: {
    kind: { referral_returned: 'A referral came back: its first owner deals with it', screen: 'A department refused: is another aid due?', reassess: 'A special aid was granted: is temporary aid due as well?', follow_up: 'A look found that it is not enough: is more aid due?' }, state: { open: 'To do', late: 'Late', done: 'Done' }, for: '{who}, by {at}', outcome: { due: 'More aid is due', not_due: 'None is due', handled: 'Dealt with' }, outcomeAsk: 'Is more aid due?', spend: 'Does the household spend so much that basic living is hard?', income: 'Has the income fallen so much that basic living is hard?', reason: 'What you looked at',
  },
  loop: {
    title: 'What is open before closing', waived: 'waived', reached: 'Was somebody reached?', notReached: 'Nobody reached', received: 'Did the aid arrive?', amount: 'Is the sum right?', satisfied: 'Are they content?', saidYes: 'reached, all is well', saidNo: 'reached, something is wrong: back to the owner', triedBefore: 'Tried {n} times in vain before; three tries in vain close with that mark.',
    code: { clock: 'Help has not been received, and a clock runs', life_danger: 'Danger to life: no hand-over to 110, 119 or 120 on record', callback: 'A call-back is open', application: 'An application is not decided', notice: 'A public notice runs', referral: 'A referral is open', task: 'Something is to be done', follow_up: 'A follow-up runs', service: 'A service of the station is open', paper: 'A paper is owed', decision: 'A decision waits for approval or payment', payout: 'A payout is not settled', second_signature: 'A second signature is missing', after_review: 'A review is open' },
  },
}
