import type { page as zh } from '../zh/page'
import type { Words } from '../words'

export const page: Words<typeof zh> = {
  app: {
    name: 'Social Assistance Hotline', navigation: 'Main', skip: 'Skip to content', signOut: 'Sign out', loading: 'Loading…', yes: 'yes', no: 'no', colon: ': ', comma: ', ', close: 'Close', more: 'More', notices: 'Notices',
    clockMoved: 'A demonstration has moved this clock; it is not the real time', connectionLost: '⚠ The live connection is lost and being restored. What you see may be old; what you typed is kept on this device.',
  },
  page: {
    signIn: 'Sign in', tickets: 'Tickets', ticket: 'Ticket', approvals: 'Approvals', visits: 'Visits', duty: 'Duty', money: 'Float and accounts', reconciliation: 'Reconciliation', statistics: 'Figures', stuck: 'Where cases are stuck', batches: 'Bank batches', runs: 'Payment runs', advances: 'Cash and advance', goods: 'Goods', calls: 'Calls', desk: 'My desk', floor: 'Floor', audit: 'Audit', contact: 'My contact methods', deadLetters: 'Undelivered', sms: 'SMS (demo)', households: 'Households', household: 'Household', nowhere: 'There is no such page', reports: 'Report a household', knowledge: 'How aid works', opened: 'Tickets open to me', invitation: 'Set a password',
  },
  signIn: { lead: 'Desk of the 12349 social assistance hotline', login: 'Login', password: 'Password', go: 'Sign in', invited: 'First time here? Set a password with your code' },
  list: {
    views: 'Which tickets', view: { open: 'Open', offered: 'Offered to me', mine: 'Mine', all: 'All' }, byPriority: 'Filter by priority', anyPriority: 'Any priority', byStatus: 'Filter by status', anyStatus: 'Any status', byArea: 'Filter by area', anyArea: 'Any area',
    search: 'Number, area, owner', deadline: 'Next deadline', noClock: 'No clock running', breached: 'Breached', step: 'step {step}', offeredToMe: 'Offered to me', repeat: 'Maybe a repeat', reported: 'reported', more: 'Show more',
    tally: '{count} shown, {overdue} past due', arrived: '{count} new, the latest {number}',
    empty: { open: 'No open tickets.', offered: 'Nothing is offered to you.', mine: 'You own no tickets.', all: 'No tickets.' },
  },
  countdown: { calm: 'Left', soon: 'Soon · left', urgent: 'Urgent · left', over: 'Past due', days: '{days} d {clock}' },
  span: { hours: '{n} h', minutes: '{n} min' },
  clocks: {
    line: { wall: '{span} on the wall clock from {from} → {to}', days: '{n} working days from {from} ({days}) → {to}', makeUp: ' (make-up day)' },
    due: 'Due', firstDue: 'First deadline', how: 'How counted', stopped: 'Stopped · {minutes} min · on time', stoppedLate: 'Stopped · {minutes} min · late', breachedAt: 'breached {at}', roseAt: 'rose to the county {at}',
    proof: 'Stopped {at} on: {proof}', reported: 'device says {at}', onlyRises: 'At P2 the two hours only take it up to the county; that is no breach.',
    sum: { start: 'Start (the call) {at}', plus: '+ {span} (wall clock, nights and holidays count)', counted: '{date} {kind}: working day {n}', skipped: '{date} {kind}: not counted', first: '= deadline {at}', moved: 'Moved by re-triage to {at} ({span} from the call)' },
  },
  caller: { withheld: 'Number withheld', spoken: 'number beginning {head}, ending {tail}', is: 'Caller', purpose: 'Purpose' },
  purpose: { call_back: 'Call back', find_place: 'Find the place', follow_up: 'Follow-up', dropped_call: 'The call dropped' },
  ticket: {
    report: 'Reported in the village', reportedBy: 'Reported by', reportedAt: 'Reported at', reportedPhone: 'Telephone', acts: 'What you can do now', noActs: 'Nothing is asked of you now.', clocks: 'Deadlines', timeline: 'What happened', newestFirst: 'Newest first', oldestFirst: 'Oldest first', noTimeline: 'Nothing yet.', offers: 'Who was asked', record: 'Visits and findings', money: 'Aid and payment',
    findings: 'Findings', decision: 'Decision', payout: 'Payout', papers: 'Papers owed', withAgent: 'With an agent', voicemail: 'Message left', score: 'Caller gave {score} of 5', lifeDanger: 'Life in danger', confidential: 'Confidential', loweringWaits: 'Lowering to {priority} waits for a supervisor', dialled: 'dialled {to}', callAlive: 'Call in progress', callTail: 'agent has left; the caller is in the survey',
    repeat: { suggested: 'This number has an open ticket, maybe the same matter:', confirmed: 'Same matter, merged into:', denied: 'Not the same matter as:', lapsed: 'Nobody confirmed within 3 minutes; own ladder runs. Maybe the same as:', none: 'Related ticket:' },
  },
  form: {
    submit: 'Confirm', cancel: 'Cancel', later: 'Later', discard: 'Clear', retry: 'Retry (does nothing twice)', startAnew: 'I have checked; this is another submission', wrong: 'Please check this.', required: 'Please fill this in.', hasDraft: 'draft', done: 'Done: {act}',
    restored: 'What you typed at {at} is back.', ticketChanged: 'The ticket changed while you typed. Check it above before you send.',
    keptUnanswered: 'What you typed is kept on this device. Whether the server did it is not known; a retry with the same key does nothing twice.', keptRefused: 'Nothing was done. What you typed is still here and kept on this device.', bareUnanswered: 'Whether the server did it is not known; a retry under the same number does nothing twice.', bareRefused: 'Nothing was done.',
    draft: { empty: '', kept: 'Draft kept on this device', not_kept: '⚠ This device cannot keep drafts' },
  },
  triage: {
    suggested: 'Under this number somebody was helped in {area} before (ticket {number}); it is filled in as a suggestion.', asked: 'I have asked the caller: it is here', notThere: 'Not here', askPlace: 'Ask the caller first whether it is there.',
    areaHint: 'Where the emergency happened, not where the person is registered.', loweringReason: 'Why it is less urgent', loweringHint: 'A supervisor other than the owner must approve; the old deadline runs until then.', marks: 'Marks', lifeDanger: 'Life in danger (also transfer to 110 / 119 / 120)', confidential: 'The caller asks for confidence',
  },
  repeat: { question: 'Is it the same matter as ticket {number}?', same: 'The same, merge', other: 'Another matter' },
  lowering: { asked: 'From {from} to {to}, because', word: 'Your word', yes: 'Approve', no: 'Refuse; it stays as it is' },
  handOver: { to: 'To whom', choose: 'Choose', desk: 'desk', away: ' (away until {until})', unread: 'The list of people could not be read; reload the page.', toHint: 'You stay the owner until they accept.', reason: 'What they need to know' },
  close: { note: 'Note (who answered, what was said)' },
  word: { reason: 'Reason', answer: 'Answer (what the caller was told)', refusal: 'Why no aid is due (the citizen gets this in writing)' },
  visit: {
    mode: 'How', arrivedHint: 'When you arrived or got through, Shanghai time.', place: 'Place', facts: 'What you saw and heard', factsHint: 'People, home, injuries, present need. No identity numbers here.', visitors: 'Who went', visitorsHint: 'Separate names by commas.', photo: 'Photo on site', by: 'written by {by}, {at}',
  },
  findings: {
    applicant: 'Applicant', identity: 'Identity', idNumber: 'Identity number', idHint: '18 characters, the last may be X. Its draft stays in this tab only.', idReason: 'Why there is none', idReasonHint: 'Newborn, unconscious, papers lost.',
    declared: 'Declared income and expenses (optional)', incomeBefore: 'Household income a month, before (yuan)', incomeNow: 'Household income a month, now (yuan)', medical: 'Medical costs paid so far (yuan)', note: 'Anything else', people: 'household of {size}, {affected} affected',
    sizeFault: 'A whole number from 1 to 30.', affectedFault: 'At least 1, at most the household.',
  },
  identity: { length: 'It has 18 characters.', characters: 'Digits only; the last may be X.', birth_date: 'Its birth date does not exist; read it again.', check_digit: 'The check digit does not fit: one character is wrong or two are swapped.', counting: '{n} of 18 characters.', fits: '✓ The check digit fits.' },
  decide: {
    amount: 'Amount (yuan)', reason: 'Why aid is due', missing: 'Papers that may follow later', noPolicy: 'The list of papers could not be read; reload the page.', cap: 'Fast track up to {cap} yuan ({persons} affected).', aboveCap: 'Above the fast track: a short check comes first.',
    path: { solo: 'Up to {limit} yuan you decide alone.', township: 'Above {limit} yuan or the fast track, the township head must approve.', county: 'Above {limit} yuan, the county duty officer must approve.' },
  },
  shortCheck: { identity: 'Identity paper seen', phone: 'Confirmed by phone', witness: 'One witness' },
  payout: { alone: 'Up to {limit} yuan: you may make and pay it alone; a second person signs within 24 h.', three: 'Above {limit} yuan: maker, checker and payer are different people, and two hand it over.' },
  receipt: {
    signed: 'Signature', photo: 'Photo of the hand-over', photoHint: 'The payee with the cash or the signed slip.', signature: 'Signature', signaturePayee: 'Signature of the payee', signatureWitness: 'Signature of the witness', paper: 'Photo of the thumb-printed slip', witness: 'Name of the witness', companion: 'Login of the colleague with you', companionHint: 'Cash above the solo limit is handed over by two people.',
  },
  signature: { screen: 'On screen', thumb_paper: 'Thumb print on paper', witness: 'A witness signs', pad: 'Signature pad: write with a finger, a pen or the mouse', hint: 'Sign in the box, then press "Use this signature".', use: 'Use this signature', anew: 'Sign again' },
  photo: { take: 'Take or choose a photo', empty: 'No photo yet.', preparing: 'Preparing the photo…', sending: 'Sending {percent}%', waiting: 'Kept on this device; goes on when the network is back.', sent: '✓ Sent', again: 'Go on', remove: 'Remove', another: '{label} (no. {n})', open: 'Photo {n}' },
  papers: { which: 'Which paper', photo: 'Photo of the paper', afterPayment: 'counted from the payment' },
  money: {
    yuan: 'yuan', amount: 'Amount (yuan)', hint: 'To the fen, such as 800.00.', echo: '= {yuan} yuan', empty: 'Give the amount.', not_a_number: 'Digits only, such as 800.00.', negative: 'It cannot be negative.', too_many_decimals: 'Two decimals at most.', zero: 'It must be above zero.', too_large: 'Too large; count the digits.',
    countyFloat: 'paid from the county\'s float', decided: 'decided by {by}, {at}', approved: 'approved by {by}, {at}', waitsFor: 'waits for: {level}', issuedAt: 'Cash taken', receiptedAt: 'Received', secondSignature: 'Second signature', countyFrom: 'If the head does not answer, the county may check from {at}.',
    printReceipt: 'Print the receipt', printRefusal: 'Print the letter',
    receipt: 'Received {at} ({signature}), handed over by {by}', deviceAt: 'device says {at}', witness: 'witness {name}', funds: 'Fund', floats: 'Floats', left: 'Money left in townships that were merged', leftLead: 'Nobody pays out of these accounts any more; county finance brings the money over.', leftTo: '{name} answers for it now: to be moved', leftToNobody: 'no township answers for it', leftSum: 'To be moved in all: {sum} yuan', full: 'full {full}', inHands: 'with workers {sum}', low: '⚠ Low', held: 'held {sum}', balance: 'Trial balance', accounts: 'Accounts of this area', part: 'A part of the books: the other half stands higher up, so the sums need not agree', balanced: '✓ Balanced', unbalanced: '✕ Not balanced: report it at once',
    account: 'Account', holder: 'Holder', debit: 'Debit', credit: 'Credit', pending: 'Held', statement: 'Statement', sum: 'Sum', event: 'Event', after: 'Balance', layerPending: 'held', noLines: 'No lines.', cases: 'owed to {n} case | owed to {n} cases', then: 'At the end of', from: 'From', until: 'To', opening: 'Before', closing: 'After',
  },
  review: { title: 'Review', open: 'waits for its review', note: 'What you found', noteHint: 'County finance and the auditor alone read it.' },
  approvals: { lead: 'What waits for your approval, check, second signature or review, oldest first.', empty: 'Nothing waits for you.', what: 'What', madeBy: 'Made by', since: 'Since', due: 'Due' },
  calls: { to: 'Dialled', answer: 'Answer', with: 'Talked with', end: 'End', answeredAfter: 'after {s} s', notAnswered: 'not answered', lasted: '{s} s', replayed: 'taken while the database was away', empty: 'No calls.' },
  audit: { lead: 'Append-only, newest first. The command “hotline audit verify” proves that nothing was changed.', who: 'Who', action: 'Action', link: 'Link', empty: 'No records.' },
  sms: { lead: 'Demonstration: messages are only kept here; nobody was sent anything.', empty: 'No messages yet.' },
}
