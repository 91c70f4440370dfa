// What is done with a household of the register.
export const householdActs = {
  household_add: 'Add a member', household_edit: 'Correct', household_arrive: 'Somebody of the register comes', household_leave: 'Somebody leaves', household_address: 'New address', household_number: 'See a number in full', household_lookers: 'Who looked, for the citizen', household_merge: 'Join another household', household_split: 'Let some form a household', household_undo: 'Take the joining back', household_check: 'Note a look', household_alert: 'Tell of a change', household_settle: 'Settle a change',
}
export const householdHints = { household_number: 'Each look is kept with its purpose; the number hides itself after a minute.', household_lookers: 'The person says their number first. Giving the list is kept, too.', household_merge: 'The other household goes into this one; it can be taken back.', household_split: 'For who goes, choose what they are to the new head; one of them is the head.' }
export const household = {
  household: {
    keepsNumber: 'An empty number or telephone keeps the one that is known; - as the telephone removes it.', illness: 'Illness', school: 'School', guardian: 'Guardian', who: 'Who', why: 'Why', on: 'Day', today: 'Empty: today', newHead: 'New head', which: 'Which number', identity_number: 'Identity number', phone_number: 'Telephone', purpose: 'Purpose (is kept)', saidNumber: 'The identity number as the person says it', known: 'No number: how they are known', see: 'Show', lookersOf: 'Who looked at the record of {name}', nobodyLooked: 'Nobody looked.',
    other: 'The household that goes into this one', stays: 'Stays', way: 'Way', result: 'Result', byPlan: 'Empty: by the plan', kind: 'What changed', source: 'Learnt from', about: 'About', whole: 'The household', happened: 'Happened on', outcome: 'What came of it', case: 'Case that it became', noCase: 'None', note: 'Remark', matches: 'Perhaps one person', because: 'Because', ground: { identity: 'the same identity number', phone: 'the same telephone', name_birth: 'the same name and birth date' }, say: 'Compare', keep: 'The record that stays', onePerson: 'One person: join', twoPeople: 'Two people',
  },
}
