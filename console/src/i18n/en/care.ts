import type { care as chinese } from '../zh/care'
import type { Words } from '../words'

export const care: Words<typeof chinese> = {
  care: {
    title: 'Care and follow-up', empty: 'Nothing is planned yet.', holds: 'the ticket does not close before it ends', goesOn: 'goes on after closing', choose: 'Please choose',
    follow: 'Follow-up', followLead: 'Households to look at again. Whoever looks and the head are told of what is late.', followEmpty: 'No household is to be looked at.', views: { due: 'Until today', late: 'Late', open: 'All' }, view: 'Which',
    next: 'next on {at} · {who}', ended: 'ended', endedWhy: 'Ended: {why}', history: 'Looks', kind: 'Reason', reason: 'What to look at, and why', textHint: 'No identity or telephone numbers.', firstOn: 'First look on', firstHint: 'Empty: by the rules, in {days} days',
    way: 'How', ways: { visit: 'Visit', call: 'Telephone' }, outcome: 'What you found', outcomes: { fine: 'All is well', not_enough: 'Still in need: is more aid due?', not_met: 'Nobody was met' }, found: 'What you saw and heard', nextOn: 'Next look on', nextHint: 'Empty: by the rules', last: 'Was it the last look?', notLast: 'No, we look again',
    state: { planned: 'Planned', late: 'Late', ended: 'Ended' },
    services: 'Services of the station', service: 'Service', request: 'What is asked for', noStation: 'This township has no social-work station with somebody who leads it: no service can be ordered.', station: 'Station: {name}', willSee: 'The station will see', sees: 'The station sees', consentAsk: 'How did the citizen agree?',
    order: { ordered: 'With the station', accepted: 'Under way', returned: 'Returned', done: 'Done', cancelled: 'Called off' }, orderOutcome: { helped: 'It helped', partly: 'It helped in part', not_helped: 'It did not help', declined: 'No longer wanted' },
    event: { send: 'Send', accept: 'Accept', return: 'Return', done: 'Done', cancel: 'Call off' }, due: 'by {at}', overdue: '⚑ past its time ({at})',
    note: 'Note', noteDone: 'What was done, and what it brought', noteReturn: 'Why it cannot be done', stationTitle: 'Orders to the station', stationLead: 'Services that the station is asked for. You see what the service needs, and only until it is done.', stationEmpty: 'No orders.', people: '{n} people, {affected} affected',
    plan: 'Plan for the household', need: 'Need', measure: 'Measure', goal: 'Aim', dueOn: 'Done by', whose: 'Whose need', household: 'The whole household', planState: { open: 'Under way', done: 'Done', dropped: 'Dropped' }, result: 'Result', dropIt: 'Drop this one', came: 'What came of it', by: 'by {at}', late: 'late', work: 'towards an income of their own',
    trips: 'Ways to offices', tripsCount: 'The citizen has gone {n} times (at most {most})', tripsOver: '⚑ more than the aim', on: 'Day', place: 'Where to', errand: 'What for', who: 'Who went', citizen: 'The citizen', ours: 'One of ours for them', places: { township: 'Township', county: 'County bureau', department: 'Another department', hospital: 'Hospital', bank: 'Bank', village: 'Village committee' },
    errands: { apply: 'Apply', papers: 'Papers', sign: 'Sign', collect: 'Collect', ask: 'Ask' }, mandate: 'Consent to act for them', mandateFor: 'We may go for them: {what}', takenBack: 'taken back', whoHint: 'To go for them needs their consent.',
  },
}
